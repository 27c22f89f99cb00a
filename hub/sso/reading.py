"""JSON of strangers."""

from __future__ import annotations

from typing import Any

from hub.providers import NotBelieved
from hub.scim.errors import InvalidSyntax
from hub.scim.strictjson import loads


def object_in(raw: bytes, what: str) -> dict[str, Any]:
    """Return the object in *raw*, or raise `NotBelieved`, which calls it *what*."""
    try:
        found = loads(raw)
    except InvalidSyntax as error:
        raise NotBelieved(f"{what} is not JSON") from error
    if not isinstance(found, dict):
        raise NotBelieved(f"{what} is not an object")
    return found
