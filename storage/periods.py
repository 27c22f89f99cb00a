"""What the entries and the holdings of a team say of a moment and of a period.

Moments are text that sorts as they do (`hub.moments`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence

from attrs import frozen

from hub.ledger.holdings import Holding, Period, Stay
from hub.ledger.statement import Purchase

from . import records
from .memberships import Rows

#: How many holdings are read at a time.
PAGE = 1000

#: The kinds of a team: holdings are found in time by their kind.
KINDS = "SELECT kind FROM seats WHERE team_id = $1"

#: The holdings of a moment.
_AT = f"team_id = $1 AND kind IN ({KINDS}) AND since <= $2 AND (until IS NULL OR until > $2)"

#: The postings of entries, one a row.
_POSTINGS = {
    "sqlite": "SELECT at, json_extract(value, '$.seat') AS kind, json_extract(value, '$.source') AS source,"
    " json_extract(value, '$.count') AS count FROM entries, json_each(postings)",
    "postgres": "SELECT at, value ->> 'seat' AS kind, value ->> 'source' AS source,"
    " CAST(value ->> 'count' AS BIGINT) AS count FROM entries, json_array_elements(postings::json)",
}

#: The entries that say how many a team has, and those that move people: indexes have only these.
_BOUGHT = "WHERE team_id = $1 AND what IN ('bought', 'returned')"
_MOVED = "WHERE team_id = $1 AND what = 'moved'"


@frozen(kw_only=True)
class Periods:
    """Reads, through *rows*, what `Books` tells of moments and periods."""

    rows: Rows
    dialect: str

    async def held(self, team: str, *, at: str) -> Mapping[str, int]:
        sql = f"SELECT kind, count(*) AS held FROM holdings WHERE {_AT} GROUP BY kind"
        return {row["kind"]: row["held"] for row in await self.rows(sql, team, at)}

    async def holders(self, team: str, *, at: str) -> Sequence[Holding]:
        sql = f"SELECT {records.HOLDING} FROM holdings WHERE {_AT} ORDER BY kind, since, id"
        return [records.holding(row) for row in await self.rows(sql, team, at)]

    async def purchases(self, team: str, *, upto: str) -> Mapping[str, Sequence[Purchase]]:
        sql = f"{_POSTINGS[self.dialect]} {_BOUGHT} AND at <= $2 ORDER BY at"
        found = defaultdict[str, list[Purchase]](list)
        for row in await self.rows(sql, team, upto):
            count = row["count"] if row["source"] == "bought" else -row["count"]
            found[row["kind"]].append((row["at"], count))
        return found

    async def moved(self, team: str, period: Period) -> tuple[Mapping[str, int], Mapping[str, int]]:
        postings = f"{_POSTINGS[self.dialect]} {_MOVED} AND at >= $2 AND at < $3"
        rows = await self.rows(
            f"SELECT kind, source = 'free' AS came, count(*) AS times FROM ({postings}) p GROUP BY 1, 2",
            *(team, period.begin, period.end),
        )
        came, went = (
            Counter({row["kind"]: row["times"] for row in rows if row["came"] == each})
            for each in (True, False)
        )
        return came, went

    async def stays(self, team: str, kind: str, period: Period) -> AsyncIterator[Iterable[Stay]]:
        place: tuple[str, int] = ("", 0)
        sql = (
            "SELECT id, person_id, since, until FROM holdings"
            " WHERE team_id = $1 AND kind = $2 AND (since, id) > ($3, $4) AND since < $5"
            f" AND (until IS NULL OR until >= $6) ORDER BY since, id LIMIT {PAGE}"
        )
        while rows := await self.rows(sql, team, kind, *place, period.end, period.begin):
            yield ((row["person_id"], row["since"], row["until"]) for row in rows)
            place = (rows[-1]["since"], rows[-1]["id"])
