"""A write is answered within its patience, whatever it waits for and however often."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncpg
import pytest
from attrs import evolve

from hub.engine.values import StoreAway
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
async def locked(inside: Inside, proxy: Proxy, kind: str, *, seconds: float = 60) -> AsyncIterator[None]:
    """Hold the row of a kind of seat for so many *seconds*, or as long as this lasts."""
    other = await asyncpg.connect(proxy.target)
    transaction = other.transaction()
    await transaction.start()
    await other.execute(ROWS, inside.team.id, kind)

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
        await unit.rows(f"{NOTED} VALUES ($1, 'x', '', '', 'saved', '', '', '{{}}')", unit.scope.team)

    async with locked(inside, proxy, "standard"):
        await evolve(inside.store, patience=PATIENCE).write(work, reference="saved")

    (row,) = await inside.house.database.rows("SELECT count(*) AS saved FROM audit WHERE action = 'saved'")
    assert 1 == row["saved"]


async def test_who_goes_on_for_ever_is_given_up(inside, proxy):
    """However often a write waits again after its time is up, it ends soon after it, and nothing is left."""

    async def work(unit):
        for number in range(100):
            with suppress(TimeoutError):
                async with unit.savepoint():
                    await unit.rows(ROWS, unit.scope.team, "standard")
            await unit.rows("SELECT pg_sleep(0.3)")
            await unit.rows(
                f"{NOTED} VALUES ($1, '', '', '', 'often', $2, '', '')", unit.scope.team, f"{number}"
            )

    async with locked(inside, proxy, "standard"):
        took = await seconds_of(inside, work)

    assert took < PATIENCE + SPARE + LATE
    (row,) = await inside.house.database.rows("SELECT count(*) AS often FROM audit WHERE action = 'often'")
    assert 0 == row["often"]
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

    assert took < PATIENCE + SPARE + CANCEL_SECONDS + LATE
    assert await inside.works()
