"""One team's data inside one transaction: the statements of a write."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from hub.engine.failpoints import failpoint
from hub.engine.values import (
    Author,
    Claimant,
    Member,
    Membership,
    NameTaken,
    Personal,
    Resource,
    Scope,
    SeatCount,
    SeatStatus,
)
from hub.ledger.entries import Posting, holder
from hub.teams import ApiKey, Connection, Team, Token

from . import memberships, records
from .affairs import Affairs
from .claims import Claims
from .database import Client, Database, Row, Violation
from .indexing import Indexing
from .memberships import Memberships, Rows
from .pending import Pending
from .queues import Queues
from .statements import NONE, Refusals, Statement, run, values_of
from .statuses import statuses
from .trail import NOTE

if TYPE_CHECKING:
    from hub.scim.membership import MemberChange
    from hub.spi import Event


@frozen(kw_only=True)
class DatabaseUnit:
    """A `Unit` on an open transaction; *client* is that transaction's, *reference* marks what it writes."""

    database: Database
    client: Client
    scope: Scope
    now: str
    reference: str

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

    async def statuses(self, users: Sequence[str]) -> Mapping[str, SeatStatus]:
        return await statuses(self.database, self.rows, self.scope, users)

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
        return await self._claims.claim(person, address, change)

    async def claims(self, person: str, change: int) -> Claimant:
        return await self._claims.change(person, change)

    async def claimant(self, person: str) -> Claimant:
        return await self._claims.standing(person)

    async def recount(self, person: str) -> Claimant | None:
        return await self._claims.recount(person)

    async def users(self, person: str) -> Sequence[Resource]:
        return await self._claims.users(person)

    async def settle_at(self, person: str, at: str) -> None:
        await self._claims.settle_at(person, at)

    async def unsettled(self, person: str) -> None:
        await self._claims.unsettled(person)

    async def unsettle_people(self, people: Sequence[str]) -> None:
        await self._claims.unsettle_people(people)

    async def unsettle(self, ids: Iterable[str]) -> None:
        await self._claims.unsettle(ids)

    async def settled(self, person: str, *, until: str | None) -> None:
        await self._claims.settled(person, until)

    @property
    def _claims(self) -> Claims:
        return Claims(
            rows=self.rows, later=self._later, joined=self._with, scope=self.scope, database=self.database
        )

    async def take(self, kind: str) -> SeatCount | None:
        return await self._queues.take(kind)

    async def count(self, kind: str, *, held: int = 0, waiting: int = 0) -> SeatCount | None:
        return await self._queues.count(kind, held, waiting)

    async def kind(self, kind: str) -> SeatCount | None:
        return await self._queues.kind(kind)

    async def kinds(self) -> dict[str, SeatCount]:
        return await self._queues.kinds()

    async def told(self, kind: str, percent: int) -> None:
        await self._queues.told(kind, percent)

    async def enqueue(self, person: str, kind: str) -> None:
        await self._queues.enqueue(person, kind)

    async def dequeue(self, person: str) -> None:
        await self._queues.dequeue(person)

    async def first(self, kind: str) -> str | None:
        return await self._queues.first(kind)

    async def refused(self, user_name: str, kind: str) -> None:
        await self._queues.refused(user_name, kind, self.reference)

    async def let_in(self, user_name: str) -> None:
        await self._queues.let_in(user_name)

    @property
    def _queues(self) -> Queues:
        return Queues(
            rows=self.rows, later=self._later, scope=self.scope, database=self.database, now=self.now
        )

    async def seats(self) -> dict[str, SeatCount]:
        return await seat_counts(self.rows, self.scope.team)

    async def buy(self, kind: str, count: int) -> None:
        await self._queues.buy(kind, count)

    async def give_up(self, kind: str, count: int) -> SeatCount | None:
        return await self._queues.give_up(kind, count)

    async def put_kind(self, kind: str, terms: SeatCount) -> None:
        await self._queues.put_kind(kind, terms)

    async def post(self, what: str, reference: str, postings: Sequence[Posting]) -> None:
        dialect = self.database.dialect
        await self._later(_NEXT_NUMBER[dialect], self.scope.team, self.now, name="numbered")
        # What one statement writes, another of the same round trip sees by its name only.
        numbered = "teams WHERE id = $1" if dialect == "sqlite" else "numbered"
        await self._later(
            "INSERT INTO entries (team_id, number, at, what, reference, postings)"
            f" SELECT $1, entries, booked_at, $2, $3, $4 FROM {numbered}",
            *(self.scope.team, what, reference, records.postings(postings)),
        )
        left = [person for each in postings if (person := holder(each.source))]
        for person in left:
            await self._later(
                f"UPDATE holdings SET until = (SELECT booked_at FROM {numbered})"
                " WHERE team_id = $1 AND person_id = $2 AND until IS NULL",
                *(self.scope.team, person),
            )
        if left:  # what they hold from now on is another statement's, of the next round trip
            numbered = "teams WHERE id = $1"
        for each in postings:
            if person := holder(each.target):
                await self._later(
                    "INSERT INTO holdings (team_id, person_id, kind, since)"
                    f" SELECT $1, $2, $3, booked_at FROM {numbered}",
                    *(self.scope.team, person, each.seat),
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

    async def team(self, *, alone: bool = True) -> Team:
        return await self._affairs.team(alone=alone)

    async def connections(self) -> Sequence[Connection]:
        return await self._affairs.connections()

    async def put(self, thing: Team | Connection | Token | ApiKey) -> None:
        await self._affairs.put(thing, at=self.now)

    async def personal(self, person: str) -> Personal | None:
        return await self._affairs.personal(person)

    async def put_personal(self, person: str, personal: Personal) -> None:
        await self._affairs.put_personal(person, personal)

    async def forget(self, person: str, names: AbstractSet[str]) -> None:
        await self._affairs.forget(person, names)

    async def note(
        self, by: Author, action: str, target: str, *, changes: Mapping[str, Any], person: str | None = None
    ) -> None:
        mine = (self.scope.team, self.reference, self.now)
        values = (*mine, by.name, action, target, person, by.why, records.dumps(changes))
        await self._later(f"INSERT INTO audit ({NOTE}) VALUES {values_of(values)}", *values)
        failpoint("write.note")

    @property
    def _affairs(self) -> Affairs:
        return Affairs(rows=self.rows, scope=self.scope, database=self.database)


#: Adds to how many resources of a kind a connection has.
_COUNT = (
    "INSERT INTO counts (team_id, connection_id, kind, resources) VALUES ($1, $2, $3, $4)"
    " ON CONFLICT (connection_id, kind) DO UPDATE SET resources = counts.resources + excluded.resources"
)

#: Takes the next number of the team's book, and the moment of that entry.
_NEXT_NUMBER = {
    dialect: f"UPDATE teams SET entries = entries + 1, booked_at = {latest}(booked_at, $2) WHERE id = $1"
    " RETURNING entries, booked_at"
    for dialect, latest in {"sqlite": "max", "postgres": "GREATEST"}.items()
}


async def seat_counts(rows: Rows, team: str) -> dict[str, SeatCount]:
    """Return a team's seats by kind, read through *rows*."""
    found = await rows("SELECT * FROM seats WHERE team_id = $1 ORDER BY kind", team)
    return {row["kind"]: records.seat_count(row) for row in found}


def _taken(thing: Resource | Team) -> Refusals:
    table = "teams" if isinstance(thing, Team) else "resources"
    return {(Violation.UNIQUE, table): NameTaken(thing)}
