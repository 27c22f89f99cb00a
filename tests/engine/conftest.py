"""The operator's use cases, on a database of a test's own."""

from __future__ import annotations

import secrets

import pytest

from hub.engine.admin import Admin
from hub.engine.plugins import Plugins
from hub.sources import clock, new_id
from storage.books import DatabaseBooks
from storage.exchanges import DatabaseExchanges
from storage.registry import DatabaseRegistry
from storage.trail import DatabaseTrail
from tests.author import BY

ISSUER = "https://sso.example"


@pytest.fixture
def admin(database):
    """Return the use cases on a database of their own."""
    return Admin(
        registry=DatabaseRegistry(database=database, clock=clock, patience=5),
        books=DatabaseBooks(database=database, patience=5),
        trail=DatabaseTrail(database=database, patience=5),
        kept=DatabaseExchanges(database=database, patience=5),
        plugins=Plugins.load(),
        clock=clock,
        ids=new_id,
        key=bytes(32),
        entropy=secrets.token_bytes,
    )


@pytest.fixture
async def team(admin):
    """Return a team that may turn SCIM on."""
    return await admin.create_team("acme", seats=5, plan="enterprise", sso_issuer=ISSUER, by=BY)
