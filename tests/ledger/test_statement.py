"""What a statement counts, said by example and by law; the database's counts are held to it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.ledger.entries import Entry
from hub.ledger.holdings import Days, Period
from hub.ledger.moves import buy, give_up, settle
from hub.ledger.statement import Figures, Reckoning, lines
from tests.ledger import plainly
from tests.ledger.clerk import KINDS, book
from tests.ledger.plainly import as_of, holdings

JUNE = Period(begin="2026-06-01T00:00:00.000Z", end="2026-07-01T00:00:00.000Z")
HOUR = timedelta(hours=1)


def told(*said):
    """Return the book in which each of *said* is a moment, what happened, and to whom or to how many."""
    entries, held = [], {}
    for number, (at, what, *about) in enumerate(said, 1):
        match what, about:
            case "bought", [count]:
                postings = buy("standard", count)
            case "returned", [count]:
                postings = give_up("standard", count)
            case _, [person, *kind]:
                wanted = kind[0] if kind else "standard" if what == "taken" else None
                postings = settle(person, held=held.get(person), wanted=wanted)
                held[person] = wanted
        entries.append(
            Entry(team="t", number=number, at=f"{at}.000Z", what=what, reference="r", postings=postings)
        )
    return entries


def usage(entries, kind, period):
    """Return what *entries* come to as a statement reckons it up, seen to be what the plain way says."""
    stays = [
        (each.person, each.since, each.until)
        for each in sorted(holdings(entries), key=lambda holding: holding.since)
        if each.kind == kind and each.since < period.end and (each.until or period.end) >= period.begin
    ]
    moved = plainly.usage(entries, kind, period)
    purchases = [
        (each.at, posting.count if each.what == "bought" else -posting.count)
        for each in entries
        for posting in each.postings
        if each.what in {"bought", "returned"} and posting.seat == kind
    ]
    reckoning = Reckoning(period)
    for start in range(0, len(stays), 3):
        reckoning.add(stays[start : start + 3])
    reckoned = reckoning.usage(purchases, came=moved.came, went=moved.went)
    assert moved == reckoned
    return reckoned


BOUGHT = ("2026-05-01T00:00:00", "bought", 2)


@pytest.mark.parametrize(
    ("taken", "released", "days", "hours"),
    [
        ("2026-06-10T09:00:00", "2026-06-10T17:00:00", 1, 8),
        ("2026-06-10T23:00:00", "2026-06-11T01:00:00", 2, 2),
        ("2026-06-10T00:00:00", "2026-06-11T00:00:00", 1, 24),
        ("2026-06-10T09:00:00", "2026-06-10T09:00:00", 0, 0),
        ("2026-05-31T09:00:00", "2026-06-01T00:00:00", 0, 0),
        ("2026-05-31T09:00:00", "2026-06-01T01:00:00", 1, 1),
        ("2026-06-30T23:00:00", "2026-08-01T00:00:00", 1, 1),
        ("2026-07-01T00:00:00", "2026-08-01T00:00:00", 0, 0),
        ("2026-05-01T00:00:00", "2026-08-01T00:00:00", 30, 720),
    ],
)
def test_a_day_counts_once_its_seat_is_held_at_any_moment(taken, released, days, hours):
    """From the moment taken up to, and without, that released, and no more of it than lies in the period."""
    counted = usage(told(BOUGHT, (taken, "taken", "ann"), (released, "released", "ann")), "standard", JUNE)

    assert (days, hours * HOUR) == (counted.seat_days, counted.time)


def test_a_day_counts_once_for_a_person():
    """Whoever comes back on the same day is no second seat-day; another person is."""
    counted = usage(
        told(
            BOUGHT,
            ("2026-06-10T09:00:00", "taken", "ann"),
            ("2026-06-10T10:00:00", "released", "ann"),
            ("2026-06-10T11:00:00", "taken", "ann"),
            ("2026-06-11T10:00:00", "released", "ann"),
            ("2026-06-11T11:00:00", "taken", "bob"),
            ("2026-06-11T12:00:00", "released", "bob"),
        ),
        "standard",
        JUNE,
    )

    assert (3, 25 * HOUR) == (counted.seat_days, counted.time)
    assert (3, 3, 1, "2026-06-10T09:00:00.000Z") == (
        counted.joins,
        counted.leaves,
        counted.peak,
        counted.peak_at,
    )


def test_who_moves_neither_joins_nor_leaves():
    """Moving to another kind is counted apart, by either kind."""
    entries = told(
        BOUGHT,
        ("2026-06-10T09:00:00", "taken", "ann"),
        ("2026-06-10T10:00:00", "moved", "ann", "viewer"),
        ("2026-06-10T11:00:00", "released", "ann"),
    )
    standard, viewer = (usage(entries, kind, JUNE) for kind in KINDS)

    assert (1, 0, 0, 1) == (standard.joins, standard.leaves, standard.came, standard.went)
    assert (0, 1, 1, 0) == (viewer.joins, viewer.leaves, viewer.came, viewer.went)


def test_the_peak_is_of_the_moments_of_the_period():
    """What was held before its first moment only is none; what is held from then on is, if it is most."""
    before = told(BOUGHT, ("2026-05-02T00:00:00", "taken", "ann"), ("2026-06-01T00:00:00", "released", "ann"))
    counted = usage(before, "standard", JUNE)

    assert (0, JUNE.begin, 1, 0) == (counted.peak, counted.peak_at, counted.begin.held, counted.end.held)


def test_days_with_more_held_than_bought_are_told():
    """From the moment at which too few are bought until enough are, or enough released."""
    entries = told(
        BOUGHT,
        ("2026-06-01T00:00:00", "taken", "ann"),
        ("2026-06-02T00:00:00", "taken", "bob"),
        ("2026-06-10T23:00:00", "returned", 1),
        ("2026-06-12T00:00:00", "released", "bob"),
        ("2026-06-12T10:00:00", "returned", 1),
        ("2026-06-12T11:00:00", "bought", 1),
        ("2026-06-12T12:00:00", "returned", 1),
        ("2026-06-13T01:00:00", "bought", 5),
        ("2026-06-20T01:00:00", "returned", 5),
        ("2026-06-20T01:00:00", "bought", 5),
    )

    assert 4 == usage(entries, "standard", JUNE).overdraft_days


@given(st.integers(0, 2**32), st.integers(0, 40), st.integers(1, 40), st.integers(1, 40))
def test_statements_go_on_where_others_end(seed, start, one, other):
    """Two periods side by side come to what both together come to."""
    entries = book(seed)
    first, second, third = (f"{_day(start + n)}T00:00:00.000Z" for n in (0, one, one + other))
    for kind in KINDS:
        left, right, whole = (
            usage(entries, kind, Period(begin=begin, end=end))
            for begin, end in ((first, second), (second, third), (first, third))
        )
        assert left.end == right.begin
        for name in ("seat_days", "time", "joins", "leaves", "came", "went", "overdraft_days"):
            assert getattr(whole, name) == getattr(left, name) + getattr(right, name), name
        assert max(left.peak, right.peak) == whole.peak
        assert whole.end.held - whole.begin.held == whole.joins + whole.came - whole.leaves - whole.went


@given(st.integers(0, 2**32))
def test_the_figures_of_a_moment_are_those_of_the_holdings(seed):
    """As many are held at a moment as holdings have begun by then and not ended."""
    entries = book(seed)
    for at in {each.at for each in entries}:
        for kind in KINDS:
            held = [
                each for each in holdings(entries)
                if each.kind == kind and each.since <= at and (each.until is None or each.until > at)
            ]  # fmt: skip
            assert len(held) == as_of(entries, kind, at=at).held


def test_before_the_book_there_is_nothing():
    """Of a moment before the first entry, and of a kind never bought, the figures are nothing."""
    entries = told(BOUGHT)

    assert Figures(bought=0, held=0) == as_of(entries, "standard", at="2026-04-30T23:59:59.999Z")
    assert Figures(bought=2, held=0) == as_of(entries, "standard", at="2026-05-01T00:00:00.000Z")
    assert Figures(bought=0, held=0) == as_of(entries, "viewer", at=JUNE.end)


def test_the_days_of_lines_add_up():
    """A day that two lines of a person share is the first one's; what lies outside the period is no line."""
    spans = [
        ("2026-05-01T00:00:00.000Z", "2026-06-01T00:00:00.000Z"),
        ("2026-06-03T00:00:00.000Z", "2026-06-04T09:00:00.000Z"),
        ("2026-06-04T10:00:00.000Z", "2026-06-04T11:00:00.000Z"),
        ("2026-06-05T00:00:00.000Z", None),
    ]
    made = [*lines("standard", [("ann", *span) for span in spans], JUNE, Days())]

    assert [2, 0, 26] == [line.days for line in made]
    assert (spans[1][0], JUNE.end) == (made[0].begin, made[2].end)


def _day(number: int) -> str:
    return f"2026-{3 + number // 28:02}-{1 + number % 28:02}"
