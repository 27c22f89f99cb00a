"""What changes while somebody looks: parts of pages as server-sent events."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeAlias

from attrs import define, field
from starlette.responses import Response

from .problems import TooOften

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from hub.engine.signing.sessions import Sessions
    from hub.teams import Session

#: Renders a part of a page as it is now.
Source: TypeAlias = Callable[[], Awaitable[str]]

#: Seconds between two looks, between two signs of life, and after which the browser is to ask anew.
LOOK_SECONDS, PING_SECONDS, LASTS_SECONDS = 1.0, 15.0, 600.0

#: The most streams of one session in a process: a browser has six connections to a host.
STREAMS_MAX = 6

#: Where in the scope of a request the event lies that is set when the hub stops.
STOP = "hub.stop"


@define(kw_only=True)
class Streams:
    """The streams that are open in this process, by session."""

    sessions: Sessions
    look_seconds: float = LOOK_SECONDS
    _open: Counter[str] = field(factory=Counter, init=False)

    def response(self, source: Source, *, session: Session, look_seconds: float | None = None) -> Response:
        """Return a stream of what *source* renders, or raise `TooOften` where a session has many open.

        *look_seconds* lie between two looks where one costs more than most.
        """
        if self._open[session.id] >= STREAMS_MAX:
            raise TooOften
        look_seconds = self.look_seconds if look_seconds is None else look_seconds
        return Stream(streams=self, source=source, session=session.id, look_seconds=look_seconds)

    async def run(self, stream: Stream, receive: Receive, send: Send, stop: asyncio.Event) -> None:
        """Send what *stream* shows until its session ends, the browser leaves, or the hub stops."""
        gone, stopping = asyncio.create_task(_gone(receive)), asyncio.create_task(stop.wait())
        self._open[stream.session] += 1
        try:
            until, told = time.monotonic() + LASTS_SECONDS, time.monotonic()
            shown: str | None = None
            while time.monotonic() < until and not (gone.done() or stopping.done()):
                if await self.sessions.look(stream.session) is None:
                    await _send(send, "event: ended\ndata:\n\n")
                    break
                if (now := await stream.source()) != shown:
                    await _send(send, _event(now))
                    shown, told = now, time.monotonic()
                elif time.monotonic() - told > PING_SECONDS:
                    await _send(send, ":\n\n")
                    told = time.monotonic()
                await asyncio.wait(
                    {gone, stopping}, timeout=stream.look_seconds, return_when=asyncio.FIRST_COMPLETED
                )
        finally:
            gone.cancel()
            stopping.cancel()
            self._open[stream.session] -= 1
            self._open += Counter()  # forgets those of whom none is open


class Stream(Response):
    """An answer that goes on: nothing of it is cut in the middle of asking the database."""

    media_type = "text/event-stream"

    def __init__(self, *, streams: Streams, source: Source, session: str, look_seconds: float) -> None:
        super().__init__(headers={"x-accel-buffering": "no"})
        del self.headers["content-length"]
        self.streams, self.source, self.session = streams, source, session
        self.look_seconds = look_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the head, then what there is to see, until it ends."""
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        if scope["method"] != "HEAD":
            await self.streams.run(self, receive, send, scope.get(STOP) or asyncio.Event())
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def _event(html: str) -> str:
    # Of one empty line browsers make no event.
    return "".join(f"data: {line}\n" for line in html.splitlines() or ["", ""]) + "\n"


async def _send(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
