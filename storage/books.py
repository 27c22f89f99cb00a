"""The teams' books and what they are held against, to be read."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager
from functools import partial
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from hub import moments
from hub.engine.values.claimants import Vouching
from hub.ledger.holdings import Holding, Period, Stay
from hub.ledger.seals import BLOCK, Seal

from . import records
from .client import Client, Row
from .paging import pages
from .patience import Patient
from .periods import KINDS, Periods
from .queues import seat_counts

if TYPE_CHECKING:
    from hub.engine.ports import Books
    from hub.engine.values.places import SeatCount
    from hub.ledger.entries import Entry
    from hub.ledger.statement import Purchase

#: How many rows are read at a time: as many entries as a seal closes.
PAGE = BLOCK

_SAID = {
    "sqlite": "json_extract(event, '$.name') AS name, json_extract(event, '$.person') AS person",
    "postgres": "event::json ->> 'name' AS name, event::json ->> 'person' AS person",
}


@frozen(kw_only=True)
class DatabaseBooks(Patient):
    """`Books` in a database.

    With *client*, all is read in that client's transaction.
    """

    client: Client | None = None

    @asynccontextmanager
    async def at_once(self) -> AsyncIterator[Books]:
        async with self.database.snapshot() as client:
            yield evolve(self, client=client)

    async def seats(self, team: str) -> dict[str, SeatCount]:
        return await seat_counts(self._rows, team)

    async def length(self, team: str) -> int:
        (row,) = await self._rows("SELECT entries FROM teams WHERE id = $1", team)
        return int(row["entries"])

    async def page(self, team: str, *, after: int, count: int | None = None) -> Sequence[Entry]:
        few = PAGE if count is None else count
        sql = f"SELECT * FROM entries WHERE team_id = $1 AND number > $2 ORDER BY number LIMIT {few:d}"
        return [records.entry(row) for row in await self._rows(sql, team, after)]

    async def entries(self, team: str) -> AsyncIterator[Entry]:
        async def page(last: int) -> Sequence[Entry]:
            return await self.page(team, after=last)

        async for found in pages(page, attrgetter("number"), after=0):
            for entry in found:
                yield entry

    async def seals(self, team: str) -> AsyncIterator[Seal]:
        sql = f"SELECT * FROM seals WHERE team_id = $1 AND number > $2 ORDER BY number LIMIT {PAGE}"
        async for rows in pages(partial(self._rows, sql, team), itemgetter("number"), after=0):
            for row in rows:
                yield records.seal(row)

    async def holdings(self, team: str, *, after: str, upto: str) -> Sequence[Holding]:
        sql = (
            f"SELECT {records.HOLDING} FROM holdings"
            f" WHERE team_id = $1 AND kind IN ({KINDS}) AND since > $2 AND since <= $3"
        )
        return [records.holding(row) for row in await self._rows(sql, team, after, upto)]

    async def claims(self, team: str) -> AsyncIterator[Vouching]:
        sql = (
            "SELECT p.id, p.claims, p.by_hand, p.settle_at, count(r.id) AS active FROM persons p"
            " LEFT JOIN resources r ON r.team_id = p.team_id AND r.person_id = p.id AND r.active"
            " WHERE p.team_id = $1 AND p.id > $2 GROUP BY p.id, p.claims, p.by_hand, p.settle_at"
            f" ORDER BY p.id LIMIT {PAGE}"
        )
        async for rows in pages(partial(self._rows, sql, team), itemgetter("id"), after=""):
            for row in rows:
                yield Vouching(
                    person=row["id"],
                    counted=row["claims"],
                    users=row["active"],
                    by_hand=bool(row["by_hand"]),
                    kept=row["settle_at"] is not None,
                )

    async def waiting(self, team: str) -> dict[str, tuple[int, int]]:
        rows = await self._rows(
            "SELECT s.kind, s.waiting, (SELECT count(*) FROM waiting w WHERE w.team_id = s.team_id"
            " AND w.kind = s.kind) AS rows FROM seats s WHERE s.team_id = $1",
            team,
        )
        return {row["kind"]: (row["waiting"], row["rows"]) for row in rows}

    async def told(self, team: str, references: Sequence[str]) -> AbstractSet[tuple[str, str, str]]:
        rows = await self._rows(
            f"SELECT reference, {_SAID[self.database.dialect]} FROM outbox"
            f" WHERE reference IN ({self.database.listed('$2')}) AND team_id = $1",
            *(team, json.dumps(list(references))),
        )
        return {(row["reference"], row["name"], row["person"]) for row in rows}

    async def close(self, team: str, *, upto: str) -> None:
        (row,) = await self._rows("SELECT booked_at FROM teams WHERE id = $1", team)
        if row["booked_at"] <= upto:  # otherwise nobody is waited for
            # Whoever has the number of an entry has this row; whoever takes one afterwards finds the moment.
            sql = "UPDATE teams SET booked_at = $2 WHERE id = $1 AND booked_at < $2"
            await self._write(sql, team, moments.later(upto, 0.001))

    async def held(self, team: str, *, at: str) -> Mapping[str, int]:
        return await self._periods.held(team, at=at)

    def holders(self, team: str, kind: str, *, at: str) -> AsyncIterator[Holding]:
        return self._periods.holders(team, kind, at=at)

    async def purchases(self, team: str, *, upto: str) -> Mapping[str, Sequence[Purchase]]:
        return await self._periods.purchases(team, upto=upto)

    async def moved(self, team: str, period: Period) -> tuple[Mapping[str, int], Mapping[str, int]]:
        return await self._periods.moved(team, period)

    def stays(self, team: str, kind: str, period: Period) -> AsyncIterator[Iterable[Stay]]:
        return self._periods.stays(team, kind, period)

    @property
    def _periods(self) -> Periods:
        return Periods(rows=self._rows, dialect=self.database.dialect)

    async def _rows(self, sql: str, *values: object) -> Sequence[Row]:
        if self.client is not None:
            return await self.database.run(self.client, sql, *values)
        return await super()._rows(sql, *values)
