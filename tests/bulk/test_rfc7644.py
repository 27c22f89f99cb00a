"""RFC 7644 §3.7, section by section, asked of a hub that runs: its examples, and what they say of others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from attrs import frozen

from hub.scim.bulk import BULK_REQUEST, BULK_RESPONSE
from hub.teams import Profile
from tests.running import Connected, Desk
from tests.wire import Heard, Wire

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


@frozen(kw_only=True)
class Provider:
    """A provider and its connection."""

    connected: Connected
    wire: Wire

    async def bulk(self, *operations: Any, **rest: Any) -> list[dict[str, Any]]:
        """Send *operations* and return the entries of the answer, which must be 200."""
        heard = await self.ask(*operations, **rest)
        assert (200, [BULK_RESPONSE]) == (heard.status, heard.json["schemas"]), heard.body
        entries: list[dict[str, Any]] = heard.json["Operations"]
        return entries

    async def ask(self, *operations: Any, **rest: Any) -> Heard:
        """Send *operations* and return the answer, whatever it is."""
        message = {"schemas": [BULK_REQUEST], **rest, "Operations": [*operations]}
        return await self.wire.send("POST", "/Bulk", message)

    async def user(self, name: str) -> dict[str, Any]:
        """Make a user alone, and return it."""
        heard = await self.wire.send("POST", "/Users", user(name))
        made: dict[str, Any] = heard.json
        return made

    async def found(self, location: str) -> Heard:
        """Return what is at *location*."""
        assert location.startswith(self.wire.url)
        return await self.wire.send("GET", location.removeprefix(self.wire.url))

    async def names(self) -> set[str]:
        """Return the names of all users and groups."""
        listed = [await self.wire.send("GET", f"/{kind}?count=1000") for kind in ("Users", "Groups")]
        every = [one for heard in listed for one in heard.json.get("Resources", [])]
        return {one.get("userName") or one["displayName"] for one in every}

    async def exchanges(self, count: int, *, tries: int = 200) -> list[Any]:
        """Return the exchanges, newest first, once there are *count*: they are written apart."""
        engine, connection = self.connected.house, self.connected.connection
        found: list[Any] = []
        for _ in range(tries):
            found = list(await engine.activity.of(connection, count=5000))
            if len(found) >= count:
                break
            await asyncio.sleep(0.05)
        return found


def user(name: str, **rest: Any) -> dict[str, Any]:
    """Return a user who is let in."""
    return {"schemas": [USER], "userName": name, "active": True, **rest}


def made(bulk_id: str, data: dict[str, Any]) -> dict[str, Any]:
    """Return the operation that makes a user or a group of *data*."""
    return {
        "method": "POST",
        "path": "/Users" if "userName" in data else "/Groups",
        "bulkId": bulk_id,
        "data": data,
    }


def group(name: str, *members: str) -> dict[str, Any]:
    """Return a group."""
    return {"schemas": [GROUP], "displayName": name, "members": [{"value": member} for member in members]}


def patched(*operations: dict[str, Any]) -> dict[str, Any]:
    """Return the message of a PATCH."""
    return {"schemas": [PATCH], "Operations": [*operations]}


def statuses(entries: list[dict[str, Any]]) -> list[str]:
    """Return what came of each operation."""
    return [entry["status"] for entry in entries]


@pytest.fixture
async def provider(hub: Desk) -> AsyncIterator[Callable[..., Awaitable[Provider]]]:
    """Make providers, each of a fresh team."""
    wires: list[Wire] = []

    async def made(*, seats: int = 1000, profile: Profile = Profile.TOLERANT) -> Provider:
        connected = await hub.connection("generic", seats=seats, profile=profile)
        wires.append(Wire(connected.url, connected.token))
        return Provider(connected=connected, wire=wires[-1])

    yield made
    for wire in wires:
        await wire.close()


@pytest.mark.parametrize("profile", list(Profile))
async def test_circular_references(provider, profile):
    """§3.7.1: two groups that hold each other are answered 409, and what has no part in it is done."""
    asker = await provider(profile=profile)
    entries = await asker.bulk(
        made("qwerty", group("Group A", "bulkId:ytrewq")),
        made("ytrewq", group("Group B", "bulkId:qwerty")),
        made("alice", user("alice@a.example")),
    )

    assert ["409", "409", "201"] == statuses(entries)
    assert "circle" in entries[0]["response"]["detail"]
    assert {"alice@a.example"} == await asker.names()


@pytest.mark.parametrize("profile", list(Profile))
@pytest.mark.parametrize("turned", [False, True])
async def test_a_group_of_a_user_made_in_the_same_request(provider, profile, turned):
    """§3.7.2: Alice is a Tour Guide, whichever of the two was sent first."""
    asker = await provider(profile=profile)
    operations = [made("qwerty", user("Alice")), made("ytrewq", group("Tour Guides", "bulkId:qwerty"))]
    entries = await asker.bulk(*reversed(operations) if turned else operations)
    alice, guides = reversed(entries) if turned else entries
    found = (await asker.found(guides["location"])).json

    assert ["201", "201"] == statuses(entries)
    assert ("qwerty", "ytrewq") == (alice["bulkId"], guides["bulkId"])
    assert [alice["location"]] == [member["$ref"] for member in found["members"]]


async def test_a_manager_made_in_the_same_request(provider):
    """§3.7.2: a reference may stand anywhere, in the enterprise extension too."""
    asker = await provider()
    manager = {"employeeNumber": "11250", "manager": {"value": "bulkId:qwerty"}}
    bob = user("Bob", schemas=[USER, ENTERPRISE], **{ENTERPRISE: manager})
    second, first = await asker.bulk(made("ytrewq", bob), made("qwerty", user("Alice")))
    found = (await asker.found(second["location"])).json

    assert first["location"].endswith("/" + found[ENTERPRISE]["manager"]["value"])


async def test_all_went_well(provider):
    """§3.7.3: a POST, a PUT, a PATCH and a DELETE at the versions seen are 201, 200, 200 and 204."""
    asker = await provider()
    bob, dave, eve = [await asker.user(name) for name in ("bob", "dave", "eve")]
    post, put, patch, delete = entries = await asker.bulk(
        made("qwerty", user("Alice")),
        {
            "method": "PUT",
            "path": f"/Users/{bob['id']}",
            "version": bob["meta"]["version"],
            "data": user("Bob"),
        },
        {
            "method": "PATCH",
            "path": f"/Users/{dave['id']}",
            "version": dave["meta"]["version"],
            "data": patched(
                {"op": "remove", "path": "nickName"}, {"op": "add", "path": "userName", "value": "Dave"}
            ),
        },
        {"method": "DELETE", "path": f"/Users/{eve['id']}", "version": eve["meta"]["version"]},
        failOnErrors=1,
    )

    assert ["201", "200", "200", "204"] == statuses(entries)
    assert ["POST", "PUT", "PATCH", "DELETE"] == [entry["method"] for entry in entries]
    assert not any("response" in entry for entry in entries)
    assert "version" not in delete
    assert eve["meta"]["location"] == delete["location"]
    for entry in (post, put, patch):
        heard = await asker.found(entry["location"])
        assert entry["version"] == heard.json["meta"]["version"] == heard.headers["etag"]
    assert {"Alice", "Bob", "Dave"} == await asker.names()


async def test_what_went_wrong(provider):
    """§3.7.3: status and error are those of a request of its own; all but a POST have a location."""
    asker = await provider()
    bob = await asker.user("bob")
    entries = await asker.bulk(
        made("qwerty", user("")),
        {"method": "PUT", "path": f"/Users/{bob['id']}", "version": 'W/"99"', "data": user("Bob")},
        {"method": "PATCH", "path": "/Users/5d8d29d3", "data": patched({"op": "remove", "path": "nickName"})},
        {"method": "DELETE", "path": f"/Users/{bob['id']}"},
    )

    assert ["400", "412", "404", "204"] == statuses(entries)
    assert [None, *(f"{asker.wire.url}/Users/{id}" for id in (bob["id"], "5d8d29d3", bob["id"]))] == [
        entry.get("location") for entry in entries
    ]
    assert {"scimType": "invalidValue", "status": "400"}.items() <= entries[0]["response"].items()
    assert set() == await asker.names()


async def test_the_first_error_ends_it(provider):
    """§3.7.3: with failOnErrors of 1 the operations after the first error are neither done nor answered."""
    asker = await provider()
    bob = await asker.user("bob")
    entries = await asker.bulk(
        made("qwerty", {"schemas": [USER], "userName": ""}),
        {"method": "PUT", "path": f"/Users/{bob['id']}", "data": user("Bob")},
        {"method": "DELETE", "path": f"/Users/{bob['id']}"},
        failOnErrors=1,
    )

    assert ["400"] == statuses(entries)
    assert {"bob"} == await asker.names()


async def test_limits(provider):
    """§3.7.4: too many operations and too many bytes are 413, the limit named, and nothing is done."""
    asker = await provider()
    config = (await asker.wire.send("GET", "/ServiceProviderConfig")).json["bulk"]
    operations_max, bytes_max = config["maxOperations"], config["maxPayloadSize"]
    many = [made(f"u{number}", user(f"u{number}")) for number in range(operations_max + 1)]
    too_many = await asker.ask(*many)
    too_large = await asker.ask(made("a", user("a", title="x" * bytes_max)))

    assert (413, None) == too_many.refusal == too_large.refusal
    assert str(operations_max) in too_many.json["detail"]
    assert str(bytes_max) in too_large.json["detail"]
    assert set() == await asker.names()


async def test_a_hundred_operations(provider):
    """One that fails in the middle fails alone; each has an exchange, each newcomer an entry and an event."""
    asker = await provider()
    await asker.user("u50")
    entries = await asker.bulk(*(made(f"b{number}", user(f"u{number}")) for number in range(100)))
    exchanges = await asker.exchanges(101)
    events = await asker.connected.events()

    assert ["201"] * 50 + ["409"] + ["201"] * 49 == statuses(entries)
    assert "uniqueness" == entries[50]["response"]["scimType"]
    assert {f"u{number}" for number in range(100)} == await asker.names()
    assert 100 == (await asker.connected.seats())["held"]
    assert ["bought"] + ["taken"] * 100 == [entry["what"] for entry in await asker.connected.book()]
    assert ["seat_taken"] * 100 + ["user_provisioned"] * 100 == sorted(event["name"] for event in events)
    assert [(201, 100), (409, 1)] == [(s, sum(s == row["status"] for row in exchanges)) for s in (201, 409)]
    assert 101 == len(exchanges) == len({row["reference"] for row in exchanges})
    assert [] == await asker.connected.problems()


async def test_who_leaves_is_not_worked_for(provider):
    """A client that is gone has what was begun done, whole and noted; the rest is not begun."""
    asker = await provider(seats=5000)
    message = {"Operations": [made(f"b{number}", user(f"u{number}")) for number in range(1000)]}
    asking = asyncio.ensure_future(asker.wire.send("POST", "/Bulk", message))
    while not await asker.connected.events():
        await asyncio.sleep(0)
    asking.cancel()
    await asker.wire.close()
    exchanges = await settled(asker)

    assert 1 <= len(exchanges) < 1000
    assert {201} == {row["status"] for row in exchanges}
    assert len(exchanges) == (await asker.connected.seats())["held"] == len(await asker.names())
    assert [] == await asker.connected.problems()


async def settled(asker: Provider) -> list[Any]:
    """Return the exchanges once no more come."""
    found: list[Any] = []
    while len(found) < len(found := await asker.exchanges(len(found) + 1, tries=20)):
        pass
    return found


async def test_seats_run_out_in_the_middle(provider):
    """Who finds no seat is refused alone, and a leaver in between makes room for who comes after."""
    asker = await provider(seats=2)
    ann = await asker.user("ann")
    entries = await asker.bulk(
        made("b", user("bob")),
        made("c", user("cid")),
        {"method": "DELETE", "path": f"/Users/{ann['id']}"},
        made("d", user("dan")),
    )

    assert ["201", "403", "204", "201"] == statuses(entries)
    assert {"bob", "dan"} == await asker.names()
    assert {"bought": 2, "held": 2, "free": 0} == await asker.connected.seats()
    assert [] == await asker.connected.problems()


async def test_a_leaver_goes_whatever_fails_around(provider):
    """A deactivation among refused operations, malformed ones and a circle is done, and frees the seat."""
    asker = await provider()
    ann = await asker.user("ann")
    entries = await asker.bulk(
        7,
        {"method": "POST", "path": "/Users"},
        made("a", group("A", "bulkId:a")),
        made("b", group("B", "bulkId:nobody")),
        {
            "method": "PATCH",
            "path": f"/Users/{ann['id']}",
            "data": [{"op": "replace", "path": "active", "value": False}],
        },
        made("c", group("C", "bulkId:a")),
    )

    assert ["400", "400", "409", "400", "200", "409"] == statuses(entries)
    assert (await asker.wire.send("GET", f"/Users/{ann['id']}")).json["active"] is False
    assert 0 == (await asker.connected.seats())["held"]


async def test_a_user_of_another_connection_is_nobody(provider):
    """A bulk request reaches what its own connection made, and nothing else (IDOR by path, by member)."""
    asker, other = await provider(), await provider()
    ann = await other.user("ann")
    entries = await asker.bulk(
        {"method": "DELETE", "path": f"/Users/{ann['id']}"}, made("g", group("G", ann["id"]))
    )

    assert ["404", "400"] == statuses(entries)
    assert {"ann"} == await other.names()
