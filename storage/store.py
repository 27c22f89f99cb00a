"""One connection's resources: the one door to transactions, and reads."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from functools import cache
from time import monotonic
from typing import Generic, TypeVar

from attrs import define, field, frozen

from hub.engine.common.failpoints import failpoint
from hub.engine.ports import Clock, Work
from hub.engine.rounds.stirring import Stirred
from hub.engine.values.errors import Overtaken, StoreAway
from hub.engine.values.places import SeatStatus
from hub.engine.values.resources import Member, Text
from hub.engine.values.scope import Scope
from hub.engine.values.searches import Found, Search
from hub.scim.errors import InvalidFilter, TooMany

from . import records
from .client import Client, Row
from .deadline import SPARE
from .door import through
from .faults import too_deep
from .filters.compiling import ROW
from .lookups import identified, select
from .memberships import Nested, column, members, near
from .patience import Patient, patiently
from .searches import Asked, Reading
from .statuses import statuses
from .unit import DatabaseUnit

T = TypeVar("T")

#: How long a search may take, seconds, unless it is told otherwise.
SEARCH_SECONDS = 10

#: What a search is told that takes longer.
TOO_LONG = "the search was not done within {} seconds: ask for what an index finds, as userName eq does"


#: What a search is told that the database cannot parse.
TOO_DEEP = "the filter is more than the database can parse: ask with fewer comparisons, or fewer brackets"


@frozen(kw_only=True)
class DatabaseStore(Patient):
    """A `Store` in a database; *search_seconds* is how long a search takes at the most."""

    scope: Scope
    clock: Clock
    search_seconds: float = SEARCH_SECONDS
    stirred: Stirred = field(factory=Stirred)

    async def write(self, work: Work[T], *, reference: str, shares: bool = False) -> T:
        until = monotonic() + self.patience
        attempt = _Attempt(store=self, work=work, reference=reference, until=until, shares=shares)
        return await through(attempt.ended())

    async def text(self, kind: str, id: str, *, memberships: bool = True) -> Text | None:
        if not memberships:
            return await self._text(None, kind, id)
        try:
            return await self._text(near(self.database), kind, id)
        except Nested:
            return await self._text(column(self.database), kind, id)

    async def _text(self, beside: str | None, kind: str, id: str) -> Text | None:
        sql = _one(self.database.dialect, beside)
        rows = await self._of_one(sql, self.scope.team, self.scope.connection, kind, one=id)
        return records.text(rows[0]) if rows else None

    async def search(self, search: Search) -> Found:
        try:
            return await self._search(search, near(self.database, of=ROW))
        except Nested:
            return await self._search(search, column(self.database, of=ROW))

    async def _search(self, search: Search, beside_one: str) -> Found:
        asked = Asked(
            search=search,
            types=self.scope.types,
            dialect=self.database.dialect,
            team=self.scope.team,
            connection=self.scope.connection,
            beside=column(self.database, of=ROW) if search.memberships else None,
            beside_one=beside_one if search.memberships else None,
        )
        page = asked.page()
        rows = await self._found(page)
        if page.tells_total:
            return asked.found([row for row in rows if row["id"] is not None], rows[0]["total"])
        at_its_end = search.mark is None and len(rows) <= search.count and (rows or search.start == 1)
        total = search.start - 1 + len(rows) if at_its_end else await self._total(asked)
        return asked.found(rows, total)

    async def _total(self, asked: Asked) -> int:
        """Return how many match a search in all, where the page does not tell."""
        if not asked.is_whole:
            return int((await self._found(asked.count()))[0]["total"])
        kinds = ", ".join(f"${n}" for n in range(3, 3 + len(asked.search.kinds)))
        counted = await self._rows(
            "SELECT CAST(COALESCE(sum(resources), 0) AS BIGINT) AS total FROM counts"
            f" WHERE team_id = $1 AND connection_id = $2 AND kind IN ({kinds})",
            *(self.scope.team, self.scope.connection, *asked.search.kinds),
        )
        return int(counted[0]["total"])

    async def _found(self, reading: Reading) -> Sequence[Row]:
        try:
            if reading.one is not None:
                return await self._of_one(reading.sql, *reading.values, one=reading.one)
            if not reading.scans:
                return await self._rows(reading.sql, *reading.values)
            return await self._patiently(lambda: self._scanned(reading))
        except Exception as error:
            if too_deep(error):
                raise InvalidFilter(TOO_DEEP) from error
            raise

    async def _scanned(self, reading: Reading) -> Sequence[Row]:
        limit = asyncio.timeout(self.search_seconds)
        try:
            async with limit:
                return await self.database.scan(reading.sql, *reading.values)
        except TimeoutError:
            if not limit.expired():
                raise
            raise TooMany(TOO_LONG.format(self.search_seconds)) from None

    async def members(self, group: str, *, after: str = "", count: int = 1000) -> Sequence[Member]:
        return await members(self.database, self._rows, self.scope, group, after=after, count=count)

    async def statuses(self, users: Sequence[str]) -> Mapping[str, SeatStatus]:
        return await statuses(self.database, self._rows, self.scope, users)


@cache
def _one(dialect: str, beside: str | None) -> str:
    """Return the statement that finds a resource ($4) of a kind ($3), with the columns *beside* it."""
    columns = f"{records.TEXT}, {beside}" if beside else records.TEXT

    def found(by: str) -> str:
        one = identified(dialect, team="$1", connection="$2", id=by)
        return f"SELECT * FROM resources WHERE {one} AND kind = $3 LIMIT 1"

    return select(dialect, columns, found, name="resources", place="$4")


@define
class _Attempt(Generic[T]):
    """Tries to do one piece of work, so that it lands once at most."""

    store: DatabaseStore
    work: Work[T]
    reference: str
    #: When it is given up.
    until: float
    shares: bool
    #: What the work answered, in a tuple, once it was asked to be committed.
    answer: tuple[T] | None = None
    #: What is set then.
    stirs: AbstractSet[asyncio.Event] = frozenset()
    #: Whether it goes alone, since it came to nothing once, among others or for the sake of others.
    alone: bool = False

    async def ended(self) -> T:
        """Try until the time is up; then look for a commit whose answer came too late for another try."""
        try:
            return await patiently(self.run, until=self.until)
        except StoreAway:
            with suppress(Exception):  # where nobody says whether it landed, it is told to come again
                if self.answer is not None and await self._landed():
                    return self._stirring(self.answer[0])
            raise

    async def run(self) -> T:
        """Do the work in a transaction, unless an earlier try was committed without an answer."""
        if self.answer is not None and await self._landed():
            return self._stirring(self.answer[0])
        self.answer = None
        failpoint("write.begin")
        among = self.store.scope.connection if self.shares else None
        try:
            answer: T = await self.store.database.written(
                self._written, among=among, alone=self.alone, until=self.until
            )
        except Overtaken:
            self.alone = True
            raise
        failpoint("write.commit.after")
        return self._stirring(answer)

    def _stirring(self, answer: T) -> T:
        for each in self.stirs:
            each.set()
        return answer

    async def _written(self, client: Client) -> T:
        unit = DatabaseUnit(
            database=self.store.database,
            client=client,
            scope=self.store.scope,
            now=self.store.clock(),
            reference=self.reference,
            stirred=self.store.stirred,
        )
        await unit.begin()
        answer = await self.work(unit)
        await unit.finish()
        failpoint("write.commit.before")
        self.answer, self.stirs = (answer,), unit.stirs
        return answer

    async def _landed(self) -> bool:
        """Say whether a commit whose answer was lost has happened: then its events or notes are there.

        Looks for `SPARE` seconds at the least.
        """
        async with asyncio.timeout(max(self.until - monotonic(), SPARE)):
            rows = await self.store.database.rows(
                "SELECT 1 FROM outbox WHERE reference = $1 AND team_id = $2 UNION ALL"
                " SELECT 1 FROM audit WHERE reference = $1 AND team_id = $2 LIMIT 1",
                *(self.reference, self.store.scope.team),
            )
        return bool(rows)
