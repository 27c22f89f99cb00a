"""The teams' books and what they are held against, to be read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from . import records
from .database import Client, Database, Row
from .patience import patiently
from .unit import seat_counts

if TYPE_CHECKING:
    from hub.engine.ports import Books, SeatCount
    from hub.ledger.entries import Entry

#: How many rows are read at a time.
PAGE = 1000


@frozen(kw_only=True)
class DatabaseBooks:
    """`Books` in a database; *patience* is how long it asks again, seconds.

    With *client*, all is read in that client's transaction.
    """

    database: Database
    patience: float
    client: Client | None = None

    @asynccontextmanager
    async def at_once(self) -> AsyncIterator[Books]:
        async with self.database.snapshot() as client:
            yield evolve(self, client=client)

    async def seats(self, team: str) -> dict[str, SeatCount]:
        return await seat_counts(self._rows, team)

    async def entries(self, team: str) -> AsyncIterator[Entry]:
        number = 0
        sql = f"SELECT * FROM entries WHERE team_id = $1 AND number > $2 ORDER BY number LIMIT {PAGE}"
        while rows := await self._rows(sql, team, number):
            for row in rows:
                yield records.entry(row)
            number = rows[-1]["number"]

    async def holdings(self, team: str) -> dict[str, str]:
        rows = await self._rows(
            "SELECT person_id, kind FROM holdings WHERE team_id = $1 AND until IS NULL", team
        )
        return {row["person_id"]: row["kind"] for row in rows}

    async def claims(self, team: str) -> AsyncIterator[tuple[str, int, int]]:
        after = ""
        sql = (
            "SELECT p.id, p.claims, count(r.id) AS active FROM persons p"
            " LEFT JOIN resources r ON r.team_id = p.team_id AND r.person_id = p.id AND r.active"
            f" WHERE p.team_id = $1 AND p.id > $2 GROUP BY p.id, p.claims ORDER BY p.id LIMIT {PAGE}"
        )
        while rows := await self._rows(sql, team, after):
            for row in rows:
                yield row["id"], row["claims"], row["active"]
            after = rows[-1]["id"]

    async def _rows(self, sql: str, *values: object) -> Sequence[Row]:
        if self.client is not None:
            return await self.database.run(self.client, sql, *values)
        return await patiently(lambda: self.database.rows(sql, *values), seconds=self.patience)
