"""`groups` of a user: read-only, and told with every answer that has a user in it (RFC 7643 §4.1.2)."""

from __future__ import annotations

import pytest

from tests.groups.conftest import PATCH, USER

SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"


async def test_a_user_is_told_with_its_groups(provider):
    """Each has a value, a reference that leads to the group, its name, and how the user came to be in it."""
    user = await provider.user("ann@a.example")
    staff = await provider.group("Staff", user)
    everybody = await provider.group("Everybody", staff)

    groups = (await provider.ask("GET", f"Users/{user}")).json()["groups"]

    assert [
        {
            "value": staff,
            "$ref": f"{provider.connected.url}/Groups/{staff}",
            "display": "Staff",
            "type": "direct",
        },
        {
            "value": everybody,
            "$ref": f"{provider.connected.url}/Groups/{everybody}",
            "display": "Everybody",
            "type": "indirect",
        },
    ] == sorted(groups, key=lambda each: each["type"])
    assert [each["value"] for each in groups] == sorted(each["value"] for each in groups)
    assert staff == (await provider.ask("GET", groups[0]["$ref"])).json()["id"]


@pytest.mark.parametrize("above", [(), ("Everybody",)])
async def test_every_answer_with_a_user_has_its_groups(provider, above):
    """Reading, listing, searching, replacing and changing show the same; a new user is in none."""
    user = await provider.user("ann@a.example")
    staff = await provider.group("Staff", user)
    for name in above:
        await provider.group(name, staff)
    named = {"filter": 'userName eq "ann@a.example"'}
    put = {"schemas": [USER], "userName": "ann@a.example", "title": "Guide"}
    patch = {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "title", "value": "Boss"}]}
    nothing = {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "active", "value": True}]}
    search = {"schemas": [SEARCH], **named}

    answers = [
        await provider.ask("GET", f"Users/{user}"),
        await provider.ask("GET", "Users"),
        await provider.ask("GET", "Users", **named),
        await provider.ask("GET", "Users", attributes="groups"),
        await provider.ask("GET", "Users", excludedAttributes="userName"),
        await provider.ask("POST", "Users/.search", search),
        await provider.ask("PUT", f"Users/{user}", put),
        await provider.ask("PATCH", f"Users/{user}", patch),
        await provider.ask("PATCH", f"Users/{user}", nothing),
        await provider.ask("PATCH", f"Users/{user}", patch, attributes="groups.display"),
    ]

    for answer in answers:
        assert 200 == answer.status_code, answer.text
        (found,) = answer.json().get("Resources", [answer.json()])
        assert [*above, "Staff"] == sorted(each["display"] for each in found["groups"]), answer.request.url
    made = await provider.ask("POST", "Users", {"schemas": [USER], "userName": "bob@a.example"})
    assert "groups" not in made.json()


@pytest.mark.parametrize("asked", [{"excludedAttributes": "groups"}, {"attributes": "userName"}])
async def test_groups_stay_out_where_they_are_not_wanted(provider, asked):
    """They are shown by default, and may be left out as any attribute may."""
    user = await provider.user("ann@a.example")
    await provider.group("Staff", user)

    for path in (f"Users/{user}", "Users"):
        assert '"groups"' not in (await provider.ask("GET", path, **asked)).text


async def test_names_that_cannot_be_read_keep_nobody_in(provider):
    """What an answer is asked to show refuses that answer, and no removal, which shows nothing."""
    user = await provider.user("ann@a.example")

    assert 400 == (await provider.ask("GET", f"Users/{user}", attributes="no[")).status_code
    assert 204 == (await provider.ask("DELETE", f"Users/{user}", attributes="no[")).status_code


async def test_what_a_provider_says_of_groups_is_let_be(provider):
    """They are changed at the groups: what comes with a user is neither kept nor an error."""
    staff = await provider.group("Staff")
    user = await provider.user("ann@a.example", groups=[{"value": staff}])
    put = {"schemas": [USER], "userName": "ann@a.example", "groups": []}

    assert {} == await provider.groups(user)
    await provider.add(staff, user)
    assert 200 == (await provider.ask("PUT", f"Users/{user}", put)).status_code
    assert {"Staff": "direct"} == await provider.groups(user)


async def test_groups_follow_what_happens_to_the_groups(provider):
    """A group that is renamed, left, taken out of another, or deleted is told of as it is now."""
    user = await provider.user("ann@a.example")
    crew = await provider.group("Crew", user)
    staff = await provider.group("Staff", crew)
    everybody = await provider.group("Everybody", staff, user)
    assert {"Crew": "direct", "Staff": "indirect", "Everybody": "direct"} == await provider.groups(user)

    await provider.change(staff, {"op": "replace", "path": "displayName", "value": "The staff"})
    assert {"Crew": "direct", "The staff": "indirect", "Everybody": "direct"} == await provider.groups(user)
    await provider.remove(everybody, user)
    assert {"Crew": "direct", "The staff": "indirect", "Everybody": "indirect"} == await provider.groups(user)
    await provider.remove(everybody, staff)
    assert {"Crew": "direct", "The staff": "indirect"} == await provider.groups(user)
    await provider.ask("DELETE", f"Groups/{crew}")
    assert {} == await provider.groups(user)
    assert set() == await provider.members(staff)


async def test_a_group_in_a_group_is_told_as_one(provider):
    """A member says that it is a group, where it is found, and events name it like any member."""
    user, crew = await provider.user("ann@a.example"), await provider.group("Crew")
    staff = await provider.group("Staff", user, crew)
    url = provider.connected.url

    members = (await provider.ask("GET", f"Groups/{staff}")).json()["members"]

    assert [
        {"value": crew, "$ref": f"{url}/Groups/{crew}", "type": "Group"},
        {"value": user, "$ref": f"{url}/Users/{user}", "type": "User"},
    ] == sorted(members, key=lambda each: each["type"])
    assert ("group_changed", staff, tuple(sorted([user, crew])), ()) in await provider.told()
    assert (
        204
        == (await provider.change(staff, {"op": "remove", "path": 'members[type eq "Group"]'})).status_code
    )
    assert ("group_changed", staff, (), (crew,)) == (await provider.told())[-1]
    assert {user} == await provider.members(staff)


async def test_groups_in_a_ring_are_safe(provider):
    """RFC 7643 says nothing of a group in itself: it is kept, read, and taken apart like any other."""
    user = await provider.user("ann@a.example")
    one = await provider.group("One", user)
    two = await provider.group("Two", one)
    assert {204} == {(await provider.add(one, member)).status_code for member in (two, one)}

    assert {"One": "direct", "Two": "indirect"} == await provider.groups(user)
    assert {user, one, two} == await provider.members(one)
    assert 204 == (await provider.ask("DELETE", f"Groups/{one}")).status_code
    assert {} == await provider.groups(user)
    assert set() == await provider.members(two)


async def test_groups_of_other_connections_are_never_told(hub, provider):
    """A person of two connections is a user of each, in the groups of that connection only."""
    other = type(provider)(connected=await hub.connection("generic", team=provider.connected.team))
    user, theirs = await provider.user("ann@a.example"), await other.user("ann@a.example")
    await provider.group("Ours", user)
    await other.group("Theirs", theirs)

    assert {"Ours": "direct"} == await provider.groups(user)
    assert {"Theirs": "direct"} == await other.groups(theirs)
