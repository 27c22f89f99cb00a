"""The resources of one connection: locked, added, changed, deleted, and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from attrs import field, frozen

from hub.engine.common.failpoints import failpoint
from hub.engine.values.errors import NameTaken, Outdated
from hub.engine.values.resources import Resource

from . import memberships, records
from .faults import Violation
from .indexing import Indexing
from .lookups import identified
from .statements import Refusals, Statement
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
        turn = self.in_turn("COALESCE(person_id, id)")
        beside = f", {memberships.column(self.database)}" if groups and kind == "User" else ""
        rows = await self.rows(
            f"SELECT {records.RESOURCE}{beside} FROM resources WHERE {self._identified('$1', '$2', '$4')}"
            f" AND kind = $3{turn}{self.database.for_update}",
            self.scope.team,
            self.scope.connection,
            kind,
            id,
        )
        return records.resource(rows[0]) if rows else None

    async def insert(self, resource: Resource, *, exclusive: bool) -> None:
        places, values, refusals = self._row(resource, self.scope.revision, exclusive=exclusive)
        sql = f"INSERT INTO resources ({records.RESOURCE}) VALUES ({', '.join(places.values())})"
        await self.later(sql, *values, refusals=refusals)
        await self._indexing.added(resource)
        self._counted[resource.kind] += 1
        failpoint("write.resource")

    async def update(self, before: Resource, after: Resource, *, exclusive: bool) -> None:
        revision = None if before.active and not after.active else self.scope.revision
        places, values, refusals = self._row(after, revision, exclusive=exclusive)
        changes = ", ".join(f"{name} = {place}" for name, place in [*places.items()][4:])
        await self.later(
            f"UPDATE resources SET {changes} WHERE {self._identified('$2', '$3', '$1')} AND kind = $4",
            *values,
            refusals=refusals,
        )
        await self._indexing.changed(before, after)
        failpoint("write.resource")

    async def delete(self, resource: Resource) -> None:
        mine = (self.scope.team, self.scope.connection, resource.id)
        sql = f"DELETE FROM resources WHERE {self._identified('$1', '$2', '$3')}"
        if self.scope.revision is None or resource.kind == "User":
            await self.rows(sql, *mine)
        else:
            stands = f"AND {_standing('1', '$2', '$4', self.database.shared('id'))} IS NOT NULL"
            if not await self.rows(f"{sql} {stands} RETURNING id", *mine, self.scope.revision):
                raise Outdated
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
        await self.leave()

    def _row(
        self, resource: Resource, revision: int | None, *, exclusive: bool
    ) -> tuple[Mapping[str, str], tuple[Any, ...], Refusals]:
        """Return the places and the values of the columns of *resource*, and what a refusal of them means."""
        values = records.resource_values(resource, self.scope, exclusive=exclusive)
        taken: Refusals = {(Violation.UNIQUE, "resources"): NameTaken(resource)}
        if revision is None:
            return _places(None), values, taken
        outdated: Refusals = {(Violation.NOT_NULL, "resources"): Outdated()}
        return _places(self.database.shared("id")), (*values, revision), {**taken, **outdated}

    def _identified(self, team: str, connection: str, id: str) -> str:
        return identified(self.database.dialect, team=team, connection=connection, id=id)

    @property
    def _indexing(self) -> Indexing:
        return Indexing(rows=self.rows, later=self.later, scope=self.scope, database=self.database)


@lru_cache
def _places(kept: str | None) -> Mapping[str, str]:
    """Return the place of each column's value in a statement; *kept* keeps the connection's revision too.

    Then the revision follows the values, and the row has no version where the connection has another
    revision.
    """
    places = {name: f"${n}" for n, name in enumerate(records.RESOURCE.split(", "), 1)}
    if kept is None:
        return places
    version = f"CAST({places['version']} AS BIGINT)"
    return places | {"version": _standing(version, places["connection_id"], f"${len(places) + 1}", kept)}


def _standing(value: str, connection: str, revision: str, kept: str) -> str:
    """Return an expression that is *value* while the connection has the revision, and NULL otherwise."""
    return f"(SELECT {value} FROM connections WHERE id = {connection} AND revision = {revision}{kept})"
