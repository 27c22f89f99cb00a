"""Who looks after a team: never nobody, once there was an owner."""

from __future__ import annotations

import asyncio

import pytest

from hub.engine.values.errors import AdminError
from hub.teams import Role
from storage.affairs import Affairs
from tests.author import BY
from tests.engine.visiting import Portal

ANN, BOB = "ann@acme.example", "bob@acme.example"


@pytest.fixture
def portal(database):
    """Return the portal's use cases, and their clock."""
    return Portal(database)


async def test_admins_are_added_and_changed_and_removed(portal, team):
    """They are told oldest first, by their addresses, whose case is nothing."""
    ann = await portal.admins.add(team, "Ann@ACME.example", role=Role.OWNER, name=" Ann Lee ", by=BY)
    portal.wait(1)
    bob = await portal.admins.add(team, BOB, role=Role.AUDITOR, by=BY)

    assert [ann, bob] == list(await portal.admins.of(team))
    assert (ANN, "Ann Lee") == (ann.address, ann.name)
    assert bob == await portal.admins.known(team.id, " BOB@acme.example")
    changed = await portal.admins.set_role(team, "BOB@acme.example", Role.ADMIN, by=BY)
    assert Role.ADMIN is changed.role
    assert changed == await portal.admins.remove(team, BOB, by=BY)
    assert [ann] == list(await portal.admins.of(team))
    assert await portal.admins.known(team.id, BOB) is None


@pytest.mark.parametrize("address", ["", "ann", "ann@", "@acme.example", "ann@acme", "an n@acme.example"])
async def test_an_admin_has_an_address(portal, team, address):
    """What is none is refused."""
    with pytest.raises(AdminError, match="is not an address"):
        await portal.admins.add(team, address, role=Role.OWNER, by=BY)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.SETUP])
async def test_an_admin_has_a_role_of_admins(portal, team, role):
    """Nobody becomes an operator by being an admin, neither at once nor later."""
    with pytest.raises(AdminError, match="owner, admin or auditor"):
        await portal.admins.add(team, ANN, role=role, by=BY)
    await portal.admins.add(team, ANN, role=Role.OWNER, by=BY)
    with pytest.raises(AdminError, match="owner, admin or auditor"):
        await portal.admins.set_role(team, ANN, role, by=BY)


async def test_an_address_is_one_admin(portal, engine, team):
    """In a team; in another team it may be another."""
    other = await engine.teams.create("other", seats=1, plan="basic", by=BY)
    await portal.admins.add(team, ANN, role=Role.OWNER, by=BY)
    with pytest.raises(AdminError, match="an admin of 'acme' already"):
        await portal.admins.add(team, "ANN@acme.example", role=Role.ADMIN, by=BY)
    await portal.admins.add(other, ANN, role=Role.AUDITOR, by=BY)

    assert [1, 1] == [len(await portal.admins.of(each)) for each in (team, other)]


async def test_nobody_changes_who_is_not_there(portal, engine, team):
    """Nor an admin of another team."""
    other = await engine.teams.create("other", seats=1, plan="basic", by=BY)
    await portal.admins.add(other, ANN, role=Role.AUDITOR, by=BY)
    with pytest.raises(AdminError, match="hub admin list acme"):
        await portal.admins.remove(team, ANN, by=BY)
    with pytest.raises(AdminError, match="hub admin list acme"):
        await portal.admins.set_role(team, ANN, Role.OWNER, by=BY)


async def test_the_last_owner_stays(portal, team):
    """They can neither leave nor step down until there is another."""
    await portal.admins.add(team, ANN, role=Role.OWNER, by=BY)
    await portal.admins.add(team, BOB, role=Role.ADMIN, by=BY)
    with pytest.raises(AdminError, match="last owner"):
        await portal.admins.remove(team, ANN, by=BY)
    with pytest.raises(AdminError, match="last owner"):
        await portal.admins.set_role(team, ANN, Role.ADMIN, by=BY)
    await portal.admins.set_role(team, ANN, Role.OWNER, by=BY)
    await portal.admins.set_role(team, BOB, Role.OWNER, by=BY)
    await portal.admins.remove(team, ANN, by=BY)

    assert [BOB] == [each.address for each in await portal.admins.of(team)]


async def test_of_two_last_owners_one_stays(portal, team, monkeypatch):
    """Two who remove each other at once do not leave the team to nobody."""
    read = Affairs.admins

    async def slowly(self):
        found = await read(self)
        await asyncio.sleep(0.05)  # the other, if they need not wait, read the same meanwhile
        return found

    monkeypatch.setattr(Affairs, "admins", slowly)
    for address in (ANN, BOB):
        await portal.admins.add(team, address, role=Role.OWNER, by=BY)
    ended = await asyncio.gather(
        *(portal.admins.remove(team, address, by=BY) for address in (ANN, BOB)), return_exceptions=True
    )

    assert 1 == sum(isinstance(each, AdminError) for each in ended), ended
    assert 1 == len(await portal.admins.of(team))


async def test_what_becomes_of_admins_is_noted(portal, engine, team):
    """Who did it, to whom, and what changed; what changes nothing is no line."""
    await portal.admins.add(team, ANN, role=Role.OWNER, name="Ann", by=BY)
    await portal.admins.add(team, BOB, role=Role.AUDITOR, by=BY)
    for _ in range(2):
        await portal.admins.set_role(team, BOB, Role.ADMIN, by=BY)
    await portal.admins.remove(team, BOB, by=BY)
    notes = [note async for note in engine.trail.of(team.id) if note.action.startswith("admin.")]

    assert [("add", ANN), ("add", BOB), ("role", BOB), ("remove", BOB)] == [
        (note.action.removeprefix("admin."), note.target) for note in notes
    ]
    assert {"role": {"before": "auditor", "after": "admin"}} == notes[2].changes
