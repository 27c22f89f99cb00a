"""Asking a database again, for some seconds, when its error is of a kind that passes."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import TypeVar

from hub.engine.values import StoreAway

from .database import passing

T = TypeVar("T")

#: The first and the longest pause between two tries, seconds.
PAUSE, PAUSE_MAX = 0.01, 0.5


async def patiently(attempt: Callable[[], Awaitable[T]], *, seconds: float) -> T:
    """Return what *attempt* returns, trying again for *seconds* before raising `StoreAway`."""
    deadline, pause = monotonic() + seconds, PAUSE
    while True:
        try:
            return await attempt()
        except Exception as error:
            if not passing(error):
                raise
            if monotonic() + pause > deadline:
                raise StoreAway("the database does not answer") from error
        await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 - spreads the tries, no secret
        pause = min(pause * 2, PAUSE_MAX)
