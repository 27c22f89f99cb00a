"""Who is to leave leaves, whatever else a request gets wrong; where that may not be, all of it is refused."""

from __future__ import annotations

import pytest

from hub.teams import Profile
from tests.digest import digest
from tests.refusals.test_no_seat_left import patched, user
from tests.wire import Wire

OFF = {"op": "replace", "path": "active", "value": False}

#: What comes along with a deactivation, and cannot be done: by PATCH its operation, by PUT its attributes.
MIXED = {
    "a name that is taken": (
        {"op": "replace", "path": "userName", "value": "bob@b.example"},
        (409, "uniqueness"),
    ),
    "a bad path": ({"op": "replace", "path": "emails[", "value": "x"}, (400, "invalidPath")),
    "a bad value": ({"op": "replace", "path": "title", "value": 7}, (400, "invalidValue")),
    "no operation": ({"op": "move"}, (400, "invalidSyntax")),
}
PUTS = {
    "a name that is taken": ({"userName": "bob@b.example"}, (409, "uniqueness")),
    "a bad value": ({"title": 7}, (400, "invalidValue")),
    "no name": ({"userName": None}, (400, "invalidValue")),
}


@pytest.fixture(params=[("okta", Profile.TOLERANT), ("entra", Profile.TOLERANT), ("generic", Profile.STRICT)],
                ids=lambda param: param[0])  # fmt: skip
async def asked(hub, request):
    """A connection, its wire, and a way to see that everything is as before."""
    idp, profile = request.param
    connected = await hub.connection(idp, profile=profile, seats=20)
    wire = Wire(connected.url, connected.token)
    assert 201 == (await wire.send("POST", "/Users", user("bob@b.example"))).status
    yield connected, wire
    await wire.close()


async def requests(wire):
    """Yield (method, id of somebody new, body, what is answered) of each mixed deactivation."""
    for number, (operation, refusal) in enumerate([*MIXED.values(), *MIXED.values()]):
        id = (await wire.send("POST", "/Users", user(f"patch{number}@b.example"))).json["id"]
        operations = [OFF, operation] if number < len(MIXED) else [operation, OFF]
        yield "PATCH", id, patched(*operations), refusal
    for number, (attributes, refusal) in enumerate(PUTS.values()):
        id = (await wire.send("POST", "/Users", user(f"put{number}@b.example"))).json["id"]
        yield "PUT", id, {**user(f"put{number}@b.example"), "active": False, **attributes}, refusal


async def test_leavers_leave_or_nothing_happens(asked):
    """Tolerant: access is off, the rest is not done, and the error says both. Strict: nothing is done."""
    connected, wire = asked
    async for method, id, body, refusal in requests(wire):
        before = (await wire.send("GET", f"/Users/{id}")).json
        held, stored = (
            (await connected.seats())["held"],
            await digest(connected.house.database, connected.team.id),
        )

        answer = await wire.send(method, f"/Users/{id}", body)
        after = (await wire.send("GET", f"/Users/{id}")).json

        assert refusal == answer.refusal, (method, body, answer.body)
        if connected.connection.strict:
            assert stored == await digest(connected.house.database, connected.team.id), body
            continue
        assert {**before, "active": False, "meta": after["meta"]} == after, body
        assert "access is off" in answer.json["detail"]
        assert held - 1 == (await connected.seats())["held"]
    assert [] == await connected.problems()


async def test_access_is_only_given_by_name(asked):
    """A PUT without `active` changes no access; to take `active` away takes access, and gives none."""
    connected, wire = asked
    for access in (True, False):
        body = {**user(f"{access}@b.example"), "active": access}
        id = (await wire.send("POST", "/Users", body)).json["id"]
        put = await wire.send("PUT", f"/Users/{id}", user(f"{access}@b.example"))
        assert (200, access) == (put.status, put.json["active"])
        for said in ({"op": "remove", "path": "active"}, {"op": "replace", "path": "active", "value": None}):
            answer = await wire.send("PATCH", f"/Users/{id}", patched(said))

            assert (200, False) == (answer.status, answer.json.get("active", False))
            assert 1 == (await connected.seats())["held"]
