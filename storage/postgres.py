"""Tortoise's asyncpg engine, with statements that go to their connection without a detour."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import TransactionalDBClient, TransactionContext, TransactionContextPooled
from tortoise.backends.base_postgres.client import translate_exceptions
from tortoise.connection import get_connections

from .deadline import SPARE, left, left_or_spare
from .pool import CANCEL_SECONDS, Pool

if TYPE_CHECKING:
    from .company import Company


class _Wrapper(TransactionWrapper):
    #: When what is asked of this transaction is given up, whatever it waits for.
    until: float | None = None
    company: Company | None = None

    @translate_exceptions
    async def execute_query_dict(self, query: str, values: Any = ()) -> list[dict[str, Any]]:
        return [dict(row) for row in await self._connection.fetch(query, *values, timeout=self._seconds)]

    @translate_exceptions
    async def execute_many(self, query: str, values: Any) -> None:
        await self._connection.executemany(query, values, timeout=self._seconds)

    @property
    def _seconds(self) -> float | None:
        parent: Any = self._parent
        seconds: float | None = parent.shorter(left_or_spare(self.until))
        return seconds

    @translate_exceptions
    async def commit(self) -> None:
        seconds = None if self.until is None else left(self.until + SPARE)
        if seconds is not None and seconds <= 0:  # a COMMIT that is cancelled as it is sent might land
            await self.rollback()
            raise TimeoutError
        async with asyncio.timeout(seconds):
            await super().commit()

    async def rollback(self) -> None:
        try:
            async with asyncio.timeout(CANCEL_SECONDS):
                await super().rollback()
        except TimeoutError:  # the server does not even stop what it is at: what is lost there is undone
            self._connection.terminate()


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
    """A pool of connections to one database; *patience* is how long a statement waits for one, seconds.

    It is at a statement for no longer than *command_timeout*, seconds.
    """

    def __init__(self, *, patience: float, command_timeout: float | None, **credentials: Any) -> None:
        super().__init__(command_timeout=command_timeout, **credentials)
        self.patience = patience
        self.command_timeout = command_timeout

    def shorter(self, seconds: float | None) -> float | None:
        """Return how long a statement may take that is to be done in so many *seconds*."""
        if seconds is None or self.command_timeout is None:
            return seconds
        return min(seconds, self.command_timeout)

    async def create_pool(self, **kwargs: Any) -> Any:
        """Return the pool that Tortoise works with; connections are made as they are needed."""
        credentials = {name: value for name, value in kwargs.items() if name not in {"min_size", "max_size"}}
        return Pool(credentials=credentials, size=kwargs["max_size"])

    @translate_exceptions
    async def execute_query_dict(self, query: str, values: Any = ()) -> list[dict[str, Any]]:
        """Run one statement on a connection of its own and return its rows."""
        if self._pool is None:
            async with self._pool_init_lock:
                if self._pool is None:
                    await self.create_connection(with_db=True)
        pool: Any = self._pool
        connection = await pool.acquire(timeout=self.patience)
        try:
            return [dict(row) for row in await connection.fetch(query, *values)]
        finally:
            await pool.release(connection)

    def _in_transaction(self) -> TransactionContext:
        return _Transaction(_Wrapper(self), self._pool_init_lock)


#: Where Tortoise looks for the engine of a module.
client_class = Client
