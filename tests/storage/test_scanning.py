"""Long reads of SQLite: one at a time, and only the one that nobody waits for is stopped."""

from __future__ import annotations

import asyncio

import aiosqlite
import pytest

from storage.scanning import Scans

LONG = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT {}) SELECT max(x) AS x FROM c"
FOR_EVER = LONG.format(-1)


@pytest.fixture
async def connection():
    """Open a connection to nothing."""
    async with aiosqlite.connect(":memory:", isolation_level=None) as connection:
        connection.row_factory = aiosqlite.Row
        yield connection


async def test_rows_are_read(connection):
    """A statement answers rows by column name, to values by name."""
    assert [{"x": 7}] == list(await Scans().rows(connection, "SELECT $1 AS x", {"1": 7}))


async def test_an_error_is_told(connection):
    """What the database says of a statement reaches who asked."""
    with pytest.raises(aiosqlite.OperationalError, match="no such table"):
        await Scans().rows(connection, "SELECT * FROM nowhere", {})


async def test_only_what_nobody_waits_for_is_stopped(connection):
    """One that would go on for ever ends with its caller; those in line before and behind get theirs."""
    scans = Scans()
    first = asyncio.create_task(scans.rows(connection, LONG.format(300_000), {}))
    endless = asyncio.create_task(scans.rows(connection, FOR_EVER, {}))
    waiting = asyncio.create_task(scans.rows(connection, FOR_EVER, {}))
    last = asyncio.create_task(scans.rows(connection, LONG.format(7), {}))
    assert [{"x": 300_000}] == list(await first)
    waiting.cancel()
    await asyncio.sleep(0.05)
    endless.cancel()

    async with asyncio.timeout(10):
        assert [{"x": 7}] == list(await last)
    assert endless.cancelled()
    assert waiting.cancelled()


async def test_many_who_leave_leave_nothing_behind(connection):
    """Whenever callers leave, the next one is answered."""
    scans = Scans()
    for pause in (0, 0.001, 0.01, 0.03):
        task = asyncio.create_task(scans.rows(connection, FOR_EVER, {}))
        await asyncio.sleep(pause)
        task.cancel()
    async with asyncio.timeout(10):
        assert [{"x": 7}] == list(await scans.rows(connection, LONG.format(7), {}))
