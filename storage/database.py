"""The connection to a database: statements and transactions."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import lru_cache
from typing import Any

from attrs import Factory, field, frozen
from tortoise import Tortoise, connections
from tortoise.connection import ConnectionHandler
from tortoise.context import require_context
from tortoise.transactions import in_transaction

from .batches import Batches, Writing
from .client import Client, Row
from .company import Company
from .deadline import left
from .door import emptied
from .reaching import PATIENCE, config, dialect
from .sharing import Sharing

#: The most writes in one commit: on SQLite whoever reads, on PostgreSQL whoever leaves a seat, waits for all.
BATCH_MAX = {"sqlite": 32, "postgres": 8}


@frozen(kw_only=True)
class Database:
    """One of the two databases, through Tortoise's connections.

    Statements are written once, with `$1`, `$2` …, which for SQLite become `?1`, `?2` ….
    """

    url: str
    #: `sqlite` or `postgres`.
    dialect: str = field(
        init=False, eq=False, default=Factory(lambda self: dialect(self.url), takes_self=True)
    )
    _batches: Batches = field(
        init=False,
        repr=False,
        eq=False,
        default=Factory(
            lambda self: Batches(
                self._of_several, most=BATCH_MAX[self.dialect], savepoints=self.dialect == "sqlite"
            ),
            takes_self=True,
        ),
    )
    _lookups: Sharing[Sequence[Row]] = field(
        init=False,
        repr=False,
        eq=False,
        default=Factory(lambda self: Sharing(self.found_of, none=()), takes_self=True),
    )

    @property
    def for_update(self) -> str:
        """Return what makes a SELECT lock its rows; SQLite has one writer and needs nothing.

        It keeps out whoever changes a row, and not whoever refers to it: two groups may take each other in.
        """
        return "" if self.dialect == "sqlite" else " FOR NO KEY UPDATE"

    def in_turn(self, place: str) -> str:
        """Return a condition that waits until all who asked before for the id at *place* are done."""
        if self.dialect == "sqlite":
            return ""
        return f" AND pg_advisory_xact_lock(hashtextextended({place}, 0)) IS NOT NULL"

    def shared(self, place: str) -> str:
        """Return what keeps the row with the id at *place* unchanged until all who ask for that are done.

        Whoever changes the row comes `in_turn`: else those who keep it unchanged could follow one another
        without end.
        """
        if self.dialect == "sqlite":
            return ""
        return f" AND pg_advisory_xact_lock_shared(hashtextextended({place}, 0)) IS NOT NULL FOR SHARE"

    def listed(self, place: str) -> str:
        """Return a subquery of the strings in the JSON array at *place*, however many."""
        if self.dialect == "sqlite":
            return f"SELECT value FROM json_each({place})"
        return f"SELECT json_array_elements_text({place}::text::json)"

    def paired(self, place: str, *beside: str) -> str:
        """Return a subquery of the pairs of strings in the JSON array at *place*, each *beside* others."""
        pairs = (
            f"json_each({place})" if self.dialect == "sqlite" else f"json_array_elements({place}::text::json)"
        )
        # TRUE: without WHERE, SQLite takes the ON of an ON CONFLICT for one of a join.
        return f"SELECT {', '.join([*beside, 'value ->> 0', 'value ->> 1'])} FROM {pairs} WHERE TRUE"

    @property
    def reading(self) -> Any:
        """Return the connection for what is read outside any transaction."""
        return _connection(require_context().connections, f"{self.dialect}-read")

    async def rows(self, sql: str, *values: object) -> Sequence[Row]:
        """Run a statement outside any transaction and return its rows."""
        return await self.run(self.reading, sql, *values)

    async def found(self, sql: str, *values: object, one: str) -> Sequence[Row]:
        """Return the rows that *sql*, outside any transaction, finds by *one*, its last value.

        On PostgreSQL that value is a JSON array of what all ask for in this turn of the loop, and a column
        `sought` says which of them found a row (see `lookups.select`).
        """
        if self.dialect == "sqlite":
            return await self.rows(sql, *values, one)
        return await self._lookups.ask((sql, *values), one)

    async def found_of(self, key: tuple[str, ...], sought: Sequence[str]) -> Mapping[str, Sequence[Row]]:
        """Return what `found` finds of each that is *sought*; *key* is the statement and its other values."""
        sql, *values = key
        if self.dialect == "sqlite":
            return {one: await self.rows(sql, *values, one) for one in sought}
        found: dict[str, list[Row]] = {}
        for row in await self.rows(sql, *values, json.dumps(sought)):
            found.setdefault(row["sought"], []).append(row)
        return found

    async def scan(self, sql: str, *values: object) -> Sequence[Row]:
        """Run a statement that may read much, apart from all others; it is stopped when it is cancelled."""
        client: Any = connections.get(f"{self.dialect}-scan")
        if self.dialect == "postgres":
            return await self.run(client, sql, *values)
        found: Sequence[Row] = await client.scan(sql, values)
        return found

    async def run(self, client: Client, sql: str, *values: object) -> Sequence[Row]:
        """Run a statement on *client* and return its rows."""
        return await client.execute_query_dict(sql, values)

    @asynccontextmanager
    async def transaction(self, *, until: float | None = None) -> AsyncIterator[Client]:
        """Enclose statements that land together or not at all; nested, a savepoint.

        They wait for locks no longer than *until* that moment, on the clock of `monotonic`.
        """
        async with AsyncExitStack() as stack:
            async with asyncio.timeout(left(until)):
                client: Any = await stack.enter_async_context(in_transaction(self.dialect))
            client.until = until
            yield client

    async def written(
        self, writing: Writing, *, among: str | None = None, alone: bool = False, until: float | None = None
    ) -> Any:
        """Run *writing* in a transaction and return what it returned, once that is committed.

        Unless it is to be *alone*, it may share the transaction with others: on PostgreSQL with those of the
        same group (*among*), on SQLite, which has one writer, with any.

        Raises `TimeoutError` where it is not committed by the moment *until*, give or take `SPARE` seconds.
        SQLite waits for the disk, which nobody can cut short, however long that takes.
        """
        if not alone and self.dialect == "sqlite":
            among = ""
        if among is not None and not alone:
            return await self._batches.run(writing, among=among, until=until)
        async with self.transaction(until=until) as client:
            return await writing(client)

    @asynccontextmanager
    async def _of_several(self, count: int, until: float | None) -> AsyncIterator[Client]:
        """Enclose the statements of *count* writes, the first of which is to be done *until* then."""
        embedded = self.dialect == "sqlite"
        async with self.transaction(until=None if embedded else until) as client:
            client.company = None if embedded or count == 1 else Company()
            yield client
            if client.company:
                await client.company.catch_up(client)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Client]:
        """Enclose reads that see the database as it is at one moment, while others write."""
        if self.dialect == "postgres":
            client: Any
            async with in_transaction("postgres-read") as client:
                await self.run(client, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                yield client
            return
        # All reads of this process share the connection, and so the moment.
        client = connections.get("sqlite-read")
        await self.run(client, "BEGIN")
        try:
            yield client
        finally:
            await self.run(client, "ROLLBACK")


@lru_cache(maxsize=64)
def _connection(opened: ConnectionHandler, name: str) -> Any:
    """Return the connection of that *name* among those that are *opened* at once.

    Tortoise asks of it, each time, whether it is of this loop and this process.
    """
    return opened.get(name)


@asynccontextmanager
async def opened(url: str, *, pool: int = 10, patience: float = PATIENCE) -> AsyncIterator[Database]:
    """Open the database at *url* (`sqlite:///path/to/file` or `postgres://…`) for as long as it is used.

    Connections are made with the first statement. They are closed whatever happens: the
    thread behind an open SQLite connection would keep the process alive for ever.
    """
    # hypercorn runs the lifespan in a task of its own, and Tortoise keeps its state in a
    # context variable: without the fallback no request would see it.
    settings = config(url, pool=pool, patience=patience)
    context = await Tortoise.init(config=settings, _enable_global_fallback=True)
    _connection(context.connections, f"{dialect(url)}-read")  # within a snapshot, it would be another
    try:
        yield Database(url=url)
    finally:
        await emptied()
        await context.close_connections()
