"""Requests that are cancelled anywhere, and transactions that cannot begin or end, leave nothing behind."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from attrs import evolve
from tortoise.backends.asyncpg.client import TransactionWrapper
from tortoise.backends.sqlite.client import SqliteTransactionContext

from hub.engine.values.errors import StoreAway
from hub.engine.values.searches import Search
from storage import door, sqlite
from storage.batches import Batches
from storage.database import Database
from tests.kills import checker
from tests.kills.inside import HANGS, Inside, inside_of
from tests.running import Hub
from tests.scale import scale

pytestmark = [pytest.mark.anyio, pytest.mark.kills]

STORM = scale(300, trust=10_000)

#: Fewer connections than there are requests at once.
FEW = {"HUB_DATABASE__POOL": "3", "HUB_DATABASE__PATIENCE_SECONDS": "2"}


@pytest.fixture
async def inside(database_url: str, tmp_path) -> AsyncIterator[Inside]:
    """A house in this process on a database of its own."""
    async with inside_of(Hub(database_url=database_url, data=tmp_path, settings=FEW)) as made:
        yield made


async def storm(inside: Inside) -> int:
    """Cancel requests at random moments of the time that they take; return how many were."""
    chance, long = random.Random(11), float(HANGS)
    for _ in range(5):  # the first finds no connections yet
        began = time.perf_counter()
        await asyncio.gather(*(inside.create() for _ in range(10)))
        long = min(long, time.perf_counter() - began)

    async def cancelled(after: float) -> bool:
        task = asyncio.create_task(inside.create())
        await asyncio.sleep(after)
        return task.cancel()

    cut = 0
    for _ in range(STORM // 10):
        cut += sum(await asyncio.gather(*(cancelled(chance.uniform(0, long)) for _ in range(10))))
        await asyncio.wait_for(door.emptied(), HANGS)
    return cut


async def stormed(inside: Inside) -> bool:
    """Whether the hub works after a storm in which many were cut short."""
    return STORM / 3 < await storm(inside) and await inside.works()


async def test_storm_of_cancelled_requests(inside: Inside):
    """No request that is cut short keeps a lock or a connection, or leaves half of what it did."""
    assert await stormed(inside)
    assert [] == checker.problems(await inside.state())


async def in_the_callers_task(self, writing):
    """Write without a batch."""
    async with self.transaction() as client:
        return await writing(client)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_storm_breaks_stock_transactions(inside: Inside, monkeypatch):
    """Tortoise's own context, in the request's task and without a shield, is stopped by the same storm."""
    monkeypatch.setattr(asyncio, "shield", lambda task: task)
    monkeypatch.setattr(Batches, "run", in_the_callers_task)
    for name in ("__aenter__", "__aexit__"):
        monkeypatch.setattr(sqlite._Transaction, name, getattr(SqliteTransactionContext, name))
    with pytest.raises(Exception):  # noqa: B017, PT011 - however it shows
        assert all([await stormed(inside) for _ in range(5)])  # one storm may pass by


async def fails(_: object) -> None:
    """Fail as a database does that has just gone."""
    raise ConnectionResetError


async def leaves_a_loose_end(unit) -> None:
    """Write what no COMMIT accepts: an address of somebody who is not there."""
    await unit.rows(
        "INSERT INTO person_keys (team_id, address, person_id) VALUES ($1, 'x', 'nobody')", unit.scope.team
    )


async def nothing(_: object) -> None:
    """Write nothing."""


async def commits_fail(inside: Inside) -> None:
    """Have the database refuse COMMIT more often than there are connections."""
    for _ in range(4):
        with pytest.raises(Exception, match=r"(?i)foreign key"):
            await inside.store.write(leaves_a_loose_end, reference="loose")


async def test_commit_that_fails_leaves_nothing(inside: Inside):
    """What the database refuses at the very end is undone, and the next write is not held up."""
    before = await inside.state()
    await commits_fail(inside)

    assert before == await inside.state()
    assert await inside.works()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_commit_that_fails_stops_stock_transactions(inside: Inside, monkeypatch):
    """Tortoise's own context leaves the transaction open, and its lock held: the test above would notice."""
    for name in ("__aenter__", "__aexit__"):
        monkeypatch.setattr(sqlite._Transaction, name, getattr(SqliteTransactionContext, name))
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        await inside.store.write(leaves_a_loose_end, reference="loose")

    with pytest.raises(Exception):  # noqa: B017, PT011 - however it shows
        assert await inside.works()


async def begins_fail(inside: Inside, monkeypatch) -> None:
    """Have BEGIN fail more often than there are connections."""
    impatient = evolve(inside.store, patience=0.2)
    with monkeypatch.context() as patch:
        for kind in (sqlite._Immediate, TransactionWrapper):
            patch.setattr(kind, "begin", fails)
        for _ in range(4):
            with pytest.raises(StoreAway):
                await asyncio.wait_for(impatient.write(nothing, reference="none"), HANGS)


async def test_begin_that_fails_leaves_nothing(inside: Inside, monkeypatch):
    """A transaction that cannot begin gives back its lock or connection."""
    await begins_fail(inside, monkeypatch)

    assert await inside.works()


async def test_begin_that_fails_once_is_tried_again(inside: Inside, monkeypatch):
    """The next try begins afresh, in the same request."""
    tries = []
    for kind in (sqlite._Immediate, TransactionWrapper):
        begin = kind.begin

        async def once(self, begin=begin):
            tries.append(self)
            if len(tries) == 1:
                raise ConnectionResetError
            await begin(self)

        monkeypatch.setattr(kind, "begin", once)

    assert 201 == await asyncio.wait_for(inside.create(), HANGS)
    assert 2 == len(tries)


READS: dict[str, Callable[[Inside], Awaitable[object]]] = {
    "token": lambda inside: inside.house.service.admit(inside.id, f"Bearer {inside.token}"),
    "read": lambda inside: inside.store.text("User", "nobody"),
    "find": lambda inside: inside.store.search(Search(kinds=("User",), where={"User": None}, count=10)),
    "members": lambda inside: inside.store.members("nobody"),
    "seats": lambda inside: inside.house.bookkeeping.seats(inside.team),
}


@pytest.mark.parametrize("name", READS)
async def test_read_that_fails_once_is_tried_again(inside: Inside, monkeypatch, name: str):
    """Whatever is read, a connection that breaks meanwhile is nobody's business."""
    rows, tries = Database.rows, []

    async def once(self, sql, *values):
        tries.append(sql)
        if len(tries) == 1:
            raise ConnectionResetError
        return await rows(self, sql, *values)

    monkeypatch.setattr(Database, "rows", once)
    await READS[name](inside)

    assert tries[0] == tries[1]
