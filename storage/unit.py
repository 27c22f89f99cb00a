"""One team's data inside one transaction: the statements of a write."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from attrs import field, frozen

from hub.engine.failpoints import failpoint
from hub.engine.ports import Member, Membership, NameTaken, Resource, Scope, SeatCount, UnknownKind
from hub.ledger.entries import Posting
from hub.teams import Team

from . import memberships, records
from .database import Client, Database, Row, Violation
from .indexing import Indexing
from .keys import key
from .memberships import Memberships, Rows
from .pending import Pending
from .statements import NONE, Refusals, Statement, run, values_of

if TYPE_CHECKING:
    from hub.scim.membership import MemberChange
    from hub.spi import Event


@frozen(kw_only=True)
class DatabaseUnit:
    """A `Unit` on an open transaction; *client* is that transaction's."""

    database: Database
    client: Client
    scope: Scope
    now: str

    #: What is still to be run: nobody has asked for its rows.
    _behind: list[Statement] = field(factory=list, init=False)

    #: By how many each kind of resource became more.
    _counted: Counter[str] = field(factory=Counter, init=False)

    async def rows(self, sql: str, *values: object) -> Sequence[Row]:
        """Run a statement in the transaction, after all before it, and return its rows."""
        await self.flush()
        return await self.database.run(self.client, sql, *values)

    async def finish(self) -> None:
        # Last of all: whoever else adds to the connection waits for its counts. Of the statements of one
        # round trip PostgreSQL runs the last one first, so that these come after the number of an entry.
        mine = (self.scope.team, self.scope.connection)
        counts = [Statement(_COUNT, (*mine, kind, change)) for kind, change in self._counted.items()]
        self._counted.clear()
        self._behind[:0] = counts
        await self.flush()

    async def flush(self) -> None:
        if self._behind:
            await self._with(self._behind.pop())

    async def _with(self, last: Statement) -> Sequence[Row]:
        """Run *last*, together with what is still to be run, and return its rows."""
        await self._apart(last)
        statements = [*self._behind, last]
        self._behind.clear()
        return await run(self.database, self.client, statements)

    async def _later(self, sql: str, *values: object, refusals: Refusals = NONE, name: str = "") -> None:
        """Have a statement run with the next whose rows are asked for, or at the end of the write."""
        statement = Statement(sql, values, refusals, name)
        await self._apart(statement)
        self._behind.append(statement)

    async def _apart(self, statement: Statement) -> None:
        """See to it that no two statements of one round trip write the same table: one would be lost."""
        if any(each.table == statement.table for each in self._behind):
            await self.flush()

    async def _value(self, sql: str, *values: object) -> object:
        """Run a statement and return the first column of its first row, None without one."""
        rows = await self.rows(sql, *values)
        return next(iter(rows[0].values())) if rows else None

    async def lock(self, kind: str, id: str, *, groups: bool = False) -> Resource | None:
        # Taken first. PostgreSQL numbers a transaction that waits for a row, and lets those who
        # come later overtake it there; one that waits its turn is numbered afterwards. So the
        # numbers of two that change one resource, or resources of one person, follow the order
        # of their changes.
        turn = self.database.in_turn("COALESCE(person_id, id)")
        beside = f", {memberships.column(self.database)}" if groups and kind == "User" else ""
        rows = await self.rows(
            f"SELECT {records.RESOURCE}{beside} FROM resources WHERE team_id = $1 AND connection_id = $2"
            f" AND kind = $3 AND id = $4{turn}{self.database.for_update}",
            self.scope.team,
            self.scope.connection,
            kind,
            id,
        )
        return records.resource(rows[0]) if rows else None

    async def insert(self, resource: Resource, *, exclusive: bool) -> None:
        values = records.resource_values(resource, self.scope, exclusive=exclusive)
        sql = f"INSERT INTO resources ({records.RESOURCE}) VALUES {values_of(values)}"
        await self._later(sql, *values, refusals=_taken(resource))
        await self._indexing.added(resource)
        self._counted[resource.kind] += 1
        failpoint("write.resource")

    async def update(self, before: Resource, after: Resource, *, exclusive: bool) -> None:
        columns = records.RESOURCE.split(", ")
        changes = ", ".join(f"{name} = ${n}" for n, name in enumerate(columns, 1) if n > 4)
        await self._later(
            f"UPDATE resources SET {changes}"
            " WHERE id = $1 AND team_id = $2 AND connection_id = $3 AND kind = $4",
            *records.resource_values(after, self.scope, exclusive=exclusive),
            refusals=_taken(after),
        )
        await self._indexing.changed(before, after)
        failpoint("write.resource")

    async def delete(self, resource: Resource) -> None:
        await self.rows(
            "DELETE FROM resources WHERE team_id = $1 AND connection_id = $2 AND id = $3",
            self.scope.team,
            self.scope.connection,
            resource.id,
        )
        await self._indexing.removed(resource)
        self._counted[resource.kind] -= 1
        failpoint("write.resource")

    @property
    def _indexing(self) -> Indexing:
        return Indexing(rows=self.rows, later=self._later, scope=self.scope, database=self.database)

    async def members(self, group: str, *, after: str = "", count: int = 1000) -> Sequence[Member]:
        return await self._memberships.members(group, after=after, count=count)

    async def count_members(self, group: str, *, most: int) -> int:
        return await self._memberships.count(group, most)

    async def change_members(
        self, group: str, change: MemberChange, *, known: bool = False
    ) -> tuple[list[str], list[str]]:
        moved = await self._memberships.change(group, change, known=known)
        failpoint("write.members")
        return moved

    @property
    def _memberships(self) -> Memberships:
        return Memberships(rows=self.rows, scope=self.scope, database=self.database)

    async def groups(self, user: str) -> Sequence[Membership]:
        return await self._memberships.groups(user)

    async def known(self, values: AbstractSet[str]) -> dict[str, str]:
        return await self._pending.known(values)

    async def unknown(self, values: AbstractSet[str]) -> frozenset[str]:
        return await self._pending.unknown(values)

    async def expect(self, group: str, change: MemberChange) -> bool:
        return await self._pending.change(group, change)

    async def expecting(self, newcomer: Resource) -> Sequence[str]:
        return await self._pending.groups(newcomer)

    async def arrive(self, newcomer: Resource, group: str) -> bool:
        return await self._pending.arrived(newcomer, group)

    @property
    def _pending(self) -> Pending:
        return Pending(rows=self.rows, scope=self.scope, database=self.database)

    async def claim(self, person: str, address: str | None, change: int) -> str:
        if address is not None and self.database.dialect == "postgres":
            owner = await self._value(_CLAIM, self.scope.team, key(address), person, change)
        else:
            owner = (
                person
                if address is None
                else await self._value(_OWNER, self.scope.team, key(address), person)
            )
            await self.rows(
                f"INSERT INTO persons (id, team_id, claims) VALUES ($1, $2, $3) {_CLAIMED}",
                *(owner, self.scope.team, change),
            )
        failpoint("write.claim")
        return str(owner)

    async def claims(self, person: str, change: int) -> int:
        claims = await self._value(
            "UPDATE persons SET claims = claims + $3 WHERE team_id = $1 AND id = $2 RETURNING claims",
            *(self.scope.team, person, change),
        )
        failpoint("write.claim")
        return int(str(claims))

    async def recount(self, person: str) -> int:
        await self.rows(
            "SELECT 1 FROM persons WHERE team_id = $1 AND id = $2"
            f"{self.database.in_turn('id')}{self.database.for_update}",
            *(self.scope.team, person),
        )
        claims = await self._value(
            "UPDATE persons SET claims = (SELECT count(*) FROM resources r WHERE r.team_id = persons.team_id"
            " AND r.person_id = persons.id AND r.active) WHERE team_id = $1 AND id = $2 RETURNING claims",
            *(self.scope.team, person),
        )
        return int(str(claims))

    async def held(self, person: str) -> str | None:
        kind = await self._value(
            "SELECT kind FROM holdings WHERE team_id = $1 AND person_id = $2 AND until IS NULL",
            *(self.scope.team, person),
        )
        return None if kind is None else str(kind)

    async def hold(self, person: str, kind: str) -> bool:
        opened = Statement(
            "INSERT INTO holdings (team_id, person_id, kind, since) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT (team_id, person_id) WHERE until IS NULL DO NOTHING RETURNING id",
            (self.scope.team, person, kind, self.now),
            {(Violation.FOREIGN_KEY, "holdings"): UnknownKind(kind)},
        )
        return bool(await self._with(opened))

    async def unhold(self, person: str) -> str | None:
        kind = await self._value(
            "UPDATE holdings SET until = $3 WHERE team_id = $1 AND person_id = $2 AND until IS NULL"
            " RETURNING kind",
            *(self.scope.team, person, self.now),
        )
        return None if kind is None else str(kind)

    async def take(self, kind: str) -> bool:
        taken = Statement(
            "UPDATE seats SET held = held + 1 WHERE team_id = $1 AND kind = $2"
            " AND held < bought + overdraft RETURNING held",
            (self.scope.team, kind),
        )
        held = await self._with(taken)
        failpoint("write.seat")
        return bool(held)

    async def give_back(self, kind: str) -> None:
        # Not put off: who takes a seat locks the seats first, then the number of the entry.
        await self.rows(
            "UPDATE seats SET held = held - 1 WHERE team_id = $1 AND kind = $2", self.scope.team, kind
        )
        failpoint("write.seat")

    async def seats(self) -> dict[str, SeatCount]:
        return await seat_counts(self.rows, self.scope.team)

    async def buy(self, kind: str, count: int) -> None:
        await self.rows(
            "INSERT INTO seats (team_id, kind, bought) VALUES ($1, $2, $3)"
            " ON CONFLICT (team_id, kind) DO UPDATE SET bought = seats.bought + excluded.bought",
            *(self.scope.team, kind, count),
        )

    async def post(self, what: str, reference: str, postings: Sequence[Posting]) -> None:
        await self._later(_NEXT_NUMBER, self.scope.team, name="numbered")
        # What one statement writes, another of the same round trip sees by its name only.
        numbered = "teams WHERE id = $1" if self.database.dialect == "sqlite" else "numbered"
        await self._later(
            "INSERT INTO entries (team_id, number, at, what, reference, postings)"
            f" SELECT $1, entries, $2, $3, $4, $5 FROM {numbered}",
            *(self.scope.team, self.now, what, reference, records.postings(postings)),
        )
        failpoint("write.entry")

    async def tell(self, events: Sequence[Event]) -> None:
        if events:
            told = self.database.paired("$4", "$1", "$2", "$3")
            await self._later(
                f"INSERT INTO outbox (team_id, connection_id, at, reference, event) {told}",
                *(self.scope.team, self.scope.connection, self.now),
                json.dumps([(event.cause, records.event_text(event)) for event in events]),
            )
        failpoint("write.event")

    async def unsettled(self, person: str, *, due: bool) -> None:
        await self.rows(
            "UPDATE persons SET unsettled = $3 WHERE team_id = $1 AND id = $2",
            *(self.scope.team, person, due),
        )

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        await self.rows("SAVEPOINT part")
        try:
            yield
            await self.flush()
        except Exception:
            self._behind.clear()
            await self.rows("ROLLBACK TO SAVEPOINT part")
            raise
        await self.rows("RELEASE SAVEPOINT part")

    async def found(self, team: Team) -> None:
        await self._later(
            "INSERT INTO teams (id, name, plan, sso_issuer, created_at) VALUES ($1, $2, $3, $4, $5)",
            *(team.id, team.name, team.plan, team.sso_issuer, self.now),
            refusals=_taken(team),
        )
        await self.flush()


#: What makes a claim of one more resource of a person.
_CLAIMED = "ON CONFLICT (id) DO UPDATE SET claims = persons.claims + excluded.claims"

#: Finds the owner of an address, or makes one of who is at hand.
_OWNED = " ON CONFLICT (team_id, address) DO UPDATE SET address = excluded.address RETURNING person_id"
_OWNER = f"INSERT INTO person_keys (team_id, address, person_id) VALUES ($1, $2, $3){_OWNED}"

#: Both at once on PostgreSQL, and before it, wait for whoever is at work on that person: see `lock`.
_CLAIM = (
    "WITH turn AS MATERIALIZED (SELECT 1 FROM person_keys WHERE team_id = $1 AND address = $2"
    " AND pg_advisory_xact_lock(hashtextextended(person_id, 0)) IS NOT NULL),"
    " owner AS (INSERT INTO person_keys (team_id, address, person_id)"
    f" SELECT $1, $2, $3 FROM (SELECT count(*) FROM turn) waited{_OWNED})"
    " INSERT INTO persons (id, team_id, claims) SELECT person_id, $1, $4::bigint FROM owner"
    f" {_CLAIMED} RETURNING id"
)

#: Adds to how many resources of a kind a connection has.
_COUNT = (
    "INSERT INTO counts (team_id, connection_id, kind, resources) VALUES ($1, $2, $3, $4)"
    " ON CONFLICT (connection_id, kind) DO UPDATE SET resources = counts.resources + excluded.resources"
)

#: Takes the next number of the team's book.
_NEXT_NUMBER = "UPDATE teams SET entries = entries + 1 WHERE id = $1 RETURNING entries"


async def seat_counts(rows: Rows, team: str) -> dict[str, SeatCount]:
    """Return a team's seats by kind, read through *rows*."""
    found = await rows(
        "SELECT kind, bought, held, overdraft FROM seats WHERE team_id = $1 ORDER BY kind", team
    )
    return {
        row["kind"]: SeatCount(bought=row["bought"], held=row["held"], overdraft=row["overdraft"])
        for row in found
    }


def _taken(thing: Resource | Team) -> Refusals:
    table = "teams" if isinstance(thing, Team) else "resources"
    return {(Violation.UNIQUE, table): NameTaken(thing)}
