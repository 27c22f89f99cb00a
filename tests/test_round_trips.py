"""How often a request asks the database: so often, however large the team and its book are."""

from __future__ import annotations

import itertools

import pytest
from tortoise.connection import get_connections

from storage.database import Database
from tests.inprocess import Bench, Way

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

#: What is asked → the statements it takes on SQLite, where they cost little, and round trips on PostgreSQL,
#: with the one that asks whose the token is; BEGIN and COMMIT are not among them.
ASKED = {
    "read": (2, 2),
    "find": (2, 2),
    "entitled?": (2, 2),
    "all entitled?": (2, 2),
    "create": (13, 5),
    "deactivate": (12, 10),
    "reactivate": (11, 6),
}

_numbers = itertools.count()


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note what the database is told for requests, and not what the hub writes down afterwards."""
    said: list[str] = []
    run = Database.run

    async def noted(self, client, sql, *values):
        if "exchanges" not in sql and "leases" not in sql:
            said.append(sql)
        return await run(self, client, sql, *values)

    monkeypatch.setattr(Database, "run", noted)
    return said


def create(house: Bench, way: Way) -> str:
    """Make one more user, who takes a seat, and return their id."""
    name = f"u{next(_numbers)}@a.example"
    body = {
        "schemas": [USER],
        "userName": name,
        "externalId": name,
        "emails": [{"value": name, "type": "work"}],
    }
    answer = house.ask(way, "POST", "/Users", body)
    assert 201 == answer.status_code, answer.text
    return str(answer.json()["id"])


def counted(house: Bench, way: Way, told: list[str]) -> dict[str, int]:
    """Return how much *told* says of each request now: of round trips, or whatever it is told."""
    id, key = create(house, way), house.key(way.team)
    name = f"u{next(_numbers) - 1}@a.example"
    switch = {
        active: {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "active", "value": active}]}
        for active in (False, True)
    }
    asks = {
        "read": lambda: house.ask(way, "GET", f"/Users/{id}"),
        "find": lambda: house.ask(way, "GET", "/Users", filter=f'id eq "{id}"'),
        "entitled?": lambda: house.question(way.team, key, user=name),
        "all entitled?": lambda: house.question(way.team, key, [name, *(f"u{n}" for n in range(20))]),
        "create": lambda: create(house, way),
        "deactivate": lambda: house.ask(way, "PATCH", f"/Users/{id}", switch[False]),
        "reactivate": lambda: house.ask(way, "PATCH", f"/Users/{id}", switch[True]),
    }
    counts = {}
    for name, ask in asks.items():
        told.clear()
        ask()
        counts[name] = len(told)
    return counts


def test_requests_ask_as_often_in_a_large_team(house, told):
    """Neither users nor entries nor seats held make a request ask more often."""
    way = house.way(house.team(seats=1000), "generic", domains=["a.example"])
    which = 0 if house.house.database.dialect == "sqlite" else 1
    wanted = {name: counts[which] for name, counts in ASKED.items()}

    assert wanted == counted(house, way, told)
    for _ in range(40):
        create(house, way)
    assert wanted == counted(house, way, told)


@pytest.mark.parametrize("house", ["sqlite"], indirect=True)
def test_requests_cost_sqlite_as_much_in_a_large_team(house):
    """No statement passes over rows that it is not about, not even to see to foreign keys."""
    way = house.way(house.team(seats=1000), "generic", domains=["a.example"])
    steps: list[str] = []
    for _ in range(20):
        create(house, way)
    files = [get_connections().get(name)._connection._conn for name in ("sqlite", "sqlite-read")]
    for file in files:
        file.set_progress_handler(lambda: steps.append("ten of its virtual machine"), 10)
    small = counted(house, way, steps)
    for _ in range(300):
        create(house, way)
    large = counted(house, way, steps)
    for file in files:
        file.set_progress_handler(None, 0)

    assert {} == {name: (small[name], count) for name, count in large.items() if count > 1.3 * small[name]}
