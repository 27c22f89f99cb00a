"""A moment until when a write is to be done, on the clock of `monotonic`."""

from __future__ import annotations

from time import monotonic

#: Seconds after it for whoever has something to save: a removal that waited for a seat in vain goes on
#: without it, and what was done is committed or undone.
SPARE = 1.0


def left(until: float | None) -> float | None:
    """Return the seconds left *until* then, below zero after it; None, as it came, where there is no end."""
    return None if until is None else until - monotonic()


def left_or_spare(until: float | None) -> float | None:
    """Return the seconds left *until* then, and after it half of those left of the `SPARE` ones.

    So whatever waits in vain once more leaves time to undo it, and to commit the rest. At the end of `SPARE`
    it is 0, with which asyncpg raises `TimeoutError` and sends nothing: not even what would undo something.
    """
    seconds = left(until)
    return seconds if seconds is None or seconds > 0 else max(0.0, (seconds + SPARE) / 2)
