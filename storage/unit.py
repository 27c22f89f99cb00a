"""One team's data inside one transaction: all that a write may do."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING

from attrs import frozen

from hub.engine.common.failpoints import failpoint
from hub.ledger.entries import Posting, holder

from . import records
from .affairs import Affairs
from .claims import Claims
from .memberships import Memberships
from .pending import Pending
from .providers import ProviderAffairs
from .queues import Queues
from .resources import Resources
from .statements import values_of

if TYPE_CHECKING:
    from hub.spi import Event

#: How many events are written in one statement, each with five values: of many of those SQLite looks for each
#: among all.
_TOLD_MAX = 100

#: Takes the next number of the team's book, and the moment of that entry.
_NEXT_NUMBER = {
    "sqlite": "UPDATE teams SET entries = entries + 1, booked_at = max(booked_at, $2) WHERE id = $1",
    "postgres": "UPDATE teams SET entries = entries + 1, booked_at = GREATEST(booked_at, $2) WHERE id = $1"
    " RETURNING entries, booked_at",
}


@frozen(kw_only=True)
class DatabaseUnit(Resources, Memberships, Pending, Claims, Queues, Affairs, ProviderAffairs):
    """A `Unit` on an open transaction, in parts; here, what tells of the others: the book, and events."""

    async def post(self, what: str, reference: str, postings: Sequence[Posting]) -> None:
        dialect = self.database.dialect
        await self.later(_NEXT_NUMBER[dialect], self.scope.team, self.now, name="numbered")
        # What one statement writes, another of the same round trip sees by its name only.
        numbered = "teams WHERE id = $1" if dialect == "sqlite" else "numbered"
        await self.later(
            "INSERT INTO entries (team_id, number, at, what, reference, postings)"
            f" SELECT $1, entries, booked_at, $2, $3, $4 FROM {numbered}",
            *(self.scope.team, what, reference, records.postings(postings)),
        )
        left = [person for each in postings if (person := holder(each.source))]
        for person in left:
            await self.later(
                f"UPDATE holdings SET until = (SELECT booked_at FROM {numbered})"
                " WHERE team_id = $1 AND person_id = $2 AND until IS NULL",
                *(self.scope.team, person),
            )
        if left:  # what they hold from now on is another statement's, of the next round trip
            numbered = "teams WHERE id = $1"
        for each in postings:
            if person := holder(each.target):
                await self.later(
                    "INSERT INTO holdings (team_id, person_id, kind, since)"
                    f" SELECT $1, $2, $3, booked_at FROM {numbered}",
                    *(self.scope.team, person, each.seat),
                )
        failpoint("write.entry")

    async def tell(self, events: Sequence[Event]) -> None:
        for first in range(0, len(events), _TOLD_MAX):
            rows = [self._told(each) for each in events[first : first + _TOLD_MAX]]
            await self.later(
                "INSERT INTO outbox (team_id, connection_id, at, reference, event)"
                f" VALUES {values_of(*rows)}",
                *chain.from_iterable(rows),
            )
        failpoint("write.event")

    def _told(self, event: Event) -> tuple[object, ...]:
        return (self.scope.team, self.scope.connection, self.now, event.cause, records.event_text(event))
