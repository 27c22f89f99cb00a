"""What operators ask of a team's book, and what they are told where it means nothing."""

from __future__ import annotations

import json
import re

import pytest
from attrs import asdict

from hub.engine.book.bookkeeping import Bookkeeping, exported
from hub.engine.rounds.sealing import Sealer
from hub.engine.values.errors import AdminError
from hub.ledger.statement import Figures
from hub.moments import later
from hub.teams import Team
from storage.books import DatabaseBooks
from storage.seals import DatabaseSeals
from tests.author import BY
from tests.engine.conftest import KEY

NOW = "2026-06-15T12:00:00.000Z"
TODAY = "2026-06-15"


@pytest.fixture
def bookkeeping(database):
    """Return the use cases about books, at a moment that stands."""
    books, seals = (of(database=database, patience=5) for of in (DatabaseBooks, DatabaseSeals))
    sealer = Sealer(books=books, seals=seals, clock=lambda: NOW, key=KEY)
    return Bookkeeping(books=books, sealer=sealer, clock=lambda: NOW)


@pytest.fixture
def asked():
    """Return the use cases at a moment that stands, for who asks no book."""
    return Bookkeeping(books=None, sealer=None, clock=lambda: NOW)


@pytest.mark.parametrize(
    ("first", "last", "why"),
    [
        ("2026-06-10", "2026-06-01", "TO 2026-06-01: expected a day after FROM 2026-06-10"),
        ("2026-06-10", "2026-06-10", "TO 2026-06-10: expected a day after FROM 2026-06-10"),
        (
            "2026-06-10",
            "2026-06-16",
            "TO 2026-06-16: that is in the future: today, 2026-06-15, is the latest",
        ),
        ("2026-06-31", "2026-07-01", "FROM 2026-06-31: there is no such day"),
        ("2026-06-01", "June", "TO June: expected a day as in 2026-06-30"),
        ("2026-06-01T00:00:00Z", TODAY, "FROM 2026-06-01T00:00:00Z: expected a day as in 2026-06-30"),
        ("", TODAY, "FROM : expected a day as in 2026-06-30"),
        ("٢٠٢٦-٠٦-٠١", TODAY, "expected a day as in 2026-06-30"),
    ],
)
def test_a_period_that_is_none_is_refused(asked, first, last, why):
    """The place is named, and the reason."""
    with pytest.raises(AdminError, match=re.escape(why)):
        asked.period(first, last)


def test_a_period_is_of_days(asked):
    """From the first moment of the first up to that of the last, which may be today."""
    period = asked.period("2026-06-01", TODAY)

    assert ("2026-06-01T00:00:00.000Z", "2026-06-15T00:00:00.000Z") == (period.begin, period.end)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2026-06-15T12:00:00.001Z", "that is in the future: now it is 2026-06-15T12:00:00.000Z"),
        ("2026-06-16", "that is in the future"),
        ("2026-06-15T13:00:00", "expected a moment as in 2026-06-30T12:00:00Z, or a day"),
        ("2026-06-15T25:00:00Z", "there is no such moment"),
        ("yesterday", "expected a moment"),
    ],
)
def test_a_moment_that_is_none_is_refused(asked, text, why):
    """The place is named, and the reason."""
    with pytest.raises(AdminError, match=re.escape(f"MOMENT {text}: ") + ".*" + re.escape(why)):
        asked.moment(text)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        (TODAY, "2026-06-15T00:00:00.000Z"),
        (NOW, NOW),
        ("2026-06-15T13:30:00+02:00", "2026-06-15T11:30:00.000Z"),
    ],
)
def test_a_moment_is_read_in_any_zone(asked, text, moment):
    """A day stands for its first moment in UTC."""
    assert moment == asked.moment(text)


async def test_a_moment_shows_what_was_bought_by_then(engine, bookkeeping, team):
    """From the entry on; before it, the kinds are there and nothing of them."""
    (entry,) = [entry async for entry in engine.bookkeeping.entries(team)]

    assert {"standard": Figures(bought=5, held=0)} == await bookkeeping.as_of(team, entry.at)
    before = later(entry.at, -0.001)
    assert {"standard": Figures(bought=0, held=0)} == await bookkeeping.as_of(team, before)
    assert [] == [each async for each in bookkeeping.holders(team, entry.at)]


async def test_a_book_is_sealed_to_its_end(engine, bookkeeping, team):
    """Its heads are signed, hold against the book, and asking again seals nothing twice."""
    assert [] == await bookkeeping.heads(team)
    heads = await bookkeeping.seal(team)

    assert [(1, 1, NOW, True)] == [(h.number, h.last, h.at, h.is_signed(KEY)) for h in heads]
    assert heads == await bookkeeping.seal(team) == await bookkeeping.heads(team)
    assert [] == await engine.bookkeeping.verify(team, heads=heads)


async def test_an_empty_book_has_no_heads(engine, bookkeeping):
    """Nothing written is nothing sealed."""
    team = await engine.teams.create("none", seats=0, plan="basic", by=BY)

    assert [] == await bookkeeping.seal(team)
    assert [] == await engine.bookkeeping.verify(team)


async def test_heads_are_read_as_they_were_written(bookkeeping, team):
    """What was exported is what was sealed."""
    heads = await bookkeeping.seal(team)

    assert heads == exported(json.dumps({"heads": [asdict(head) for head in heads]}).encode(), team)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"number": "1"}, "heads[0].number: expected a whole number"),
        ({"head": None}, "heads[0].head: expected text"),
        ({"more": 1}, "heads[0].more: unknown"),
        ({"team": "other"}, "these are heads of another team, other"),
    ],
)
async def test_heads_that_are_none_are_refused(bookkeeping, team, change, why):
    """The place is named, and the reason."""
    (head,) = await bookkeeping.seal(team)
    text = json.dumps({"heads": [{**asdict(head), **change}]})

    with pytest.raises(AdminError, match=re.escape(why)):
        exported(text.encode(), team)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"heads": []}', '{"heads": [1]}', "{", '{"heads": 1}', "\ufeff{}"]
)
def test_a_file_without_heads_is_refused(text):
    """It says what is expected, or where the JSON is broken."""
    with pytest.raises(AdminError, match=r"expected (heads|an object)|the file"):
        exported(text.encode(), Team(id="t", name="t", plan="basic"))
