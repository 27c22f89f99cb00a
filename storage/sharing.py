"""One question for all who ask the same at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from attrs import define, field

T = TypeVar("T")


@define(eq=False)
class Sharing(Generic[T]):
    """Has *question* asked of each key once at a time.

    Who comes while it is being asked shares the next answer with all who came meanwhile: the one on its
    way may have been found before they came, and miss what has changed since.
    """

    question: Callable[[str], Awaitable[T]]
    #: By key, while the question is being asked: the answer for those who came meanwhile, once somebody did.
    _next: dict[str, asyncio.Future[T] | None] = field(factory=dict, init=False)
    _tasks: set[asyncio.Task[None]] = field(factory=set, init=False)

    async def ask(self, key: str) -> T:
        """Return an answer that was asked for after this call, or raise what the question raises."""
        if key in self._next:
            answer = self._next[key] = self._next[key] or asyncio.get_running_loop().create_future()
            return await asyncio.shield(answer)
        self._next[key] = None
        try:
            return await self.question(key)
        finally:
            self._go_on(key)

    def _go_on(self, key: str) -> None:
        """Ask for those who came meanwhile, if there are any."""
        answer = self._next.pop(key)
        if answer is not None:
            self._next[key] = None
            task = asyncio.create_task(self._tell(key, answer))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _tell(self, key: str, answer: asyncio.Future[T]) -> None:
        try:
            answer.set_result(await self.question(key))
        except Exception as error:  # noqa: BLE001 - told to whoever waits for it
            answer.set_exception(error)
            answer.exception()  # should all have left who were to hear it, nobody is to be told of that
        finally:
            self._go_on(key)
