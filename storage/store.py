"""One connection's resources: the one door to transactions, and reads."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Generic, TypeVar

from attrs import define, frozen

from hub.engine.failpoints import failpoint
from hub.engine.kinds import RESOURCE_TYPES
from hub.engine.ports import Clock, Found, Member, Scope, Search, Text, Work
from hub.engine.shape import as_document
from hub.scim.expressions import Filter
from hub.scim.match import matches

from . import records
from .database import Database, Row
from .door import through
from .patience import patiently
from .unit import MEMBER, DatabaseUnit
from .where import Narrowed, mentions, narrow

T = TypeVar("T")

#: How many candidates a filter that SQL cannot say is held against at a time.
SCAN = 500

#: More members than any group has: for a filter that asks about them.
ALL = 2**31 - 1


@frozen(kw_only=True)
class DatabaseStore:
    """A `Store` in a database; *patience* is how long it asks again, seconds."""

    database: Database
    scope: Scope
    clock: Clock
    patience: float

    async def write(self, work: Work[T], *, reference: str) -> T:
        attempt = _Attempt(store=self, work=work, reference=reference)
        return await through(patiently(attempt.run, seconds=self.patience))

    async def text(self, kind: str, id: str) -> Text | None:
        rows = await self._rows(
            f"SELECT {records.TEXT} FROM resources"
            " WHERE team_id = $1 AND connection_id = $2 AND kind = $3 AND id = $4",
            *(self.scope.team, self.scope.connection, kind, id),
        )
        return records.text(rows[0]) if rows else None

    async def search(self, search: Search) -> Found:
        (kind,), start, count = search.kinds, search.start, search.count
        narrowed = narrow(kind, search.where[kind], (self.scope.team, self.scope.connection))
        if narrowed.rest is None:
            return await self._page(narrowed, start, count)
        return await self._scan(narrowed, narrowed.rest, kind, start, count)

    async def _page(self, narrowed: Narrowed, start: int, count: int) -> Found:
        values, n = narrowed.values, len(narrowed.values)
        rows = await self._rows(
            f"SELECT {records.TEXT} FROM resources WHERE {narrowed.sql}"
            f" ORDER BY id LIMIT ${n + 2} OFFSET ${n + 1}",
            *(*values, start - 1, count),
        )
        whole = len(rows) < count and (rows or start == 1)  # then the last of all is on this page
        total = start - 1 + len(rows) if whole else await self._count(narrowed)
        return Found(total=total, page=[records.text(row) for row in rows])

    async def _count(self, narrowed: Narrowed) -> int:
        rows = await self._rows(
            f"SELECT count(*) AS total FROM resources WHERE {narrowed.sql}", *narrowed.values
        )
        return int(rows[0]["total"])

    async def _scan(self, narrowed: Narrowed, rest: Filter, kind: str, start: int, count: int) -> Found:
        """Hold each candidate against what SQL could not say, a bounded number at a time."""
        total, page = 0, list[Text]()
        async for text in self._candidates(narrowed):
            if not await self._matches(kind, text, rest):
                continue
            total += 1
            if start <= total < start + count:
                page.append(text)
        return Found(total=total, page=page)

    async def _candidates(self, narrowed: Narrowed) -> AsyncIterator[Text]:
        after, n = "", len(narrowed.values)
        sql = (
            f"SELECT {records.TEXT} FROM resources WHERE {narrowed.sql} AND id > ${n + 1}"
            f" ORDER BY id LIMIT {SCAN}"
        )
        while rows := await self._rows(sql, *narrowed.values, after):
            for row in rows:
                yield records.text(row)
            after = rows[-1]["id"]

    async def _matches(self, kind: str, text: Text, where: Filter) -> bool:
        asked = kind == "Group" and mentions(where, "members")
        found = await self.members(text.id, count=ALL) if asked else ()
        return matches(RESOURCE_TYPES[kind], as_document(text, "", found), where)

    async def members(self, group: str, *, after: str = "", count: int = 1000) -> Sequence[Member]:
        rows = await self._rows(
            f"SELECT {MEMBER} AND m.member_id > $4 ORDER BY m.member_id LIMIT $5",
            *(self.scope.team, self.scope.connection, group, after, count),
        )
        return [records.member(row) for row in rows]

    async def _rows(self, sql: str, *values: object) -> Sequence[Row]:
        return await patiently(lambda: self.database.rows(sql, *values), seconds=self.patience)


@define
class _Attempt(Generic[T]):
    """Tries at one piece of work, of which at most one lands."""

    store: DatabaseStore
    work: Work[T]
    reference: str
    #: What the work answered, in a tuple, once it was asked to be committed.
    answer: tuple[T] | None = None

    async def run(self) -> T:
        """Do the work in a transaction, unless an earlier try landed without saying so."""
        if self.answer is not None and await self._landed():
            return self.answer[0]
        self.answer = None
        failpoint("write.begin")
        async with self.store.database.transaction() as client:
            unit = DatabaseUnit(
                database=self.store.database,
                client=client,
                scope=self.store.scope,
                now=self.store.clock(),
            )
            answer = await self.work(unit)
            failpoint("write.commit.before")
            self.answer = (answer,)
        failpoint("write.commit.after")
        return answer

    async def _landed(self) -> bool:
        """Say whether a commit whose answer was lost has happened: then its events are there."""
        rows = await self.store.database.rows(
            "SELECT 1 FROM outbox WHERE reference = $1 AND team_id = $2 LIMIT 1",
            *(self.reference, self.store.scope.team),
        )
        return bool(rows)
