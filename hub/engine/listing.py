"""Lists for administrators, a page at a time: what is asked for, and what a page of it is."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from attrs import evolve, frozen

T = TypeVar("T")
U = TypeVar("U")

#: How many rows a page has.
PAGE = 50

#: The longest text that is searched for.
TEXT_MAX = 200


class Condition(enum.StrEnum):
    """How somebody stands, as lists of people are narrowed to: one of these at a time."""

    SEATED = "seated"
    WAITING = "waiting"
    UNDECIDED = "undecided"
    KEPT = "kept"
    SEATLESS = "seatless"
    REMOVED = "removed"
    SUSPENDED = "suspended"
    BY_HAND = "by-hand"
    REFUSED = "refused"


@frozen(kw_only=True)
class Wanted:
    """Which people are asked for: all of whom each thing that is said holds.

    *text* is folded and stands in a name, a userName or an address. *kind* is of the seat that they hold or
    wait for; *connection* has, or had, a user of theirs.
    """

    text: str = ""
    condition: Condition | None = None
    kind: str | None = None
    connection: str | None = None

    @property
    def narrow(self) -> bool:
        """Say whether more is said than a text."""
        return bool(self.condition or self.kind or self.connection)


@frozen(kw_only=True)
class Turn:
    """Where a page begins: after the row with the key *mark*, or ends, *before* it; without one, at first."""

    mark: str = ""
    before: bool = False


@frozen(kw_only=True)
class Page(Generic[T]):
    """Some rows of a list; *previous* and *next* turn to the pages beside it, None where there is none."""

    rows: Sequence[T]
    previous: Turn | None = None
    next: Turn | None = None

    def having(self, rows: Sequence[U]) -> Page[U]:
        """Return a page that shows *rows* in place of these."""
        return evolve(self, rows=rows)  # type: ignore[arg-type,return-value] # evolve keeps the type


def page_of(found: Sequence[T], turn: Turn, key: Callable[[T], str], *, count: int = PAGE) -> Page[T]:
    """Return the page that was *found*: one row more than *count* where there are more, as it was looked for.

    Before a mark it is looked for backwards, the nearest row first.
    """
    more, rows = len(found) > count, list(found[:count])
    before, after = (more, bool(turn.mark)) if turn.before else (bool(turn.mark), more)
    if turn.before:
        rows.reverse()
    return Page(
        rows=rows,
        previous=Turn(mark=key(rows[0]), before=True) if rows and before else None,
        next=Turn(mark=key(rows[-1])) if rows and after else None,
    )
