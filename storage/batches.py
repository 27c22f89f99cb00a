"""Writes to SQLite, as many as wait in one commit: the disk is waited for once for all of them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeAlias

from attrs import define, field

from hub.engine.values import Overtaken

from .deadline import left

#: The most writes in one commit: whoever reads meanwhile waits for the statements of all.
BATCH_MAX = 32

#: Writes on the client of an open transaction.
Writing: TypeAlias = Callable[[Any], Awaitable[Any]]


#: What waits to be written, where its end is told, and what tells it that it waited too long.
Waiting: TypeAlias = tuple[Writing, asyncio.Future[Any], asyncio.TimerHandle | None]

#: What a writing returned, in a tuple, or what it raised.
End: TypeAlias = tuple[Any] | Exception


@define(eq=False)
class Batches:
    """Runs writings in the transactions that *transaction* opens; one that fails takes no other along."""

    transaction: Callable[[], AbstractAsyncContextManager[Any]]
    _waiting: deque[Waiting] = field(factory=deque, init=False)
    _task: asyncio.Task[None] | None = field(default=None, init=False)
    #: How many writings go one by one, since one of them made a commit fail.
    _alone: int = field(default=0, init=False)

    async def run(self, writing: Writing, *, until: float | None = None) -> Any:
        """Return what *writing* returned, once it is committed, or raise what it or its commit raised.

        Raises `TimeoutError` where it has not begun *until* then, and does not begin any more.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        seconds = left(until)
        timer = None if seconds is None else loop.call_later(seconds, _settle, future, TimeoutError())
        self._waiting.append((writing, future, timer))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._empty())
        return await future

    async def _empty(self) -> None:
        while self._waiting:
            size = 1 if self._alone else min(len(self._waiting), BATCH_MAX)
            batch = [self._waiting.popleft() for _ in range(size)]
            self._alone = max(0, self._alone - size)
            ends = await self._ends(batch)
            for (_, future, _), end in zip(batch, ends, strict=True):
                _settle(future, end)

    async def _ends(self, batch: list[Waiting]) -> list[End]:
        begun = False
        try:
            async with self.transaction() as client:
                begun = True
                return [await _apart(client, waiting) for waiting in batch]
        except Exception as error:  # noqa: BLE001 - told to whoever waits for it
            if len(batch) == 1 or not begun:
                return [error] * len(batch)
            # Whose fault it was shows when they come again, one by one.
            self._alone = len(batch)
            return [Overtaken(str(error)) for _ in batch]


async def _apart(client: Any, waiting: Waiting) -> End:
    """Return what a writing returns, in a tuple, or its error, with nothing left of what it wrote."""
    writing, future, timer = waiting
    if future.done():  # nobody waits for it any more
        return (None,)
    if timer:
        timer.cancel()
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
