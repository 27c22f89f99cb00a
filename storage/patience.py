"""Asking a database again, until a moment has come, when its error is of a kind that passes."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from time import monotonic
from typing import Any, TypeVar

from attrs import frozen
from tortoise.queryset import QuerySet

from hub.engine.values.errors import StoreAway

from .client import Client, Row
from .database import Database
from .door import through
from .faults import Violation, passing, violated

T = TypeVar("T")

#: The first and the longest pause between two tries, seconds.
PAUSE, PAUSE_MAX = 0.01, 0.5


async def patiently(attempt: Callable[[], Awaitable[T]], *, until: float) -> T:
    """Return what *attempt* returns, trying again *until* then before raising `StoreAway`."""
    pause = PAUSE
    while True:
        try:
            return await attempt()
        except Exception as error:
            if not passing(error):
                raise
            if monotonic() + pause > until:
                raise StoreAway("the database does not answer") from error
        await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 - spreads the tries, no secret
        pause = min(pause * 2, PAUSE_MAX)


@frozen(kw_only=True)
class Patient:
    """Asks a database again, for *patience* seconds, when its error is of a kind that passes."""

    database: Database
    patience: float

    async def _rows(self, sql: str, *values: object) -> Sequence[Row]:
        """Run a statement outside any transaction and return its rows."""
        return await patiently(lambda: self.database.rows(sql, *values), until=monotonic() + self.patience)

    async def _asked(self, query: QuerySet[Any]) -> Sequence[Row]:
        """Return the rows that a model's *query* asks for, outside any transaction."""
        return await self._patiently(lambda: query.using_db(self.database.reading).values())

    async def _of_one(self, sql: str, *values: object, one: str) -> Sequence[Row]:
        """Return the rows that *sql* finds by *one* (see `Database.found`)."""
        return await self._patiently(lambda: self.database.found(sql, *values, one=one))

    async def _scan(self, sql: str, *values: object) -> Sequence[Row]:
        """Run a statement that may read much, off the way of all others, and return its rows."""
        return await self._patiently(lambda: self.database.scan(sql, *values))

    async def _write(self, sql: str, *values: object) -> Sequence[Row]:
        """Run a statement in a transaction of its own and return its rows."""
        return await self._written(lambda client: self.database.run(client, sql, *values))

    async def _written(self, writing: Callable[[Client], Coroutine[Any, Any, T]]) -> T:
        """Run *writing* in a transaction, to its end whoever waits for it, and return what it returned."""
        until = monotonic() + self.patience
        written: T = await through(
            patiently(lambda: self.database.written(writing, until=until), until=until)
        )
        return written

    async def _written_still(self, writing: Callable[[Client], Coroutine[Any, Any, bool]]) -> bool:
        """Run *writing* likewise; return False, too, where what it is about has just been deleted."""
        try:
            return await self._written(writing)
        except Exception as error:
            if violated(error) is Violation.FOREIGN_KEY:
                return False
            raise

    async def _patiently(self, ask: Callable[[], Awaitable[T]]) -> T:
        return await patiently(ask, until=monotonic() + self.patience)
