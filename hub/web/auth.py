"""Whose request this is: the Authorization header, shown to the service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.scim.errors import Unauthorized

if TYPE_CHECKING:
    from hub.engine.requests import Admission
    from hub.web.ports import Door

#: One sentence whatever was wrong, so that an answer teaches nothing about tokens or connections.
REFUSED = "This connection needs its own valid token, as Authorization: Bearer <token>."


async def admit(door: Door, connection: str, authorization: bytes | None) -> Admission:
    """Return the admission of *connection* for its token, or raise `Unauthorized`, always the same."""
    header = None if authorization is None else authorization.decode("latin-1")
    try:
        return await door.admit(connection, header)
    except Unauthorized:
        raise Unauthorized(REFUSED) from None
