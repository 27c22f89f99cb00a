"""Who was refused by a connection, as its administrators are shown them."""

from __future__ import annotations

import pytest

from hub.engine.values.scope import Scope
from storage.database import Database


@pytest.fixture
def read(monkeypatch):
    """Return the rows that are read, as they are."""
    found = []
    for name in ("rows", "scan"):
        ask = getattr(Database, name)

        async def noted(self, sql, *values, ask=ask):
            rows = await ask(self, sql, *values)
            found.extend(rows)
            return rows

        monkeypatch.setattr(Database, name, noted)
    return found


def refuse(house, way, *names):
    """Note that users of a connection were refused."""

    async def work(unit):
        for name in names:
            await unit.refused(name, "standard")

    scope = Scope(team=way.team.id, connection=way.connection.id)
    house.run(house.house.registry.store(scope).write(work, reference="test"))


def test_only_those_of_the_connection_are_read(house, read):
    """However many another connection of the team could not have; and no more are shown than asked for."""
    team = house.team(seats=0)
    one, other = house.way(team, "okta"), house.way(team, "entra")
    refuse(house, one, "ann", "bob")
    refuse(house, other, "cid", "dan", "eve")
    read.clear()
    arrivals = house.house.arrivals

    assert ["ann", "bob"] == [each.user_name for each in house.run(arrivals.refused(one.connection, count=9))]
    assert 2 == len(read)
    assert ["ann"] == [each.user_name for each in house.run(arrivals.refused(one.connection, count=1))]
