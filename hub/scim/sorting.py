"""What a list is sorted by (RFC 7644 §3.4.2.3)."""

from __future__ import annotations

from collections.abc import Iterable

from hub.scim.errors import InvalidPath, InvalidValue
from hub.scim.expressions import Path
from hub.scim.parsing import parse_path
from hub.scim.schema import Place, ResourceType, Returned, Type

DESCENDING = {"ascending": False, "descending": True}


def sort_path(types: Iterable[ResourceType], text: str, *, strict: bool) -> Path | None:
    """Return the attribute that *text* names, in the schema's own words, for sorting resources of *types*.

    A complex attribute is sorted by its `value`. What no type knows is None, or `InvalidPath` when
    *strict*; what has no order, or is never shown, is `InvalidPath` always.
    """
    path = parse_path(text)
    if path.where is not None:
        raise InvalidPath(f"sortBy {text}: resources are sorted by an attribute, not by chosen elements")
    places = (each.find(path.name, schema=path.schema, sub=path.sub) for each in types)
    place = next(filter(None, places), None)
    if place is not None:
        return _ordered(place, text)
    if strict:
        raise InvalidPath(f"sortBy {text}: there is no such attribute")
    return None


def descends(text: str) -> bool:
    """Return whether *text*, a `sortOrder`, is descending, or raise `InvalidValue` where it is no order."""
    if text not in DESCENDING:
        raise InvalidValue("sortOrder must be ascending or descending")
    return DESCENDING[text]


def _ordered(place: Place, text: str) -> Path:
    last = place.sub or place.attribute
    value = last.sub("value") if place.sub is None else None
    leaf = value or last
    if leaf.type in {Type.COMPLEX, Type.BINARY}:
        raise InvalidPath(f"sortBy {text}: it has no value with an order")
    if not place.searchable:
        raise InvalidPath(f"sortBy {text}: it is worked out for each answer")
    if Returned.NEVER in {place.attribute.returned, leaf.returned}:
        raise InvalidPath(f"sortBy {text}: it is never shown")
    sub = leaf.name if leaf is not place.attribute else None
    return Path(schema=place.urn, name=place.attribute.name, sub=sub)
