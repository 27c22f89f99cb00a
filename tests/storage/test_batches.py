"""Writes that share a commit: each lands by itself or not at all."""

from __future__ import annotations

import asyncio
from time import monotonic

import pytest

from storage import batches
from storage.batches import ASIDE_SECONDS
from storage.database import BATCH_MAX, Database

TEAM = "INSERT INTO teams (id, name, plan, created_at) VALUES ($1, $1, 'basic', '')"
KEY = "INSERT INTO person_keys (team_id, address, person_id) VALUES ($1, 'x', 'nobody')"

pytestmark = pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)


def adding(database: Database, name: str, *, fails: BaseException | None = None):
    """Return a writing that adds a team, and may fail afterwards."""

    async def writing(client):
        await database.run(client, TEAM, name)
        if fails:
            raise fails
        return name

    return writing


async def names(database: Database) -> list[str]:
    """Return the names of the teams."""
    return [row["name"] for row in await database.rows("SELECT name FROM teams ORDER BY name")]


async def commits(database: Database, monkeypatch) -> list[int]:
    """Count transactions from now on."""
    counted = []
    transaction = database._batches.transaction

    def counting(count, until):
        counted.append(count)
        return transaction(count, until)

    monkeypatch.setattr(database._batches, "transaction", counting)
    return counted


async def test_those_who_wait_share_a_commit(database, monkeypatch):
    """Many at once take few commits, and each is told its own answer."""
    counted = await commits(database, monkeypatch)
    wanted = [f"t{number:03}" for number in range(3 * BATCH_MAX["sqlite"])]

    assert wanted == await asyncio.gather(*(database.written(adding(database, name)) for name in wanted))
    assert wanted == await names(database)
    assert 3 <= len(counted) <= 5


async def test_one_that_fails_takes_no_other_along(database):
    """What it wrote is undone, and the others of its commit land."""
    writings = [adding(database, f"t{n}", fails=ValueError(n) if n == 2 else None) for n in range(5)]

    ends = await asyncio.gather(*map(database.written, writings), return_exceptions=True)

    assert ["t0", "t1", "ValueError", "t3", "t4"] == [
        end if isinstance(end, str) else type(end).__name__ for end in ends
    ]
    assert ["t0", "t1", "t3", "t4"] == await names(database)


async def test_savepoints_are_paid_for_once_one_has_failed(database, monkeypatch):
    """Until then none is taken; then each has its own, as have those that follow for a while."""
    names, apart, taken = (f"t{n}" for n in range(100)), batches._apart, []

    async def counted(client, writing):
        taken.append(writing)
        return await apart(client, writing)

    async def savepoints(*, one_fails: bool = False) -> int:
        taken.clear()
        fails = [None, ValueError() if one_fails else None, None]
        writings = [adding(database, next(names), fails=error) for error in fails]
        await asyncio.gather(*map(database.written, writings), return_exceptions=True)
        return len(taken)

    monkeypatch.setattr(batches, "_apart", counted)
    monkeypatch.setattr(batches, "DOUBTS", 2)

    assert 0 == await savepoints()
    assert 3 == await savepoints(one_fails=True)
    assert 3 == await savepoints(one_fails=True)
    assert [3, 3, 0] == [await savepoints() for _ in range(3)]
    (row,) = await database.rows("SELECT count(*) AS landed FROM teams")
    assert 6 * 3 - 2 == row["landed"]


async def test_one_whose_time_is_up_is_not_run_again(database):
    """What it has left behind is undone with the rest of its commit; the others land."""
    spent = asyncio.Event()

    async def slow(client):
        assert not spent.is_set()
        spent.set()
        await asyncio.sleep(0.1)
        return await adding(database, "a")(client)

    ends = await asyncio.gather(
        database.written(slow, until=monotonic() + 0.05),
        database.written(adding(database, "b", fails=ValueError())),
        database.written(adding(database, "c")),
        return_exceptions=True,
    )

    assert ["TimeoutError", "ValueError", "c"] == [
        end if isinstance(end, str) else type(end).__name__ for end in ends
    ]
    assert ["c"] == await names(database)


async def test_no_error_has_that_of_another_behind_it(database):
    """What one write is told, and what is logged of it, says nothing of the others of its commit."""
    errors = [ValueError("one"), None, KeyError("other")]
    writings = [adding(database, f"t{n}", fails=error) for n, error in enumerate(errors)]

    one, _, other = await asyncio.gather(*map(database.written, writings), return_exceptions=True)

    assert (one.__context__, other.__context__) == (None, None)


async def test_one_that_no_commit_accepts_is_found_out(world):
    """A commit that fails for the sake of one is done again one by one: only that one fails."""

    async def loose(unit):
        await unit.rows(KEY, unit.scope.team)

    async def fine(unit):
        await unit.buy("standard", 1)

    ends = await asyncio.gather(
        *(world.write(work) for work in (fine, loose, fine, fine)), return_exceptions=True
    )

    assert [True, False, True, True] == [not isinstance(end, Exception) for end in ends]
    (row,) = await world.database.rows("SELECT bought FROM seats WHERE team_id = 't'")
    assert 2 + 3 == row["bought"]


async def test_a_transaction_that_cannot_begin_is_told_to_all(database, monkeypatch):
    """Nobody waits for ever, and whoever comes next is served."""

    def broken(count, until):
        raise ConnectionResetError

    with monkeypatch.context() as patch:
        patch.setattr(database._batches, "transaction", broken)
        ends = await asyncio.gather(
            *(database.written(adding(database, name)) for name in "ab"), return_exceptions=True
        )

    assert [ConnectionResetError, ConnectionResetError] == [type(end) for end in ends]
    assert "c" == await database.written(adding(database, "c"))
    assert ["c"] == await names(database)


async def test_one_whose_time_is_up_before_its_turn_is_not_run(database):
    """It is told so at once, and whoever waits behind it is served."""
    turn, ran = asyncio.Event(), []

    async def long(_):
        await turn.wait()

    async def late(_):
        ran.append("late")

    first = asyncio.create_task(database.written(long, until=monotonic() + 60))
    await asyncio.sleep(0)
    second = asyncio.create_task(database.written(late, until=monotonic() + 0.05))
    third = asyncio.create_task(database.written(adding(database, "c"), until=monotonic() + 60))
    with pytest.raises(TimeoutError):
        await second
    turn.set()

    assert [None, "c"] == await asyncio.gather(first, third)
    assert [] == ran


async def test_one_that_has_begun_is_not_given_up(database):
    """What it comes to is told, however late: it lands."""

    async def long(client):
        await asyncio.sleep(0.1)
        return await adding(database, "a")(client)

    assert "a" == await database.written(long, until=monotonic() + 0.05)
    assert ["a"] == await names(database)


async def test_one_writer_is_not_gone_by(database, monkeypatch):
    """However long a commit takes, the next is not begun before its end: there is one writer."""
    counted = await commits(database, monkeypatch)
    turn = asyncio.Event()

    async def long(_):
        await turn.wait()

    first = asyncio.create_task(database.written(long))
    while not counted:
        await asyncio.sleep(0)
    second = asyncio.create_task(database.written(adding(database, "b")))
    await asyncio.wait({second}, timeout=3 * ASIDE_SECONDS)
    assert [1] == counted
    turn.set()

    assert [None, "b"] == await asyncio.gather(first, second)
    assert [1, 1] == counted
