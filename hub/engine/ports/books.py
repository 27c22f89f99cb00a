"""The teams' books, and their seals."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Protocol

from hub.engine.values.claimants import Vouching
from hub.engine.values.places import SeatCount

if TYPE_CHECKING:
    from hub.ledger.entries import Entry
    from hub.ledger.holdings import Holding, Period, Stay
    from hub.ledger.seals import Seal
    from hub.ledger.statement import Purchase


class Books(Protocol):
    """The teams' books and what they are held against, to be read."""

    def at_once(self) -> AbstractAsyncContextManager[Books]:
        """Return the books as they all are at one moment, for comparing one part with another."""

    async def seats(self, team: str) -> dict[str, SeatCount]:
        """Return a team's seats by kind."""

    async def length(self, team: str) -> int:
        """Return the number of a team's latest entry, as the team counts them."""

    async def page(self, team: str, *, after: int, count: int | None = None) -> Sequence[Entry]:
        """Return a team's next entries after the number *after*, in order, nothing at the end.

        They are a block, or *count*.
        """

    def entries(self, team: str) -> AsyncIterator[Entry]:
        """Return a team's entries in order, a page at a time."""

    def seals(self, team: str) -> AsyncIterator[Seal]:
        """Return the seals of a team's book in order, a page at a time."""

    async def holdings(self, team: str, *, after: str, upto: str) -> Sequence[Holding]:
        """Return a team's holdings that began after one moment and not after another."""

    def claims(self, team: str) -> AsyncIterator[Vouching]:
        """Return who vouches for each of a team's people, a page at a time."""

    async def waiting(self, team: str) -> dict[str, tuple[int, int]]:
        """Return kind → how many are counted as waiting for it, and how many wait."""

    async def told(self, team: str, references: Sequence[str]) -> AbstractSet[tuple[str, str, str]]:
        """Return (reference, event, person) of the events about seats that these *references* caused."""

    async def close(self, team: str, *, upto: str) -> None:
        """Have every entry still to come dated after *upto*.

        One that is being written with an earlier date is waited for.
        """

    async def held(self, team: str, *, at: str) -> Mapping[str, int]:
        """Return kind → how many were held at a moment, of the kinds of which any were."""

    def holders(self, team: str, kind: str, *, at: str) -> AsyncIterator[Holding]:
        """Return the holdings of a kind of a moment, the longest first."""

    async def purchases(self, team: str, *, upto: str) -> Mapping[str, Sequence[Purchase]]:
        """Return kind → (moment, count) of what was bought, or returned, until a moment, in order."""

    async def moved(self, team: str, period: Period) -> tuple[Mapping[str, int], Mapping[str, int]]:
        """Return kind → how many came to it from another in a period, and how many went."""

    def stays(self, team: str, kind: str, period: Period) -> AsyncIterator[Iterable[Stay]]:
        """Return the holdings of a kind that began before the end of a period, and did not end before it.

        They come a page at a time, in order of their beginning.
        """


class Seals(Protocol):
    """The seals of the teams' books, to be added to."""

    async def unsealed(self, *, after: str, count: int) -> Sequence[str]:
        """Return up to *count* teams with entries not sealed yet, whose ids come after *after*, in order."""

    async def latest(self, team: str) -> Seal | None:
        """Return the latest seal of a team's book."""

    async def add(self, seal: Seal) -> bool:
        """Keep *seal*; False where another has sealed this block meanwhile."""
