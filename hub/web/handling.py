"""What becomes of any request, whichever part of the hub it is for: its body read, answered or refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from starlette.requests import ClientDisconnect

from hub.scim.strictjson import loads
from hub.web import body, guards, responses

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping

    from starlette.types import Receive, Scope, Send

    from hub.spi import Json
    from hub.web.call import Incoming
    from hub.web.responses import Refusal, Reply


async def turned_away(scope: Scope, send: Send) -> bool:
    """Close a connection that asks for something other than HTTP, and say whether it did."""
    if scope["type"] == "http":
        return False
    await send({"type": "websocket.close", "code": 1000, "reason": ""})
    return True


async def handled(
    call: Incoming, work: Awaitable[Reply], receive: Receive, send: Send, *, refused: Refusal
) -> Reply:
    """Send the answer of *work* to *call*, or its error in the form of *refused*; return what was sent."""
    try:
        reply = await responses.caught(work, refused=refused, reference=call.recording.reference)
        if call.has_unread_body and reply.status != body.RequestTimeout.status:
            await body.discard(receive)
        await reply.send(send, head=call.scope["method"] == "HEAD")
    except ClientDisconnect:
        return responses.GONE
    return reply


async def message(
    call: Incoming,
    headers: Mapping[bytes, bytes],
    receive: Receive,
    *,
    among: Sequence[bytes],
    bytes_max: int,
    seconds: float,
) -> Json:
    """Return the JSON in the body of *call*, whose type is *among* these; raises why it cannot be read."""
    guards.media_type(headers.get(b"content-type"), among=among)
    length = headers.get(b"content-length")
    raw = await body.read(receive, length=length, bytes_max=bytes_max, seconds=seconds)
    call.unread = False
    return loads(raw)
