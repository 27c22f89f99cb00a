"""The ceiling: bare Starlette on Hypercorn, answering with a user as the hub would.

python -m tests.bench.bare PORT [workers]
"""

from __future__ import annotations

import os
import socket
import sys

import uvloop
from hypercorn.asyncio import serve
from hypercorn.config import Config
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

METHODS = ["GET", "POST", "PUT", "PATCH"]
USER = b'{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"%s","userName":"%s"}' % (
    b"0" * 36,
    b"a" * 300,
)


async def answer(request: Request) -> Response:
    """Answer with some bytes, having read what was sent."""
    await request.body()
    return Response(USER, media_type="application/scim+json")


def main(port: int, workers: int) -> None:
    """Serve on *port*, each worker on a socket of its own."""
    for _ in range(workers - 1):
        if os.fork() == 0:
            break
    listening = socket.create_server(("127.0.0.1", port), reuse_port=workers > 1)
    config = Config()
    config.bind = [f"fd://{listening.detach()}"]
    app = Starlette(routes=[Route("/{path:path}", answer, methods=METHODS)])
    uvloop.run(serve(app, config))  # type: ignore[arg-type]  # Starlette is an ASGI application


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
