"""Whatever fails may keep somebody out, and never anybody in."""

from __future__ import annotations

import asyncio
import re

import pytest

from hub.engine.rounds.settling import Settling
from tests.kills import checker
from tests.kills.operations import patched, person
from tests.kills.quick import connected, through, victim
from tests.running import Connected, Desk, Hub

pytestmark = [pytest.mark.anyio, pytest.mark.kills]

BROKEN_LEDGER = ("write.claim", "write.seat", "write.entry")

REMOVALS = {
    "deactivate": ("PATCH", patched("replace", "active", False), 200),
    "put": ("PUT", person("ann", active=False), 200),
    "delete": ("DELETE", None, 204),
}


def leave_it() -> None:
    """Plant a hub that settles nobody: one that is quick would free the seat before it is ended."""

    async def nobody(_: Settling) -> None:
        return

    Settling.settle_due = nobody  # type: ignore[assignment]


async def settled(source: Connected) -> None:
    """Return once nobody's seat is left as it should not be."""
    async with asyncio.timeout(20):
        while await source.house.database.rows("SELECT 1 FROM persons WHERE unsettled"):
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("removal", REMOVALS)
@pytest.mark.parametrize("failpoint", BROKEN_LEDGER)
async def test_removal_goes_through_without_the_ledger(
    still: Hub, operator: Desk, failpoint: str, removal: str
):
    """Access is off and an alarm is raised, though the seat cannot be freed; the next hub frees it."""
    with victim(still) as well:
        source = await connected(operator, "generic", well.url)
        user = (await source.client.post("Users", json=person("ann"))).json()["id"]
    method, body, status = REMOVALS[removal]
    log = still.data / "hub.log"
    logged = log.stat().st_size

    with victim(still, f"{failpoint}:raise", plant=leave_it) as failing:
        answer = await through(operator, source, failing.url).request(method, f"Users/{user}", json=body)

    now = await checker.state(source.house.database.rows, source.team.id)
    assert status == answer.status_code
    assert [] == [row for row in now["resources"] if row["active"]]
    assert 1 == (await source.seats())["held"]
    assert ["bought", "taken"] == [row["what"] for row in now["entries"]]
    assert "alarm.seat_not_released" in log.read_text()[logged:]

    with victim(still):
        await settled(source)

    assert 0 == (await source.seats())["held"]
    assert ["bought", "taken", "released"] == [each["what"] for each in await source.book()]
    await checker.whole(source)


@pytest.mark.parametrize("failpoint", BROKEN_LEDGER)
async def test_grant_without_the_ledger_stores_nothing(still: Hub, operator: Desk, failpoint: str):
    """Nobody comes in without a seat and an entry; the provider is told where to read about it."""
    with victim(still, f"{failpoint}:raise") as failing:
        source = await connected(operator, "generic", failing.url)
        before = await checker.whole(source)
        answer = await source.client.post("Users", json=person("ann"))
        again = await source.client.get("Users")

    assert 500 == answer.status_code
    assert "500" == answer.json()["status"]
    assert ["urn:ietf:params:scim:api:messages:2.0:Error"] == answer.json()["schemas"]
    assert re.search(r"Ref hx_[0-9a-f]+", answer.json()["detail"])
    assert 0 == again.json()["totalResults"]
    assert before == await checker.whole(source)
