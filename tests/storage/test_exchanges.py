"""Exchanges: kept, read after one another, deleted by age and number."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest
from tortoise import connections

from storage import pruning, reaching
from storage.database import Database
from storage.exchanges import DatabaseExchanges


def row(number, connection="c1"):
    """Return an exchange as the keeper hands it over."""
    return {
        "reference": f"hx_{number}",
        "team": "t",
        "connection": connection,
        "at": f"2026-01-01T00:00:0{number}.000Z",
        "status": 200,
        "about": None,
    }


@pytest.fixture
def exchanges(database):
    """Return the exchanges of an empty database."""
    return DatabaseExchanges(database=database, patience=5)


async def test_the_newest_come_oldest_first(exchanges):
    """Without a place to go on from, the last few are shown in the order they happened."""
    await exchanges.add([row(n) for n in range(5)])
    await exchanges.add([row(9, connection="c2")])

    assert [row(3), row(4)] == list(await exchanges.of("c1", count=2))


async def test_what_came_after_one_follows_it(exchanges):
    """A reader who has seen one goes on from there."""
    await exchanges.add([row(n) for n in range(5)])

    assert [row(3), row(4)] == list(await exchanges.of("c1", after="hx_2"))
    assert [] == list(await exchanges.of("c1", after="hx_4"))


#: Each way to ask for exchanges of a connection.
READS = {
    "of": lambda exchanges: exchanges.of("c1"),
    "after": lambda exchanges: exchanges.of("c1", after="hx_1"),
    "about": lambda exchanges: exchanges.about("c1", "u1", count=9),
}


@pytest.mark.parametrize("read", READS.values(), ids=READS)
async def test_whoever_reads_waits_for_no_transaction(exchanges, database, read):
    """Exchanges that others are writing, or anything else, are no reason to wait, and are not seen."""
    await exchanges.add([{**row(n), "about": "u1"} for n in (1, 2)])
    before = await read(exchanges)
    written, done = asyncio.Event(), asyncio.Event()

    async def forgotten():
        async with database.transaction() as client:
            await database.run(client, "DELETE FROM exchanges")
            written.set()
            await done.wait()

    writing = asyncio.create_task(forgotten())
    await written.wait()
    try:
        async with asyncio.timeout(10):
            meanwhile = await read(exchanges)
    finally:
        done.set()
        await writing

    assert before == meanwhile
    assert [] == list(await read(exchanges))


@pytest.mark.parametrize("read", READS.values(), ids=READS)
async def test_whoever_reads_asks_again(exchanges, monkeypatch, read):
    """An error that passes, as of a database that is restarted, is not told to whoever reads."""
    await exchanges.add([{**row(n), "about": "u1"} for n in (1, 2)])
    before = await read(exchanges)
    client, errors = type(connections.get(f"{exchanges.database.dialect}-read")), [TimeoutError()]
    ask = client.execute_query_dict

    async def passing(self, *asked):
        if errors:
            raise errors.pop()
        return await ask(self, *asked)

    monkeypatch.setattr(client, "execute_query_dict", passing)

    assert before == await read(exchanges)
    assert not errors


async def test_the_old_and_the_many_go(exchanges):
    """Older than the limit goes, and of the rest the oldest beyond the number."""
    await exchanges.add([row(n) for n in range(6)])
    assert 2 == await exchanges.prune(before="2026-01-01T00:00:02.000Z", rows_max=100)
    assert 1 == await exchanges.prune(before="", rows_max=3)
    assert ["hx_3", "hx_4", "hx_5"] == [each["reference"] for each in await exchanges.of("c1")]


async def test_who_was_refused_long_ago_is_forgotten(world, monkeypatch):
    """With the exchanges in which they were refused last, in batches; whoever was since, is not."""
    monkeypatch.setattr(pruning, "BATCH", 1)
    for name in ("ann", "bob", "cid"):
        await world.write(lambda unit, name=name: unit.refused(name, "standard"))
    await world.database.rows("UPDATE refused SET last_at = '2026-01-01' WHERE user_name <> 'bob'")
    kept = DatabaseExchanges(database=world.database, patience=5)

    assert 0 == await kept.prune(before="2026-01-02", rows_max=9)
    assert ["bob"] == [row["user_name"] for row in await world.database.rows("SELECT * FROM refused")]


@pytest.mark.parametrize("migrated_url", ["postgres"], indirect=True)
async def test_who_is_refused_again_meanwhile_stays(world):
    """Whom somebody else is writing down again as they are to be forgotten is not old any more."""
    await world.write(lambda unit: unit.refused("ann", "standard"))
    await world.database.rows("UPDATE refused SET last_at = '2026-01-01'")
    kept = DatabaseExchanges(database=world.database, patience=5)
    other = await asyncpg.connect(**reaching.postgres(world.database.url))
    try:
        await other.execute("BEGIN; UPDATE refused SET last_at = '2026-06-01'")
        pruned = asyncio.ensure_future(kept.prune(before="2026-01-02", rows_max=9))
        while not (pruned.done() or await world.database.rows("SELECT 1 FROM pg_locks WHERE NOT granted")):
            await asyncio.sleep(0)
        assert not pruned.done()
        await other.execute("COMMIT")
    finally:
        await other.close()
    await pruned

    assert ["ann"] == [row["user_name"] for row in await world.database.rows("SELECT * FROM refused")]


async def test_the_old_and_the_many_go_a_few_at_a_time(exchanges, monkeypatch):
    """However many there are, no transaction deletes more than a batch."""
    monkeypatch.setattr(pruning, "BATCH", 2)
    deleted, run = [], Database.run

    async def noted(self, client, sql, *values):
        rows = await run(self, client, sql, *values)
        deleted.append(len(rows))
        return rows

    await exchanges.add([row(n) for n in range(9)])
    monkeypatch.setattr(Database, "run", noted)

    assert 6 == await exchanges.prune(before="2026-01-01T00:00:03.000Z", rows_max=3)
    assert [0, 2, 1, 0, 2, 1, 0] == deleted
    assert ["hx_6", "hx_7", "hx_8"] == [each["reference"] for each in await exchanges.of("c1")]


async def test_what_is_looked_for_stands_in_columns(exchanges, database):
    """The answer's status and whom it is about need no look into the record."""
    await exchanges.add([{**row(1), "status": 403, "about": "u1"}])

    found = await database.rows("SELECT status, about FROM exchanges")
    assert [{"status": 403, "about": "u1"}] == list(found)


async def test_the_latest_of_some_connections_come_newest_first(exchanges):
    """Of those connections and no other, under a number, refused alone where that is asked for."""
    await exchanges.add([{**row(1), "status": 403}, row(2, connection="c2"), row(3, connection="c3"), row(4)])

    newest = await exchanges.latest(["c1", "c2"], failed=False, before=None, count=2)
    assert ["hx_4", "hx_2"] == [kept["reference"] for _, kept in newest]
    older = await exchanges.latest(["c1", "c2"], failed=False, before=newest[-1][0], count=2)
    assert ["hx_1"] == [kept["reference"] for _, kept in older]
    refused = await exchanges.latest(["c1", "c2"], failed=True, before=None, count=9)
    assert ["hx_1"] == [kept["reference"] for _, kept in refused]


async def test_one_is_found_by_its_reference_in_its_team(exchanges):
    """Another team's is as if there were none."""
    await exchanges.add([row(1)])

    assert row(1) == await exchanges.one("t", "hx_1")
    assert None is await exchanges.one("u", "hx_1")
    assert None is await exchanges.one("t", "hx_2")
