"""Who shares a commit with whom, on no database: a transaction here is what notes that it was opened."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from time import monotonic
from types import SimpleNamespace

import pytest

from storage.batches import Batches


async def test_one_whose_time_is_up_takes_no_mate_along():
    """A commit is to be done in the time of those who still wait for it."""
    open_until, gate = [], asyncio.Event()

    @asynccontextmanager
    async def transaction(_, until):
        open_until.append(until)
        yield SimpleNamespace(company=None)

    async def waiting(_):
        await gate.wait()

    async def quick(_):
        return "done"

    batches = Batches(transaction, most=8, savepoints=False)
    far = monotonic() + 60
    first = asyncio.create_task(batches.run(waiting, among="c", until=far))
    await asyncio.sleep(0)
    late = asyncio.create_task(batches.run(quick, among="c", until=monotonic()))
    mates = [asyncio.create_task(batches.run(quick, among="c", until=far)) for _ in range(2)]
    with pytest.raises(TimeoutError):
        await late
    gate.set()
    await first

    assert ["done", "done"] == [await mate for mate in mates]
    assert [far, far] == open_until
