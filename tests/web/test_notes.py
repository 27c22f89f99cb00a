"""One line in the log for each request; an exchange for each that changed, or was refused, something."""

from __future__ import annotations

import json

import pytest

from hub.scim.bulk import BULK_REQUEST
from hub.scim.errors import NotFound
from tests.web.asking import BASE


@pytest.mark.parametrize(
    ("method", "path", "kept"),
    [("POST", "/Users", 1), ("PATCH", "/Users/1", 1), ("DELETE", "/Users/1", 1), ("GET", "/Users/1", 0),
     ("GET", "/Users", 0), ("HEAD", "/Users/1", 0), ("GET", "/Schemas", 0), ("GET", "/nothing", 1)],
)  # fmt: skip
async def test_writes_and_refusals_are_kept(house, method, path, kept):
    """Reads that went well are not worth a row each."""
    await house.client().send(method, f"{BASE}{path}", {})

    assert kept == len(house.kept)


async def test_reads_are_kept_where_the_operator_wants_them(house):
    """The setting `exchanges.reads` keeps everything."""
    house.set("exchanges", reads=True)
    await house.client().ask("GET", f"{BASE}/Users/1")

    assert 1 == len(house.kept)


async def test_an_exchange_tells_what_was_said(house):
    """Request and answer stand side by side, with what was refused in words."""
    house.service.outcome = NotFound("There is no user 1.")
    await house.client().send("PATCH", f"{BASE}/Users/1?attributes=id", {"a": 1})
    (kept,) = house.kept

    assert ("t1", "c1") == (kept.team, kept.connection)
    assert ("PATCH", f"{BASE}/Users/1?attributes=id", 404) == (kept.method, kept.path, kept.status)
    assert {"a": 1} == kept.request
    assert "There is no user 1." == kept.error
    assert kept.duration_ms > 0


@pytest.mark.parametrize("note", ["keep", "saw"])
async def test_what_cannot_be_noted_ends_nothing(house, logged, monkeypatch, note):
    """The record of a request is never worth its answer, nor the operations after it; a line says so."""

    def broken(*_: object, **__: object) -> None:
        raise TypeError("ann@a.example")

    monkeypatch.setattr(type(house), note, broken)
    operation = {"method": "DELETE", "path": "/Users/1"}
    bulk = {"schemas": [BULK_REQUEST], "Operations": [operation, operation]}

    alone = await house.client().send("POST", f"{BASE}/Users", {"userName": "ann@a.example"})
    together = await house.client().send("POST", f"{BASE}/Bulk", bulk)

    assert (200, 200) == (alone.status, together.status)
    assert ["200", "200"] == [entry["status"] for entry in together.json["Operations"]]
    assert {"hx_1", "hx_3", "hx_4"} <= {
        line["exchange"] for line in logged if line["event"] == "exchange.not_noted"
    }
    assert "ann@" not in json.dumps(logged)


async def test_a_line_tells_what_happened_and_to_nobody(house, logged):
    """Ids, operation, status and time; no name, no body, no query."""
    await house.client().send("POST", f"{BASE}/Users?attributes=ann", {"userName": "ann@a.example"})
    await house.client().ask("GET", f"{BASE}/Users?filter=userName%20eq%20%22ann%22")
    await house.client().ask("GET", f"{BASE}/Users/ann")

    assert ["POST User", "GET User", "GET User"] == [line["operation"] for line in logged]
    assert {("c1", "t1", 200)} == {(line["connection"], line["team"], line["status"]) for line in logged}
    assert "ann" not in json.dumps(logged)


async def test_each_request_has_a_reference_of_its_own(house):
    """What an administrator quotes finds one exchange."""
    client = house.client()
    for _ in range(50):
        await client.send("POST", f"{BASE}/Users", {})

    assert 50 == len({kept.reference for kept in house.kept})
    assert all(kept.reference.startswith("hx_") for kept in house.kept)


async def test_what_a_request_shows_is_looked_at(house):
    """Reads and refusals, too: with what was answered, and whether it could have changed anything."""
    await house.client().ask("GET", f"{BASE}/Users/1")
    await house.client().send("POST", f"{BASE}/Users", {})
    house.service.outcome = NotFound("There is no user 1.")
    await house.client().send("PATCH", f"{BASE}/Users/1", {"a": 1})
    looks = [(connection, facts["read"], facts["status"]) for connection, facts in house.seen]

    assert [("c1", True, 200), ("c1", False, 200), ("c1", False, 404)] == looks
    assert b"{}" == house.seen[0][1]["answer"]


async def test_whoever_is_not_let_in_is_noted_with_what_they_showed(house):
    """For the connection that they named, whether there is one or not."""
    await house.client().ask("GET", f"{BASE}/Users", authorization="Bearer wrong")
    await house.client().ask("GET", "/scim/v2/nowhere/Users", authorization=None)
    await house.client().ask("GET", "/scim/v2", authorization="Bearer wrong")

    assert [("c1", b"Bearer wrong"), ("nowhere", None)] == house.seen
