"""The seats of one team: how many of a kind are held, who waits for one, and who was refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter

from attrs import evolve, frozen

from hub.engine.common.failpoints import failpoint
from hub.engine.seats.placing import REARMED_BELOW, THRESHOLDS
from hub.engine.values.places import SeatCount, SeatStatus
from hub.scim.folding import fold

from . import records
from .client import Row
from .keys import key
from .memberships import Rows
from .statuses import statuses
from .transaction import Transaction


def _rearmed(held: str, bought: str) -> str:
    """Return SQL that sets the share announced last, lowered where *held* of *bought* are fewer by now."""
    cases = " ".join(
        f"WHEN seats.told >= {share} AND ({held}) * 100 >= {share - REARMED_BELOW} * ({bought}) THEN {share}"
        for share in reversed(THRESHOLDS)
    )
    return f"told = CASE {cases} ELSE 0 END"


#: Each kind before that which it overflows into, of three at most (`CHAIN_MAX`): so they are locked. Whoever
#: finds none left of one goes on to the next, and cannot begin anew for every seat they try.
_KINDS = (
    "SELECT s.* FROM seats s LEFT JOIN seats n ON n.team_id = s.team_id AND n.kind = s.overflow"
    " WHERE s.team_id = $1{}"
    " ORDER BY CASE WHEN s.overflow IS NULL THEN 2 WHEN n.overflow IS NULL THEN 1 ELSE 0 END, s.kind"
)

#: Milliseconds that writes which share a transaction wait for a lock, once the seats are theirs: then each
#: goes alone. Whoever adds the same people may hold it, and wait for the seats.
_LOCK_TIMEOUT = 100

#: Locks on PostgreSQL what they have in common: the connection, as whoever adds somebody does, and all kinds.
_COMMON = (
    f"SELECT *, set_config('lock_timeout', '{_LOCK_TIMEOUT}', TRUE) FROM ("
    + _KINDS.format(" AND (SELECT 1 FROM connections WHERE team_id = $1 AND id = $2{}) IS NOT NULL")
    + " FOR NO KEY UPDATE OF s) locked"
)

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
class Queues(Transaction):
    """What a write does to the seats of its team."""

    async def seats(self) -> dict[str, SeatCount]:
        return await seat_counts(self.rows, self.scope.team)

    async def statuses(self, users: Sequence[str]) -> Mapping[str, SeatStatus]:
        return await statuses(self.database, self.rows, self.scope, users)

    async def begin(self) -> None:
        """Lock what writes that share a transaction have in common, in the order of whoever writes alone.

        The entries of the first are not to be numbered before the seats of the next are locked.
        """
        company = self.client.company
        if company and company.seats is None:
            sql = _COMMON.format(self.database.shared("id"))
            company.seats = _counts(await self.rows(sql, self.scope.team, self.scope.connection))
            company.traces = 0  # these are the locks of all of them

    async def take(self, kind: str) -> SeatCount | None:
        if known := self._known.get(kind):
            count = await self._take(known, kind)
        else:
            rows = await self.rows(_TAKE, self.scope.team, kind)
            count = records.seat_count(rows[0]) if rows else None
        if count and self.client.company:
            self.client.company.took(kind, count)
        failpoint("write.seat")
        return count

    async def _take(self, known: SeatCount, kind: str) -> SeatCount | None:
        """Take a seat of a kind that this transaction has locked and knows, without asking the database."""
        if known.left <= 0 or known.waiting:
            return None
        await self.later(_TAKE, self.scope.team, kind)
        return evolve(known, held=known.held + 1)

    @property
    def _known(self) -> dict[str, SeatCount]:
        """Return the kinds that this transaction has locked, and what is known of them."""
        company = self.client.company
        return {} if company is None or company.seats is None else company.seats

    async def count(self, kind: str, *, held: int = 0, waiting: int = 0) -> SeatCount | None:
        # Not put off: the number of an entry is locked after the seats.
        self._known.clear()
        rows = await self.rows(_COUNT, self.scope.team, kind, held, waiting)
        counted = records.seat_count(rows[0]) if rows else None
        if held < 0 and counted and counted.waiting:
            self.stirs.add(self.stirred.freed)
        failpoint("write.seat")
        return counted

    async def kind(self, kind: str) -> SeatCount | None:
        if known := self._known.get(kind):
            return known
        rows = await self.rows(
            f"SELECT * FROM seats WHERE team_id = $1 AND kind = $2{self.database.for_update}",
            *(self.scope.team, kind),
        )
        counts = [records.seat_count(row) for row in rows]
        assert len(counts) <= 1, "a kind is one of its team's"
        return counts[0] if counts else None

    async def kinds(self) -> dict[str, SeatCount]:
        locked = "" if self.database.dialect == "sqlite" else f"{self.database.for_update} OF s"
        rows = await self.rows(_KINDS.format("") + locked, self.scope.team)
        return _counts(rows)

    async def buy(self, kind: str, count: int) -> None:
        self.stirs.add(self.stirred.freed)
        await self.rows(_BUY, self.scope.team, kind, count)

    async def give_up(self, kind: str, count: int) -> SeatCount | None:
        rows = await self.rows(_GIVE_UP, self.scope.team, kind, count)
        return records.seat_count(rows[0]) if rows else None

    async def put_kind(self, kind: str, terms: SeatCount) -> None:
        self.stirs.add(self.stirred.freed)  # more may be lent now
        await self.rows(
            "UPDATE seats SET policy = $3, overdraft = $4, overflow = $5, grace = $6"
            " WHERE team_id = $1 AND kind = $2",
            *(self.scope.team, kind, terms.policy.value, terms.overdraft, terms.overflow, terms.grace),
        )

    async def told(self, kind: str, percent: int) -> None:
        if known := self._known.get(kind):
            self._known[kind] = evolve(known, told=percent)
        await self.later(
            "UPDATE seats SET told = $3 WHERE team_id = $1 AND kind = $2", self.scope.team, kind, percent
        )

    async def enqueue(self, person: str, kind: str) -> None:
        await self.rows(_ENQUEUE, self.scope.team, kind, person, self.now)

    async def dequeue(self, person: str) -> None:
        await self.rows("DELETE FROM waiting WHERE team_id = $1 AND person_id = $2", self.scope.team, person)

    async def first(self, kind: str) -> str | None:
        rows = await self.rows(
            "SELECT person_id FROM waiting WHERE team_id = $1 AND kind = $2 ORDER BY number LIMIT 1",
            *(self.scope.team, kind),
        )
        return rows[0]["person_id"] if rows else None

    async def refused(self, user_name: str, kind: str) -> None:
        mine = (self.scope.team, self.scope.connection, _name(user_name))
        await self.rows(_REFUSED, *mine, user_name, kind, self.now, self.reference)

    async def let_in(self, user_name: str) -> None:
        await self.later(
            "DELETE FROM refused WHERE team_id = $1 AND connection_id = $2 AND name_key = $3",
            *(self.scope.team, self.scope.connection, _name(user_name)),
        )


async def seat_counts(rows: Rows, team: str) -> dict[str, SeatCount]:
    """Return a team's seats by kind, read through *rows*."""
    found = await rows("SELECT * FROM seats WHERE team_id = $1 ORDER BY kind", team)
    return _counts(found)


def _counts(rows: Sequence[Row]) -> dict[str, SeatCount]:
    counts = {row["kind"]: records.seat_count(row) for row in sorted(rows, key=itemgetter("kind"))}
    assert len(counts) == len(rows), "of one team there is one row a kind"
    return counts


def _name(user_name: str) -> str:
    """Return a userName in the form in which refusals are looked up."""
    return key(fold(user_name))
