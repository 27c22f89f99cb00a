"""Statements that read much: beside the others, one at a time on SQLite, and stopped when nobody waits."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from attrs import define, field

#: How long a stopped statement is given to notice before it is stopped once more, seconds.
PAUSE = 0.02


@define(eq=False)
class Scans:
    """Runs statements on a connection to SQLite that is there for nothing else, one at a time.

    SQLite stops whatever a connection is doing, so each statement has the connection for itself.
    """

    _alone: asyncio.Lock = field(factory=asyncio.Lock, init=False)

    async def rows(self, connection: Any, sql: str, values: Sequence[object]) -> Sequence[Mapping[str, Any]]:
        """Run a statement in aiosqlite's thread; stop it, and nothing else, when the caller is cancelled."""
        gone = asyncio.Event()
        task = asyncio.create_task(self._run(connection, sql, values, gone))
        task.add_done_callback(_heard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            gone.set()
            raise

    async def _run(
        self, connection: Any, sql: str, values: Sequence[object], gone: asyncio.Event
    ) -> Sequence[Mapping[str, Any]]:
        async with self._alone:
            if gone.is_set():
                return []
            work = asyncio.ensure_future(connection.execute_fetchall(sql, values))
            leaving = asyncio.ensure_future(gone.wait())
            await asyncio.wait({work, leaving}, return_when=asyncio.FIRST_COMPLETED)
            leaving.cancel()
            while not work.done():
                await connection.interrupt()  # in vain while the statement has not begun
                await asyncio.wait({work}, timeout=PAUSE)
            return [dict(row) for row in work.result()]


def _heard(task: asyncio.Task[Any]) -> None:
    """Take note of how *task* ended, so that an end that nobody waits for is no surprise."""
    if not task.cancelled():
        task.exception()
