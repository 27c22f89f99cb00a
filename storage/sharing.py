"""One question for all that is asked in the same turn of the loop.

To ask for a row takes the hub and PostgreSQL longer than the row does: for a few of them, little longer
than for one. SQLite answers where it is asked: there, what many ask for is asked for once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Generic, TypeAlias, TypeVar

from attrs import define, field

from .faults import passing

T = TypeVar("T")
Key: TypeAlias = tuple[object, ...]

#: How much is asked for at once, at the most.
SHARED_MAX = 32


@define(eq=False)
class _Round(Generic[T]):
    """What is asked for in one turn, and the answer to all of it."""

    asked: dict[str, None] = field(factory=dict, init=False)
    answer: asyncio.Task[Mapping[str, T]] = field(init=False)


@define(eq=False)
class Sharing(Generic[T]):
    """Has *question* asked once for all who ask in the same turn of the loop, for each key apart.

    It is asked after the last of them has come. Its answer says what was found for whom; whoever it does not
    name is told *none*.
    """

    question: Callable[[Any, Sequence[str]], Awaitable[Mapping[str, T]]]
    none: T
    #: What is not asked yet, by key.
    _next: dict[Key, _Round[T]] = field(factory=dict, init=False)
    _tasks: set[asyncio.Task[Mapping[str, T]]] = field(factory=set, init=False)

    async def ask(self, key: Key, one: str) -> T:
        """Return the answer to *one*, or raise what the question raises."""
        shared = self._next.get(key)
        if shared is None or len(shared.asked) == SHARED_MAX:
            shared = self._begin(key)
        shared.asked[one] = None
        try:
            found = await asyncio.shield(shared.answer)
        except Exception as error:
            if len(shared.asked) == 1 or passing(error):
                raise
            found = await self.question(key, [one])  # it may have been the fault of another
        return found.get(one, self.none)

    def _begin(self, key: Key) -> _Round[T]:
        shared = self._next[key] = _Round()
        shared.answer = asyncio.create_task(self._answer(key, shared))  # which begins in the next turn
        self._tasks.add(shared.answer)
        shared.answer.add_done_callback(self._end)
        return shared

    async def _answer(self, key: Key, shared: _Round[T]) -> Mapping[str, T]:
        if self._next.get(key) is shared:
            del self._next[key]
        return await self.question(key, list(shared.asked))

    def _end(self, answer: asyncio.Task[Mapping[str, T]]) -> None:
        self._tasks.discard(answer)
        if not answer.cancelled():
            answer.exception()  # should all have left who were to hear it, nobody is to be told of that


@define(eq=False)
class Overhearing(Generic[T]):
    """Has a *question* asked by the first who comes in a turn, and those who come after them hear the answer.

    It is for answers that are found and kept without a wait in between, as SQLite's are. So whoever hears one
    was ready to ask before it was found: those who are ready later come after it is forgotten.
    """

    question: Callable[[Any, Sequence[str]], Awaitable[Mapping[str, T]]]
    none: T
    _found: dict[tuple[Key, str], T] = field(factory=dict, init=False)

    async def ask(self, key: Key, one: str) -> T:
        """Return the answer to *one*, or raise what the question raises."""
        asked = (key, one)
        if asked in self._found:
            return self._found[asked]
        answer = (await self.question(key, [one])).get(one, self.none)
        if not self._found:
            asyncio.get_running_loop().call_soon(self._found.clear)
        self._found[asked] = answer
        return answer
