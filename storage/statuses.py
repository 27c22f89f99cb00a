"""The seats of people as their providers see them: held, waited for, kept, or not decided yet."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from hub.engine.values.places import SeatState, SeatStatus
from hub.engine.values.scope import Scope

from .client import Row
from .database import Database
from .memberships import Rows, named

#: What is open of one person `p`, found by the index whatever the database knows of its tables.
_HELD = "(SELECT h.{} FROM holdings h WHERE h.team_id = p.team_id AND h.person_id = p.id AND h.until IS NULL)"

#: People's open holdings and places in queues. The queue of a kind is counted through once, up to the last
#: who is asked about, however many of a page wait; where nobody does, none is read.
_STATUSES = (
    "WITH asked AS MATERIALIZED (SELECT r.id, r.team_id, r.person_id, (SELECT w.kind FROM waiting w"
    " WHERE w.team_id = r.team_id AND w.person_id = r.person_id) AS wanted, (SELECT w.number FROM waiting w"
    " WHERE w.team_id = r.team_id AND w.person_id = r.person_id) AS number FROM {users}),"
    " lasts AS (SELECT wanted, max(number) AS number FROM asked WHERE wanted IS NOT NULL GROUP BY wanted),"
    " queue AS (SELECT q.person_id, q.since,"
    " row_number() OVER (PARTITION BY q.kind ORDER BY q.number) AS position FROM lasts"
    " CROSS JOIN waiting q WHERE q.team_id = $1 AND q.kind = lasts.wanted AND q.number <= lasts.number),"
    " places AS MATERIALIZED (SELECT * FROM queue WHERE person_id IN (SELECT person_id FROM asked))"
    " SELECT a.id, p.claims, p.unsettled, p.settle_at, a.wanted, places.since, places.position,"
    f" {_HELD.format('kind')} AS held, {_HELD.format('since')} AS held_since"
    " FROM asked a JOIN persons p ON p.team_id = a.team_id AND p.id = a.person_id"
    " LEFT JOIN places ON places.person_id = a.person_id"
)


async def statuses(
    database: Database, rows: Rows, scope: Scope, users: Sequence[str]
) -> Mapping[str, SeatStatus]:
    """Return the seats of the people whom *users* (by id) of a connection are about, by user."""
    found = await rows(
        _STATUSES.format(users=named(database, "$3", of=" AND kind = 'User'")),
        *(scope.team, scope.connection, json.dumps(list(users))),
    )
    return {row["id"]: _status(row) for row in found}


def _status(row: Row) -> SeatStatus:
    if row["held"] is not None:
        state = SeatState.SEATED if row["claims"] else SeatState.KEPT
        return SeatStatus(state=state, kind=row["held"], since=row["held_since"])
    if row["wanted"] is not None:
        state, position = SeatState.WAITING, row["position"]
        return SeatStatus(state=state, kind=row["wanted"], since=row["since"], position=position)
    # Past its time, too: until that is done, nobody knows what it comes to.
    undecided = row["claims"] and (row["unsettled"] or row["settle_at"] is not None)
    return SeatStatus(state=SeatState.UNDECIDED if undecided else SeatState.NONE)
