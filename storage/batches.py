"""Writes that wait at once, in one commit: the disk is waited for once for all of them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeAlias

from attrs import define, field, frozen

from hub.engine.errors import Overtaken

from .deadline import left

#: Writes on the client of an open transaction.
Writing: TypeAlias = Callable[[Any], Awaitable[Any]]

#: What a writing returned, in a tuple, or what it raised.
End: TypeAlias = tuple[Any] | Exception


@frozen
class Waiting:
    """A *writing*, where its end is told, *until* when, and what tells it that it has waited too long."""

    writing: Writing
    future: asyncio.Future[Any]
    until: float | None
    timer: asyncio.TimerHandle | None


@frozen
class Queue:
    """Who waits for the next commit, and the task that comes to them."""

    waiting: deque[Waiting]
    task: asyncio.Task[None]


@define(eq=False)
class Batches:
    """Runs writings in the transactions that *transaction* opens, those of one group in turn.

    It is told for how many, at *most* that, and until when the first of them is to be done. With
    *savepoints*, one that fails takes no other along. Without, none of its commit lands; and whose fault
    it was shows when they come again, each alone.
    """

    transaction: Callable[[int, float | None], AbstractAsyncContextManager[Any]]
    most: int
    savepoints: bool
    _queues: dict[str, Queue] = field(factory=dict, init=False)

    async def run(self, writing: Writing, *, among: str, until: float | None = None) -> Any:
        """Return what *writing* returned, once it is committed, or raise what it or its commit raised.

        It may share that commit with those *among* whom it is. Raises `TimeoutError` where it has not begun
        *until* then, and does not begin any more.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        seconds = left(until)
        timer = None if seconds is None else loop.call_later(seconds, _settle, future, TimeoutError())
        queue = self._queues.get(among)
        if queue is None or queue.task.done():
            waiting = deque[Waiting]()
            queue = Queue(waiting, asyncio.create_task(self._empty(among, waiting)))
            self._queues[among] = queue
        queue.waiting.append(Waiting(writing, future, until, timer))
        return await future

    async def _empty(self, among: str, waiting: deque[Waiting]) -> None:
        while waiting:
            batch = [waiting.popleft() for _ in range(min(len(waiting), self.most))]
            ends = await self._ends(batch)
            for each, end in zip(batch, ends, strict=True):
                _settle(each.future, end)
        del self._queues[among]

    async def _ends(self, batch: Sequence[Waiting]) -> Sequence[End]:
        begun = False
        until = min((each.until for each in batch if each.until is not None), default=None)
        try:
            async with self.transaction(len(batch), until) as client:
                begun = True
                return [await self._end(client, each) for each in batch]
        except Exception as error:  # noqa: BLE001 - told to whoever waits for it
            if len(batch) == 1 or not begun:
                return [error] * len(batch)
            return [Overtaken(str(error)) for _ in batch]

    async def _end(self, client: Any, waiting: Waiting) -> End:
        if waiting.future.done():  # nobody waits for it any more
            return (None,)
        if waiting.timer:
            waiting.timer.cancel()
        if self.savepoints:
            return await _apart(client, waiting.writing)
        return (await waiting.writing(client),)


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


def _settle(future: asyncio.Future[Any], end: End) -> None:
    if future.done():  # whoever waited was cancelled
        return
    if isinstance(end, Exception):
        future.set_exception(end)
    else:
        future.set_result(end[0])
