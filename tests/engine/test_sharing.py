"""Requests that come at once: those that add somebody share a commit, and nobody's fault is another's."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from hub.spi import Json
from storage.store import DatabaseStore
from tests.inprocess import MEDIA_TYPE, Bench, Way

SCIM = "urn:ietf:params:scim:"
SEATS = 10


def user(name: str) -> Json:
    """Return a user as a provider pushes it."""
    return {"schemas": [f"{SCIM}schemas:core:2.0:User"], "userName": name, "externalId": name}


def off() -> Json:
    """Return what deactivates a user."""
    operation: Json = {"op": "replace", "path": "active", "value": False}
    return {"schemas": [f"{SCIM}api:messages:2.0:PatchOp"], "Operations": [operation]}


def at_once(house: Bench, way: Way, *asked: tuple[str, str, Json]) -> list[int]:
    """Send all that is *asked* (method, path, body) at once; return the statuses."""
    headers = {"authorization": f"Bearer {way.token}", "content-type": MEDIA_TYPE}

    async def ask() -> list[int]:
        sent = (
            house.client.request(method, way.path + path, headers=headers, json=body)
            for method, path, body in asked
        )
        return [answer.status_code for answer in await asyncio.gather(*sent)]

    return house.run(ask())


def creates(*names: str) -> list[tuple[str, str, Json]]:
    """Return requests for users of these *names*."""
    return [("POST", "/Users", user(name)) for name in names]


@pytest.fixture
def way(house: Bench) -> Way:
    """Return a connection of a team of its own."""
    return house.way(house.team(seats=SEATS), "generic", domains=["a.example"])


def told(house: Bench, way: Way, name: str) -> list[Any]:
    """Return the events of that *name* that are about a team, in the order in which they are told."""
    rows = house.run(
        house.house.database.rows(
            "SELECT event FROM outbox WHERE team_id = $1 ORDER BY transaction_id, id", way.team.id
        )
    )
    return [event for event in (json.loads(row["event"]) for row in rows) if event["name"] == name]


def test_a_removal_succeeds_among_grants_that_fail(house: Bench, way: Way):
    """Whoever leaves does, whatever becomes of those who come in at the same time."""
    ids = [house.ask(way, "POST", "/Users", user(name)).json()["id"] for name in ("ann", "bob", "cid")]

    statuses = at_once(
        house,
        way,
        *creates("u1", "cid", "u2"),
        ("DELETE", f"/Users/{ids[0]}", None),
        ("PATCH", f"/Users/{ids[1]}", off()),
        *creates("u3", "CID", "u4"),
    )

    assert [201, 409, 201, 204, 200, 201, 409, 201] == statuses


def test_a_removal_shares_with_nobody(house: Bench, way: Way, monkeypatch: pytest.MonkeyPatch):
    """Only who adds somebody may be taken along by another's fault, and come again."""
    shared = []
    write = DatabaseStore.write

    async def noted(store, work, *, reference, shares=False):
        shared.append(shares)
        return await write(store, work, reference=reference, shares=shares)

    monkeypatch.setattr(DatabaseStore, "write", noted)
    id = house.ask(way, "POST", "/Users", user("ann")).json()["id"]
    house.ask(way, "PATCH", f"/Users/{id}", off())
    house.ask(way, "DELETE", f"/Users/{id}")
    house.ask(way, "POST", "/Groups", {"schemas": [f"{SCIM}schemas:core:2.0:Group"], "displayName": "g"})

    assert [True, False, False, False] == shared


def test_shares_in_use_are_told_of_once(house: Bench, way: Way):
    """However many come at once, each share of the seats is told of once, in order."""
    assert [201] * SEATS == at_once(house, way, *creates(*(f"t{number}" for number in range(SEATS))))
    assert [80, 100] == [event["after"]["percent"] for event in told(house, way, "seats_threshold")]


def test_the_last_seats_go_to_as_many_as_there_are(house: Bench, way: Way):
    """Of more than there are seats, as many get one; the others are told why not."""
    statuses = at_once(house, way, *creates(*(f"s{number}" for number in range(SEATS + 6))))

    assert [201] * SEATS + [403] * 6 == sorted(statuses)
