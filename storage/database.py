"""The connection to a database: statements, transactions, and which errors will pass."""

from __future__ import annotations

import asyncio
import enum
import sqlite3
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Protocol

import asyncpg
from attrs import Factory, asdict, field, frozen
from tortoise import Tortoise, connections
from tortoise.context import require_context
from tortoise.exceptions import BaseORMException, DBConnectionError, IntegrityError, OperationalError
from tortoise.transactions import in_transaction

from hub import postgres_url

from .batches import Batches, Overtaken, Writing
from .deadline import left
from .door import emptied

#: A row by column name.
Row = Mapping[str, Any]

#: Milliseconds that SQLite itself waits for another process's transaction.
BUSY_TIMEOUT = 500

#: Seconds that a transaction waits for its turn, a connection or a lock, unless it is told otherwise.
PATIENCE = 15

#: Seconds that a statement may take on PostgreSQL, unless it is told otherwise.
STATEMENT_SECONDS = 30


class Client(Protocol):
    """What is used of Tortoise's clients."""

    async def execute_query_dict(self, query: str, values: Any) -> list[dict[str, Any]]:
        """Run one statement and return its rows."""


@frozen(kw_only=True)
class Database:
    """One of the two databases, through Tortoise's connections.

    Statements are written once, with `$1`, `$2` …; SQLite takes these by name.
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
        default=Factory(lambda self: Batches(self.transaction), takes_self=True),
    )

    @property
    def for_update(self) -> str:
        """Return what makes a SELECT lock its rows; SQLite has one writer and needs nothing.

        It keeps out whoever changes a row, and not whoever refers to it: two groups may take each other in.
        """
        return "" if self.dialect == "sqlite" else " FOR NO KEY UPDATE"

    def in_turn(self, place: str) -> str:
        """Return a condition that is met once all who asked before for the id at *place* are done."""
        if self.dialect == "sqlite":
            return ""
        return f" AND pg_advisory_xact_lock(hashtextextended({place}, 0)) IS NOT NULL"

    def shared(self, place: str) -> str:
        """Return what keeps a row with the id at *place* as it is, until all who ask for that are done.

        Whoever changes the row comes `in_turn`: else those who keep it might relieve each other for ever.
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

    async def rows(self, sql: str, *values: object) -> Sequence[Row]:
        """Run a statement outside any transaction and return its rows."""
        # Tortoise's `connections` looks for this with each word: it takes longer than to find a row does.
        client = require_context().connections.get(f"{self.dialect}-read")
        return await self.run(client, sql, *values)

    async def scan(self, sql: str, *values: object) -> Sequence[Row]:
        """Run a statement that may read much, off the way of all others; cancelled, it is stopped."""
        client: Any = connections.get(f"{self.dialect}-scan")
        if self.dialect == "postgres":
            return await self.run(client, sql, *values)
        found: Sequence[Row] = await client.scan(sql, named(values))
        return found

    async def run(self, client: Client, sql: str, *values: object) -> Sequence[Row]:
        """Run a statement on *client* and return its rows."""
        return await client.execute_query_dict(sql, named(values) if self.dialect == "sqlite" else values)

    @asynccontextmanager
    async def transaction(self, *, until: float | None = None) -> AsyncIterator[Client]:
        """Enclose statements that land together or not at all; nested, a savepoint.

        What they wait for, they wait for *until* then, on the clock of `monotonic`.
        """
        async with AsyncExitStack() as stack:
            async with asyncio.timeout(left(until)):
                client: Any = await stack.enter_async_context(in_transaction(self.dialect))
            client.until = until
            yield client

    async def written(self, writing: Writing, *, until: float | None = None) -> Any:
        """Run *writing* in a transaction and return what it returned, once that is committed.

        Raises `TimeoutError` when that has not come about *until* then, give or take `SPARE` seconds. SQLite
        waits for the disk, which nobody can cut short, however long it takes.
        """
        if self.dialect == "sqlite":
            return await self._batches.run(writing, until=until)
        async with self.transaction(until=until) as client:
            return await writing(client)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Client]:
        """Enclose reads that see the database as it is at one moment, while others write."""
        if self.dialect == "postgres":
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


def named(values: Sequence[object]) -> dict[str, object]:
    """Return *values* by their places, as SQLite takes them: `{"1": …, "2": …}`."""
    return {str(n): value for n, value in enumerate(values, 1)}


def config(
    url: str, *, pool: int, patience: float = PATIENCE, seconds: float | None = STATEMENT_SECONDS
) -> dict[str, Any]:
    """Return Tortoise's configuration for the database at *url*.

    What a transaction has to wait for, it waits for no longer than *patience*, seconds; and PostgreSQL may
    be at a statement for so many *seconds*.

    Reads have connections of their own, so that none waits for a transaction, and so have reads of much,
    fewer, so that none of the others waits for these. Connections are called by the kind of database,
    since Tortoise keeps SQL by a connection's name.
    """
    name = dialect(url)
    one = _sqlite(url) if name == "sqlite" else _postgres(url, pool, patience, seconds)
    one["credentials"]["patience"] = patience
    app = {"models": ["storage.tables"], "migrations": "storage.migrations", "default_connection": name}
    few = one if name == "sqlite" else _scanning(one)
    return {"connections": {name: one, f"{name}-read": one, f"{name}-scan": few}, "apps": {"hub": app}}


def _scanning(one: dict[str, Any]) -> dict[str, Any]:
    """Return a quarter of the connections, for statements worth a second processor and some memory."""
    credentials = one["credentials"]
    settings = {
        **credentials["server_settings"],
        "parallel_setup_cost": "10",
        "parallel_tuple_cost": "0.01",
        "work_mem": "64MB",
    }
    few = {**credentials, "maxsize": -(-credentials["maxsize"] // 4), "server_settings": settings}
    return {**one, "credentials": few}


def dialect(url: str) -> str:
    """Return which kind of database is at *url*: `sqlite` or `postgres`."""
    return "sqlite" if url.startswith("sqlite:") else "postgres"


def _sqlite(url: str) -> dict[str, Any]:
    pragmas = {"journal_mode": "WAL", "synchronous": "FULL", "foreign_keys": "ON"}
    return {
        "engine": "storage.sqlite",
        "credentials": {
            "file_path": url.removeprefix("sqlite://"),
            "busy_timeout": BUSY_TIMEOUT,
            **pragmas,
        },
    }


def _postgres(url: str, pool: int, patience: float, seconds: float | None) -> dict[str, Any]:
    credentials = {
        **postgres(url),
        "minsize": 1,
        "maxsize": pool,
        "timeout": 5,
        "command_timeout": seconds,
        "application_name": "provisioning-hub",
        # Compiling a statement takes PostgreSQL longer than any of ours takes to run.
        "server_settings": {"lock_timeout": str(max(1, round(patience * 1000))), "jit": "off"},
    }
    return {"engine": "storage.postgres", "credentials": credentials}


def postgres(url: str) -> dict[str, Any]:
    """Return the arguments with which asyncpg connects to *url*; ValueError where it is wrong."""
    said = asdict(postgres_url.read(url))
    mode = said.pop("sslmode")
    return said if mode is None else {**said, "ssl": _encryption(mode)}


def _encryption(mode: str) -> str | ssl.SSLContext:
    if mode in {"disable", "prefer"}:
        return mode
    context = ssl.create_default_context()
    if mode == "require":  # asyncpg's own would verify, were there a file for it in the home folder
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


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
    try:
        yield Database(url=url)
    finally:
        await emptied()
        await context.close_connections()


def passing(error: BaseException) -> bool:
    """Say whether *error* is of a kind that goes away: worth asking again."""
    match error:
        case Overtaken():
            return True
        case IntegrityError() | asyncpg.IntegrityConstraintViolationError():
            return False
        case OperationalError() if error.args and isinstance(error.args[0], sqlite3.OperationalError):
            return _busy(error.args[0])
        case sqlite3.OperationalError():
            return _busy(error)
        case asyncpg.InterfaceError():
            return "argument" not in str(error)  # what a statement was given wrongly, it is given again
        case DBConnectionError() | OSError() | TimeoutError():
            return True
        case asyncpg.PostgresError():
            return str(error.sqlstate or "")[:2] in _PASSING
        case BaseORMException():
            cause = error.__cause__
            return cause is not None and passing(cause)
        case _:
            return False


#: Classes of SQLSTATE that pass: connection, transaction rollback (serialisation,
#: deadlock), resources, object not in prerequisite state (lock not available), operator
#: intervention (shutdown, cancelled). PostgreSQL, appendix A.
_PASSING = frozenset({"08", "40", "53", "55", "57"})


def _busy(error: sqlite3.OperationalError) -> bool:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL}


def too_deep(error: BaseException) -> bool:
    """Say whether *error* is that a statement nests or joins more than SQLite can parse."""
    return any(said in str(error) for said in ("parser stack overflow", "Expression tree is too large"))


class Violation(enum.Enum):
    """Which kind of constraint was broken, by each database's own code for it."""

    UNIQUE = frozenset({"23505", sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY})
    FOREIGN_KEY = frozenset({"23503", sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY})
    NOT_NULL = frozenset({"23502", sqlite3.SQLITE_CONSTRAINT_NOTNULL})


def violated(error: BaseException) -> Violation | None:
    """Return which kind of constraint *error* says was broken, None for any other error."""
    cause = error.args[0] if isinstance(error, IntegrityError) and error.args else error
    code = getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorcode", None)
    return next((kind for kind in Violation if code in kind.value), None)


def table_of(error: BaseException) -> str | None:
    """Return the table whose constraint *error* says was broken, None where the database does not say."""
    cause = error.args[0] if isinstance(error, IntegrityError) and error.args else error
    return getattr(cause, "table_name", None)
