"""A large book is asked about as fast as a person waits, and verified in bounded memory."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from datetime import UTC, datetime
from functools import partial
from itertools import product
from pathlib import Path
from random import Random
from statistics import median

import pytest

from hub.engine.book.bookkeeping import Bookkeeping
from hub.engine.rounds.sealing import Sealer
from hub.engine.seats.seats import grant, let_go
from hub.engine.values.places import NOWHERE
from hub.engine.values.scope import Scope
from hub.teams import Team
from storage.books import DatabaseBooks
from storage.registry import DatabaseRegistry
from storage.seals import DatabaseSeals
from tests.ledger.clerk import DAY, KINDS, Clerk
from tests.ledger.plainly import as_of, usage
from tests.scale import TRUST, scale
from tests.storage.written import write

pytestmark = pytest.mark.machine

PEOPLE = scale(300, trust=100_000)
ENTRIES = scale(3_000, trust=1_000_000)

#: The book begins before the year that is stated, and ends after it.
BEGIN, DAYS = datetime(2024, 12, 15, tzinfo=UTC), 400
YEAR = ("2025-01-01", "2026-01-01")
MOMENT = "2025-12-24T18:00:00Z"

NOW = "2026-06-01T12:00:00.000Z"
KEY = bytes(32)
TEAM = Team(id="t", name="t", plan="enterprise")

#: How often somebody comes and goes, and how much more that may take in a large team than in a small one.
TURNS, RATIO = scale(40, trust=400), 1.5

#: Seconds that an answer may take, and megabytes that verifying may.
SECONDS, MEGABYTES = 2, 250

#: Verifies in a process of its own, and tells of the most memory that it ever held, kilobytes.
VERIFY = f"""
import asyncio
from hub.engine.book.verifying import problems_of
from storage.books import DatabaseBooks
from storage.database import opened

async def verify():
    async with opened({{url!r}}) as database:
        async with DatabaseBooks(database=database, patience=5).at_once() as books:
            print(await problems_of("t", books, key={KEY!r}, told_since={NOW!r}))

asyncio.run(verify())
print(open("/proc/self/status").read())
"""


def clerk(team="t", people=PEOPLE):
    """Return who writes the book of *team*."""
    chance = Random(5)
    return Clerk(
        chance=chance,
        team=team,
        people=[f"{team}-0190{n:028x}" for n in range(people)],
        pause=lambda _: round(chance.expovariate(ENTRIES / (DAYS * DAY))),
        trading=0.001,
        moving=0.1,
        now=int(BEGIN.timestamp()) * 1000,
    )


async def timed(what, work):
    """Do *work*, print how long it took, and return what it returned, and how many seconds."""
    begin = time.perf_counter()
    done = await work
    seconds = time.perf_counter() - begin
    print(f"{what:<20} {seconds:6.2f} s")  # noqa: T201 - measured figures are shown by `pytest -s`
    return done, seconds


async def test_a_large_book(database, migrated_url):
    """A moment and a year are told within two seconds, and rightly; the whole is read in bounded memory."""
    await write(database, clerk(), ENTRIES)
    async with database.transaction() as client:  # PostgreSQL does so by itself within a minute
        await database.run(client, "ANALYZE")
    books, seals = (made(database=database, patience=5) for made in (DatabaseBooks, DatabaseSeals))
    sealer = Sealer(books=books, seals=seals, clock=lambda: NOW, key=KEY)
    asked = Bookkeeping(books=books, sealer=sealer, clock=lambda: NOW)
    at, period = asked.moment(MOMENT), asked.period(*YEAR)

    moment, first = await timed("as of", asked.as_of(TEAM, at))
    holders, second = await timed("holders", _listed(asked.holders(TEAM, at)))
    stated, third = await timed("statement", asked.statement(TEAM, period))
    days, _ = await timed("its lines", _days(asked.lines(TEAM, period)))
    heads, _ = await timed("sealing", asked.seal(TEAM))
    (problems, megabytes), _ = await timed("verifying", _verified(migrated_url))
    print(f"{'its memory':<20} {megabytes:6.0f} MB")  # noqa: T201

    assert "[]" == problems
    assert ENTRIES == heads[-1].last
    assert sum(each.seat_days for each in stated.kinds.values()) == days
    assert {kind: each.held for kind, each in moment.items()} == {
        kind: sum(each.kind == kind for each in holders) for kind in KINDS
    }
    assert max(first, second, third) < SECONDS
    assert megabytes < MEGABYTES
    if not TRUST:  # the plain way takes its time
        again = clerk()
        entries = [again.line()[0] for _ in range(ENTRIES)]
        assert {kind: as_of(entries, kind, at=at) for kind in KINDS} == moment
        assert {kind: usage(entries, kind, period) for kind in KINDS} == stated.kinds

    await write(database, clerk("small", 1_000), 1_000)
    large, small = await costs(database, "t", "small")
    print(f"a seat taken, given back {large * 1000:.2f} ms; in a small team {small * 1000:.2f} ms")  # noqa: T201
    if TRUST:  # smaller, there is nothing to tell from what else the machine does
        assert large < RATIO * small


async def costs(database, *teams):
    """Return how many seconds somebody's coming and going takes in each of *teams*: the median, in turn."""
    registry = DatabaseRegistry(database=database, clock=lambda: NOW, patience=5)
    taken: dict[str, list[float]] = {team: [] for team in teams}
    for team in teams:
        await registry.store(Scope(team=team)).write(
            lambda unit: unit.buy("standard", TURNS), reference="buy"
        )
    turns = [each for number in range(TURNS) for each in product([number], teams[:: (-1) ** number])]
    for number, team in turns:  # neither is always first
        store, person = registry.store(Scope(team=team)), f"{team}-{number}"
        begin = time.perf_counter()
        await store.write(partial(comes, person=person), reference="comes")
        await store.write(partial(let_go, person=person, reference="goes"), reference="goes")
        taken[team].append(time.perf_counter() - begin)
    assert [0] == [
        row["n"] for row in await database.rows("SELECT count(*) AS n FROM persons WHERE unsettled")
    ]
    return [median(each) for each in taken.values()]


async def comes(unit, person):
    """Let somebody new have a seat."""
    await unit.claim(person, None, 1)
    moved = await grant(unit, person, NOWHERE, "standard", reference="comes")
    assert "standard" == moved.after.held


async def _listed(found):
    return [each async for each in found]


async def _days(lines):
    return sum([line.days async for line in lines])


async def _verified(url):
    """Return the problems found by a process of its own, and the megabytes that it took."""
    done = subprocess.run(
        [sys.executable, "-c", VERIFY.format(url=url)], cwd=Path(__file__).parents[2], capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    problems, status = done.stdout.split("\n", 1)
    return problems, int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024
