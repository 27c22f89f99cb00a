"""The use cases of teams and what they own, on a database of a test's own."""

from __future__ import annotations

import secrets

import pytest
from attrs import frozen

from hub.engine.book.bookkeeping import Bookkeeping
from hub.engine.common.minting import Mint
from hub.engine.common.plugins import Plugins
from hub.engine.rounds.sealing import Sealer
from hub.engine.setup.connections import Connections
from hub.engine.setup.schemas import Schemas
from hub.engine.setup.teams import Teams
from hub.engine.setup.tokens import Tokens
from hub.sources import clock, new_id
from storage.books import DatabaseBooks
from storage.providers import DatabaseProviders
from storage.registry import DatabaseRegistry
from storage.seals import DatabaseSeals
from storage.trail import DatabaseTrail
from tests.author import BY

ISSUER = "https://sso.example"

KEY = bytes(32)


@frozen(kw_only=True)
class Engine:
    """Use cases, by name, as a house has them, and what they ask."""

    registry: DatabaseRegistry
    trail: DatabaseTrail
    plugins: Plugins
    teams: Teams
    schemas: Schemas
    connections: Connections
    tokens: Tokens
    bookkeeping: Bookkeeping


@pytest.fixture
def engine(database):
    """Return the use cases."""
    registry = DatabaseRegistry(database=database, clock=clock, patience=5)
    books = DatabaseBooks(database=database, patience=5)
    seals = DatabaseSeals(database=database, patience=5)
    sealer = Sealer(books=books, seals=seals, clock=clock, key=KEY)
    plugins, mint = Plugins.load(), Mint(clock=clock, key=KEY, entropy=secrets.token_bytes)
    return Engine(
        registry=registry,
        trail=DatabaseTrail(database=database, patience=5),
        plugins=plugins,
        teams=Teams(registry=registry, ids=new_id),
        schemas=Schemas(registry=registry, ids=new_id),
        connections=Connections(
            registry=registry,
            signing_in=DatabaseProviders(database=database, patience=5),
            plugins=plugins,
            mint=mint,
            ids=new_id,
        ),
        tokens=Tokens(registry=registry, mint=mint, clock=clock, ids=new_id),
        bookkeeping=Bookkeeping(books=books, sealer=sealer, clock=clock),
    )


@pytest.fixture
async def team(engine):
    """Return a team that may turn SCIM on."""
    return await engine.teams.create("acme", seats=5, plan="enterprise", sso_issuer=ISSUER, by=BY)


@pytest.fixture
async def okta(engine, team):
    """Return a connection that is on."""
    connection, _ = await engine.connections.create(team, idp="okta", on=True, by=BY)
    return connection


async def noted(engine, team):
    """Return what the audit says was done, with what that changed."""
    return [(note.action, dict(note.changes)) async for note in engine.trail.of(team.id)]
