"""A small ASGI application to be served in tests: it knows its process and can take its time."""

import argparse
import asyncio
import functools
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from hub import logs
from hub.serving import CannotListen, listening, serve, tame_worker, worker
from hub.serving.worker import STOP


async def pid(_: Request) -> PlainTextResponse:
    """Answer the id of the process that answers."""
    return PlainTextResponse(str(os.getpid()))


async def tasks(_: Request) -> PlainTextResponse:
    """Answer how many tasks the process has."""
    return PlainTextResponse(str(len(asyncio.all_tasks())))


async def slow(request: Request) -> PlainTextResponse:
    """Answer after as many seconds as the path says."""
    await asyncio.sleep(float(request.path_params["seconds"]))
    return PlainTextResponse("done")


async def stream(request: Request) -> PlainTextResponse:
    """Answer once the hub stops, as what goes on for ever does."""
    await request.scope[STOP].wait()
    return PlainTextResponse("stopped")


def make(flush_seconds: float = 0) -> Starlette:
    """Make the application, in whichever process serves it; putting it away takes *flush_seconds*."""
    logs.configure("info")
    tame_worker()

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await asyncio.sleep(flush_seconds)
        structlog.get_logger().info("put away")

    return Starlette(
        routes=[
            Route("/pid", pid),
            Route("/tasks", tasks),
            Route("/slow/{seconds}", slow),
            Route("/stream", stream),
        ],
        lifespan=lifespan,
    )


def main() -> None:
    """Serve it as the arguments say."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--bind", required=True)
    parser.add_argument("--workers", type=int, required=True)
    parser.add_argument("--stop-seconds", type=int, default=5)
    parser.add_argument("--flush-seconds", type=float, default=0)
    parser.add_argument("--keep-alive-seconds", type=float, default=worker.KEEP_ALIVE_SECONDS)
    said = parser.parse_args()
    worker.KEEP_ALIVE_SECONDS = said.keep_alive_seconds
    logs.configure("info")
    try:
        with listening(said.bind, said.workers) as sockets:
            made = functools.partial(make, said.flush_seconds)
            sys.exit(serve(made, sockets, stop_seconds=said.stop_seconds))
    except CannotListen as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
