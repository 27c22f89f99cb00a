"""No seat left: nobody gets in, nothing is stored, and one sentence says what to do."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping

import pytest
from attrs import frozen

from hub.teams import Profile
from tests.digest import digest
from tests.running import Connected
from tests.wire import Heard, Wire

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
DIALECTS = [
    ("okta", Profile.TOLERANT),
    ("entra", Profile.TOLERANT),
    ("generic", Profile.TOLERANT),
    ("generic", Profile.STRICT),
]

#: What a password looks like that must be found nowhere afterwards.
CANARY = "hunter2-canary"


@frozen(kw_only=True)
class Full:
    """A connection whose team has its one seat taken by ann; bob is there, and out."""

    connected: Connected
    wire: Wire
    ann: str
    bob: str

    async def attempts(self) -> dict[str, Heard]:
        """Return what each way to let somebody in is answered."""
        on = {"op": "replace", "path": "active", "value": True}
        title = {"op": "replace", "path": "title", "value": "Guide"}
        bob = f"/Users/{self.bob}"
        put = {**user("bob@b.example"), "title": "Guide", "active": True}
        return {
            "POST": await self.wire.send("POST", "/Users", {**user("cid@b.example"), "password": CANARY}),
            "POST active": await self.wire.send("POST", "/Users", {**user("cid@b.example"), "active": True}),
            "PUT": await self.wire.send("PUT", bob, put),
            "PATCH": await self.wire.send("PATCH", bob, patched(title, on)),
            "PATCH without a path": await self.wire.send(
                "PATCH", bob, patched({"op": "replace", "value": {"active": True, "title": "Guide"}})
            ),
        }

    async def exchange(self, reference: str) -> dict[str, object]:
        """Return the exchange with that reference, once it is written."""
        engine, connection = self.connected.house, self.connected.connection
        for _ in range(100):
            found = {row["reference"]: row for row in await engine.activity.of(connection, count=1000)}
            if reference in found:
                return dict(found[reference])
            await asyncio.sleep(0.05)
        raise AssertionError(f"the exchange {reference} was not kept")


def user(name: str) -> dict[str, object]:
    """Return a user as SCIM has it."""
    return {"schemas": [USER], "userName": name}


def patched(*operations: Mapping[str, object]) -> dict[str, object]:
    """Return a PATCH of *operations*."""
    return {"schemas": [PATCH], "Operations": list(operations)}


@pytest.fixture(params=DIALECTS, ids=lambda param: f"{param[0]}-{param[1]}")
async def full(hub, request):
    """A team with one seat, which is taken, in each dialect."""
    idp, profile = request.param
    connected = await hub.connection(idp, profile=profile, seats=1)
    wire = Wire(connected.url, connected.token)
    ann = (await wire.send("POST", "/Users", user("ann@b.example"))).json["id"]
    bob = (await wire.send("POST", "/Users", {**user("bob@b.example"), "active": False})).json["id"]
    yield Full(connected=connected, wire=wire, ann=ann, bob=bob)
    await wire.close()


async def test_nobody_is_let_in_and_nothing_is_stored(full):
    """By POST, PUT and PATCH it is 403, and not even the title that came along is kept."""
    before = await digest(full.connected.house.database, full.connected.team.id)

    for way, answer in (await full.attempts()).items():
        assert (403, None) == answer.refusal, way

    assert before == await digest(full.connected.house.database, full.connected.team.id)
    assert {"bought": 1, "held": 1, "free": 0} == await full.connected.seats()
    assert [] == await full.connected.problems()


async def test_one_sentence_says_what_to_do(full):
    """It has the word seat, how many there are, what to do, and a reference, in 180 plain characters."""
    for way, answer in (await full.attempts()).items():
        sentence = answer.json["detail"]

        assert re.search(r"\bseat\b", sentence), way
        assert "1 of 1 Standard seat is taken" in sentence
        assert "Buy or free one" in sentence
        assert re.search(r"Ref hx_[0-9a-f]{18}$", sentence)
        assert sentence.isascii()
        assert len(sentence) <= 180


async def test_the_refusal_is_kept_for_people_to_look_at(full):
    """The reference leads to the exchange: what was asked and answered, and that it did nothing."""
    for way, answer in (await full.attempts()).items():
        kept = await full.exchange(answer.json["detail"].rpartition("Ref ")[2])

        assert (403, answer.json["detail"]) == (kept["status"], kept["error"]), way
        assert way.split()[0] == kept["method"]
        assert answer.json == kept["answer"]
        assert [] == list(kept["effect"])
        assert kept["request"]


async def test_passwords_are_kept_nowhere(full):
    """A password that came along is in no exchange, no resource and no event."""
    answer = await full.wire.send("POST", "/Users", {**user("cid@b.example"), "password": CANARY})
    off = {**user("dan@b.example"), "active": False, "password": CANARY}
    secret = {"op": "replace", "path": "password", "value": CANARY}
    assert 201 == (await full.wire.send("POST", "/Users", off)).status
    assert 200 == (await full.wire.send("PATCH", f"/Users/{full.bob}", patched(secret))).status
    inside = {"op": "replace", "value": {"password": CANARY, f"{USER}:password": CANARY}}
    await full.wire.send("PATCH", f"/Users/{full.bob}", patched(inside))
    last = await full.wire.send("PUT", f"/Users/{full.bob}", {**user("ann@b.example"), "password": CANARY})
    assert {403, 409} == {answer.status, last.status}
    await full.exchange(answer.json["detail"].rpartition("Ref ")[2])
    await asyncio.sleep(0.5)

    database, connection = full.connected.house.database, full.connected.connection
    kept = await database.rows("SELECT record FROM exchanges WHERE connection_id = $1", connection.id)
    stored = await digest(database, full.connected.team.id)

    assert 7 == len(kept)
    assert CANARY not in repr(kept)
    assert CANARY not in repr(stored)


async def test_a_freed_seat_lets_the_next_one_in(full):
    """Who was refused gets in as soon as somebody leaves, by the same request."""
    off = {"op": "replace", "path": "active", "value": False}
    on = {"op": "replace", "path": "active", "value": True}
    assert 403 == (await full.wire.send("PATCH", f"/Users/{full.bob}", patched(on))).status
    assert 200 == (await full.wire.send("PATCH", f"/Users/{full.ann}", patched(off))).status
    assert 200 == (await full.wire.send("PATCH", f"/Users/{full.bob}", patched(on))).status

    assert ["bought", "taken", "released", "taken"] == [
        entry["what"] for entry in await full.connected.book()
    ]


async def test_quirks_and_what_they_became_are_kept(hub):
    """Of a departure from the RFCs an exchange says which it was, and what the hub read instead."""
    connected = await hub.connection("entra", seats=0)
    wire = Wire(connected.url, connected.token)
    bob = (await wire.send("POST", "/Users", {**user("bob@b.example"), "active": False})).json["id"]
    full = Full(connected=connected, wire=wire, ann=bob, bob=bob)
    said = {"op": "Replace", "path": "active", "value": "True"}

    answer = await wire.send("PATCH", f"/Users/{bob}", patched(said))
    kept = await full.exchange(answer.json["detail"].rpartition("Ref ")[2])
    await wire.close()

    assert ["capitalised-op", "boolean-as-text"] == list(kept["quirks"])
    assert patched(said) == kept["request"]
    assert patched({"op": "replace", "path": "active", "value": True}) == kept["became"]
