"""What is written to a connection within one turn of the loop, sent in one piece.

Hypercorn writes the head of an answer and then its body. Each of the two is a call of the system and
wakes whoever waits for them: that takes longer than to put them together.
"""

import asyncio
from collections.abc import Callable
from typing import Any, cast

import uvloop

#: So many bytes are sent before the turn ends: who writes more is to be told when nobody takes it.
MUCH = 2**16


class Gathered:
    """A *transport* that sends what was written to it when the turn of *loop* ends."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._parts: list[bytes] = []
        self._bytes = 0

    def write(self, data: bytes) -> None:
        """Send *data* soon; raise what the transport raises where it takes no more."""
        if self._transport.is_closing():
            return self._transport.write(data)
        if not self._parts:
            self._loop.call_soon(self._send)
        self._parts.append(data)
        self._bytes += len(data)
        if self._bytes >= MUCH:
            self._send()
        return None

    def write_eof(self) -> None:
        """Send what was written, and its end."""
        self._send()
        self._transport.write_eof()

    def close(self) -> None:
        """Close the connection once what was written is sent."""
        self._send()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def _send(self) -> None:
        parts, self._parts, self._bytes = self._parts, [], 0
        if parts and not self._transport.is_closing():
            self._transport.write(b"".join(parts))


class Loop(uvloop.Loop):
    """uvloop's loop, whose servers gather what is written to each of their connections."""

    async def create_server(
        self, protocol_factory: Callable[[], asyncio.BaseProtocol], *args: Any, **more: Any
    ) -> asyncio.Server:
        """Return a server as uvloop does."""

        def made() -> asyncio.BaseProtocol:
            protocol = protocol_factory()
            begin = protocol.connection_made
            # Hypercorn has asyncio make the protocol: there is no other place to come in between.
            protocol.connection_made = lambda transport: begin(Gathered(transport, self))  # type: ignore[arg-type, method-assign]
            return protocol

        return cast("asyncio.Server", await super().create_server(made, *args, **more))
