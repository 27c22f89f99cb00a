"""What every answer of the portal says to the browser, whatever it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders

if TYPE_CHECKING:
    from starlette.types import Message, Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # Not no-referrer: that would have browsers send forms from origin "null".
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
}

#: Where the way is encrypted it is to stay so, for a year.
ENCRYPTED = {"strict-transport-security": "max-age=31536000"}


def guarded(send: Send, *, secure: bool, head: bool) -> Send:
    """Return *send* with these headers on what is sent; without a body where *head* asked for no more."""
    said = {**HEADERS, **(ENCRYPTED if secure else {})}

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.update(said)
            headers.setdefault("cache-control", "no-store")
        elif head:
            message = {**message, "body": b""}
        await send(message)

    return sending
