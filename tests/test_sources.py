"""What is new each time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hub.moments import written
from hub.sources import clock, new_reference

NOW = 1_795_000_000_000_000_000  # 2026-11-18, nanoseconds


@pytest.mark.parametrize("later", [0, 1, 999, 1000, 1001, 59_999, 60_000])
def test_the_clock_reads_as_moments_do(monkeypatch, later):
    """Its text is that of the moment, cut to the millisecond."""
    moment = datetime.fromtimestamp(NOW // 10**9, UTC) + timedelta(milliseconds=later)
    monkeypatch.setattr("time.time_ns", lambda: NOW + later * 10**6 + 999_999)

    assert written(moment) == clock()


def test_references_of_one_time_are_neighbours(monkeypatch):
    """Names of exchanges are in the order of their milliseconds: an index gets its next ones side by side."""
    moments = iter(range(NOW, NOW + 300_000_000, 1_000_000))
    monkeypatch.setattr("time.time_ns", lambda: next(moments))
    made = [new_reference() for _ in range(300)]

    assert sorted(made) == made


def test_references_of_one_moment_differ(monkeypatch):
    """Within one millisecond chance keeps them apart."""
    monkeypatch.setattr("time.time_ns", lambda: NOW)

    assert 50 == len({new_reference() for _ in range(50)})
