"""One process that answers requests, until it is told to stop or its master is gone."""

import asyncio
import ctypes
import gc
import logging
import multiprocessing
import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeAlias, cast

import hypercorn.asyncio
import structlog
from hypercorn.typing import ASGIFramework
from starlette.types import ASGIApp, Receive, Scope, Send

from .sparing import Dated, spare

#: Makes the ASGI application, in the process that serves it.
Make: TypeAlias = Callable[[], Any]

#: Where in the scope of a request lies the event that is set when the hub stops: what goes on ends by it.
STOP = "hub.stop"

#: How long a connection that nothing comes by is kept. Proxies and providers keep one for 60 s: of two that
#: close it, the hub must not be the first, or a request that is just being sent is lost.
KEEP_ALIVE_SECONDS = 75

#: How long the loop goes on while a thread waits to: one that has brought a commit to the disk is waited for
#: by all who wrote, and Python's own 5 ms is longer than most commits.
SWITCH_SECONDS = 0.001

_PR_SET_PDEATHSIG = 1

log = structlog.get_logger("hub.serving")


def run(make: Make, listening: socket.socket, stop_seconds: int) -> None:
    """Serve what *make* makes until SIGTERM or SIGINT, then give requests in flight *stop_seconds*."""
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(_serve(make, listening, stop_seconds))


def work(make: Make, listening: socket.socket, stop_seconds: int) -> None:
    """Do as `run` does, as a worker: the master's SIGTERM stops it, the master's end ends it."""
    _die_with_parent()
    run(make, listening, stop_seconds)


def tame_worker() -> None:
    """Make a worker of Hypercorn's own master end with it, and finish what is in flight.

    That master tells its workers by an event to finish, then cuts them short by SIGTERM. A
    process that is no worker, or that handles SIGTERM itself, is left alone.
    """
    if multiprocessing.parent_process() is None:
        return
    _die_with_parent()
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is None or sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent.pid:  # it went before the line above
        os._exit(1)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    with suppress(ImportError):
        from .gathering import Loop  # noqa: PLC0415 uvloop is not on every platform

        return Loop
    return None


async def _serve(make: Make, listening: socket.socket, stop_seconds: int) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    loop.set_exception_handler(_note)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    config = Dated()
    config.bind = [f"fd://{listening.detach()}"]
    config.graceful_timeout = stop_seconds
    config.keep_alive_timeout = KEEP_ALIVE_SECONDS
    config.errorlog = logging.getLogger("hypercorn.error")
    spare()
    app = cast("ASGIFramework", _telling(make(), stop))
    gc.collect()
    gc.freeze()  # what is imported stays: a collection that looks through it all takes 50 ms
    sys.setswitchinterval(SWITCH_SECONDS)
    await hypercorn.asyncio.serve(app, config, shutdown_trigger=stop.wait)


def _telling(app: ASGIApp, stop: asyncio.Event) -> ASGIApp:
    """Return *app* with the *stop* in its scopes; where that cuts a request short, it is logged."""

    async def told(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await app({**scope, STOP: stop}, receive, send)
        except asyncio.CancelledError:
            if scope["type"] == "http" and stop.is_set():
                log.warning("a request was cut short by the stop")
            raise

    return told


def _note(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    # Some releases of Python 3.11 and 3.12 call this for a connection whose request was cut short.
    if not isinstance(context.get("exception"), asyncio.CancelledError):
        loop.default_exception_handler(context)
