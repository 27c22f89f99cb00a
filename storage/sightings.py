"""What was seen of connections, when their tokens were used, and how much they asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from attrs import frozen

from hub.engine.asking.sightings import Hour, Sighting

from .client import Client, Row
from .patience import Patient

if TYPE_CHECKING:
    from hub.engine.asking.sightings import Seen

#: Nothing is seen of a connection that there is not: its address may be anybody's invention.
_SEEN = (
    "INSERT INTO sightings (team_id, connection_id, fact, first_at, last_at, reference, detail)"
    " SELECT team_id, id, $2, $3, $4, $5, $6 FROM connections WHERE id = $1"
    " ON CONFLICT (connection_id, fact) DO UPDATE SET reference = excluded.reference,"
    " detail = excluded.detail, last_at = excluded.last_at WHERE excluded.last_at >= sightings.last_at"
)

_USED = "UPDATE tokens SET used_at = $2 WHERE key_id = $1 AND (used_at IS NULL OR used_at < $2)"

_ASKED = (
    "INSERT INTO traffic (team_id, connection_id, hour, requests, writes, failed)"
    " SELECT team_id, id, $2, CAST($3 AS BIGINT), CAST($4 AS BIGINT), CAST($5 AS BIGINT)"
    " FROM connections WHERE id = $1"
    " ON CONFLICT (connection_id, hour) DO UPDATE SET requests = traffic.requests + excluded.requests,"
    " writes = traffic.writes + excluded.writes, failed = traffic.failed + excluded.failed"
)


@frozen(kw_only=True)
class DatabaseSightings(Patient):
    """`Sightings` in a database."""

    async def add(self, seen: Seen) -> None:
        async def write(client: Client) -> None:
            for each in seen.sightings:
                values = (each.fact, each.first_at, each.last_at, each.reference, each.detail)
                await self.database.run(client, _SEEN, each.connection, *values)
            for key_id, at in seen.tokens.items():
                await self.database.run(client, _USED, key_id, at)
            for connection, hour in seen.traffic.items():
                counts = (hour.requests, hour.writes, hour.failed)
                await self.database.run(client, _ASKED, connection, hour.hour, *counts)

        await self._written(write)

    async def of(self, team: str, connection: str) -> Mapping[str, Sighting]:
        rows = await self._rows(
            "SELECT * FROM sightings WHERE team_id = $1 AND connection_id = $2 ORDER BY first_at, fact",
            *(team, connection),
        )
        return {row["fact"]: _sighting(row) for row in rows}

    async def traffic(self, team: str, connection: str, *, since: str) -> Sequence[Hour]:
        rows = await self._rows(
            "SELECT hour, requests, writes, failed FROM traffic"
            " WHERE team_id = $1 AND connection_id = $2 AND hour >= $3 ORDER BY hour",
            *(team, connection, since),
        )
        return [Hour(**row) for row in rows]

    async def prune(self, *, before: str) -> None:
        await self._write("DELETE FROM traffic WHERE hour < $1", before)


def _sighting(row: Row) -> Sighting:
    return Sighting(
        connection=row["connection_id"],
        fact=row["fact"],
        first_at=row["first_at"],
        last_at=row["last_at"],
        reference=row["reference"],
        detail=row["detail"],
    )
