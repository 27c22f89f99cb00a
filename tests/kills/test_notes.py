"""Commands that die or fail while they are noted: all or nothing, but for removals, which are done."""

from __future__ import annotations

import subprocess

import pytest

from hub.teams import State
from tests.author import BY
from tests.kills.quick import DIED
from tests.running import HUB, Desk, Hub

pytestmark = [pytest.mark.anyio, pytest.mark.kills]

#: Where a command is between what it does and the end of its transaction.
IN_A_NOTE = "write.note"


def command(hub: Hub, *words: str, failpoint: str = "") -> subprocess.CompletedProcess[str]:
    """Give a command on the database of *hub*, dying or failing at *failpoint*."""
    environ = {**hub.environ, "HUB_FAILPOINT": failpoint}
    return subprocess.run([HUB, *words], env=environ, capture_output=True, text=True, check=False)


async def actions(desk: Desk, team) -> list[str]:
    """Return what stands in a team's audit."""
    return [note.action async for note in desk.house.trail.of(team.id)]


async def test_a_command_that_dies_in_its_note_has_done_nothing(still: Hub, operator: Desk):
    """Neither the state nor the note is there; given again, both are."""
    team = await operator.team()
    connection, _ = await operator.house.connections.create(team, idp="generic", by=BY)
    before = await actions(operator, team)

    died = command(still, "connection", "on", connection.id, failpoint=IN_A_NOTE)
    assert DIED == died.returncode
    assert State.DRAFT is (await operator.house.connections.one(connection.id)).state
    assert before == await actions(operator, team)

    assert 0 == command(still, "connection", "on", connection.id).returncode
    assert State.ON is (await operator.house.connections.one(connection.id)).state
    assert [*before, "connection.on"] == await actions(operator, team)


async def test_a_removal_is_done_although_its_note_fails(still: Hub, operator: Desk):
    """Whoever is to be shut out is, and an alarm is raised; what lets somebody in is not done."""
    team, people = await operator.team(), operator.house.people
    person = await people.add(team, "ann@a.example", by=BY)
    await people.seat(team, person, by=BY)
    failing = f"{IN_A_NOTE}:raise"

    added = command(still, "person", "add", team.id, "bob@a.example", failpoint=failing)
    assert 0 != added.returncode
    suspended = command(
        still, "person", "suspend", team.id, "ann@a.example", "--why", "left", failpoint=failing
    )
    removed = command(still, "person", "remove", team.id, "ann@a.example", failpoint=failing)

    assert [0, 0] == [suspended.returncode, removed.returncode]
    assert all("alarm.not_noted" in ended.stderr + ended.stdout for ended in (suspended, removed))
    dossier = await people.dossier(team, person)
    assert (0, "left", 0) == (
        dossier.standing.claims,
        dossier.suspended,
        (await operator.house.bookkeeping.seats(team))["standard"].held,
    )
    assert ["team.create", "person.add", "person.seat"] == await actions(operator, team)
    assert 1 == len([each async for each in people.of(team)])
