"""What the first page tells, held to the book told plainly, on both databases."""

from __future__ import annotations

from random import Random

import pytest

from hub.engine.values.courses import courses, days_until
from storage.books import DatabaseBooks
from storage.figures import DatabaseFigures
from tests.ledger.clerk import KINDS, Clerk, uneven
from tests.storage.conftest import NOW, user
from tests.storage.written import write


@pytest.fixture
def figures(database):
    """Return what is asked."""
    return DatabaseFigures(database=database, patience=5)


@pytest.mark.parametrize("seed", range(3))
async def test_the_course_is_what_the_book_says(database, figures, seed):
    """Of each day, at its end, as many were bought and held as the book has at that moment."""
    chance = Random(seed)
    clerk = Clerk(chance=chance, people=[f"p{n}" for n in range(7)], pause=uneven(chance))
    await write(database, clerk, 90)
    books, today = DatabaseBooks(database=database, patience=5), clerk.at[:10]
    told = courses(await books.seats("t"), await figures.changes("t", days=days_until(today)), today=today)

    assert {*KINDS} == {course.kind for course in told}
    for course in told:
        assert today == course.days[-1].day
        for day in course.days[::7]:
            before = f"{day.day}T23:59:59.999Z"
            bought = sum(
                count for at, count in (await books.purchases("t", upto=before)).get(course.kind, ())
            )
            assert bought == day.bought
            assert (await books.held("t", at=before)).get(course.kind, 0) == day.held


async def test_who_waits_first(world, figures):
    """The first of each queue, of whom there are any."""
    await world.add(user("u1"), user("u2"))
    for number, person in ((7, "p-u2"), (9, "p-u1")):
        await world.database.rows(
            "INSERT INTO waiting (team_id, person_id, kind, number, since)"
            " VALUES ('t', $1, 'standard', $2, $3)",
            *(person, number, f"{NOW}{number}"),
        )
    await world.database.rows("UPDATE seats SET waiting = 2 WHERE team_id = 't'")

    assert {"standard": f"{NOW}7"} == await figures.waiting_since("t")
    assert {} == await figures.waiting_since("u")


async def test_how_many_were_refused(world, figures):
    """By connection, where there are any."""
    for connection, name in (("c1", "ann"), ("c1", "bob"), ("c2", "ann")):
        await world.write(lambda unit, name=name: unit.refused(name, "standard"), connection=connection)

    assert {"c1": 2, "c2": 1} == await figures.refused("t")
    assert {} == await figures.refused("u")
