"""What an attribute holds, taken as an object or as a list, whatever it is."""

from __future__ import annotations

from typing import Any

from hub.scim.strictjson import Document, Json


def as_object(value: Json) -> Document:
    """Return *value* where it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: Json) -> list[Any]:
    """Return the elements of *value*: none of None, itself of a single one."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
