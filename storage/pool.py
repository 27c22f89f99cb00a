"""Connections to PostgreSQL, kept open and lent one at a time.

asyncpg's own pool wraps each loan in a proxy and gives it back through a task: on a statement
that finds one row by its key, that costs more than the statement.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Any

import asyncpg
from attrs import define, field

#: How long the server may take to stop a statement, seconds.
CANCEL_SECONDS = 1

#: How long a connection may lie idle, seconds: what stands between it and the server forgets a quiet one,
#: mostly after 350 s or more, and then a statement waits in vain until its time is up.
IDLE_SECONDS = 300


@define(eq=False)
class Pool:
    """At most *size* connections, made as they are needed with the arguments *credentials*."""

    credentials: dict[str, Any]
    size: int
    clock: Callable[[], float] = monotonic
    _places: asyncio.Semaphore = field(init=False)
    _closed: bool = field(default=False, init=False)
    #: Since when it lies there, and a connection: the last that came back is the first to be lent.
    _idle: list[tuple[float, asyncpg.Connection[Any]]] = field(factory=list, init=False)

    def __attrs_post_init__(self) -> None:
        self._places = asyncio.Semaphore(self.size)

    async def acquire(self, *, timeout: float | None = None) -> asyncpg.Connection[Any]:  # noqa: ASYNC109 - as asyncpg has it
        """Return a connection nobody else has, or raise `TimeoutError` when none came free in *timeout*."""
        if self._places.locked():
            async with asyncio.timeout(timeout):
                await self._places.acquire()
        else:
            await self._places.acquire()
        try:
            self._end_old()
            while self._idle:
                _, connection = self._idle.pop()
                if not connection.is_closed():
                    return connection
            made: asyncpg.Connection[Any] = await asyncpg.connect(**self.credentials)
        except BaseException:
            self._places.release()
            raise
        return made

    def _end_old(self) -> None:
        while self._idle and self._idle[0][0] < self.clock() - IDLE_SECONDS:
            _, connection = self._idle.pop(0)
            connection.terminate()

    async def release(self, connection: asyncpg.Connection[Any]) -> None:
        """Take *connection* back; one that is in the middle of something, or comes too late, is closed."""
        try:
            if not connection.is_closed() and await _idle(connection) and not self._closed:
                self._idle.append((self.clock(), connection))
            else:
                connection.terminate()
        finally:
            self._places.release()

    async def close(self) -> None:
        """Close what is not lent, and later what is."""
        self._closed = True
        while self._idle:
            _, connection = self._idle.pop()
            await connection.close()

    def terminate(self) -> None:
        """Close what is not lent, at once, and later what is."""
        self._closed = True
        while self._idle:
            _, connection = self._idle.pop()
            connection.terminate()


async def _idle(connection: Any) -> bool:
    """Wait until a statement whose caller has gone is stopped, and say whether no transaction is open."""
    protocol = connection._protocol
    if protocol._is_cancelling():
        try:
            async with asyncio.timeout(CANCEL_SECONDS):
                await protocol._wait_for_cancellation()
        except TimeoutError:
            return False
        except asyncio.CancelledError:
            connection.terminate()
            raise
    return not connection.is_in_transaction()
