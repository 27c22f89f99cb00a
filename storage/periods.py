"""What the entries and the holdings of a team say of a moment and of a period.

Moments are text that sorts as they do (`hub.moments`).
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from operator import itemgetter

from attrs import frozen

from hub.ledger.holdings import Holding, Period, Stay
from hub.ledger.statement import Purchase

from . import records
from .client import Row
from .memberships import Rows
from .paging import pages

#: How many holdings are read at a time.
PAGE = 2000

#: The kinds of a team: holdings are found in time by their kind.
KINDS = "SELECT kind FROM seats WHERE team_id = $1"

#: What an entry that is about one kind says: which, and how many from which account.
TRADE = {
    "sqlite": "json_extract(postings, '$[0].seat') AS kind, json_extract(postings, '$[0].source') AS source,"
    " json_extract(postings, '$[0].count') AS count",
    "postgres": "postings::json -> 0 ->> 'seat' AS kind, postings::json -> 0 ->> 'source' AS source,"
    " CAST(postings::json -> 0 ->> 'count' AS BIGINT) AS count",
}

#: What an entry that moves somebody says: to which kind they came, and from which they went.
_MOVE = {
    "sqlite": "json_extract(postings, '$[1].seat') AS came, json_extract(postings, '$[0].seat') AS went",
    "postgres": "postings::json -> 1 ->> 'seat' AS came, postings::json -> 0 ->> 'seat' AS went",
}

#: The columns of holdings in JSON: of the many that these are, each costs less than as a row of its own.
_COLUMNS = ("person_id", "since", "until", "id")
_LISTED = {"sqlite": "json_group_array({0}) AS {0}", "postgres": "CAST(json_agg({0}) AS TEXT) AS {0}"}


@frozen(kw_only=True)
class Periods:
    """Reads, through *rows*, what `Books` tells of moments and periods."""

    rows: Rows
    dialect: str

    async def held(self, team: str, *, at: str) -> Mapping[str, int]:
        sql = (
            f"SELECT kind, count(*) AS held FROM holdings WHERE team_id = $1 AND kind IN ({KINDS})"
            " AND since <= $2 AND (until IS NULL OR until > $2) GROUP BY kind"
        )
        return {row["kind"]: row["held"] for row in await self.rows(sql, team, at)}

    async def holders(self, team: str, kind: str, *, at: str) -> AsyncIterator[Holding]:
        sql = (
            f"SELECT id, {records.HOLDING} FROM holdings WHERE team_id = $1 AND kind = $2 AND since <= $3"
            " AND (until IS NULL OR until > $3) AND (since, id) > ($4, $5)"
            f" ORDER BY since, id LIMIT {PAGE}"
        )

        async def page(last: tuple[str, int]) -> Sequence[Row]:
            return await self.rows(sql, team, kind, at, *last)

        async for rows in pages(page, itemgetter("since", "id"), after=("", 0)):
            for row in rows:
                yield records.holding(row)

    async def purchases(self, team: str, *, upto: str) -> Mapping[str, Sequence[Purchase]]:
        # An index has only the few entries that these words choose.
        sql = (
            f"SELECT at, {TRADE[self.dialect]} FROM entries"
            " WHERE team_id = $1 AND what IN ('bought', 'returned') AND at <= $2 ORDER BY at"
        )
        found = defaultdict[str, list[Purchase]](list)
        for row in await self.rows(sql, team, upto):
            count = row["count"] if row["source"] == "bought" else -row["count"]
            found[row["kind"]].append((row["at"], count))
        return found

    async def moved(self, team: str, period: Period) -> tuple[Mapping[str, int], Mapping[str, int]]:
        rows = await self.rows(
            f"SELECT {_MOVE[self.dialect]}, count(*) AS times FROM entries"
            " WHERE team_id = $1 AND what = 'moved' AND at >= $2 AND at < $3 GROUP BY 1, 2",
            *(team, period.begin, period.end),
        )
        came, went = Counter[str](), Counter[str]()
        for row in rows:
            came[row["came"]] += row["times"]
            went[row["went"]] += row["times"]
        return came, went

    async def stays(self, team: str, kind: str, period: Period) -> AsyncIterator[Iterable[Stay]]:
        lists = ", ".join(_LISTED[self.dialect].format(column) for column in _COLUMNS)
        sql = (
            f"SELECT {lists} FROM (SELECT id, person_id, since, until FROM holdings"
            " WHERE team_id = $1 AND kind = $2 AND (since, id) > ($3, $4) AND since < $5"
            f" AND (until IS NULL OR until >= $6) ORDER BY since, id LIMIT {PAGE}) page"
        )

        async def page(last: tuple[str, int]) -> Sequence[tuple[str, str, str | None, int]]:
            (row,) = await self.rows(sql, team, kind, *last, period.end, period.begin)
            return [*zip(*(json.loads(row[column] or "[]") for column in _COLUMNS), strict=True)]

        async for stays in pages(page, itemgetter(1, 3), after=("", 0)):
            yield [stay[:3] for stay in stays]
