"""What several writes in one transaction on PostgreSQL know of each other."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from itertools import groupby
from typing import TYPE_CHECKING, Any

from attrs import define, field

from hub.engine.values.errors import Overtaken

if TYPE_CHECKING:
    from hub.engine.values.places import SeatCount

    from .statements import Statement


@define
class Company:
    """Kinds of *seats*, locked since the first write began, as they stand; and what was left *behind*.

    These are the last statements of writes that are done: nobody waits for their rows.
    """

    seats: dict[str, SeatCount] | None = None
    behind: list[Statement] = field(factory=list)
    #: How often a write asked the database, left something behind, or took a seat that is known.
    traces: int = 0

    async def end(self, writing: Callable[[Any], Awaitable[Any]], client: Any) -> tuple[Any] | Exception:
        """Return what *writing* returned, in a tuple, or that it comes again alone, if it has left no trace.

        So it is with whoever finds no seat left of a kind that is known: nobody else is undone for that. That
        is not the last word on it, since what it would have written may be refused for a better reason, as
        the name of somebody who is there.
        """
        before = self.traces
        try:
            return (await writing(client),)
        except Exception as error:
            if self.traces != before:
                raise
            return Overtaken(str(error))

    def took(self, kind: str, count: SeatCount) -> None:
        """Note that a seat of a *kind* was taken, which makes the count what *count* says."""
        assert self.seats is not None, "they are locked before any is taken"
        self.seats[kind] = count
        self.traces += 1

    def leave(self, statement: Statement) -> None:
        """Put *statement* off: it runs before anybody asks the database again, or at the end."""
        self.traces += 1
        self.behind.append(statement)

    async def catch_up(self, client: Any) -> None:
        """Run on *client* what was put off, statements of the same text in one round trip.

        Raises `Overtaken`: whose fault it was shows when each write is tried again alone.
        """
        self.traces += 1
        behind, self.behind = self.behind, []
        try:
            for sql, alike in groupby(behind, key=lambda each: each.sql):
                await client.execute_many(sql, [each.values for each in alike])
        except Exception as error:
            raise Overtaken(str(error)) from error
