"""A hub that dies anywhere in a write has written all of it or nothing, and goes on where it was."""

from __future__ import annotations

import ast
from pathlib import Path

import httpx2
import pytest

from hub.engine.common import failpoints
from tests.kills import checker
from tests.kills.operations import CREATE, DONE, OPERATIONS, Operation
from tests.kills.quick import DIED, through, victim
from tests.kills.test_notes import IN_A_NOTE
from tests.kills.test_relay import AROUND_A_HOOK
from tests.running import Desk

pytestmark = [pytest.mark.anyio, pytest.mark.kills]

CASES = [
    pytest.param(operation, failpoint, id=f"{operation.name}-{failpoint}")
    for operation in OPERATIONS
    for failpoint in operation.failpoints
]


@pytest.mark.parametrize(("operation", "failpoint"), CASES)
async def test_death_leaves_all_or_nothing(hub: Desk, operation: Operation, failpoint: str):
    """Before the commit nothing has happened, after it everything; asked again, it is as if asked once."""
    connected = await hub.connection("generic")
    ready = await operation.prepare(connected.client)
    before = await checker.whole(connected)

    with victim(hub.hub, failpoint) as dying:
        with pytest.raises(httpx2.TransportError):
            await operation.ask(through(hub, connected, dying.url), ready)
        assert DIED == dying.end

    after = await checker.whole(connected)
    assert (failpoint in DONE) is operation.happened(after, ready)
    assert failpoint in DONE or before == after

    with victim(hub.hub) as reborn:
        answer = await operation.ask(through(hub, connected, reborn.url), ready)
        assert operation.answers[failpoint in DONE] == answer.status_code

    end = await checker.whole(connected)
    assert operation.happened(end, ready)
    assert operation.held == (await connected.seats())["held"]
    assert operation.entries == len(end["entries"]) - len(before["entries"])


async def test_serve_dies_where_it_is_told(hub: Desk):
    """The command as it is installed heeds the failpoint, too."""
    connected = await hub.connection("generic")
    node = hub.hub.start(failpoint="write.commit.before")

    with pytest.raises(httpx2.TransportError):
        await CREATE.ask(through(hub, connected, node.url), await CREATE.prepare(connected.client))

    assert DIED == node.process.wait(10)


def test_every_failpoint_is_tried():
    """Each place where the code can die is in the list, and some test lets it die there."""
    house = Path(__file__).parents[2]
    passed = {
        node.args[0].value
        for folder in ("hub", "storage")
        for path in (house / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "failpoint"
    }
    tried = {failpoint for operation in OPERATIONS for failpoint in operation.failpoints}

    assert set(failpoints.FAILPOINTS) == passed
    assert set(failpoints.FAILPOINTS) == tried | set(AROUND_A_HOOK) | {IN_A_NOTE}


async def test_half_an_effect_is_noticed(hub: Desk):
    """The checker sees each table that says less than the others."""
    connected = await hub.connection("generic")
    await CREATE.prepare(connected.client)
    now = await checker.whole(connected)

    halves = ["resources", "persons", "holdings", "entries", "outbox"]
    seen = {table for table in halves if checker.problems({**now, table: now[table][:-1]})}

    assert set(halves) == seen
    assert checker.problems({**now, "seats": [{**row, "held": 0} for row in now["seats"]]})
