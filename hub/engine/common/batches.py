"""Long work in bounded batches, each part of it in a transaction of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

import structlog
from attrs import frozen

if TYPE_CHECKING:
    from hub.engine.ports import Progress

log = structlog.get_logger("hub.batches")

T = TypeVar("T")

#: How many parts are done at once.
BATCH = 25


@frozen(kw_only=True)
class Done:
    """How many parts of long work are done, where there was anything to do, and how many failed."""

    done: int = 0
    failed: int = 0


async def in_batches(
    page: Callable[[str], Awaitable[Sequence[T]]],
    do: Callable[[T], Awaitable[bool]],
    *,
    id_of: Callable[[T], str],
    progress: Progress,
) -> Done:
    """Call *do* with each part of long work; *page* returns the next parts after an id, in order of id.

    *do* says whether there was anything to do. A part that fails is logged and holds up no other: what is
    done stays done, and whoever begins again goes on with the rest.
    """
    done, failed, after = 0, 0, ""
    while parts := await page(after):
        ends = await asyncio.gather(*map(do, parts), return_exceptions=True)
        for part, end in zip(parts, ends, strict=True):
            if isinstance(end, BaseException):
                log.error("alarm.part_failed", part=id_of(part), exc_info=end)
                failed += 1
        done += sum(end is True for end in ends)
        after = id_of(parts[-1])
        progress(f"{done} done")
    return Done(done=done, failed=failed)
