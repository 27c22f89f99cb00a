"""Holdings: who had a seat of which kind, from when until when."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypeAlias

from attrs import define, field, frozen

#: A holding of a kind that is known: the person, since when, and until when, None while it lasts. Of these
#: there are as many as there ever were, so they are no more than that.
Stay: TypeAlias = tuple[str, str, str | None]

_MILLISECOND = timedelta(milliseconds=1)


@frozen(kw_only=True)
class Holding:
    """A *person*'s having a seat of a *kind* from *since* up to, and without, *until*: None while it lasts.

    One that ends in the millisecond in which it began is held at no moment.
    """

    person: str
    kind: str
    since: str
    until: str | None


@frozen(kw_only=True)
class Period:
    """The time from *begin* up to, and without, *end* (RFC 3339, UTC, milliseconds)."""

    begin: str
    end: str

    @property
    def length(self) -> timedelta:
        """Return how long it is."""
        return datetime.fromisoformat(self.end) - datetime.fromisoformat(self.begin)

    def part(self, since: str, until: str | None) -> tuple[str, str] | None:
        """Return the part of it from *since* up to, and without, *until*; None where no moment is in it."""
        begin = max(since, self.begin)
        end = self.end if until is None or until > self.end else until
        return (begin, end) if begin < end else None


@define
class Days:
    """Counts days, each once for whom it is asked again and again, in order of time."""

    _last: dict[str, int] = field(factory=dict, init=False)

    def touched(self, whose: str, begin: datetime, end: datetime) -> int:
        """Return how many days, not counted before, have moments from *begin* up to, without, *end*."""
        first, last = begin.toordinal(), (end - _MILLISECOND).toordinal()
        days = last - first + (self._last.get(whose) != first)
        self._last[whose] = last
        return days
