"""What the first page of a team tells: how its seats changed day by day, who waits, who was refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

from attrs import frozen

from hub.engine.values.courses import Change

from .patience import Patient
from .periods import TRADE
from .records import dumps

#: How many more holdings of each kind began than ended on each of the days in $2, pairs of a day and the
#: next: for each day two stretches of an index are counted, however long the book is.
_HELD = (
    "SELECT k.kind, d.day, 0 AS bought, {began} - {ended} AS held FROM seats k CROSS JOIN"
    " (SELECT value ->> 0 AS day, value ->> 1 AS next FROM {pairs}) d WHERE k.team_id = $1"
)
_COUNTED = (
    "(SELECT count(*) FROM holdings h WHERE h.team_id = $1 AND h.kind = k.kind"
    " AND h.{0} >= d.day{1} AND h.{0} < d.next{1})"
)

#: How many seats were bought, less those returned, by entry: of these there are few.
_BOUGHT = (
    "SELECT kind, day, CASE WHEN source = 'bought' THEN count ELSE -count END AS bought, 0 AS held"
    " FROM (SELECT substr(at, 1, 10) AS day, {} FROM entries"
    " WHERE team_id = $1 AND what IN ('bought', 'returned') AND at >= $3) trades"
)


def _changes(dialect: str) -> str:
    """Return one statement for what was bought and what was held, so that both are of the same moment."""
    sqlite = dialect == "sqlite"
    pairs = "json_each($2)" if sqlite else "json_array_elements($2::text::json)"
    collated = "" if sqlite else ' COLLATE "C"'
    began, ended = (_COUNTED.format(column, collated) for column in ("since", "until"))
    held = _HELD.format(began=began, ended=ended, pairs=pairs)
    return f"{held} UNION ALL {_BOUGHT.format(TRADE[dialect])}"


_CHANGES = {dialect: _changes(dialect) for dialect in ("sqlite", "postgres")}


@frozen(kw_only=True)
class DatabaseFigures(Patient):
    """`Figures` in a database; *patience* is how long it asks again, seconds."""

    async def changes(self, team: str, *, days: Sequence[str]) -> Sequence[Change]:
        bought, held = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
        for row in await self._scan(_CHANGES[self.database.dialect], team, dumps([*pairwise(days)]), days[0]):
            bought[row["kind"], row["day"]] += row["bought"]
            held[row["kind"], row["day"]] += row["held"]
        return [
            Change(kind=kind, day=day, bought=bought[kind, day], held=held[kind, day])
            for kind, day in sorted({*bought, *held})
        ]

    async def waiting_since(self, team: str) -> Mapping[str, str]:
        rows = await self._rows(
            "SELECT s.kind, (SELECT w.since FROM waiting w WHERE w.team_id = s.team_id AND w.kind = s.kind"
            " ORDER BY w.number LIMIT 1) AS since FROM seats s WHERE s.team_id = $1 AND s.waiting > 0",
            team,
        )
        return {row["kind"]: row["since"] for row in rows if row["since"]}

    async def refused(self, team: str) -> Mapping[str, int]:
        rows = await self._rows(
            "SELECT c.id, (SELECT count(*) FROM refused r WHERE r.connection_id = c.id) AS people"
            " FROM connections c WHERE c.team_id = $1",
            team,
        )
        return {row["id"]: row["people"] for row in rows if row["people"]}
