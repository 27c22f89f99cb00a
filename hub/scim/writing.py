"""Documents into answers: only what is asked for and may be shown (RFC 7644 §3.9), and lists (§3.4.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, TypeAlias

from hub.scim.errors import InvalidPath
from hub.scim.held import as_object
from hub.scim.parsing import parse_path
from hub.scim.schema import Attribute, Place, ResourceType, Returned
from hub.scim.strictjson import Document, Json

LIST_RESPONSE = "urn:ietf:params:scim:api:messages:2.0:ListResponse"

Selection: TypeAlias = Mapping[str, "Selection"]
"""Names at one level, each with the names below it; none below stands for all of them."""

NOTHING: Selection = {}

#: The most characters of the names in one list: to read them takes as long as there are many.
NAMES_LENGTH_MAX = 16_384

Specified: TypeAlias = frozenset[Attribute]
"""What a request that writes has named: RFC 7643 §7 shows it in the answer."""


def project(
    resource_type: ResourceType,
    document: Document,
    *,
    attributes: str | None,
    excluded: str | None,
    specified: Specified = frozenset(),
) -> Document:
    """Return what of *document* is shown to who asks for *attributes*, or for all but *excluded* (by commas).

    What is always returned stays, what never is goes; what is returned on request is shown where it is
    named, or was *specified* by who wrote it; names that no schema knows are let be.
    """
    wanted = None if attributes is None else _selection(resource_type, attributes)
    unwanted = NOTHING if excluded is None else _selection(resource_type, excluded)
    shown: Document = {}
    for name, value in document.items():
        if extension := resource_type.by_urn.get(name.lower()):
            part = _extended(extension, as_object(value), wanted, unwanted, specified)
            shown |= {name: part} if part else {}
        else:
            shown |= _shown(resource_type.by_name, {name: value}, wanted, unwanted, specified)
    return shown


def names_extension(resource_type: ResourceType, names: str | None, urn: str) -> bool:
    """Say whether *names*, by commas, name the extension *urn* or an attribute of it."""
    return names is not None and urn in _selection(resource_type, names)


def check_names(resource_type: ResourceType, names: str | None) -> None:
    """Raise `InvalidPath` where *names*, by commas, are none that could be asked for, whoever is found."""
    if names is not None:
        _selection(resource_type, names)


@lru_cache(maxsize=256)
def _selection(resource_type: ResourceType, names: str) -> Selection:
    if len(names) > NAMES_LENGTH_MAX:
        raise InvalidPath(f"a list of attributes has at most {NAMES_LENGTH_MAX} characters")
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


def _extended(
    extension: Attribute, held: Document, wanted: Selection | None, unwanted: Selection, specified: Specified
) -> Document:
    """Return what is shown of an extension: even where all of it is left out, what is always returned."""
    name = extension.name
    if unwanted.get(name) == NOTHING or (wanted is not None and name not in wanted):
        below: Selection | None = NOTHING
    else:
        # Who names an extension names all its attributes, those too that are shown on request.
        below = None if wanted is None else wanted[name] or dict.fromkeys(_names(extension), NOTHING)
    return _shown(extension.subs, held, below, unwanted.get(name, NOTHING), specified)


def _shown(
    attributes: Mapping[str, Attribute],
    held: Document,
    wanted: Selection | None,
    unwanted: Selection,
    specified: Specified,
) -> Document:
    shown: Document = {}
    for name, value in held.items():
        attribute = attributes.get(name.lower())
        if attribute is None or not _is_shown(attribute, wanted, unwanted, specified):
            continue
        if attribute.returned is Returned.ALWAYS:
            below, beside = None, NOTHING
        else:
            below = None if wanted is None else wanted.get(attribute.name) or None
            beside = unwanted.get(attribute.name, NOTHING)
        part = _narrowed(attribute, value, below, beside, specified)
        if part not in ([], {}):
            shown[name] = part
    return shown


def _is_shown(
    attribute: Attribute, wanted: Selection | None, unwanted: Selection, specified: Specified
) -> bool:
    if attribute.returned in {Returned.ALWAYS, Returned.NEVER}:
        return attribute.returned is Returned.ALWAYS
    if wanted is not None and attribute.name in wanted:
        wished = True
    else:
        wished = attribute in specified if attribute.returned is Returned.REQUEST else wanted is None
    return wished and unwanted.get(attribute.name) != NOTHING


def _narrowed(
    attribute: Attribute, value: Json, wanted: Selection | None, unwanted: Selection, specified: Specified
) -> Json:
    if wanted is None and not unwanted and attribute.plain:
        return value
    if isinstance(value, list):
        parts = [_narrowed(attribute, item, wanted, unwanted, specified) for item in value]
        return [part for part in parts if part != {}]
    return _shown(attribute.subs, value, wanted, unwanted, specified) if isinstance(value, dict) else value


def _names(extension: Attribute) -> Iterable[str]:
    return (attribute.name for attribute in extension.sub_attributes)


def list_response(resources: Iterable[bytes], total: int, start_index: int, items: int) -> bytes:
    """Return the ListResponse of *items* *resources* as bytes, from *start_index* (1 is first) of *total*."""
    head = b'{"schemas":["%b"],"totalResults":%d,"startIndex":%d,"itemsPerPage":%d,"Resources":['
    return _list(head % (LIST_RESPONSE.encode(), total, start_index, items), resources)


def cursor_response(resources: Iterable[bytes], total: int, items: int, cursors: Mapping[str, str]) -> bytes:
    """Return the ListResponse of *items* *resources* as bytes, with the *cursors* of RFC 9865 §2 by name."""
    head = b'{"schemas":["%b"],"totalResults":%d,"itemsPerPage":%d,%b"Resources":['
    beside = b"".join(b'"%b":"%b",' % (name.encode(), cursor.encode()) for name, cursor in cursors.items())
    return _list(head % (LIST_RESPONSE.encode(), total, items, beside), resources)


def _list(head: bytes, resources: Iterable[bytes]) -> bytes:
    """Return *resources* between *head* and its end, copied once all together: a page may be long."""
    parts = [*resources]
    if not parts:
        return head + b"]}"
    parts[0] = head + parts[0]
    parts[-1] += b"]}"
    return b",".join(parts)
