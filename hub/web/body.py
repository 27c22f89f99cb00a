"""A request's body: read whole, within a size and a time, or refused."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from starlette.requests import ClientDisconnect

from hub.scim.errors import InvalidSyntax, PayloadTooLarge, ScimError

if TYPE_CHECKING:
    from starlette.types import Receive

#: How much of a body that nobody will read is still taken in, so that the client hears the refusal.
DISCARD_BYTES_MAX = 65_536
DISCARD_SECONDS = 1.0


class RequestTimeout(ScimError):
    """The body did not arrive in time."""

    status = 408


async def read(receive: Receive, *, length: bytes | None, bytes_max: int, seconds: float) -> bytes:
    """Return the body, of the announced *length* or chunked; raise 413 past *bytes_max*, 408 past *seconds*.

    Raises `ClientDisconnect` where the client leaves before its end.
    """
    if length is not None and _announced(length) > bytes_max:
        raise PayloadTooLarge(f"the body is longer than {bytes_max} bytes")
    try:
        # The server's own timeout is per read: a byte a second would keep the request open for ever.
        async with asyncio.timeout(seconds):
            return await _whole(receive, bytes_max)
    except TimeoutError:
        raise RequestTimeout(f"the body did not arrive within {seconds:g} seconds") from None


async def discard(receive: Receive) -> None:
    """Take in what is left of a small body unread: closing on unread bytes would lose the answer."""
    try:
        async with asyncio.timeout(DISCARD_SECONDS):
            await _whole(receive, DISCARD_BYTES_MAX)
    except (TimeoutError, PayloadTooLarge, ClientDisconnect):
        return


async def _whole(receive: Receive, bytes_max: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > bytes_max:
            raise PayloadTooLarge(f"the body is longer than {bytes_max} bytes")
        chunks.append(chunk)
        more = message.get("more_body", False)
    return b"".join(chunks)


def _announced(length: bytes) -> int:
    if not length.isdigit() or len(length) > 18:
        raise InvalidSyntax("the header content-length is not a length")
    return int(length)
