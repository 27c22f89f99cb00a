"""Documents into answers: only what is asked for and may be shown (RFC 7644 §3.9), and lists (§3.4.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, TypeAlias

from hub.scim.errors import InvalidPath
from hub.scim.parsing import parse_path
from hub.scim.schema import Attribute, Place, ResourceType, Returned
from hub.scim.strictjson import Document, Json

LIST_RESPONSE = "urn:ietf:params:scim:api:messages:2.0:ListResponse"

Selection: TypeAlias = Mapping[str, "Selection"]
"""Names at one level, each with the names below it; none below stands for all of them."""

NOTHING: Selection = {}


def project(
    resource_type: ResourceType, document: Document, *, attributes: str | None, excluded: str | None
) -> Document:
    """Return what of *document* is shown to who asks for *attributes*, or for all but *excluded* (by commas).

    What is always returned stays, what never is goes; names that no schema knows are let be.
    """
    wanted = None if attributes is None else _selection(resource_type, attributes)
    unwanted = NOTHING if excluded is None else _selection(resource_type, excluded)
    return _shown(resource_type.by_name, document, wanted, unwanted)


@lru_cache(maxsize=256)
def _selection(resource_type: ResourceType, names: str) -> Selection:
    selection: dict[str, Any] = {}
    for name in filter(None, map(str.strip, names.split(","))):
        path = parse_path(name)
        place = resource_type.find(path.name, schema=path.schema, sub=path.sub)
        if path.where is not None:
            raise InvalidPath(f"{path} chooses elements, where only names can stand")
        if place is not None:
            _select(selection, place)
    return selection


def _select(selection: dict[str, Any], place: Place) -> None:
    outer, last = [place.urn] if place.urn else [], place.attribute.name
    if place.sub is not None:
        outer, last = [*outer, last], place.sub.name
    for name in outer:
        if selection.get(name) == NOTHING:
            return
        selection = selection.setdefault(name, {})
    selection[last] = {}


def _shown(
    attributes: Mapping[str, Attribute], held: Document, wanted: Selection | None, unwanted: Selection
) -> Document:
    shown: Document = {}
    for name, value in held.items():
        attribute = attributes.get(name.lower())
        if attribute is None:
            continue
        if attribute.returned is Returned.ALWAYS:
            shown[name] = value
        elif _is_shown(attribute, wanted, unwanted):
            below = None if wanted is None else wanted[name] or None
            part = _narrowed(attribute, value, below, unwanted.get(name, NOTHING))
            if part not in ([], {}):
                shown[name] = part
    return shown


def _is_shown(attribute: Attribute, wanted: Selection | None, unwanted: Selection) -> bool:
    if attribute.returned is Returned.NEVER:
        return False
    if wanted is None and attribute.returned is Returned.REQUEST:
        return False
    named_whole = unwanted.get(attribute.name) == NOTHING
    return not named_whole and (wanted is None or attribute.name in wanted)


def _narrowed(attribute: Attribute, value: Json, wanted: Selection | None, unwanted: Selection) -> Json:
    if wanted is None and not unwanted:
        return value
    if isinstance(value, list):
        parts = [_narrowed(attribute, item, wanted, unwanted) for item in value]
        return [part for part in parts if part != {}]
    return _shown(attribute.subs, value, wanted, unwanted) if isinstance(value, dict) else value


def list_response(resources: Iterable[bytes], total: int, start_index: int, items: int) -> bytes:
    """Return the ListResponse of *items* *resources* as bytes, from *start_index* (1 is first) of *total*."""
    head = b'{"schemas":["%b"],"totalResults":%d,"startIndex":%d,"itemsPerPage":%d,"Resources":['
    return b"%b%b]}" % (
        head % (LIST_RESPONSE.encode(), total, start_index, items),
        b",".join(resources),
    )
