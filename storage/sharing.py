"""One question for all who ask the same at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from attrs import define, field

T = TypeVar("T")


@define(eq=False)
class Sharing(Generic[T]):
    """Has *question* asked once at a time for each key, for all who wait for its answer.

    It is asked after the last of them has come: an answer that is on its way may have been found before, and
    miss what has changed since.
    """

    question: Callable[[str], Awaitable[T]]
    #: The answer to what is not asked yet, by key.
    _next: dict[str, asyncio.Future[T]] = field(factory=dict, init=False)
    #: What asks, by key.
    _tasks: dict[str, asyncio.Task[None]] = field(factory=dict, init=False)

    async def ask(self, key: str) -> T:
        """Return an answer that was asked for after this call, or raise what the question raises."""
        answer = self._next.get(key)
        if answer is None:
            answer = self._next[key] = asyncio.get_running_loop().create_future()
            if key not in self._tasks:
                self._tasks[key] = asyncio.create_task(self._answer(key))
        return await asyncio.shield(answer)

    async def _answer(self, key: str) -> None:
        """Ask for those who have come, and again for those who came meanwhile."""
        while (answer := self._next.pop(key, None)) is not None:
            try:
                answer.set_result(await self.question(key))
            except Exception as error:  # noqa: BLE001 - told to whoever waits for it
                answer.set_exception(error)
                answer.exception()  # should all have left who were to hear it, nobody is to be told of that
        del self._tasks[key]
