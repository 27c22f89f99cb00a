"""What one connection made, no other sees or changes: of its own team as little as of another."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import frozen

from tests.digest import digest
from tests.running import Connected
from tests.wire import Wire

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


@frozen(kw_only=True)
class Side:
    """A connection with a user and a group of its own."""

    connected: Connected
    wire: Wire
    user: str
    group: str

    async def digest(self) -> dict[str, Any]:
        """Return all that is known of its team."""
        return await digest(self.connected.house.database, self.connected.team.id)


async def side(connected: Connected, name: str) -> Side:
    """Make a user and a group, with that user in it, in a connection."""
    wire = Wire(connected.url, connected.token)
    user = {"schemas": [USER], "userName": f"{name}@nowhere.example", "externalId": name}
    id = (await wire.send("POST", "/Users", user)).json["id"]
    group = {"schemas": [GROUP], "displayName": name, "members": [{"value": id}]}
    return Side(
        connected=connected, wire=wire, user=id, group=(await wire.send("POST", "/Groups", group)).json["id"]
    )


@pytest.fixture(params=["the same team", "another team"])
async def sides(hub, request):
    """Two connections, of one team or of two."""
    mine = await hub.connection("generic")
    team = mine.team if request.param == "the same team" else None
    other = await hub.connection("generic", team=team)
    both = await side(mine, "ann"), await side(other, "bob")
    yield both
    for each in both:
        await each.wire.close()


async def test_nothing_of_others_is_seen(sides):
    """By id it is 404, and no list and no filter has it."""
    mine, other = sides
    assert 404 == (await mine.wire.send("GET", f"/Users/{other.user}")).refusal[0]
    assert 404 == (await mine.wire.send("GET", f"/Groups/{other.group}")).refusal[0]
    for query, found in [
        ("", [mine.user]),
        (f"?filter=id%20eq%20%22{other.user}%22", []),
        ("?filter=userName%20eq%20%22bob@nowhere.example%22", []),
        ("?filter=externalId%20eq%20%22bob%22", []),
        ("?filter=userName%20sw%20%22%22", [mine.user]),
    ]:
        answer = (await mine.wire.send("GET", f"/Users{query}")).json
        assert (found, len(found)) == (
            [each["id"] for each in answer["Resources"]],
            answer["totalResults"],
        ), query
    for query, found in [
        ("", [mine.group]),
        (f"?filter=members.value%20eq%20%22{other.user}%22", []),
        ("?filter=displayName%20eq%20%22bob%22", []),
        ("?filter=displayName%20sw%20%22b%22", []),
    ]:
        answer = (await mine.wire.send("GET", f"/Groups{query}")).json
        assert (found, len(found)) == (
            [each["id"] for each in answer["Resources"]],
            answer["totalResults"],
        ), query
    group = (await mine.wire.send("GET", f"/Groups/{mine.group}")).json
    assert [mine.user] == [member["value"] for member in group["members"]]


async def test_nothing_of_others_is_changed(sides):
    """PUT, PATCH and DELETE by id are 404, a member by id is 400; nothing on either side is another."""
    mine, other = sides
    before = await mine.digest(), await other.digest()
    user = {"schemas": [USER], "userName": "eve", "active": False}
    group = {"schemas": [GROUP], "displayName": "eve"}
    off = {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "active", "value": False}]}
    out = {"schemas": [PATCH], "Operations": [{"op": "remove", "path": "members"}]}
    add = {"op": "add", "path": "members", "value": [{"value": other.user}]}
    foreign = {**group, "members": [{"value": other.user}]}

    for method, path, body in [
        ("PUT", f"/Users/{other.user}", user),
        ("PATCH", f"/Users/{other.user}", off),
        ("DELETE", f"/Users/{other.user}", None),
        ("PUT", f"/Groups/{other.group}", group),
        ("PATCH", f"/Groups/{other.group}", out),
        ("DELETE", f"/Groups/{other.group}", None),
    ]:
        assert 404 == (await mine.wire.send(method, path, body)).refusal[0], (method, path)
    for method, path, body in [
        ("PATCH", f"/Groups/{mine.group}", {"schemas": [PATCH], "Operations": [add]}),
        ("PUT", f"/Groups/{mine.group}", foreign),
        ("POST", "/Groups", foreign),
    ]:
        assert (400, "invalidValue") == (await mine.wire.send(method, path, body)).refusal, method
    gone = {"op": "remove", "path": f'members[value eq "{other.user}"]'}
    answer = await mine.wire.send(
        "PATCH", f"/Groups/{mine.group}", {"schemas": [PATCH], "Operations": [gone]}
    )
    assert 204 == answer.status

    assert before == (await mine.digest(), await other.digest())


async def test_what_goes_on_here_stays_here(sides):
    """A whole life in one connection leaves the other's resources as they were."""
    mine, other = sides
    before = (await other.wire.send("GET", "/Users")).json, (await other.wire.send("GET", "/Groups")).json
    put = {"schemas": [USER], "userName": "anna", "title": "Guide"}
    off = {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "active", "value": False}]}
    none = {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "members", "value": []}]}

    for method, path, body in [
        ("PUT", f"/Users/{mine.user}", put),
        ("PATCH", f"/Users/{mine.user}", off),
        ("PATCH", f"/Groups/{mine.group}", none),
        ("DELETE", f"/Users/{mine.user}", None),
        ("DELETE", f"/Groups/{mine.group}", None),
    ]:
        assert 204 >= (await mine.wire.send(method, path, body)).status

    assert before == (
        (await other.wire.send("GET", "/Users")).json,
        (await other.wire.send("GET", "/Groups")).json,
    )
    for each in sides:
        assert [] == await each.connected.problems()


async def test_a_name_may_be_taken_once_in_each_connection(sides):
    """The same userName is 201 on both sides, and 409 the second time on either."""
    user = {"schemas": [USER], "userName": "cid@nowhere.example"}
    assert [201, 201, 409, 409] == [
        (await each.wire.send("POST", "/Users", user)).status for each in sides * 2
    ]


async def test_seats_and_books_are_a_teams_own(hub):
    """Who comes in one team takes no seat of another and writes nothing into its book."""
    one, two = await hub.connection("okta", seats=1), await hub.connection("entra", seats=1)
    for each in (one, two):
        wire = Wire(each.url, each.token)
        user = {"schemas": [USER], "userName": "ann@a.example"}

        assert 201 == (await wire.send("POST", "/Users", user)).status
        await wire.close()

    for each in (one, two):
        assert {"bought": 1, "held": 1, "free": 0} == await each.seats()
        assert ["bought", "taken"] == [entry["what"] for entry in await each.book()]
