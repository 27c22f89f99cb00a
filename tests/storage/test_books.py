"""The books, to be read: in pages, and as of one moment."""

from __future__ import annotations

import pytest

from hub.engine.audit import problems_of, silent
from hub.ledger.moves import buy, settle
from storage import books as module
from storage.books import DatabaseBooks
from tests.storage.conftest import user


@pytest.fixture
def books(world):
    """Return the books of the world."""
    return DatabaseBooks(database=world.database, patience=5)


async def _seated(world, *people):
    """Seat *people*, each by an active user, in a book that is whole."""

    async def work(unit):
        await unit.post("bought", "r", buy("standard", 2))
        for person in people:
            await unit.claim(f"p-{person}", None, 1)
            await unit.insert(user(person), exclusive=True)
            await unit.hold(f"p-{person}", "standard")
            await unit.take("standard")
            await unit.post("taken", "r", settle(f"p-{person}", held=None, wanted="standard"))

    await world.write(work)


async def test_entries_come_in_order_across_pages(world, books, monkeypatch):
    """However many pages it takes, each entry comes once."""
    monkeypatch.setattr(module, "PAGE", 2)
    await _seated(world, "u1", "u2")

    assert [1, 2, 3] == [entry.number async for entry in books.entries("t")]


async def test_a_whole_book_has_no_problems(world, books):
    """Entries, seats, holdings and claims agree."""
    await _seated(world, "u1", "u2")

    assert [] == await problems_of("t", books, progress=silent)


@pytest.mark.parametrize(
    ("statement", "word"),
    [
        ("UPDATE seats SET held = 1 WHERE team_id = 't'", "counted"),
        ("UPDATE seats SET bought = 3 WHERE team_id = 't'", "bought"),
        ("UPDATE holdings SET until = since", "holds None"),
        ("UPDATE persons SET claims = 2 WHERE id = 'p-u1'", "2 claims are counted, 1 users are active"),
        ("DELETE FROM resources WHERE id = 'u1'", "0 users are active"),
        (
            "INSERT INTO entries SELECT team_id, 9, at, what, reference, postings FROM entries LIMIT 1",
            "entry 9 stands where 4 was expected",
        ),
    ],
)
async def test_a_book_that_is_not_whole_says_where(world, books, statement, word):
    """Whichever part was tampered with is named."""
    await _seated(world, "u1", "u2")
    async with world.database.transaction() as client:
        await world.database.run(client, statement)

    assert word in "\n".join(await problems_of("t", books, progress=silent))


async def test_a_seat_without_a_user_is_a_problem(world, books):
    """Nobody holds a seat whom no active user vouches for."""
    await _seated(world, "u1")
    async with world.database.transaction() as client:
        await world.database.run(client, "DELETE FROM resources WHERE id = 'u1'")
        await world.database.run(client, "UPDATE persons SET claims = 0")

    assert ["person p-u1: holds a seat without an active user"] == await problems_of(
        "t", books, progress=silent
    )


async def test_books_read_at_once_stay_at_their_moment(world, books):
    """What is written meanwhile is not seen until the next look."""
    await _seated(world, "u1")
    async with books.at_once() as still:
        assert 1 == (await still.seats("t"))["standard"].held
        await _take(world)
        assert 1 == (await still.seats("t"))["standard"].held
    assert 2 == (await books.seats("t"))["standard"].held


async def _take(world):
    async def work(unit):
        await unit.take("standard")

    await world.write(work)
