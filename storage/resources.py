"""The resources of one connection: locked, added, changed, deleted, and counted."""

from __future__ import annotations

from collections import Counter

from attrs import field, frozen

from hub.engine.failpoints import failpoint
from hub.engine.values import NameTaken, Resource

from . import memberships, records
from .database import Violation
from .indexing import Indexing
from .statements import Refusals, Statement, values_of
from .transaction import Transaction

#: Adds to how many resources of a kind a connection has.
_COUNT = (
    "INSERT INTO counts (team_id, connection_id, kind, resources) VALUES ($1, $2, $3, $4)"
    " ON CONFLICT (connection_id, kind) DO UPDATE SET resources = counts.resources + excluded.resources"
)


@frozen(kw_only=True)
class Resources(Transaction):
    """What a write does to the resources of its connection."""

    #: By how many each kind of resource became more.
    _counted: Counter[str] = field(factory=Counter, init=False)

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
        await self.later(sql, *values, refusals=_taken(resource))
        await self._indexing.added(resource)
        self._counted[resource.kind] += 1
        failpoint("write.resource")

    async def update(self, before: Resource, after: Resource, *, exclusive: bool) -> None:
        columns = records.RESOURCE.split(", ")
        changes = ", ".join(f"{name} = ${n}" for n, name in enumerate(columns, 1) if n > 4)
        await self.later(
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

    async def finish(self) -> None:
        # Last of all: whoever else adds to the connection waits for its counts. Of the statements of one
        # round trip PostgreSQL runs the last one first, so that these come after the number of an entry.
        mine = (self.scope.team, self.scope.connection)
        counts = [Statement(_COUNT, (*mine, kind, change)) for kind, change in self._counted.items()]
        self._counted.clear()
        self._behind[:0] = counts
        await self.flush()

    @property
    def _indexing(self) -> Indexing:
        return Indexing(rows=self.rows, later=self.later, scope=self.scope, database=self.database)


def _taken(resource: Resource) -> Refusals:
    return {(Violation.UNIQUE, "resources"): NameTaken(resource)}
