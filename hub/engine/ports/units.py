"""The one way to write: a unit of work, and the work."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Protocol, TypeVar

from .affairs import Affairs
from .resources import Members, Resources
from .seats import Claims, Seats
from .signins import ProviderAffairs

if TYPE_CHECKING:
    from hub.ledger.entries import Posting
    from hub.spi import Event

T = TypeVar("T")


class Unit(Resources, Members, Claims, Seats, Affairs, ProviderAffairs, Protocol):
    """One team's data inside one transaction. Whatever it writes lands whole or not at all."""

    @property
    def now(self) -> str:
        """Return the moment of the write."""

    async def flush(self) -> None:
        """Run the statements put off until now, so that what they are refused for is raised here."""

    async def finish(self) -> None:
        """Run what a write leaves to its end, too, since others wait for what that locks."""

    def savepoint(self) -> AbstractAsyncContextManager[None]:
        """Enclose statements that may fail without losing what was done before them.

        What ends the whole transaction, and is worth beginning it anew, is `Overtaken`.
        """

    async def post(self, what: str, reference: str, postings: Sequence[Posting]) -> None:
        """Write the next entry of the team's book, and end and begin the holdings that it moves.

        Its moment is never before that of the entry before it, whatever the clocks of several nodes say; and
        holdings begin and end at the moment of an entry.
        """

    async def tell(self, events: Sequence[Event]) -> None:
        """Put *events* into the outbox, for the relay to tell of."""


Work = Callable[[Unit], Awaitable[T]]
