"""Moments as text: RFC 3339, UTC, milliseconds, so that they sort as they read."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta


def written(moment: datetime) -> str:
    """Return *moment* as text."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def later(moment: str, seconds: float) -> str:
    """Return the moment *seconds* after *moment* (before it, when negative)."""
    return written(datetime.fromisoformat(moment) + timedelta(seconds=seconds))


_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)


def day(text: str) -> str:
    """Return the first moment (UTC) of the day that *text* names, or raise ValueError with the reason."""
    if not _DAY.fullmatch(text):
        raise ValueError("expected a day as in 2026-06-30")
    return _found(text + "T00:00:00Z", "day")


def read(text: str) -> str:
    """Return the moment that *text* names, RFC 3339 or a day for its first one, or raise ValueError."""
    if _DAY.fullmatch(text):
        return day(text)
    if not _MOMENT.fullmatch(text.upper()):
        raise ValueError("expected a moment as in 2026-06-30T12:00:00Z, or a day as in 2026-06-30")
    return _found(text.upper(), "moment")


def _found(text: str, what: str) -> str:
    try:
        return written(datetime.fromisoformat(text))
    except (ValueError, OverflowError):  # in other zones, the first and last days reach over the calendar
        raise ValueError(f"there is no such {what}") from None
