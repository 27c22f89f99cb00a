"""A store to ask: one team, two connections, a clock that stands."""

from __future__ import annotations

import itertools

import pytest
from attrs import frozen

from hub.engine.values.resources import Resource
from hub.engine.values.scope import Scope
from hub.engine.values.searches import Search
from hub.teams import Connection, Team
from storage.database import Database
from storage.registry import DatabaseRegistry

NOW = "2026-06-01T12:00:00.000Z"


@frozen(kw_only=True)
class World:
    """A database with the team `t` and its connections `c1` and `c2`, and the team `u` with `d1`."""

    database: Database
    registry: DatabaseRegistry

    def store(self, connection="c1", team="t"):
        """Return a connection's store."""
        return self.registry.store(Scope(team=team, connection=connection))

    async def write(self, work, connection="c1", team="t", reference="test"):
        """Run *work* in a transaction."""
        return await self.store(connection, team).write(work, reference=reference)

    async def put(self, thing, team="t"):
        """Change the team, or add or change one of its connections or tokens."""
        await self.registry.store(Scope(team=team)).write(lambda unit: unit.put(thing), reference="test")

    async def add(self, *resources, connection="c1", team="t", exclusive=True):
        """Add *resources*, and for users the people they are about."""

        async def work(unit):
            for resource in resources:
                if resource.person:
                    await unit.claim(resource.person, None, int(resource.active))
                await unit.insert(resource, exclusive=exclusive)

        await self.write(work, connection, team)


_numbers = itertools.count(1)


def user(id=None, **attributes):
    """Return a user as the store keeps it; each has a person of its own."""
    id = id or f"u{next(_numbers):04}"
    document = {"schemas": [], "id": id, "userName": id, "active": True, **attributes}
    return Resource(id=id, kind="User", document=document, created=NOW, modified=NOW, person=f"p-{id}")


def group(id=None, **attributes):
    """Return a group as the store keeps it."""
    id = id or f"g{next(_numbers):04}"
    document = {"schemas": [], "id": id, "displayName": id, **attributes}
    return Resource(id=id, kind="Group", document=document, created=NOW, modified=NOW)


def listed(kind, where=None, *, count=10, **asked):
    """Return a search for one kind of resource."""
    return Search(kinds=(kind,), where={kind: where}, count=count, **asked)


@pytest.fixture
async def world(database):
    """Make the teams and their connections."""
    registry = DatabaseRegistry(database=database, clock=lambda: NOW, patience=5)
    world = World(database=database, registry=registry)
    for team, connections in (("t", ("c1", "c2")), ("u", ("d1",))):

        async def found(unit, team=team):
            await unit.found(Team(id=team, name=f"team {team}", plan="basic"))
            await unit.buy("standard", 2)

        await registry.store(Scope(team=team)).write(found, reference="found")
        for connection in connections:
            await world.put(Connection(id=connection, team=team, idp="generic"), team=team)
    return world
