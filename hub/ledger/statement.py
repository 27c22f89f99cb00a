"""Statements: what was made of each kind of seat in a period, in quantities, never in money."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

from attrs import define, field, frozen

from .holdings import Days, Period, Stay

#: When seats of a kind were bought, and how many; less than none where they were returned.
Purchase: TypeAlias = tuple[str, int]

#: Later than all moments.
_FOR_EVER = "~"
_NO_MORE: Purchase = (_FOR_EVER, 0)

_read = datetime.fromisoformat


@frozen(kw_only=True)
class Figures:
    """How many seats of a kind were bought and held at a moment."""

    bought: int
    held: int

    @property
    def free(self) -> int:
        """Return how many nobody held; below zero where more were held than bought."""
        return self.bought - self.held


@frozen(kw_only=True)
class Usage:
    """What was made of one kind of seat in a period.

    *begin* and *end* are the figures before its first and after its last entry, so that one statement
    goes on where another ended. *joins* and *leaves* are seats taken and released; who *came* and *went*
    moved from and to another kind. *time* is that of all who held a seat, together.
    """

    seat_days: int
    time: timedelta
    peak: int
    peak_at: str
    begin: Figures
    end: Figures
    joins: int
    leaves: int
    came: int
    went: int
    overdraft_days: int


@frozen(kw_only=True)
class Line:
    """A person's holding a seat of a kind from *begin* until *end*, and how many days that adds to others.

    A day counts once for a person and a kind: in the first line that has some moment of it.
    """

    person: str
    kind: str
    begin: str
    end: str
    days: int


def lines(kind: str, stays: Iterable[Stay], period: Period, days: Days) -> Iterator[Line]:
    """Return the lines of a *kind* for *stays*, in order of time, as far as they lie in *period*."""
    for person, since, until in stays:
        if part := period.part(since, until):
            count = days.touched(person, *map(_read, part))
            yield Line(person=person, kind=kind, begin=part[0], end=part[1], days=count)


@define
class Reckoning:
    """Reckons up what was made of one kind of seat in a period, from its holdings as they began."""

    period: Period
    _seat_days: int = field(default=0, init=False)
    _time: timedelta = field(default=timedelta(), init=False)
    #: How many there were before, began in the period, and ended in it.
    _before: int = field(default=0, init=False)
    _begun: int = field(default=0, init=False)
    _ended: int = field(default=0, init=False)
    #: When those that last for some moment of it begin, and end, in it.
    _begins: list[str] = field(factory=list, init=False)
    _ends: list[str] = field(factory=list, init=False)
    _days: Days = field(factory=Days, init=False)

    def add(self, stays: Iterable[Stay]) -> None:
        """Add the next of those that began before the end of the period, and did not end before it."""
        first, last, touched = self.period.begin, self.period.end, self._days.touched
        for person, since, until in stays:  # there may be a million
            begin, end = since, until or last
            if since < first:
                self._before, begin = self._before + 1, first
            else:
                self._begun += 1
            if end < last:
                self._ended += 1
            else:
                end = last
            if begin < end:
                self._begins.append(begin)
                self._ends.append(end)
                from_, to = _read(begin), _read(end)
                self._time += to - from_
                self._seat_days += touched(person, from_, to)

    def usage(self, purchases: Sequence[Purchase], *, came: int, went: int) -> Usage:
        """Return what it comes to, with the *purchases* until its end and how many *came* and *went*."""
        bought = [trade for trade in purchases if trade[0] < self.period.end]
        before = [trade for trade in bought if trade[0] < self.period.begin]
        peak, peak_at, lacking = self._course(bought)
        days = Days()
        return Usage(
            seat_days=self._seat_days,
            time=self._time,
            peak=peak,
            peak_at=peak_at,
            begin=Figures(bought=_sum(before), held=self._before),
            end=Figures(bought=_sum(bought), held=self._before + self._begun - self._ended),
            joins=self._begun - came,
            leaves=self._ended - went,
            came=came,
            went=went,
            overdraft_days=sum(days.touched("", _read(begin), _read(end)) for begin, end in lacking),
        )

    def _course(self, purchases: Sequence[Purchase]) -> tuple[int, str, list[tuple[str, str]]]:
        """Return how many were held at most, since when, and where more were held than bought.

        Of what happens at one moment, seats are given back first, then bought or returned, then taken.
        """
        ends, trades = iter([*sorted(self._ends), _FOR_EVER]), iter([*purchases, _NO_MORE])
        end, (trade, count) = next(ends), next(trades)
        held, bought, peak, peak_at = 0, 0, 0, self.period.begin
        lacking, stretches = "", list[tuple[str, str]]()
        for begin in [*self._begins, self.period.end]:
            while end <= begin or trade <= begin:
                if end <= trade:
                    at, held, end = end, held - 1, next(ends)
                else:
                    at, bought, (trade, count) = trade, bought + count, next(trades)
                if held > bought:
                    lacking = lacking or at
                elif lacking:
                    stretches.append((lacking, at))
                    lacking = ""
            if begin == self.period.end:
                break
            held += 1
            if held > peak:
                peak, peak_at = held, begin
            if held > bought:
                lacking = lacking or begin
        if lacking:
            stretches.append((lacking, self.period.end))
        return peak, peak_at, [(begin, end) for begin, end in stretches if begin < end]


def _sum(purchases: Iterable[Purchase]) -> int:
    return sum(count for _, count in purchases)
