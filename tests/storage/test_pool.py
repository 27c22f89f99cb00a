"""Connections that are lent: never more than there may be, never a broken one."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from storage.pool import IDLE_SECONDS, Pool
from storage.reaching import postgres as credentials


@pytest.fixture
async def pool(postgres):
    """A pool of two connections to a database of its own."""
    url = postgres.create_database()
    made = Pool(credentials=credentials(url), size=2)
    yield made
    await made.close()
    postgres.drop_database(url)


async def test_no_more_than_its_size_are_lent(pool):
    """Who comes when all are lent waits, and is told when it takes too long."""
    one, two = await pool.acquire(), await pool.acquire()
    with pytest.raises(TimeoutError):
        await pool.acquire(timeout=0.05)
    await pool.release(one)

    assert one is await pool.acquire(timeout=0.05)
    await pool.release(one)
    await pool.release(two)


async def test_a_connection_that_was_lost_is_not_lent_again(pool):
    """Another one is made in its place."""
    lost = await pool.acquire()
    await pool.release(lost)
    await lost.close()

    found = await pool.acquire()
    assert 1 == await found.fetchval("SELECT 1")
    await pool.release(found)


async def test_a_connection_that_lay_idle_too_long_is_ended(pool):
    """What is between it and the server may have forgotten it: another one is made in its place."""
    pool.clock = lambda: 0
    quiet, busy = await pool.acquire(), await pool.acquire()
    await pool.release(quiet)
    pool.clock = lambda: 1
    await pool.release(busy)

    pool.clock = lambda: IDLE_SECONDS + 1
    assert busy is await pool.acquire()
    assert quiet.is_closed()
    fresh = await pool.acquire()
    assert 1 == await fresh.fetchval("SELECT 1")
    await pool.release(fresh)
    await pool.release(busy)


async def test_a_transaction_left_open_is_not_handed_on(pool):
    """Whoever comes next must not work inside it."""
    left = await pool.acquire()
    await left.execute("BEGIN")
    await pool.release(left)

    found = await pool.acquire()
    assert left.is_closed()
    assert not found.is_in_transaction()
    await pool.release(found)


async def test_a_statement_whose_caller_has_gone_is_stopped(pool):
    """The server is asked to stop it, and the connection is lent again once it has."""
    connection = await pool.acquire()

    async def leaving() -> None:
        try:
            await connection.fetch("SELECT pg_sleep(60)")
        finally:
            await pool.release(connection)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(leaving(), 0.2)

    again = await pool.acquire()
    assert again is connection
    running = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(60)%'"
    assert 1 == await again.fetchval(running)  # this one itself
    await pool.release(again)


async def test_one_that_cannot_connect_takes_no_place(pool):
    """A server that is away leaves the pool as large as it was."""
    pool.credentials = {**pool.credentials, "port": 1}
    for _ in range(3):
        with pytest.raises((OSError, asyncpg.PostgresError)):
            await pool.acquire(timeout=0.05)


async def test_what_comes_back_to_a_closed_pool_is_closed(pool):
    """Nobody would ever close it."""
    late = await pool.acquire()
    await pool.close()
    await pool.release(late)

    assert late.is_closed()
