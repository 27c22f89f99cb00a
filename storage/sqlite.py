"""Tortoise's SQLite engine, with transactions that take the write lock at their start.

A deferred transaction that reads before it writes is not waited for when another
process holds the lock: SQLite answers "database is locked" at once.
"""

from __future__ import annotations

import asyncio
from typing import Any

from tortoise.backends.base.client import TransactionalDBClient, TransactionContext
from tortoise.backends.sqlite.client import (
    SqliteClient,
    SqliteTransactionContext,
    SqliteTransactionWrapper,
)
from tortoise.connection import get_connections


class _Immediate(SqliteTransactionWrapper):
    async def begin(self) -> None:
        await self._connection.execute("BEGIN IMMEDIATE")


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
                await self.connection._connection.rollback()  # nothing to undo after a commit
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

    def _in_transaction(self) -> TransactionContext:
        return _Transaction(_Immediate(self), self._lock)


#: Where Tortoise looks for the engine of a module.
client_class = ImmediateClient
