"""Moments as text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from hub.moments import later, written

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
