"""The seats of one team: how many of a kind are held, who waits for one, and who was refused."""

from __future__ import annotations

from attrs import frozen

from hub.engine.failpoints import failpoint
from hub.engine.placing import REARMED_BELOW, THRESHOLDS, in_order
from hub.engine.values import Scope, SeatCount
from hub.scim.folding import fold

from . import records
from .database import Database
from .indexing import Later
from .keys import key
from .memberships import Rows


def _rearmed(held: str, bought: str) -> str:
    """Return the share that was told of last, once so many are *held* and *bought*: one to be told again."""
    cases = " ".join(
        f"WHEN seats.told >= {share} AND ({held}) * 100 >= {share - REARMED_BELOW} * ({bought}) THEN {share}"
        for share in reversed(THRESHOLDS)
    )
    return f"told = CASE {cases} ELSE 0 END"


_TAKE = (
    "UPDATE seats SET held = held + 1 WHERE team_id = $1 AND kind = $2"
    " AND held < bought + overdraft AND waiting = 0 RETURNING *"
)

_COUNT = (
    "UPDATE seats SET held = held + $3, waiting = waiting + $4,"
    f" tickets = tickets + CASE WHEN $4 > 0 THEN 1 ELSE 0 END, {_rearmed('held + $3', 'bought')}"
    " WHERE team_id = $1 AND kind = $2 AND ($3 <= 0 OR held < bought + overdraft) RETURNING *"
)

_BUY = (
    "INSERT INTO seats (team_id, kind, bought) VALUES ($1, $2, $3) ON CONFLICT (team_id, kind) DO UPDATE"
    f" SET bought = seats.bought + excluded.bought,"
    f" {_rearmed('seats.held', 'seats.bought + excluded.bought')}"
)

_GIVE_UP = (
    f"UPDATE seats SET bought = bought - $3, {_rearmed('held', 'bought - $3')}"
    " WHERE team_id = $1 AND kind = $2 AND bought >= $3 RETURNING *"
)

_ENQUEUE = (
    "INSERT INTO waiting (team_id, person_id, kind, number, since)"
    " SELECT team_id, $3, kind, tickets, $4 FROM seats WHERE team_id = $1 AND kind = $2"
)

#: Not where a user of that name is in meanwhile: then the write that was refused was tried again.
_REFUSED = (
    "INSERT INTO refused (team_id, connection_id, name_key, user_name, kind, first_at, last_at, attempts,"
    " reference) SELECT $1, $2, $3, $4, $5, $6, $6, 1, $7 WHERE NOT EXISTS (SELECT 1 FROM resources"
    " WHERE team_id = $1 AND connection_id = $2 AND kind = 'User' AND name_key = $3 AND active)"
    " ON CONFLICT (connection_id, name_key) DO UPDATE SET user_name = excluded.user_name,"
    " kind = excluded.kind, last_at = excluded.last_at, attempts = refused.attempts + 1,"
    " reference = excluded.reference"
)


@frozen(kw_only=True)
class Queues:
    """What a write does to the seats of one team, by way of *rows* and *later*; *now* is its moment."""

    rows: Rows
    later: Later
    scope: Scope
    database: Database
    now: str

    async def take(self, kind: str) -> SeatCount | None:
        """Count one more seat as held (see `Unit.take`)."""
        rows = await self.rows(_TAKE, self.scope.team, kind)
        failpoint("write.seat")
        return records.seat_count(rows[0]) if rows else None

    async def count(self, kind: str, held: int, waiting: int) -> SeatCount | None:
        """Count who holds and who waits (see `Unit.count`)."""
        # Not put off: the number of an entry is locked after the seats.
        rows = await self.rows(_COUNT, self.scope.team, kind, held, waiting)
        failpoint("write.seat")
        return records.seat_count(rows[0]) if rows else None

    async def kind(self, kind: str) -> SeatCount | None:
        """Return a kind, locked (see `Unit.kind`)."""
        rows = await self.rows(
            f"SELECT * FROM seats WHERE team_id = $1 AND kind = $2{self.database.for_update}",
            *(self.scope.team, kind),
        )
        return records.seat_count(rows[0]) if rows else None

    async def kinds(self) -> dict[str, SeatCount]:
        """Return the kinds, locked in order (see `Unit.kinds`)."""
        rows = await self.rows("SELECT * FROM seats WHERE team_id = $1 ORDER BY kind", self.scope.team)
        kinds = {row["kind"]: records.seat_count(row) for row in rows}
        if self.database.dialect == "postgres":
            for kind in in_order({kind: count.overflow for kind, count in kinds.items()}):
                kinds[kind] = await self.kind(kind) or kinds[kind]
        return kinds

    async def buy(self, kind: str, count: int) -> None:
        """Add to the seats paid for (see `Unit.buy`)."""
        await self.rows(_BUY, self.scope.team, kind, count)

    async def give_up(self, kind: str, count: int) -> SeatCount | None:
        """Take off the seats paid for (see `Unit.give_up`)."""
        rows = await self.rows(_GIVE_UP, self.scope.team, kind, count)
        return records.seat_count(rows[0]) if rows else None

    async def put_kind(self, kind: str, terms: SeatCount) -> None:
        """Change the terms of a kind (see `Unit.put_kind`)."""
        await self.rows(
            "UPDATE seats SET policy = $3, overdraft = $4, overflow = $5, grace = $6"
            " WHERE team_id = $1 AND kind = $2",
            *(self.scope.team, kind, terms.policy.value, terms.overdraft, terms.overflow, terms.grace),
        )

    async def told(self, kind: str, percent: int) -> None:
        """Note what is told of (see `Unit.told`)."""
        await self.later(
            "UPDATE seats SET told = $3 WHERE team_id = $1 AND kind = $2", self.scope.team, kind, percent
        )

    async def enqueue(self, person: str, kind: str) -> None:
        """Let somebody wait (see `Unit.enqueue`)."""
        await self.rows(_ENQUEUE, self.scope.team, kind, person, self.now)

    async def dequeue(self, person: str) -> None:
        """Let somebody wait no longer (see `Unit.dequeue`)."""
        await self.rows("DELETE FROM waiting WHERE team_id = $1 AND person_id = $2", self.scope.team, person)

    async def first(self, kind: str) -> str | None:
        """Return who has waited longest (see `Unit.first`)."""
        rows = await self.rows(
            "SELECT person_id FROM waiting WHERE team_id = $1 AND kind = $2 ORDER BY number LIMIT 1",
            *(self.scope.team, kind),
        )
        return rows[0]["person_id"] if rows else None

    async def refused(self, user_name: str, kind: str, reference: str) -> None:
        """Note who was refused (see `Unit.refused`)."""
        mine = (self.scope.team, self.scope.connection, _name(user_name))
        await self.rows(_REFUSED, *mine, user_name, kind, self.now, reference)

    async def let_in(self, user_name: str) -> None:
        """Forget a refusal (see `Unit.let_in`)."""
        await self.later(
            "DELETE FROM refused WHERE team_id = $1 AND connection_id = $2 AND name_key = $3",
            *(self.scope.team, self.scope.connection, _name(user_name)),
        )


def _name(user_name: str) -> str:
    """Return a userName as it is looked for."""
    return key(fold(user_name))
