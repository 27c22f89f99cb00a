"""Two operations that go on one statement at a time, in an order that a schedule says.

On PostgreSQL any statement of the one may come between any two of the other, but where a lock holds it off.
On SQLite transactions never overlap: each operation has a connection of its own, as two processes have, and
BEGIN fails while the other writes. So there only that changes places which is not in the same transaction:
what is read before it (whose a token is), what is written after it (who was refused), and whole transactions.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from contextvars import ContextVar
from typing import Any

import asyncpg
import pytest
from attrs import define, field, frozen

from storage import patience, reaching
from storage.client import Client, Row
from storage.database import Database

#: The lane that a statement is of; none of what goes on beside the two.
LANE: ContextVar[Lane | None] = ContextVar("LANE", default=None)

#: How long until it is looked whether a statement waits for a lock, and between two such looks, seconds.
LOOK_SECONDS = 0.001

#: How long two operations may take, seconds.
SECONDS = 20

#: Where a lane stops besides: before the file is locked (SQLite), and before what it wrote is to be seen.
BEGIN, COMMIT = "BEGIN", "COMMIT"


@define(eq=False)
class Lane:
    """One operation; it stops before each statement, and at *asked* it says before which."""

    number: int
    #: Set whenever one of the two has stopped or ended.
    news: asyncio.Event
    asked: str | None = None
    done: bool = False
    #: The server's process that runs its transaction, 0 while none does.
    process: int = 0
    #: Whether it was told that another transaction is open (SQLite).
    busy: bool = False
    _go: asyncio.Event = field(factory=asyncio.Event, init=False)
    _last: str = field(default="", init=False)

    async def arrive(self, statement: str) -> None:
        """Wait for leave to run *statement*."""
        self.busy = statement == self._last == BEGIN
        self._last = self.asked = statement
        self._go.clear()
        self.news.set()
        await self._go.wait()

    def go(self) -> None:
        """Give leave."""
        self.asked = None
        self._go.set()

    def end(self) -> None:
        """Note that it has answered."""
        self.done = True
        self.news.set()

    @property
    def moves(self) -> bool:
        """Say whether it is at a statement, or on its way to the next."""
        return not self.done and self.asked is None


@frozen(kw_only=True)
class Ended:
    """What both operations answered, and which of them went on at each step."""

    answers: tuple[Any, Any]
    trace: tuple[int, ...]
    #: The steps at which either might have gone on.
    choices: tuple[int, ...]


@frozen(kw_only=True)
class Stepper:
    """Steps two operations; *watcher* looks at locks, None on SQLite, which has one for the whole file."""

    watcher: asyncpg.Connection[Any] | None

    async def run(self, works: Sequence[Callable[[], Awaitable[Any]]], schedule: Sequence[int]) -> Ended:
        """Run two *works* as *schedule* says, past its end the first before the second.

        Whose turn it is while they wait for the other is passed over.
        """
        news = asyncio.Event()
        lanes = [Lane(number, news) for number, _ in enumerate(works)]
        tasks = [asyncio.create_task(_walk(lane, work)) for lane, work in zip(lanes, works, strict=True)]
        try:
            async with asyncio.timeout(SECONDS):
                trace, choices = await self._stepped(lanes, schedule)
                one, other = await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
        return Ended(answers=(one, other), trace=tuple(trace), choices=tuple(choices))

    async def _stepped(self, lanes: Sequence[Lane], schedule: Sequence[int]) -> tuple[list[int], list[int]]:
        trace, choices = list[int](), list[int]()
        await self._still(lanes)
        while not all(lane.done for lane in lanes):
            ready = [lane for lane in lanes if _ready(lane, lanes)]
            if len(ready) > 1:
                choices.append(len(trace))
                turn = schedule[len(trace)] if len(trace) < len(schedule) else 0
                ready = [lanes[turn]]
            if ready:
                trace.append(ready[0].number)
                ready[0].go()
            # With nobody ready, each waits for the other: PostgreSQL ends one of the two.
            await self._still(lanes, some=not ready)
        return trace, choices

    async def _still(self, lanes: Sequence[Lane], *, some: bool = False) -> None:
        """Return once each lane has stopped before a statement, has ended, or waits for another's lock.

        With *some*, once not all of those that wait do.
        """
        news = lanes[0].news
        before = [lane for lane in lanes if lane.moves]
        while moving := [lane for lane in lanes if lane.moves]:
            if some and len(moving) < len(before):
                return
            news.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await news.wait()
            if not (some or news.is_set()) and all([await self._waits(lane) for lane in moving]):
                return

    async def _waits(self, lane: Lane) -> bool:
        if self.watcher is None or not lane.process:
            return False
        waits = await self.watcher.fetchval("SELECT cardinality(pg_blocking_pids($1)) > 0", lane.process)
        return bool(waits) and lane.moves


def _ready(lane: Lane, lanes: Sequence[Lane]) -> bool:
    if lane.asked is None:
        return False
    # SQLite has told it once that another writes; until that one has ended, it would tell it again.
    return not (lane.busy and any(other.process for other in lanes if other is not lane))


async def _walk(lane: Lane, work: Callable[[], Awaitable[Any]]) -> Any:
    LANE.set(lane)
    try:
        return await work()
    finally:
        lane.end()


@contextmanager
def stops() -> Iterator[None]:
    """Have each statement, and each end of a transaction, of a lane wait for leave."""
    run, transaction = Database.run, Database.transaction

    async def stopping_run(database: Database, client: Client, sql: str, *values: object) -> Sequence[Row]:
        if lane := LANE.get():
            await lane.arrive(sql)
        return await run(database, client, sql, *values)

    @asynccontextmanager
    async def stopping_transaction(database: Database, **when: Any) -> AsyncIterator[Client]:
        lane = LANE.get()
        # To PostgreSQL, BEGIN says nothing: what a transaction sees begins with each of its statements.
        if lane and database.dialect == "sqlite":
            await lane.arrive(BEGIN)
        try:
            async with transaction(database, **when) as client:
                if lane:
                    lane.process = _process(client)
                yield client
                if lane:
                    await lane.arrive(COMMIT)
        finally:
            if lane:
                lane.process = 0

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Database, "run", stopping_run)
        patch.setattr(Database, "transaction", stopping_transaction)
        # Who finds the file locked is told at once, and comes again.
        patch.setattr(reaching, "BUSY_TIMEOUT", 0)
        patch.setattr(patience, "PAUSE", 0.0005)
        patch.setattr(patience, "PAUSE_MAX", 0.001)
        yield


def _process(client: Any) -> int:
    connection = client._connection
    return connection.get_server_pid() if hasattr(connection, "get_server_pid") else 1


@asynccontextmanager
async def watching(url: str) -> AsyncIterator[Stepper]:
    """Return what steps operations on the database at *url*."""
    if reaching.dialect(url) == "sqlite":
        yield Stepper(watcher=None)
        return
    watcher = await asyncpg.connect(**reaching.postgres(url))
    try:
        yield Stepper(watcher=watcher)
    finally:
        await watcher.close()


def within(context: Any, work: Callable[[], Awaitable[Any]]) -> Callable[[], Awaitable[Any]]:
    """Return *work* as it is done by whoever has opened the database in that *context* of Tortoise's."""

    async def inside() -> Any:
        with context:
            return await work()

    return inside
