"""How many seats of a kind were bought and held on each of the last days, told from today backwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from .places import SeatCount

#: How many days are told of, today among them.
DAYS = 90

#: The days that a forecast is taken from: held must have grown in each half of them.
TREND_DAYS = 28

#: The farthest day that is forecast, in days from today.
FORECAST_DAYS_MAX = 365


@frozen(kw_only=True)
class Change:
    """By how many more seats of a *kind* were *bought* and *held* at the end of a *day* than at its begin."""

    kind: str
    day: str
    bought: int = 0
    held: int = 0


@frozen(kw_only=True)
class Day:
    """How many seats were bought and held at the end of a day (UTC)."""

    day: str
    bought: int
    held: int


@frozen(kw_only=True)
class Course:
    """A kind of seats: how many there are now, and how many there were on the last days, oldest first."""

    kind: str
    now: SeatCount
    days: Sequence[Day]

    @property
    def over(self) -> int:
        """Return by how many more are held than were bought."""
        return max(0, -self.now.free)

    @property
    def changes(self) -> Sequence[Day]:
        """Return the days on which anything changed, and the first."""
        beside = zip(self.days, self.days[1:], strict=False)
        changed = [day for before, day in beside if (day.bought, day.held) != (before.bought, before.held)]
        return [*self.days[:1], *changed]

    @property
    def lasts_until(self) -> str | None:
        """Return the day on which the last seat is taken if people go on coming as they did.

        None where nobody can say so honestly: nothing is free, the kind is new, or it did not grow
        in both halves of the last four weeks; nor where it would be more than a year.
        """
        if self.now.free <= 0 or len(self.days) <= TREND_DAYS:
            return None
        held = [day.held for day in self.days]
        first, half, last = held[-1 - TREND_DAYS], held[-1 - TREND_DAYS // 2], held[-1]
        if first <= 0 or not first < half < last:
            return None
        days = -(-self.now.free * TREND_DAYS // (last - first))
        if days > FORECAST_DAYS_MAX:
            return None
        return (date.fromisoformat(self.days[-1].day) + timedelta(days=days)).isoformat()


def days_until(today: str) -> list[str]:
    """Return the days that a course has at most, the last of them *today*, and the day after it."""
    after = date.fromisoformat(today) + timedelta(days=1)
    return [(after - timedelta(days=ago)).isoformat() for ago in range(DAYS, -1, -1)]


def courses(now: Mapping[str, SeatCount], changes: Iterable[Change], *, today: str) -> list[Course]:
    """Return the course of each kind that there is *now*, out of the *changes* since the first day."""
    by_day = {(each.kind, each.day): each for each in changes}
    return [_course(kind, count, by_day, today) for kind, count in now.items()]


def _course(kind: str, now: SeatCount, by_day: Mapping[tuple[str, str], Change], today: str) -> Course:
    days, bought, held = [], now.bought, now.held
    for day in days_until(today)[-2::-1]:
        days.append(Day(day=day, bought=bought, held=held))
        if change := by_day.get((kind, day)):
            bought, held = bought - change.bought, held - change.held
    return Course(kind=kind, now=now, days=days[::-1])
