"""A small ASGI application to be served in tests: it knows its process and can take its time."""

import argparse
import asyncio
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
from hub.serving import CannotListen, listening, serve, tame_worker


async def pid(_: Request) -> PlainTextResponse:
    """Answer the id of the process that answers."""
    return PlainTextResponse(str(os.getpid()))


async def slow(request: Request) -> PlainTextResponse:
    """Answer after as many seconds as the path says."""
    await asyncio.sleep(float(request.path_params["seconds"]))
    return PlainTextResponse("done")


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncIterator[None]:
    """Say when the application was put away."""
    yield
    structlog.get_logger().info("put away")


def make() -> Starlette:
    """Make the application, in whichever process serves it."""
    logs.configure("info")
    tame_worker()
    return Starlette(routes=[Route("/pid", pid), Route("/slow/{seconds}", slow)], lifespan=lifespan)


def main() -> None:
    """Serve it as the arguments say."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--bind", required=True)
    parser.add_argument("--workers", type=int, required=True)
    parser.add_argument("--stop-seconds", type=int, default=5)
    said = parser.parse_args()
    logs.configure("info")
    try:
        with listening(said.bind, said.workers) as sockets:
            sys.exit(serve(make, sockets, stop_seconds=said.stop_seconds))
    except CannotListen as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
