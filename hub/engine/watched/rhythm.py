"""How regularly a connection asks, and how much it has asked lately."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from statistics import median_low
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hub.engine.asking.sightings import Hour

#: How many hours must have had a request before a rhythm is spoken of.
HOURS_MIN = 5


def usual_hours(hours: Sequence[Hour]) -> int | None:
    """Return the median of hours between two requests, None where there were too few to tell."""
    moments = [datetime.fromisoformat(f"{each.hour}:00:00Z") for each in hours]
    if len(moments) < HOURS_MIN:
        return None
    return median_low(round((after - before).total_seconds() / 3_600) for before, after in pairwise(moments))


def lately(hours: Sequence[Hour], *, since: str) -> tuple[int, int]:
    """Return how many changes were asked for *since* a moment, and how many of them failed."""
    recent = [each for each in hours if each.hour >= since[:13]]
    return sum(each.writes for each in recent), sum(each.failed for each in recent)
