"""Events that were committed, how far each listener was told, and who may tell.

On PostgreSQL the number of an event is not the order of commits: one with a lower number
may become visible later. Events are told in the order of (transaction, number), and only
those of transactions older than every one still running, so that none can be overtaken.
SQLite has one writer; there the number is the order.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING

from attrs import frozen

from hub.moments import later
from hub.spi import Event

from . import records
from .pruning import Pruning

if TYPE_CHECKING:
    from hub.engine.ports import Clock, Place

#: What comes after the place of a listener ($1), in order, as each database finds it by an index.
_AFTER = {
    "sqlite": "o.id > (SELECT l.event_id FROM leases l WHERE l.listener = $1) ORDER BY o.id",
    "postgres": "(o.transaction_id, o.id) > (SELECT l.transaction_id, l.event_id FROM leases l"
    " WHERE l.listener = $1) AND o.transaction_id < pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
    " ORDER BY o.transaction_id, o.id",
}

#: Who is marked, after one ($1, $2), found by an index that has nobody else.
MARKED = (
    "SELECT team_id, id FROM persons WHERE unsettled AND (team_id, id) > ($1, $2)"
    " ORDER BY team_id, id LIMIT $3"
)

#: Whose time has come by $3, after a moment ($1): so many as are asked for ($2), and whoever shares the last
#: one's moment, since the index that finds them has their moments alone.
TIMELY = (
    "SELECT team_id, id, settle_at FROM persons WHERE settle_at > $1 AND settle_at <= (SELECT max(settle_at)"
    " FROM (SELECT settle_at FROM persons WHERE settle_at > $1 AND settle_at <= $3"
    " ORDER BY settle_at LIMIT $2) page) ORDER BY settle_at"
)


@frozen(kw_only=True)
class DatabaseOutbox(Pruning):
    """An `Outbox` in a database."""

    clock: Clock

    async def lease(self, listener: str, *, owner: str, seconds: float) -> bool:
        now = self.clock()
        rows = await self._write(
            "INSERT INTO leases (listener, owner, until) VALUES ($1, $2, $3)"
            " ON CONFLICT (listener) DO UPDATE SET owner = excluded.owner, until = excluded.until"
            " WHERE leases.owner = excluded.owner OR leases.until < $4 RETURNING listener",
            *(listener, owner, later(now, seconds), now),
        )
        return bool(rows)

    async def pending(self, listener: str, *, count: int) -> Sequence[tuple[Place, Event]]:
        rows = await self._rows(
            "SELECT o.transaction_id, o.id, o.event FROM outbox o"
            f" WHERE {_AFTER[self.database.dialect]} LIMIT $2",
            *(listener, count),
        )
        return [((row["transaction_id"], row["id"]), records.event(row)) for row in rows]

    async def told(self, listener: str, place: Place, *, owner: str) -> bool:
        rows = await self._write(
            "UPDATE leases SET transaction_id = $3, event_id = $4 WHERE listener = $1 AND owner = $2"
            " RETURNING listener",
            *(listener, owner, *place),
        )
        return bool(rows)

    async def due(self, *, count: int) -> AsyncIterator[Sequence[tuple[str, str]]]:
        walks = ((MARKED, ("team_id", "id"), ()), (TIMELY, ("settle_at",), (self.clock(),)))
        for sql, columns, values in walks:
            place = ["" for _ in columns]
            while rows := await self._rows(sql, *place, count, *values):
                yield [(row["team_id"], row["id"]) for row in rows]
                if len(rows) < count:
                    break
                place = [rows[-1][column] for column in columns]

    async def waited_for(self, *, after: tuple[str, str], count: int) -> Sequence[tuple[str, str]]:
        rows = await self._rows(
            "SELECT team_id, kind FROM seats WHERE waiting > 0 AND held < bought + overdraft"
            " AND (team_id, kind) > ($1, $2) ORDER BY team_id, kind LIMIT $3",
            *(*after, count),
        )
        return [(row["team_id"], row["kind"]) for row in rows]

    async def prune(self, *, before: str, listeners: Sequence[str]) -> int:
        told = "".join(
            f" AND EXISTS (SELECT 1 FROM leases l WHERE l.listener = ${n}"
            " AND (l.transaction_id, l.event_id) >= (outbox.transaction_id, outbox.id))"
            for n in range(2, len(listeners) + 2)
        )
        # The oldest first: what somebody has not heard is behind all that is to go, and passed over once.
        return await self._pruned("outbox", f"at < $1{told}", before, *listeners, order="at")
