"""A hub that dies around a plugin's hook tells the event again: at least once, and in order."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from attrs import evolve

from tests.kills.operations import patched, person
from tests.kills.quick import DIED, connected, victim
from tests.running import Desk, Hub

pytestmark = [pytest.mark.anyio, pytest.mark.kills]

AROUND_A_HOOK = ("relay.lease", "relay.hook.before", "relay.hook.after", "relay.told")

LISTENER = """
import os
from hub.spi import hookimpl

@hookimpl
async def user_provisioned(event):
    with open(os.environ["HEARD"], "a") as heard:
        heard.write(event.id + "\\n")

user_updated = user_deactivated = user_provisioned
"""


@pytest.fixture
def listening(still: Hub, tmp_path: Path) -> Hub:
    """The same hub with a plugin that is installed beside it and writes down which events it hears."""
    (tmp_path / "listener.py").write_text(LISTENER)
    (tmp_path / "listener-1.dist-info").mkdir()
    (tmp_path / "listener-1.dist-info" / "METADATA").write_text("Name: listener\nVersion: 1\n")
    (tmp_path / "listener-1.dist-info" / "entry_points.txt").write_text(
        "[provisioning_hub]\nlistener = listener\n"
    )
    (tmp_path / "heard").touch()
    return evolve(still, settings={"PYTHONPATH": str(tmp_path), "HEARD": str(tmp_path / "heard")})


async def leases_run_out(desk: Desk) -> None:
    """Let the time pass for which a dead hub keeps others from telling."""
    await desk.house.database.rows("UPDATE leases SET until = ''")


async def told(desk: Desk) -> None:
    """Return once the listener has been told everything."""
    async with asyncio.timeout(20):
        while not await desk.house.database.rows(
            "SELECT 1 FROM leases WHERE listener = 'listener' AND event_id = (SELECT max(id) FROM outbox)"
        ):
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("failpoint", AROUND_A_HOOK)
async def test_death_around_a_hook_loses_no_event(
    still: Hub, listening: Hub, operator: Desk, tmp_path: Path, failpoint: str
):
    """What was not noted as told is told again by the next hub; what was is not."""
    with victim(still) as plain:  # it has nobody to tell
        source = await connected(operator, "generic", plain.url)
        user = (await source.client.post("Users", json=person("ann"))).json()
        await source.client.patch(f"Users/{user['id']}", json=patched("add", "title", "Captain"))
        await source.client.patch(f"Users/{user['id']}", json=patched("replace", "active", False))
    events = [event["id"] for event in await source.events() if event["name"].startswith("user_")]

    await leases_run_out(operator)
    with victim(listening, failpoint) as dying:
        assert DIED == dying.end
    await leases_run_out(operator)
    with victim(listening):
        await told(operator)

    twice = events[:1] if failpoint == "relay.hook.after" else []
    assert 3 == len(events)
    assert [*twice, *events] == (tmp_path / "heard").read_text().split()
