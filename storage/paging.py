"""Much that is read a page at a time: whoever reads it holds up nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TypeVar

T = TypeVar("T")
P = TypeVar("P")


async def pages(
    read: Callable[[P], Awaitable[Sequence[T]]], place: Callable[[T], P], *, after: P
) -> AsyncIterator[Sequence[T]]:
    """Yield what *read* returns *after* a place, then after the *place* of the last of these, to the end."""
    while page := await read(after):
        yield page
        after = place(page[-1])
        # Rows that SQLite has at hand wait for nothing: others would wait for the last of them.
        await asyncio.sleep(0)
