"""Tortoise's SQLite engine: the write lock at the start of a transaction, statements without a thread.

A deferred transaction that reads before it writes is not waited for when another
process holds the lock: SQLite answers "database is locked" at once.

A statement that finds its rows by an index takes a few microseconds, and to hand it to a thread
and back takes a hundred. So statements run where they are asked for; what may wait, for another
process or for the disk, BEGIN and COMMIT, is done by aiosqlite's thread.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import aiosqlite
from tortoise.backends.base.client import TransactionalDBClient, TransactionContext
from tortoise.backends.sqlite.client import (
    SqliteClient,
    SqliteTransactionContext,
    SqliteTransactionWrapper,
)
from tortoise.connection import get_connections
from tortoise.exceptions import IntegrityError, OperationalError

from .client import Row
from .scanning import Scans

#: A place for a value, as statements have it that are written once for both databases.
_PLACE = re.compile(r"\$(\d+)")


#: Longer than this are only the statements of filters, of which no two are alike.
_LONG = 4096


def numbered(query: str) -> str:
    """Return *query* with `?1` for `$1`: SQLite takes the latter for a name, and values by name only."""
    return _numbered(query) if len(query) < _LONG else _PLACE.sub(r"?\1", query)


@lru_cache(maxsize=512)
def _numbered(query: str) -> str:
    return _PLACE.sub(r"?\1", query)


def _here(connection: Any, query: str, values: Any) -> list[dict[str, Any]]:
    try:
        return [dict(row) for row in connection._conn.execute(numbered(query), values or ()).fetchall()]
    except sqlite3.OperationalError as error:
        raise OperationalError(error) from error
    except sqlite3.IntegrityError as error:
        raise IntegrityError(error) from error


class _Immediate(SqliteTransactionWrapper):
    company = None

    async def begin(self) -> None:
        await self._connection.execute("BEGIN IMMEDIATE")

    async def execute_query_dict(self, query: str, values: Any = None) -> list[dict[str, Any]]:
        return _here(self._connection, query, values)

    async def execute_script(self, query: str) -> None:
        _here(self._connection, query, ())  # Python's own would commit first


class _Transaction(SqliteTransactionContext):
    # Tortoise's own keeps its lock when BEGIN fails, and leaves the transaction open when
    # COMMIT does: either would stop every later write.

    async def __aenter__(self) -> TransactionalDBClient:
        client = await self._entered()
        try:
            await self.connection.begin()
        except BaseException:
            await self.connection._connection.rollback()  # it may have begun after its caller left
            self._leave()
            raise
        return client

    async def _entered(self) -> TransactionalDBClient:
        async with asyncio.timeout(self.connection._parent.patience):
            await self._trxlock.acquire()
        try:
            await self.ensure_connection()
        except BaseException:
            self._trxlock.release()
            raise
        self.token = get_connections().set(self.connection_name, self.connection)
        client: TransactionalDBClient = self.connection
        return client

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:  # noqa: PYI036 - Tortoise's
        try:
            if exc_type is None:
                await self.connection.commit()
        finally:
            try:
                if self.connection._connection.in_transaction:
                    await self.connection._connection.rollback()
            finally:
                self._leave()

    def _leave(self) -> None:
        get_connections().reset(self.token)
        self._trxlock.release()


class ImmediateClient(SqliteClient):
    """One connection to an SQLite file; *patience* is how long a transaction waits for its turn, seconds."""

    def __init__(self, file_path: str, *, patience: float, **pragmas: Any) -> None:
        super().__init__(file_path, **pragmas)
        self.patience = patience
        self._scans = Scans()

    async def create_connection(self, with_db: bool) -> None:  # noqa: ARG002, FBT001 - Tortoise's
        if self._connection is None:
            # Tortoise's own would let only aiosqlite's thread use it.
            connection = aiosqlite.connect(self.filename, isolation_level=None, check_same_thread=False)
            try:
                await connection
                connection.row_factory = sqlite3.Row
                for name, value in self.pragmas.items():
                    await connection.execute_fetchall(f"PRAGMA {name}={value}")
            except BaseException:
                await connection.close()
                connection._thread.join()  # which speaks to the loop once more, and may find it closed
                raise
            self._connection = connection

    async def _opened(self) -> aiosqlite.Connection:
        """Return the connection, made once however many ask at once."""
        if self._connection is None:
            async with self._lock:
                await self.create_connection(with_db=True)
        assert self._connection is not None
        return self._connection

    async def execute_query_dict(self, query: str, values: Any = None) -> list[dict[str, Any]]:
        return _here(self._connection or await self._opened(), query, values)

    async def scan(self, query: str, values: Any) -> Sequence[Row]:
        """Run a statement that may read much in aiosqlite's thread; cancelled, it is stopped."""
        return await self._scans.rows(await self._opened(), numbered(query), values)

    def _in_transaction(self) -> TransactionContext:
        return _Transaction(_Immediate(self), self._lock)


#: Where Tortoise looks for the engine of a module.
client_class = ImmediateClient
