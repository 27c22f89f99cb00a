"""What filters read of a resource, written beside it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from itertools import chain, groupby
from operator import attrgetter

from attrs import frozen

from hub.engine.values.errors import ValueTaken
from hub.engine.values.resources import Resource
from hub.engine.values.scope import Scope

from . import records
from .database import Database
from .memberships import Rows
from .searchable import Key, folded, keys
from .statements import values_of

_INSERT = "INSERT INTO resource_keys (team_id, connection_id, resource_id, exclusive, path, value) VALUES"
_FREE = "ON CONFLICT (connection_id, path, value) WHERE exclusive DO NOTHING RETURNING path, value"

#: How many keys are written in one statement, each with six values.
_WRITTEN_MAX = 100

#: Has one statement run before the write ends.
Later = Callable[..., Awaitable[None]]


@frozen(kw_only=True)
class Indexing:
    """Keeps the searched values of one connection's resources, by way of *rows* and *later*."""

    rows: Rows
    later: Later
    scope: Scope
    database: Database

    async def added(self, resource: Resource) -> None:
        """Write what is searched of a new resource, or raise `ValueTaken`."""
        await self.later(
            "INSERT INTO searched (team_id, connection_id, kind, id, folded, lists, person_id)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)",
            *(*self._place(resource), *self._folded(resource), resource.person),
        )
        await self._add(resource, keys(self.scope.types[resource.kind], resource.document))

    async def changed(self, before: Resource, after: Resource) -> None:
        """Write what became of what is searched, or raise `ValueTaken`."""
        if before.document == after.document:
            return
        texts = self._folded(after)
        if texts != self._folded(before):
            await self.later(
                "UPDATE searched SET folded = $5, lists = $6"
                " WHERE team_id = $1 AND connection_id = $2 AND kind = $3 AND id = $4",
                *(*self._place(after), *texts),
            )
        old, new = (keys(self.scope.types[each.kind], each.document) for each in (before, after))
        await self._take_away(after, old - new)
        await self._add(after, new - old)

    async def removed(self, resource: Resource) -> None:
        """Forget what was searched; the keys go with the resource."""
        await self.later(
            "DELETE FROM searched WHERE team_id = $1 AND connection_id = $2 AND kind = $3 AND id = $4",
            *self._place(resource),
        )

    async def _take_away(self, resource: Resource, gone: Collection[Key]) -> None:
        if gone:
            await self.later(
                "DELETE FROM resource_keys WHERE team_id = $1 AND connection_id = $2 AND resource_id = $3"
                f" AND (path, value) IN ({self.database.paired('$4')})",
                *(self.scope.team, self.scope.connection, resource.id),
                records.dumps(sorted((each.path, each.value) for each in gone)),
            )

    async def _add(self, resource: Resource, come: Collection[Key]) -> None:
        taken = list[str]()
        # In one order, so that no two of those who write several wait for each other.
        for exclusive, alike in groupby(sorted(come, key=_order), key=attrgetter("exclusive")):
            them = [*alike]
            for first in range(0, len(them), _WRITTEN_MAX):
                taken += await self._write(resource, them[first : first + _WRITTEN_MAX], exclusive=exclusive)
        if taken:
            raise ValueTaken(*sorted({*taken}))

    async def _write(self, resource: Resource, some: Sequence[Key], *, exclusive: bool) -> Sequence[str]:
        """Write *some* keys, and return the paths of those that another resource has and may have alone."""
        mine = (self.scope.team, self.scope.connection, resource.id, exclusive)
        rows = [(*mine, each.path, each.value) for each in some]
        sql = f"{_INSERT} {values_of(*rows)}"
        if not exclusive:
            await self.later(sql, *chain.from_iterable(rows))
            return ()
        written = await self.rows(f"{sql} {_FREE}", *chain.from_iterable(rows))
        held = {(row["path"], row["value"]) for row in written}
        return [each.path for each in some if (each.path, each.value) not in held]

    def _place(self, resource: Resource) -> tuple[object, ...]:
        return (self.scope.team, self.scope.connection, resource.kind, resource.id)

    def _folded(self, resource: Resource) -> tuple[str, str]:
        return folded(self.scope.types[resource.kind], resource.document, self.database.dialect)


def _order(key: Key) -> tuple[bool, str, str]:
    return key.exclusive, key.path, key.value
