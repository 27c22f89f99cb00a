"""What strangers write: JSON, and addresses."""

from __future__ import annotations

from typing import Any

from hub.providers import NotBelieved
from hub.scim.errors import InvalidSyntax
from hub.scim.folding import fold
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


def plain(address: str) -> bool:
    """Say whether an *address*, folded, is still what was written, but for the case of ASCII.

    Folding makes letters alike that are different addresses to a provider, and so may be different people's.
    """
    return fold(address) == "".join(each.lower() if each.isascii() else each for each in address)
