"""What Hypercorn does with each request and need not: tasks for a pause that is none, the date in words."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from time import time
from typing import Any, TypeAlias

from hypercorn.asyncio import tcp_server
from hypercorn.asyncio.worker_context import AsyncioSingleTask
from hypercorn.config import Config

#: Seconds without a request after which they are a pause. A stop waits so much longer for a connection.
PAUSE_SECONDS = 0.2

#: Waits until a pause has lasted long enough, or the hub stops, and closes the connection.
Waiting: TypeAlias = Callable[[], Coroutine[Any, Any, None]]


class Dated(Config):
    """Settings by which the date of answers is put into words once a second."""

    include_server_header = False  # which would say the protocol
    _at = 0
    _headers: tuple[tuple[bytes, bytes], ...] = ()

    def response_headers(self, protocol: str) -> list[tuple[bytes, bytes]]:
        """Return the headers that every answer has."""
        if self._at != (now := int(time())):
            self._at, self._headers = now, tuple(super().response_headers(protocol))
        return [*self._headers]


class Pause(AsyncioSingleTask):
    """The task that waits while nothing comes by a connection, begun once that is a pause.

    Hypercorn's own begins with each answer, has a timer and, before Python 3.12, a second task inside, and is
    cancelled with the next request.
    """

    def __init__(self) -> None:
        super().__init__()
        self._timer: asyncio.TimerHandle | None = None

    async def restart(self, task_group: Any, action: Waiting) -> None:
        """Have *action* begin in *task_group* when nothing has come for a while."""
        async with self._lock:  # HTTP/2 tells of several requests at once: in the order in which they come
            await self._end()
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(PAUSE_SECONDS, self._begin, task_group, action)

    async def stop(self) -> None:
        """End the pause: something came, or the connection is at its end."""
        async with self._lock:
            await self._end()

    async def _end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._handle is not None:
            self._handle.cancel()
            with suppress(asyncio.CancelledError):
                await self._handle
            self._handle = None

    def _begin(self, group: Any, action: Waiting) -> None:
        self._timer = None
        waiting = action()
        try:
            self._handle = group._task_group.create_task(waiting)  # noqa: SLF001 - as Hypercorn does
        except RuntimeError:  # the connection has ended, and is only being closed
            waiting.close()


def spare() -> None:
    """Have Hypercorn's connections pause like that; there is no other place to tell it."""
    tcp_server.AsyncioSingleTask = Pause  # type: ignore[attr-defined]
