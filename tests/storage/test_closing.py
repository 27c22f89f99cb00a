"""A moment that was asked about is closed: what was told of it is told again."""

from __future__ import annotations

import asyncio

import pytest

from hub.engine.book.bookkeeping import Bookkeeping
from hub.ledger.entries import FREE, Posting, held_by
from hub.ledger.holdings import Period
from hub.moments import later
from hub.teams import Team
from storage.books import DatabaseBooks
from tests.storage.conftest import NOW

TEAM = Team(id="t", name="t", plan="basic")


def _period(at):
    """Return the day whose last moment is *at*."""
    return Period(begin=later(at, -86_400), end=later(at, 0.001))


async def _holders(asked, at):
    return [each async for each in asked.holders(TEAM, at)]


async def _statement(asked, at):
    return (await asked.statement(TEAM, _period(at))).kinds


async def _lines(asked, at):
    return [line async for line in asked.lines(TEAM, _period(at))]


#: All that is asked of the past.
QUESTIONS = {
    "as of": lambda asked, at: asked.as_of(TEAM, at),
    "holders": _holders,
    "statement": _statement,
    "lines": _lines,
}


@pytest.fixture
def asked(world):
    """Return who answers questions about the book of the team `t`."""
    books = DatabaseBooks(database=world.database, patience=5)
    return Bookkeeping(books=books, sealer=None, clock=lambda: NOW)


async def taken(unit):
    """Write that somebody takes a seat."""
    await unit.claim("p1", None, 1)
    await unit.post("taken", "test", [Posting(source=FREE, target=held_by("p1"), seat="standard", count=1)])


@pytest.mark.parametrize("ask", QUESTIONS.values(), ids=QUESTIONS)
async def test_what_is_written_afterwards_is_of_a_later_moment(world, asked, ask):
    """Also where the clock has not moved since."""
    before = await ask(asked, NOW)
    await world.write(taken)

    assert before == await ask(asked, NOW)
    assert before != await ask(asked, later(NOW, 1))


async def test_what_is_under_way_is_waited_for_or_comes_later(world, asked):
    """A write that began before the moment, and ends after it was asked about, changes nothing of it."""
    begun, going_on = asyncio.Event(), asyncio.Event()

    async def slowly(unit):
        begun.set()
        await going_on.wait()
        await taken(unit)

    writing = asyncio.create_task(world.write(slowly))
    await begun.wait()
    asking = asyncio.create_task(asked.as_of(TEAM, later(NOW, 1)))
    await asyncio.wait({asking}, timeout=0.2)  # SQLite has one writer, whom it waits for
    going_on.set()
    await writing

    assert await asking == await asked.as_of(TEAM, later(NOW, 1))


async def test_a_moment_that_is_closed_already_waits_for_nobody(world, asked):
    """Whoever asks again of the past holds up no write, and is held up by none."""
    before = await asked.as_of(TEAM, NOW)
    begun, going_on = asyncio.Event(), asyncio.Event()

    async def slowly(unit):
        await taken(unit)
        await unit.flush()
        begun.set()
        await going_on.wait()

    writing = asyncio.create_task(world.write(slowly))
    await begun.wait()
    try:
        async with asyncio.timeout(2):
            assert before == await asked.as_of(TEAM, NOW)
    finally:
        going_on.set()
        await writing
