"""Moments as text: RFC 3339, UTC, milliseconds, so that they sort as they read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def written(moment: datetime) -> str:
    """Return *moment* as text."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def later(moment: str, seconds: float) -> str:
    """Return the moment *seconds* after *moment* (before it, when negative)."""
    return written(datetime.fromisoformat(moment) + timedelta(seconds=seconds))
