"""Courses of seats: told from today backwards, and how long they last."""

from __future__ import annotations

import pytest

from hub.engine.values.courses import DAYS, Change, Course, Day, courses, days_until
from hub.engine.values.places import SeatCount

TODAY = "2026-03-01"


def count(bought, held):
    """Return so many seats."""
    return SeatCount(bought=bought, held=held)


def test_the_days_that_are_told_of():
    """Ninety and the day after the last, each day once, across months and years."""
    days = days_until(TODAY)

    assert (DAYS + 1, "2025-12-02", "2026-03-01", "2026-03-02") == (len(days), days[0], days[-2], days[-1])


def test_a_course_goes_back_from_today():
    """Before a day on which two came there were two fewer; what was bought on it counts at its end."""
    changes = [
        Change(kind="standard", day=TODAY, held=2),
        Change(kind="standard", day="2026-02-27", held=-1, bought=5),
        Change(kind="gone", day=TODAY, held=1),
    ]
    (course,) = courses({"standard": count(10, 7)}, changes, today=TODAY)

    assert [(5, 6), (10, 5), (10, 5), (10, 7)] == [(day.bought, day.held) for day in course.days[-4:]]
    assert (DAYS, "2025-12-02", (5, 6)) == (
        len(course.days),
        course.days[0].day,
        (course.days[0].bought, course.days[0].held),
    )
    assert ["2025-12-02", "2026-02-27", TODAY] == [day.day for day in course.changes]


def test_what_is_held_beyond_what_was_bought():
    """Over is never below nothing."""
    assert 2 == Course(kind="standard", now=count(3, 5), days=[]).over
    assert 0 == Course(kind="standard", now=count(5, 3), days=[]).over


def grown(*held, bought=100):
    """Return a course in which so many were held four weeks ago, two weeks ago, and now."""
    first, half, last = held
    numbers = [first] * (DAYS - 28) + [half] * 14 + [last] * 14
    days = [
        Day(day=day, bought=bought, held=number)
        for day, number in zip(days_until(TODAY), numbers, strict=False)
    ]
    return Course(kind="standard", now=count(bought, last), days=days)


@pytest.mark.parametrize(
    ("course", "until"),
    [
        (grown(50, 60, 78), "2026-03-23"),
        (grown(50, 60, 78, bought=79), "2026-03-02"),
        (grown(50, 60, 78, bought=78), None),
        (grown(50, 60, 78, bought=70), None),
        (grown(0, 60, 78), None),
        (grown(50, 50, 78), None),
        (grown(50, 78, 78), None),
        (grown(78, 60, 80), None),
        (grown(50, 51, 52, bought=10_000), None),
    ],
)
def test_seats_last_until(course, until):
    """A day is told only where seats are free, and where the kind grew in both halves of four weeks."""
    assert until == course.lasts_until


def test_a_new_kind_is_not_forecast():
    """What was bought the other day has no trend."""
    assert None is Course(kind="standard", now=count(10, 5), days=grown(1, 2, 3).days[:20]).lasts_until
