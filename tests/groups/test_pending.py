"""Members that the hub does not know: refused, or waited for until somebody arrives who is called so."""

from __future__ import annotations

import pytest

from tests.author import BY
from tests.groups.conftest import GROUP, MEMBERS_MAX, USER, listed


async def test_an_unknown_member_is_refused(provider):
    """Without the setting, a member that is not there is a value that does not fit (RFC 7644 §3.12)."""
    group = await provider.group("Staff")

    answer = await provider.add(group, "somebody")

    assert (400, "invalidValue") == (answer.status_code, answer.json()["scimType"])
    assert "somebody" in answer.json()["detail"]


@pytest.mark.parametrize("value", ["ext-1", "ann@a.example", "ANN@A.example"])
async def test_a_member_is_one_once_it_arrives(patient, value):
    """By externalId, or by userName in any case; until then nobody sees it, and afterwards all is as ever."""
    staff = await patient.group("Staff", value)
    everybody = await patient.group("Everybody", staff)
    assert set() == await patient.members(staff)
    assert '"members"' not in (await patient.ask("GET", f"Groups/{staff}")).text

    made = await patient.ask(
        "POST", "Users", {"schemas": [USER], "userName": "ann@a.example", "externalId": "ext-1"}
    )

    user = made.json()["id"]
    assert {"Staff": "direct", "Everybody": "indirect"} == {
        each["display"]: each["type"] for each in made.json()["groups"]
    }
    assert {user} == await patient.members(staff)
    names = [name for name, *_ in await patient.told()]
    assert ["group_changed", "group_changed", "user_provisioned"] == names[:3]
    assert ("group_changed", staff, (user,), ()) == (await patient.told())[-1]
    assert everybody in [resource for _, resource, *_ in await patient.told()]


async def test_what_case_tells_apart_stays_apart(patient):
    """An externalId is somebody only to the letter (RFC 7643 §3.1)."""
    staff = await patient.group("Staff", "Ext-1")
    await patient.user("ann@a.example", externalId="ext-1")

    assert set() == await patient.members(staff)


async def test_a_member_is_called_by_what_it_was_waited_for(patient):
    """A provider that knows an id of its own only adds and removes by it, whoever is there already."""
    user = await patient.user("ann@a.example", externalId="ext-1")
    staff = await patient.group("Staff")

    assert 204 == (await patient.add(staff, "ext-1")).status_code
    assert {user} == await patient.members(staff)
    assert 200 == (await replace(patient, staff, "ext-1")).status_code
    assert 1 == len([name for name, _, came, _ in await patient.told() if came])
    assert 204 == (await patient.remove(staff, "ext-1")).status_code
    assert set() == await patient.members(staff)


async def replace(provider, group, *members):
    """Replace a group by one of *members*."""
    body = {"schemas": [GROUP], "displayName": "Staff", "members": listed(*members)}
    return await provider.ask("PUT", f"Groups/{group}", body)


async def take_out(provider, group):
    """Take the member out again."""
    return await provider.remove(group, "ext-1")


async def leave_out(provider, group):
    """Name other members only."""
    return await replace(provider, group, "ext-2")


async def empty(provider, group):
    """Take all members out."""
    return await provider.change(group, {"op": "remove", "path": "members"})


async def delete(provider, group):
    """Delete the group."""
    return await provider.ask("DELETE", f"Groups/{group}")


@pytest.mark.parametrize("given_up", [take_out, leave_out, empty, delete])
async def test_a_member_that_is_given_up_is_waited_for_no_longer(patient, given_up):
    """Whoever is taken out before they arrive stays out; in other groups they are waited for all the same."""
    staff, crew = await patient.group("Staff", "ext-1"), await patient.group("Crew", "ext-1")
    assert (await given_up(patient, staff)).status_code in {200, 204}

    user = await patient.user("ann@a.example", externalId="ext-1")

    assert {"Crew": "direct"} == await patient.groups(user)
    assert {user} == await patient.members(crew)


@pytest.mark.parametrize("where", ['value eq "nobody"', 'value eq "ann@a.example"', 'type eq "User"'])
async def test_a_path_that_finds_nobody_is_at_fault(strict_patient, where):
    """Held to the RFCs, who is neither there nor waited for is nobody to be found (RFC 7644 §3.5.2.3)."""
    await strict_patient.user("ann@a.example")
    staff = await strict_patient.group("Staff", "ext-1")

    answer = await strict_patient.change(staff, {"op": "remove", "path": f"members[{where}]"})

    assert (400, "noTarget") == (answer.status_code, answer.json()["scimType"])
    assert 204 == (await strict_patient.remove(staff, "ext-1")).status_code
    assert 400 == (await strict_patient.remove(staff, "ext-1")).status_code
    assert {} == await strict_patient.groups(await strict_patient.user("bob@a.example", externalId="ext-1"))


async def test_a_group_may_be_waited_for(patient):
    """Nested groups come in any order; a group is called by its externalId, its name is nobody's own."""
    staff = await patient.group("Staff", "ext-g", "Crew")
    crew = await patient.group("Crew", await patient.user("ann@a.example"), externalId="ext-g")

    assert {crew} == await patient.members(staff)
    assert ("group_changed", staff, (crew,), ()) in await patient.told()


async def test_members_to_come_stay_within_a_connection(patient, patient_hub):
    """Somebody who arrives elsewhere, in the same team or not, is nobody's member here."""
    house = patient.connected.house
    staff = await patient.group("Staff", "ext-1", "ann@a.example")
    connection, token = await house.connections.create(
        patient.connected.team, idp="generic", domains=["a.example"], on=True, by=BY
    )
    url = f"/scim/v2/{connection.id}/Users"
    body = {"schemas": [USER], "userName": "ann@a.example", "externalId": "ext-1"}
    root = patient_hub.nodes[0].url
    made = await patient.connected.client.post(
        root + url, json=body, headers={"Authorization": f"Bearer {token}"}
    )

    assert 201 == made.status_code, made.text
    assert set() == await patient.members(staff)
    for value in ("ext-1", "ann@a.example", made.json()["id"]):
        assert 204 == (await patient.add(staff, value)).status_code
    assert set() == await patient.members(staff)
    assert {await patient.user("ann@a.example")} == await patient.members(staff)


async def test_a_group_has_no_more_members_than_it_may(patient):
    """One too many is refused whole, waited for or there; who goes is never refused."""
    users = [await patient.user(f"user-{n}@a.example") for n in range(MEMBERS_MAX)]
    staff = await patient.group("Staff", *users[:-1], "ext-1")

    for refused in (
        await patient.add(staff, users[-1]),
        await patient.add(staff, "ext-2"),
        await replace(patient, staff, *users, "ext-1"),
        await patient.ask("POST", "Groups", body_of(*users, "ext-1")),
    ):
        assert (400, "invalidValue") == (refused.status_code, refused.json()["scimType"]), refused.text
        assert f"members: a group may have {MEMBERS_MAX} at most" in refused.json()["detail"]
    assert set(users[:-1]) == await patient.members(staff)
    assert 204 == (await patient.add(staff, users[0], "ext-1")).status_code
    assert 204 == (await patient.remove(staff, users[0])).status_code
    assert 204 == (await patient.add(staff, users[-1])).status_code
    assert set(users[1:]) == await patient.members(staff)


def body_of(*members):
    """Return a group of *members*."""
    return {"schemas": [GROUP], "displayName": "More", "members": listed(*members)}
