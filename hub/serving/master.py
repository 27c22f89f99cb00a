"""A master and its workers: the dead are replaced, and a stop lets each finish."""

import asyncio
import functools
import multiprocessing
import signal
import socket
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess

import structlog

from . import worker

#: Seconds between two starts of a worker that keeps dying: twice as many each time, up to the most.
PAUSE_MIN, PAUSE_MAX = 0.1, 5.0

#: A worker that lived so many seconds was well.
WELL = 10.0

#: Seconds that a worker has to write down what it holds once its requests are done or cut.
MARGIN = 5.0

log = structlog.get_logger("hub.serving")


def serve(make: worker.Make, sockets: list[socket.socket], *, stop_seconds: int) -> int:
    """Serve what *make* makes, by a process for each socket, until told to stop; return the exit code.

    With several sockets *make* must be something that pickles.
    """
    if len(sockets) == 1:
        worker.run(make, sockets[0], stop_seconds)
        return 0
    return asyncio.run(_tend_all(make, sockets, stop_seconds))


async def _tend_all(make: worker.Make, sockets: list[socket.socket], stop_seconds: int) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    stopping = asyncio.create_task(stop.wait())
    tended = (
        _tend(functools.partial(_start, make, own, stop_seconds), stopping, stop_seconds) for own in sockets
    )
    return 0 if all(await asyncio.gather(*tended)) else 1


async def _tend(start: Callable[[], BaseProcess], stopping: asyncio.Task[bool], stop_seconds: int) -> bool:
    """Keep one worker alive until *stopping*; return whether it ended well."""
    pause = PAUSE_MIN
    while not stopping.done():
        process, born = start(), time.monotonic()
        ended = asyncio.create_task(_ended(process))
        await asyncio.wait({ended, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if stopping.done():
            return await _stop(process, ended, stop_seconds)
        log.error("worker died", pid=process.pid, exitcode=process.exitcode)
        pause = PAUSE_MIN if time.monotonic() - born > WELL else min(2 * pause, PAUSE_MAX)
        await asyncio.wait({stopping}, timeout=pause)
    return True


def _start(make: worker.Make, own: socket.socket, stop_seconds: int) -> BaseProcess:
    process = multiprocessing.get_context("spawn").Process(target=worker.work, args=(make, own, stop_seconds))
    process.start()
    return process


async def _ended(process: BaseProcess) -> None:
    loop, gone = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(process.sentinel, gone.set)
    await gone.wait()
    loop.remove_reader(process.sentinel)
    process.join()


async def _stop(process: BaseProcess, ended: asyncio.Task[None], stop_seconds: int) -> bool:
    process.terminate()
    await asyncio.wait({ended}, timeout=stop_seconds + MARGIN)
    if not ended.done():
        log.error("worker did not stop", pid=process.pid)
        process.kill()
    await ended
    return process.exitcode == 0
