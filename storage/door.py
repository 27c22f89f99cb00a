"""The one door to transactions: each in a task of its own, which goes on to its end."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

_inside: set[asyncio.Task[Any]] = set()


async def through(work: Coroutine[Any, Any, T]) -> T:
    """Do *work* to its end, even if the caller is cancelled meanwhile.

    A task that is cancelled inside a transaction would take its connection with it.
    """
    task = asyncio.create_task(work)
    _inside.add(task)
    task.add_done_callback(_inside.discard)
    return await asyncio.shield(task)


async def emptied() -> None:
    """Wait for all work whose caller has gone."""
    await asyncio.gather(*_inside, return_exceptions=True)
