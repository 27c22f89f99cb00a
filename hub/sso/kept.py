"""What providers answered, kept for a while, so that one asks for all who come meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from attrs import define, field

from hub.providers import NotBelieved

from .outbound import Unreachable

T = TypeVar("T")

#: The seconds that what a provider says of itself is kept, and those between two looks that found nothing.
KEPT_SECONDS = 3600
LOOK_SECONDS = 5

#: The most providers that are remembered at a time.
KNOWN_MAX = 1000


@define
class Kept(Generic[T]):
    """What was answered to one question, or why nothing was; asked again by one at a time."""

    value: T | None = None
    fault: Unreachable | NotBelieved | None = None
    at: float = 0.0
    _turn: asyncio.Lock = field(factory=asyncio.Lock, init=False)

    async def got(
        self,
        ask: Callable[[], Awaitable[T]],
        seconds: Callable[[], float],
        *,
        good: Callable[[T, float], bool],
    ) -> T:
        """Return what was answered while it is *good* at its age, and not too old; else *ask* again.

        A failure stands for some seconds: whoever comes meanwhile does not wait for it once more.
        """
        async with self._turn:
            age = seconds() - self.at
            if self.fault is not None and age < LOOK_SECONDS:
                raise type(self.fault)(*self.fault.args)
            if self.value is not None and age < KEPT_SECONDS and good(self.value, age):
                return self.value
            self.value = self.fault = None
            try:
                self.value = await ask()
            except (Unreachable, NotBelieved) as error:
                self.fault = error
                raise
            finally:
                self.at = seconds()
            return self.value


def kept_of(kept: dict[str, Kept[T]], name: str) -> Kept[T]:
    """Return what is *kept* under *name*."""
    if name not in kept and len(kept) >= KNOWN_MAX:
        kept.clear()
    return kept.setdefault(name, Kept())
