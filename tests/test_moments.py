"""Moments as text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.moments import day, later, read, written

MOMENTS = st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2200, 1, 1)).map(  # noqa: DTZ001
    lambda moment: moment.replace(tzinfo=UTC, microsecond=moment.microsecond // 1000 * 1000)
)


@given(MOMENTS, MOMENTS)
def test_moments_sort_as_they_read(one, other):
    """The order of texts is the order of moments."""
    assert (one < other) == (written(one) < written(other))


@given(MOMENTS, st.integers(-(10**6), 10**6))
def test_later_is_so_many_seconds_later(moment, seconds):
    """Seconds are added, or taken off."""
    assert written(moment + timedelta(seconds=seconds)) == later(written(moment), seconds)


def test_every_zone_is_written_in_utc():
    """A moment reads the same wherever it was told."""
    noon = datetime(2026, 1, 1, 13, tzinfo=timezone(timedelta(hours=1)))

    assert "2026-01-01T12:00:00.000Z" == written(noon)


@given(MOMENTS)
def test_what_was_written_is_read(moment):
    """A moment, and its day, are read as they were written; of a second, milliseconds are kept."""
    text = written(moment)

    assert text == read(text) == read(text.replace("Z", "9Z")) == read(text.lower())
    assert f"{text[:10]}T00:00:00.000Z" == day(text[:10]) == read(text[:10])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026",
        "2026-06",
        "20260601",
        "2026-W01-1",
        "2026-06-01 12:00:00Z",
        "2026-06-01T12:00:00",
        "2026-06-01\n",
    ],
)
def test_what_is_no_moment_is_told_what_is(text):
    """Of all that ISO 8601 would allow, one form is taken."""
    with pytest.raises(ValueError, match="expected a moment as in"):
        read(text)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("2026-02-29", "day"),
        ("0000-01-01", "day"),
        ("2026-06-01T12:60:00Z", "moment"),
        ("2026-06-01T12:00:00+25:00", "moment"),
        ("0001-01-01T00:00:00+14:00", "moment"),
    ],
)
def test_what_never_is_is_told_so(text, what):
    """The calendar and the clock have no such day or moment."""
    with pytest.raises(ValueError, match=f"there is no such {what}"):
        read(text)
