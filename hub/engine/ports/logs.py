"""What happened, as it is kept: events to be told of, exchanges, the teams' audits."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from hub.engine.values.notes import Note

if TYPE_CHECKING:
    from hub.spi import Event

#: Where in the order of events one stands: (transaction, number).
Place = tuple[int, int]


class Outbox(Protocol):
    """Events that were committed, and how far each listener has been told."""

    async def lease(self, listener: str, *, owner: str, seconds: float) -> bool:
        """Take or keep the sole right to tell *listener*; False where another has it."""

    async def pending(self, listener: str, *, count: int) -> Sequence[tuple[Place, Event]]:
        """Return the next events for *listener*, in order; none that could still be overtaken."""

    async def told(self, listener: str, place: Place, *, owner: str) -> bool:
        """Note that *listener* was told up to *place*; False where *owner* has lost the lease."""

    def due(self, *, count: int) -> AsyncIterator[Sequence[tuple[str, str]]]:
        """Return (team, person) of people whose seat is to be settled by now, about *count* at a time.

        First those who are marked, then those whose time has come; whoever is both comes twice.
        """

    async def waited_for(self, *, after: tuple[str, str], count: int) -> Sequence[tuple[str, str]]:
        """Return (team, kind) of seats that somebody waits for and that are left, in order, *after* one."""

    async def prune(self, *, before: str, listeners: Sequence[str]) -> int:
        """Delete events from before that moment that all *listeners* were told of."""


class Exchanges(Protocol):
    """Requests and answers as kept for people to look at."""

    async def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Keep *rows*."""

    async def of(self, connection: str, *, after: str = "", count: int = 50) -> Sequence[Mapping[str, Any]]:
        """Return a connection's exchanges after that reference, oldest first; else the newest."""

    async def latest(
        self, connections: Sequence[str], *, failed: bool, before: int | None, count: int
    ) -> Sequence[tuple[int, Mapping[str, Any]]]:
        """Return up to *count* exchanges of *connections* with their numbers, newest first.

        Only those with a number under *before*, and only those that were refused, where *failed* are wanted.
        """

    async def one(self, team: str, reference: str) -> Mapping[str, Any] | None:
        """Return the exchange of a team that is called *reference*."""

    async def caused(self, team: str, reference: str) -> Sequence[Event]:
        """Return the events of a team that came of the exchange called *reference*, in order."""

    async def about(self, connection: str, id: str, *, count: int) -> Sequence[Mapping[str, Any]]:
        """Return up to *count* exchanges about a resource of a connection, the latest first."""

    async def prune(self, *, before: str, rows_max: int) -> int:
        """Delete what is older, and the oldest of what is too many; return how many that were.

        Whoever was refused a seat in one of the older, and not since, is forgotten with it.
        """


class Trail(Protocol):
    """The teams' audits, to be read."""

    def of(self, team: str, *, since: str = "", person: str | None = None) -> AsyncIterator[Note]:
        """Return a team's audit from the moment *since*, or what of it is about *person*, oldest first."""

    async def latest(
        self, team: str, *, who: str, action: str, since: str, before: int | None, count: int
    ) -> Sequence[tuple[int, Note]]:
        """Return up to *count* lines with their numbers, newest first: those with a number under *before*.

        *who* and *action* (or its noun: `admin`) are what is wanted, nothing for all.
        """
