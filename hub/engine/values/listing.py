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
    """How somebody stands: lists of people can be narrowed to one of these."""

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
    """Which people are asked for: those for whom everything holds that is said here.

    *text* is folded, and part of a name, a userName or an address. *kind* is of the seat that they hold or
    wait for; *connection* has, or had, a user that is about them.
    """

    text: str = ""
    condition: Condition | None = None
    kind: str | None = None
    connection: str | None = None

    @property
    def narrow(self) -> bool:
        """Say whether anything besides a text is asked for."""
        return bool(self.condition or self.kind or self.connection)


@frozen(kw_only=True)
class Turn:
    """Where a page begins: after the row with the key *mark*; or, with *before*, where it ends.

    Without a mark it is the first page.
    """

    mark: str = ""
    before: bool = False


@frozen(kw_only=True)
class Page(Generic[T]):
    """Some rows of a list; *previous* and *next* turn to the pages beside it, None where there is none."""

    rows: Sequence[T]
    previous: Turn | None = None
    next: Turn | None = None

    def having(self, rows: Sequence[U]) -> Page[U]:
        """Return the same page with other *rows*."""
        return evolve(self, rows=rows)  # type: ignore[arg-type,return-value] # evolve keeps the type


def page_of(found: Sequence[T], turn: Turn, key: Callable[[T], str], *, count: int = PAGE) -> Page[T]:
    """Return the page of up to *count* rows; one more was *found* where more rows follow.

    Before a mark rows are found backwards, the nearest to it first.
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
