"""One team's data inside one transaction: the statements of a write."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

from attrs import frozen

from hub.engine.failpoints import failpoint
from hub.engine.ports import Member, NameTaken, Resource, Scope, SeatCount, UnknownKind, UnknownMembers
from hub.ledger.entries import Entry, Posting

from . import records
from .database import Client, Database, Overtaken, Row, Violation, violated
from .keys import key

if TYPE_CHECKING:
    from hub.scim.membership import MemberChange
    from hub.spi import Event
    from hub.teams import Team

#: Where a group's members are read from: $1 the team, $2 the connection, $3 the group.
MEMBER = (
    "r.id, r.kind FROM members m JOIN resources r ON r.team_id = m.team_id"
    " AND r.connection_id = m.connection_id AND r.id = m.member_id"
    " WHERE m.team_id = $1 AND m.connection_id = $2 AND m.group_id = $3"
)

#: Runs one statement and returns its rows.
Rows = Callable[..., Awaitable[Sequence[Row]]]


@frozen(kw_only=True)
class DatabaseUnit:
    """A `Unit` on an open transaction; *client* is that transaction's."""

    database: Database
    client: Client
    scope: Scope
    now: str

    async def rows(self, sql: str, *values: object) -> Sequence[Row]:
        """Run a statement in the transaction and return its rows."""
        return await self.database.run(self.client, sql, *values)

    async def _value(self, sql: str, *values: object) -> object:
        """Run a statement and return the first column of its first row, None without one."""
        rows = await self.rows(sql, *values)
        return next(iter(rows[0].values())) if rows else None

    async def lock(self, kind: str, id: str) -> Resource | None:
        # Taken first. PostgreSQL numbers a transaction that waits for a row, and lets those who
        # come later overtake it there; one that waits its turn is numbered afterwards. So the
        # numbers of two that change one resource, or resources of one person, follow the order
        # of their changes.
        turn = self.database.in_turn("COALESCE(person_id, id)")
        rows = await self.rows(
            f"SELECT {records.RESOURCE} FROM resources WHERE team_id = $1 AND connection_id = $2"
            f" AND kind = $3 AND id = $4{turn}{self.database.for_update}",
            self.scope.team,
            self.scope.connection,
            kind,
            id,
        )
        return records.resource(rows[0]) if rows else None

    async def insert(self, resource: Resource, *, exclusive: bool) -> None:
        values = records.resource_values(resource, self.scope, exclusive=exclusive)
        places = ", ".join(f"${n}" for n in range(1, len(values) + 1))
        with _taken(resource):
            await self.rows(f"INSERT INTO resources ({records.RESOURCE}) VALUES ({places})", *values)
        failpoint("write.resource")

    async def update(self, before: Resource, after: Resource, *, exclusive: bool) -> None:
        columns = records.RESOURCE.split(", ")
        changes = ", ".join(f"{name} = ${n}" for n, name in enumerate(columns, 1) if n > 4)
        with _taken(after):
            await self.rows(
                f"UPDATE resources SET {changes}"
                " WHERE id = $1 AND team_id = $2 AND connection_id = $3 AND kind = $4",
                *records.resource_values(after, self.scope, exclusive=exclusive),
            )
        failpoint("write.resource")

    async def delete(self, resource: Resource) -> None:
        await self.rows(
            "DELETE FROM resources WHERE team_id = $1 AND connection_id = $2 AND id = $3",
            self.scope.team,
            self.scope.connection,
            resource.id,
        )
        failpoint("write.resource")

    async def members(self, group: str) -> Sequence[Member]:
        sql = f"SELECT {MEMBER} ORDER BY m.member_id"
        rows = await self.rows(sql, self.scope.team, self.scope.connection, group)
        return [records.member(row) for row in rows]

    async def change_members(self, group: str, change: MemberChange) -> tuple[list[str], list[str]]:
        came, went = [], []
        if change.reset:
            went += await self._members_gone(group, change.added, keep=True)
        elif change.removed:
            went += await self._members_gone(group, change.removed, keep=False)
        if change.added:
            came += await self._members_come(group, change.added)
        failpoint("write.members")
        return came, went

    async def _members_gone(self, group: str, ids: frozenset[str], *, keep: bool) -> list[str]:
        listed, has = self.database.listed("$4"), "NOT IN" if keep else "IN"
        rows = await self.rows(
            "DELETE FROM members WHERE team_id = $1 AND connection_id = $2 AND group_id = $3"
            f" AND member_id {has} ({listed}) RETURNING member_id",
            *(self.scope.team, self.scope.connection, group, json.dumps(sorted(ids))),
        )
        return [row["member_id"] for row in rows]

    async def _members_come(self, group: str, ids: frozenset[str]) -> list[str]:
        mine = (self.scope.team, self.scope.connection)
        wanted, listed = json.dumps(sorted(ids)), self.database.listed("$3")
        known = await self.rows(
            f"SELECT id FROM resources WHERE team_id = $1 AND connection_id = $2 AND id IN ({listed})",
            *(*mine, wanted),
        )
        if unknown := ids - {row["id"] for row in known}:
            raise UnknownMembers(*sorted(unknown))
        try:
            rows = await self.rows(
                "INSERT INTO members (team_id, connection_id, group_id, member_id)"
                " SELECT team_id, connection_id, $4, id FROM resources"
                f" WHERE team_id = $1 AND connection_id = $2 AND id IN ({listed}) ORDER BY id"
                " ON CONFLICT DO NOTHING RETURNING member_id",
                *(*mine, wanted, group),
            )
        except Exception as error:
            if violated(error) is Violation.FOREIGN_KEY:  # a member was deleted since they were looked up
                raise Overtaken from error
            raise
        return [row["member_id"] for row in rows]

    async def claim(self, person: str, address: str | None, change: int) -> str:
        if address is not None:
            address = key(address)
            await self._in_turn_of_owner(address)
            owner = await self._value(
                "INSERT INTO person_keys (team_id, address, person_id) VALUES ($1, $2, $3)"
                " ON CONFLICT (team_id, address) DO UPDATE SET address = excluded.address"
                " RETURNING person_id",
                *(self.scope.team, address, person),
            )
            person = str(owner)
        await self.rows(
            "INSERT INTO persons (id, team_id, claims) VALUES ($1, $2, $3)"
            " ON CONFLICT (id) DO UPDATE SET claims = persons.claims + excluded.claims",
            *(person, self.scope.team, change),
        )
        failpoint("write.claim")
        return person

    async def _in_turn_of_owner(self, address: str) -> None:
        """Wait for whoever is at work on the person that *address* belongs to: see `lock`."""
        if turn := self.database.in_turn("person_id"):
            await self.rows(
                f"SELECT 1 FROM person_keys WHERE team_id = $1 AND address = $2{turn}",
                *(self.scope.team, address),
            )

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
        try:
            opened = await self._value(
                "INSERT INTO holdings (team_id, person_id, kind, since) VALUES ($1, $2, $3, $4)"
                " ON CONFLICT (team_id, person_id) WHERE until IS NULL DO NOTHING RETURNING id",
                *(self.scope.team, person, kind, self.now),
            )
        except Exception as error:
            if violated(error) is Violation.FOREIGN_KEY:
                raise UnknownKind(kind) from error
            raise
        return opened is not None

    async def unhold(self, person: str) -> str | None:
        kind = await self._value(
            "UPDATE holdings SET until = $3 WHERE team_id = $1 AND person_id = $2 AND until IS NULL"
            " RETURNING kind",
            *(self.scope.team, person, self.now),
        )
        return None if kind is None else str(kind)

    async def take(self, kind: str) -> bool:
        held = await self._value(
            "UPDATE seats SET held = held + 1 WHERE team_id = $1 AND kind = $2"
            " AND held < bought + overdraft RETURNING held",
            *(self.scope.team, kind),
        )
        failpoint("write.seat")
        return held is not None

    async def give_back(self, kind: str) -> None:
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

    async def post(self, what: str, reference: str, postings: Sequence[Posting]) -> Entry:
        number = await self._value(
            "UPDATE teams SET entries = entries + 1 WHERE id = $1 RETURNING entries", self.scope.team
        )
        entry = Entry(
            team=self.scope.team,
            number=int(str(number)),
            at=self.now,
            what=what,
            reference=reference,
            postings=tuple(postings),
        )
        await self.rows(
            "INSERT INTO entries (team_id, number, at, what, reference, postings)"
            " VALUES ($1, $2, $3, $4, $5, $6)",
            *(entry.team, entry.number, entry.at, what, reference, records.postings(postings)),
        )
        failpoint("write.entry")
        return entry

    async def tell(self, events: Sequence[Event]) -> None:
        for event in events:
            await self.rows(
                "INSERT INTO outbox (team_id, connection_id, reference, event, at)"
                " VALUES ($1, $2, $3, $4, $5)",
                *(self.scope.team, self.scope.connection, event.cause),
                *(records.event_text(event), self.now),
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
        except Exception:
            await self.rows("ROLLBACK TO SAVEPOINT part")
            raise
        await self.rows("RELEASE SAVEPOINT part")

    async def found(self, team: Team) -> None:
        with _taken(team):
            await self.rows(
                "INSERT INTO teams (id, name, plan, sso_issuer, created_at) VALUES ($1, $2, $3, $4, $5)",
                *(team.id, team.name, team.plan, team.sso_issuer, self.now),
            )


async def seat_counts(rows: Rows, team: str) -> dict[str, SeatCount]:
    """Return a team's seats by kind, read through *rows*."""
    found = await rows(
        "SELECT kind, bought, held, overdraft FROM seats WHERE team_id = $1 ORDER BY kind", team
    )
    return {
        row["kind"]: SeatCount(bought=row["bought"], held=row["held"], overdraft=row["overdraft"])
        for row in found
    }


@contextmanager
def _taken(thing: Resource | Team) -> Iterator[None]:
    """Turn a broken uniqueness into `NameTaken`."""
    try:
        yield
    except Exception as error:
        if violated(error) is Violation.UNIQUE:
            raise NameTaken(thing) from error
        raise
