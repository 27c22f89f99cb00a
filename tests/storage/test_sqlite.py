"""Connections to SQLite: made once, and gone when they cannot be used."""

from __future__ import annotations

import asyncio
import threading

import pytest

from storage.database import opened

pytestmark = pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)


def threads() -> int:
    """Count the threads of connections: each has one, which keeps a process alive."""
    return sum("connection" in thread.name for thread in threading.enumerate())


async def test_many_who_come_first_make_one_connection(database):
    """However many searches begin at once, the connection that they share is made once."""
    before = threads()

    rows = await asyncio.gather(*(database.scan("SELECT $1 AS x", number) for number in range(5)))

    assert [0, 1, 2, 3, 4] == [row["x"] for (row,) in rows]
    assert before + 1 == threads()


async def test_more_of_the_file_is_kept_where_rows_are_looked_up(database):
    """32 MiB there, and as much as SQLite likes where it writes and where it reads all there is."""
    async with database.transaction() as client:
        (writing,) = await database.run(client, "PRAGMA cache_size")
    (reading,) = await database.rows("PRAGMA cache_size")
    (scanning,) = await database.scan("PRAGMA cache_size")

    assert [-2000, -32_768, -2000] == [row["cache_size"] for row in (writing, reading, scanning)]


async def test_a_file_that_is_no_database_is_let_go(tmp_path, migrated_url):
    """A connection that cannot be set up is closed: nothing is left of it, try as often as one may."""
    del migrated_url
    file = tmp_path / "letter"
    file.write_text("no database " * 1000)
    before = threads()
    async with opened(f"sqlite://{file}") as database:
        for ask in (database.rows, database.scan):
            with pytest.raises(Exception, match="not a database"):
                await ask("SELECT 1")

            assert before == threads()


async def test_a_file_that_cannot_be_opened_leaves_no_thread(migrated_url):
    """Its thread is gone when that is told: later it would speak to a loop that is closed."""
    del migrated_url
    before = threads()
    async with opened("sqlite:///dev/null/hub.sqlite") as database:
        for _ in range(200):
            with pytest.raises(Exception, match="unable to open"):
                await database.rows("SELECT 1")

            assert before == threads()
