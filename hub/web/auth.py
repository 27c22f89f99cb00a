"""Whose request this is: the Authorization header, shown to the service."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hub.engine.asking.requests import Admission
    from hub.web.ports import Door


async def admit(door: Door, connection: str, authorization: bytes | None) -> Admission:
    """Return the admission of *connection* for its token, or raise `Unauthorized`, always the same."""
    return await door.admit(connection, None if authorization is None else authorization.decode("latin-1"))
