"""A write is answered within its patience, whatever it waits for and however often."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg
import pytest
from attrs import evolve
from structlog.testing import capture_logs

from hub.engine.seats import seats
from hub.engine.values.errors import StoreAway
from storage import door
from storage.deadline import SPARE
from storage.pool import CANCEL_SECONDS
from tests.kills.inside import Inside, inside_of
from tests.kills.proxy import Proxy
from tests.postgres import Postgres
from tests.running import Hub

pytestmark = [pytest.mark.anyio, pytest.mark.kills]

#: Seconds that a write has, and those that an answer may be late on a machine that is busy.
PATIENCE, LATE = 0.6, 0.5

NOTED = "INSERT INTO audit (team_id, reference, at, who, action, target, why, changes)"
ROWS = "SELECT 1 FROM seats WHERE team_id = $1 AND kind = $2 FOR UPDATE"
PERSON = "SELECT 1 FROM persons WHERE team_id = $1 AND id = $2 FOR UPDATE"


@pytest.fixture
async def proxy(postgres: Postgres) -> AsyncIterator[Proxy]:
    """A way to a database of the test's own."""
    made = Proxy(postgres.create_database())
    yield made
    postgres.drop_database(made.target)


@pytest.fixture
async def inside(proxy: Proxy, tmp_path) -> AsyncIterator[Inside]:
    """A house in this process that goes this way, in a team with two kinds of seat."""
    async with (
        proxy.listening() as url,
        inside_of(Hub(database_url=url, data=tmp_path, settings={"HUB_DATABASE__POOL": "3"})) as made,
    ):
        await made.store.write(lambda unit: unit.buy("viewer", 1), reference="bought")
        yield made
        proxy.stalled = False
        await door.emptied()


@asynccontextmanager
async def locked(
    inside: Inside, proxy: Proxy, which: str, *, rows: str = ROWS, seconds: float = 60
) -> AsyncIterator[None]:
    """Hold the row of a kind of seat, or one of *rows*, for so many *seconds*, or as long as this lasts."""
    other = await asyncpg.connect(proxy.target)
    transaction = other.transaction()
    await transaction.start()
    await other.execute(rows, inside.team.id, which)

    async def let_go() -> None:
        await asyncio.sleep(seconds)
        await transaction.rollback()

    letting_go = asyncio.create_task(let_go())
    yield
    letting_go.cancel()
    with suppress(asyncio.CancelledError):
        await letting_go
    await other.close()


async def seconds_of(inside: Inside, work) -> float:
    """Return how long it took until a write was given up."""
    begun = time.monotonic()
    with pytest.raises(StoreAway):
        await evolve(inside.store, patience=PATIENCE).write(work, reference="late")
    return time.monotonic() - begun


async def several(inside: Inside, work, writes: int) -> list[Any]:
    """Return what came of so many writes at once, which share a commit unless it is one."""
    store = evolve(inside.store, patience=PATIENCE)
    each = (store.write(work, reference=f"{number}", shares=writes > 1) for number in range(writes))
    ends: list[Any] = await asyncio.gather(*each, return_exceptions=True)
    return ends


async def noted(unit, action: str, target: str = "") -> None:
    """Write a line into the audit, by which an action is found again."""
    await unit.rows(
        f"{NOTED} VALUES ($1, $2, '', '', $3, $4, '', '{{}}')",
        *(unit.scope.team, unit.reference, action, target),
    )


async def times(inside: Inside, action: str) -> int:
    """Return how often an action stands in the audit."""
    (row,) = await inside.house.database.rows("SELECT count(*) AS times FROM audit WHERE action = $1", action)
    found: int = row["times"]
    return found


async def test_two_locks_are_waited_for_no_longer_than_one(inside, proxy):
    """What was spent on the first is not there for the second."""

    async def work(unit):
        for kind in ("viewer", "standard"):
            await unit.rows(ROWS, unit.scope.team, kind)

    async with locked(inside, proxy, "viewer", seconds=0.8 * PATIENCE), locked(inside, proxy, "standard"):
        took = await seconds_of(inside, work)

    assert PATIENCE - LATE < took < PATIENCE + LATE
    assert await inside.works()


async def test_what_does_not_need_it_is_saved(inside, proxy):
    """Whoever waited in vain for a part that may fail still has the time to go on without it."""

    async def work(unit):
        with suppress(TimeoutError):
            async with unit.savepoint():
                await unit.rows(ROWS, unit.scope.team, "standard")
        await noted(unit, "saved")

    async with locked(inside, proxy, "standard"):
        await evolve(inside.store, patience=PATIENCE).write(work, reference="saved")

    assert 1 == await times(inside, "saved")


@pytest.mark.parametrize("shares", [False, True], ids=["alone", "shared"])
async def test_who_leaves_goes_though_their_own_row_is_held(inside, proxy, shares: bool):
    """Neither their claim nor the mark that they are to be settled is waited for until nothing lands."""
    await inside.create()
    (person,) = await inside.house.database.rows("SELECT id FROM persons")

    async def work(unit):
        await noted(unit, "left")
        await seats.let_go(unit, person["id"], reference=unit.reference)

    with capture_logs() as told:
        async with locked(inside, proxy, person["id"], rows=PERSON):
            await evolve(inside.store, patience=PATIENCE).write(work, reference="left", shares=shares)

    assert ["alarm.seat_not_released", "alarm.not_marked"] == [line["event"] for line in told]
    assert 1 == await times(inside, "left")


@pytest.mark.parametrize("writes", [1, 2], ids=["alone", "shared"])
async def test_what_comes_too_late_is_not_committed(inside, writes: int):
    """No COMMIT is sent that nobody would wait for: who is told to come again finds nothing written."""

    async def work(unit):
        await noted(unit, "late")
        time.sleep((PATIENCE + SPARE) / writes)  # the loop stands still

    ends = await several(inside, work, writes)

    assert ["StoreAway"] * writes == [type(end).__name__ for end in ends]
    assert await inside.works()
    assert 0 == await times(inside, "late")


@pytest.mark.parametrize("writes", [1, 2], ids=["alone", "shared"])
async def test_what_landed_at_the_last_moment_is_told(inside, proxy, writes: int):
    """A COMMIT whose answer is lost once there is no time for another try is looked for all the same."""

    async def work(unit):
        await noted(unit, "landed")
        time.sleep((PATIENCE + SPARE / 2) / writes)  # the loop stands still
        proxy.loses = "answer"
        return "landed"

    ends = await several(inside, work, writes)

    assert ["landed"] * writes == ends
    assert 1 == proxy.lost
    assert writes == await times(inside, "landed")


async def test_who_goes_on_for_ever_is_given_up(inside, proxy):
    """However often a write waits again after its time is up, it ends soon after it, and nothing is left."""

    async def work(unit):
        for number in range(100):
            with suppress(TimeoutError):
                async with unit.savepoint():
                    await unit.rows(ROWS, unit.scope.team, "standard")
            await unit.rows("SELECT pg_sleep(0.3)")
            await noted(unit, "often", f"{number}")

    async with locked(inside, proxy, "standard"):
        took = await seconds_of(inside, work)

    assert took < PATIENCE + SPARE + LATE
    assert 0 == await times(inside, "often")
    assert await inside.works()


@pytest.mark.parametrize("at", ["first", "statement", "commit"])
async def test_a_server_that_falls_silent_is_given_up(inside, proxy, at: str):
    """No answer comes and no connection breaks: the hub says when to come again, and recovers by itself."""
    proxy.stalled = at == "first"

    async def work(unit):
        await unit.rows("SELECT 1")
        proxy.stalled = True
        if at == "statement":
            await unit.rows("SELECT 1")

    took = await seconds_of(inside, work)
    proxy.stalled = False

    looking = SPARE if at == "commit" else 0
    assert took < PATIENCE + SPARE + CANCEL_SECONDS + looking + LATE
    assert await inside.works()
