"""What the database counts of moments and periods is what the pure ledger counts."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.engine.book.bookkeeping import Bookkeeping
from hub.ledger.entries import FREE, Posting, held_by
from hub.ledger.holdings import Period
from hub.moments import written
from hub.teams import Team
from storage import periods as module
from storage.books import DatabaseBooks
from storage.database import Database
from tests.ledger.clerk import BEGIN, KINDS, Clerk, uneven
from tests.ledger.plainly import as_of, holdings, usage
from tests.scale import scale
from tests.storage.written import write

_numbers = itertools.count(1)


@pytest.fixture
def books(database, monkeypatch):
    """Return the use cases about the books of a database, which are read in small pages."""
    monkeypatch.setattr(module, "PAGE", 2)
    books = DatabaseBooks(database=database, patience=5)
    return Bookkeeping(books=books, sealer=None, clock=lambda: "2030-01-01T00:00:00.000Z")


async def some_book(database, chance):
    """Write a book of a team of its own into *database* and return the team and the entries."""
    id, seed, count = f"t{next(_numbers)}", chance.random(), chance.randrange(40)
    await write(database, clerk(id, seed), count)
    again = clerk(id, seed)
    return team(id), [again.line()[0] for _ in range(count)]


def team(id):
    """Return a team."""
    return Team(id=id, name=id, plan="enterprise")


def clerk(team, seed):
    """Return who writes the book of a few people."""
    chance = Random(seed)
    people = [f"{team}-p{n}" for n in range(1 + chance.randrange(5))]
    return Clerk(chance=chance, people=people, pause=uneven(chance), team=team)


def some_period(chance, entries):
    """Return a period of some days, before, in or after the time of the book; it may begin with an entry."""
    midnights = [each.at for each in entries if "T00:00:00.000Z" in each.at]
    begin = BEGIN + timedelta(days=chance.randrange(-3, 60))
    if midnights and chance.random() < 0.5:
        begin = datetime.fromisoformat(chance.choice(midnights))
    return Period(begin=written(begin), end=written(begin + timedelta(days=1 + chance.randrange(40))))


@settings(max_examples=scale(60, trust=2_000), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
async def test_a_statement_counts_as_the_ledger_does(database, books, seed):
    """Each quantity of each kind is the one that the entries come to, counted the plain way."""
    chance = Random(seed)
    team, entries = await some_book(database, chance)
    period = some_period(chance, entries)
    counted = {kind: usage(entries, kind, period) for kind in KINDS}

    assert counted == (await books.statement(team, period)).kinds


@settings(max_examples=scale(30, trust=2_000), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
async def test_a_moment_is_as_the_ledger_has_it(database, books, seed):
    """At the moment of any entry, right before it, and long before and after all: bought, held, by whom."""
    chance = Random(seed)
    team, entries = await some_book(database, chance)
    moments = [each.at for each in entries] or [written(BEGIN)]
    known = holdings(entries)
    for at in {chance.choice(moments), chance.choice(moments)[:-1], "2020-01-01", "2030-01-01", moments[-1]}:
        held = [each for each in known if each.since <= at and (each.until is None or each.until > at)]
        found = [each async for each in books.holders(team, at)]
        assert {kind: as_of(entries, kind, at=at) for kind in KINDS} == await books.as_of(team, at)
        assert {(each.person, each.kind, each.since) for each in held} == {
            (each.person, each.kind, each.since) for each in found
        }
        assert [(each.kind, each.since) for each in found] == sorted((e.kind, e.since) for e in found)


@settings(max_examples=scale(30, trust=2_000), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
async def test_lines_add_up_to_the_statement(database, books, seed):
    """Who held what in a period comes once, page by page, and its days and time are the statement's."""
    chance = Random(seed)
    team, entries = await some_book(database, chance)
    period = some_period(chance, entries)
    made = [each async for each in books.lines(team, period)]
    parts = [
        (each.kind, each.person, max(each.since, period.begin), min(each.until or period.end, period.end))
        for each in holdings(entries)
    ]

    assert sorted(part for part in parts if part[2] < part[3]) == sorted(
        (line.kind, line.person, line.begin, line.end) for line in made
    )
    for kind, counted in (await books.statement(team, period)).kinds.items():
        mine = [line for line in made if line.kind == kind]
        lasted = [Period(begin=line.begin, end=line.end).length for line in mine]
        assert counted.seat_days == sum(line.days for line in mine)
        assert counted.time == sum(lasted, start=timedelta())


async def test_a_team_is_told_nothing_of_another(database, books):
    """Each question is about one team's book."""
    for each in ("a", "b"):
        await write(database, clerk(each, each), 39)
    again = clerk("b", "b")
    entries = [again.line()[0] for _ in range(39)]
    period, last = Period(begin=written(BEGIN), end=written(BEGIN + timedelta(days=365))), entries[-1].at
    counted = {kind: usage(entries, kind, period) for kind in KINDS}

    assert counted == (await books.statement(team("b"), period)).kinds
    assert {kind: as_of(entries, kind, at=last) for kind in KINDS} == await books.as_of(team("b"), last)
    assert {"b"} == {each.person[0] async for each in books.holders(team("b"), last)}
    assert {"b"} == {each.person[0] async for each in books.lines(team("b"), period)}


async def test_holders_are_read_a_page_at_a_time(world, books, monkeypatch):
    """However many they are, no more of them are at hand than a page has, and none before it is asked for."""

    async def taken(unit):
        for name in ("p1", "p2", "p3", "p4", "p5"):
            await unit.claim(name, None, 1)
            seat = Posting(source=FREE, target=held_by(name), seat="standard", count=1)
            await unit.post("taken", "test", [seat])

    await world.write(taken)
    asked, run = [], Database.run

    async def noted(self, client, sql, *values):
        rows = await run(self, client, sql, *values)
        asked.extend([len(rows)] * sql.startswith("SELECT id, person_id"))
        return rows

    monkeypatch.setattr(Database, "run", noted)
    found = books.holders(team("t"), "2029-01-01")

    assert "p1" == (await anext(found)).person
    assert [2] == asked
    assert ["p2", "p3", "p4", "p5"] == [each.person async for each in found]
    assert [2, 2, 1, 0] == asked
