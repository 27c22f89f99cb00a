"""Tortoise's asyncpg engine, with a pool that gets back whatever it lent."""

from __future__ import annotations

from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import TransactionalDBClient, TransactionContext, TransactionContextPooled


class NoReset(asyncpg.Connection):
    """A connection that is given back to its pool as it is: nothing here leaves session state."""

    def get_reset_query(self) -> str:
        """Return no statement, where asyncpg would send five at every return to the pool."""
        return ""


class _Transaction(TransactionContextPooled):
    # Tortoise's own keeps the connection when BEGIN fails: a few of these empty the pool.

    async def __aenter__(self) -> TransactionalDBClient:
        try:
            return await super().__aenter__()
        except BaseException:
            await self._give_back()
            raise

    async def _give_back(self) -> None:
        parent = self.client._parent
        if parent._pool and self.client._connection:
            await parent._pool.release(self.client._connection)


class Client(AsyncpgDBClient):
    """A pool of connections to one PostgreSQL database."""

    connection_class: Any = NoReset

    def _in_transaction(self) -> TransactionContext:
        return _Transaction(TransactionWrapper(self), self._pool_init_lock)


#: Where Tortoise looks for the engine of a module.
client_class = Client
