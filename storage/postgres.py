"""Tortoise's asyncpg engine, with a pool that gets back whatever it lent."""

from __future__ import annotations

from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import TransactionalDBClient, TransactionContext, TransactionContextPooled
from tortoise.connection import get_connections


class NoReset(asyncpg.Connection):
    """A connection that is given back to its pool as it is: nothing here leaves session state."""

    def get_reset_query(self) -> str:
        """Return no statement, where asyncpg would send five at every return to the pool."""
        return ""


class _Transaction(TransactionContextPooled):
    # Tortoise's own keeps the connection when BEGIN fails, and stays the transaction that the
    # task is in: a few of these empty the pool, and whoever tries again does so inside it.

    async def __aenter__(self) -> TransactionalDBClient:
        await self.ensure_connection()
        parent: Any = self.client._parent
        self.client._connection = await parent._pool.acquire(timeout=parent.patience)
        self.token = get_connections().set(self.connection_name, self.client)
        try:
            await self.client.begin()
        except BaseException:
            get_connections().reset(self.token)
            await parent._pool.release(self.client._connection)
            raise
        return self.client


class Client(AsyncpgDBClient):
    """A pool of connections to one database; *patience* is how long a transaction waits for one, seconds."""

    connection_class: Any = NoReset

    def __init__(self, *, patience: float, **credentials: Any) -> None:
        super().__init__(**credentials)
        self.patience = patience

    def _in_transaction(self) -> TransactionContext:
        return _Transaction(TransactionWrapper(self), self._pool_init_lock)


#: Where Tortoise looks for the engine of a module.
client_class = Client
