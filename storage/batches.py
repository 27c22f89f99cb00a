"""Writes that wait at once, in one commit: the disk is waited for once for all of them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import define, field, frozen

from hub.engine.values.errors import Overtaken

from .deadline import left

if TYPE_CHECKING:
    from .company import Company

#: How many batches have savepoints after one that failed. A savepoint costs a write a twentieth of its time,
#: and to run a batch again costs all of it: so it is done no more often than that.
DOUBTS = 32

#: Writes on the client of an open transaction.
Writing: TypeAlias = Callable[[Any], Awaitable[Any]]

#: What a writing returned, in a tuple, or what it raised.
End: TypeAlias = tuple[Any] | Exception

#: Seconds after which those behind a batch go by it, and how many batches may be gone by at once: each keeps
#: a connection of the pool until it is done.
ASIDE_SECONDS, ASIDE_MAX = 0.1, 4


@frozen
class Waiting:
    """A *writing*, where its end is told, *until* when, and what tells it that it has waited too long."""

    writing: Writing
    future: asyncio.Future[Any]
    until: float | None
    timer: asyncio.TimerHandle | None


@define(eq=False)
class Batches:
    """Runs writings in the transactions that *transaction* opens, those of one group in turn.

    It is told for how many, at *most* that, and until when the first of them is to be done. With
    *savepoints*, one that fails takes no other along: they are run again, each behind a savepoint, and so are
    those that follow for a while. Without, one that has left a trace does; and whose fault it was shows
    when they come again, each alone. Then there are several writers, too, and those who wait behind a batch
    that waits for somebody else go by it.
    """

    transaction: Callable[[int, float | None], AbstractAsyncContextManager[Any]]
    most: int
    savepoints: bool
    #: How many more batches have savepoints, since one failed.
    _doubts: int = field(default=0, init=False)
    #: Who waits for the next commit of a group, while a task comes to them.
    _queues: dict[str, deque[Waiting]] = field(factory=dict, init=False)
    #: Those tasks, and those that were gone by.
    _tasks: set[asyncio.Task[None]] = field(factory=set, init=False)

    async def run(self, writing: Writing, *, among: str, until: float | None = None) -> Any:
        """Return what *writing* returned, once it is committed, or raise what it or its commit raised.

        It may share that commit with those *among* whom it is. Raises `TimeoutError` where it has not begun
        *until* then, and does not begin any more.
        """
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        seconds = left(until)
        timer = None if seconds is None else _later(seconds, _settle, future, TimeoutError())
        waiting = self._queues.get(among)
        if waiting is None:
            waiting = deque[Waiting]()
            self._come_to(among, waiting)
        waiting.append(Waiting(writing, future, until, timer))
        return await future

    def _come_to(self, among: str, waiting: deque[Waiting]) -> None:
        self._queues[among] = waiting
        task = asyncio.create_task(self._empty(among, waiting))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _empty(self, among: str, waiting: deque[Waiting]) -> None:
        try:
            while waiting:
                batch = [waiting.popleft() for _ in range(min(len(waiting), self.most))]
                # Whose time was up before their turn would take the others' along.
                if batch := [each for each in batch if not each.future.done()]:
                    await self._run(batch, among, waiting)
        finally:
            if self._queues.get(among) is waiting:
                del self._queues[among]

    async def _run(self, batch: Sequence[Waiting], among: str, waiting: deque[Waiting]) -> None:
        """Run *batch* to its end; those *waiting* behind it do not wait for that, where it takes long."""
        # In this task, and not in one of its own: that is only needed where somebody is gone by.
        timer = None if self.savepoints else _later(ASIDE_SECONDS, self._go_by, among, waiting)
        try:
            ends = await self._ends(batch)
        finally:
            if timer:
                timer.cancel()
        for each, end in zip(batch, ends, strict=True):
            _settle(each.future, end)

    def _go_by(self, among: str, waiting: deque[Waiting]) -> None:
        """Have another task come to those *waiting*, unless too many are gone by already."""
        if len(self._tasks) - len(self._queues) >= ASIDE_MAX:
            return
        del self._queues[among]
        if waiting:
            self._come_to(among, waiting.copy())
            waiting.clear()

    async def _ends(self, batch: Sequence[Waiting]) -> Sequence[End]:
        begun = ran = False
        apart = self.savepoints and self._doubts > 0
        until = min((each.until for each in batch if each.until is not None), default=None)
        try:
            async with self.transaction(len(batch), until) as client:
                begun = True
                ends = [await self._end(client, each, apart=apart) for each in batch]
                ran = True
        except Exception as error:  # noqa: BLE001 - told to whoever waits for it
            self._doubts = DOUBTS
            if len(batch) == 1 or not begun:
                return [error] * len(batch)
            if not self.savepoints or apart or ran:
                return [Overtaken(str(error)) for _ in batch]
        else:
            failed = any(isinstance(end, Exception) for end in ends)
            self._doubts = DOUBTS if failed else max(0, self._doubts - 1)
            return ends
        return await self._ends(batch)  # out here, so that no error of theirs has this one behind it

    async def _end(self, client: Any, waiting: Waiting, *, apart: bool) -> End:
        if waiting.future.done():  # nobody waits for it any more
            return (None,)
        if waiting.timer:
            waiting.timer.cancel()
        if apart:
            # The first time, before it failed for one of them, may have taken all there was.
            late = waiting.until is not None and monotonic() > waiting.until
            return TimeoutError() if late else await _apart(client, waiting.writing)
        company: Company | None = client.company
        return await company.end(waiting.writing, client) if company else (await waiting.writing(client),)


async def _apart(client: Any, writing: Writing) -> End:
    """Return what *writing* returns, in a tuple, or its error, with nothing left of what it wrote."""
    await client.execute_query_dict("SAVEPOINT work")
    try:
        end: End = (await writing(client),)
    except Exception as error:  # noqa: BLE001 - told to whoever waits for it
        # Raises where SQLite itself has undone the whole transaction: the disk is full, or broken.
        await client.execute_query_dict("ROLLBACK TO work")
        end = error
    await client.execute_query_dict("RELEASE work")
    return end


def _later(seconds: float, call: Callable[..., object], *values: object) -> asyncio.TimerHandle:
    return asyncio.get_running_loop().call_later(seconds, call, *values)


def _settle(future: asyncio.Future[Any], end: End) -> None:
    if future.done():  # whoever waited was cancelled
        return
    if isinstance(end, Exception):
        future.set_exception(end)
    else:
        future.set_result(end[0])
