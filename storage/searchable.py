"""What of a document can be searched: its folded text, and the values that an index holds.

A folded document is flat: each value stands under the whole path of its attribute, as it is
compared. So most of what is asked of it is whether a piece of text is in it, which needs no
parsing. SQLite reads it as JSON where that is not enough, PostgreSQL cuts it into pieces,
since it builds copies of JSON for whatever it is asked. Lists are a text of their own: each
question is about one of the two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, TypeAlias

from attrs import frozen

from hub.scim.elements import is_primary
from hub.scim.match import KEYS, moment_text
from hub.scim.schema import Attribute, Place, ResourceType, Type
from hub.scim.strictjson import INT64, Json, dumps

from .keys import key

Scalar: TypeAlias = "str | bool | int | float"
"""A value as it is compared."""

Parts: TypeAlias = "dict[str, Scalar | list[Parts]]"
"""Label → value; the label of a multi-valued attribute, marked by `MANY` → its elements."""

#: What marks the label of a multi-valued attribute: no name of an attribute has it.
MANY = "+"

#: In PostgreSQL's text: around a value with its label, between the two, instead where the value is an
#: empty text, and around the label that begins an element. No text that SCIM carries holds them.
AROUND, BETWEEN, EMPTY, ELEMENT = "\x1f", "\x1e", "\x1c", "\x1d"

#: What no label holds: SQLite knows no way to say it in a path.
UNSAYABLE = re.compile(r'["\\\x00-\x1f]')

#: At the root of a document, what columns, other tables or the rest of the document say as well.
ELSEWHERE = frozenset({"schemas", "id", "meta", "groups", "members"})

#: The path of the value that providers look people up by.
EMAILS = "emails.value"


@frozen(kw_only=True)
class Key:
    """A value that an index holds; no other resource of the connection may have an *exclusive* one."""

    path: str
    value: str
    exclusive: bool


def folded(resource_type: ResourceType, document: Mapping[str, Json], dialect: str) -> tuple[str, str]:
    """Return *document* as filters read it in a database of *dialect*: single values, and lists."""
    said = {name: value for name, value in document.items() if name not in ELSEWHERE}
    single: Parts = {}
    lists: Parts = {}
    _part(single, lists, "", resource_type.by_name, said)
    if dialect == "sqlite":
        return as_json(single), as_json(lists)
    return "".join(_pieces(single)), "".join(_pieces(lists))


@lru_cache(maxsize=4096)
def label(within: str, attribute: Attribute) -> str:
    """Return what *attribute* is called in a folded document, *within* being what its holder is called."""
    # An extension's URN is long, and would stand with each of its attributes.
    name = _short(attribute.name) if ":" in attribute.name else UNSAYABLE.sub("", attribute.name)
    return f"{within}.{name}" if within else name


def scalar(value: Any) -> Scalar:
    """Return a value as a folded document holds it: moments as text, whole numbers without a point."""
    match value:
        case str() | bool() | int():
            return value
        case float():
            return int(value) if value.is_integer() and int(value) in INT64 else value
        case datetime():
            return moment_text(value)
        case _:
            raise TypeError(value)


def as_json(value: Any) -> str:
    """Return *value* as it stands in SQLite's folded documents."""
    return dumps(value).decode()


def as_text(value: Scalar) -> str:
    """Return *value* as it stands in PostgreSQL's folded documents."""
    return value if isinstance(value, str) else as_json(value)


def keys(resource_type: ResourceType, document: Mapping[str, Json]) -> frozenset[Key]:
    """Return what the index of values holds of *document*."""
    emails = resource_type.find("emails", sub="value")
    found = [(EMAILS, value, False) for value in _values(emails, document)] if emails else []
    for place in resource_type.unique:
        found += [(path_of(place), value, True) for value in _values(place, document)]
    return frozenset(Key(path=path, value=key(value), exclusive=alone) for path, value, alone in found)


def path_of(place: Place) -> str:
    """Return the name under which the index of values has the values at *place*."""
    names = [each.name for each in (place.attribute, place.sub) if each]
    return ".".join(names) if place.urn is None else f"{place.urn}:{'.'.join(names)}"


def _values(place: Place, document: Mapping[str, Json]) -> Iterator[str]:
    holder = document if place.urn is None else document.get(place.urn)
    last = place.sub or place.attribute
    for element in _listed(_held(holder, place.attribute)):
        for value in _listed(_held(element, place.sub)) if place.sub else [element]:
            compared = _compared(last, value)
            if compared is not None:
                yield as_text(compared)


def _held(holder: Any, attribute: Attribute) -> Any:
    return holder.get(attribute.name) if isinstance(holder, dict) else None


def _part(
    single: Parts, lists: Parts, within: str, attributes: Mapping[str, Attribute], holder: Json
) -> None:
    """Sort what *holder* says of *attributes* into *single* values and *lists*, by their labels."""
    for name, value in holder.items() if isinstance(holder, dict) else ():
        attribute = attributes.get(name.lower())
        if attribute is None or value is None:
            continue
        called = label(within, attribute)
        if attribute.multi_valued:
            # What is sorted by a list is sorted by what is primary in it, else by the first.
            elements = sorted(_listed(value), key=lambda element: not is_primary(element))
            lists[f"{called}{MANY}"] = [_element(called, attribute, each) for each in elements]
        elif attribute.type is Type.COMPLEX:
            _part(single, lists, called, attribute.subs, value)
        elif (compared := _compared(attribute, value)) is not None:
            single[called] = compared


def _element(called: str, attribute: Attribute, value: Any) -> Parts:
    element: Parts = {}
    if attribute.type is Type.COMPLEX:
        _part(element, element, called, attribute.subs, value)
    elif (compared := _compared(attribute, value)) is not None:
        element[called] = compared
    return element


def _compared(attribute: Attribute, value: Any) -> Scalar | None:
    """Return *value* as it is compared; None where its type is not the schema's, which has changed since."""
    try:
        return scalar(KEYS[attribute.type](attribute, value))
    except (TypeError, ValueError):
        return None


def _pieces(parts: Parts) -> Iterator[str]:
    for called, value in parts.items():
        if isinstance(value, list):
            for element in value:
                yield f"{ELEMENT}{called.removesuffix(MANY)}{ELEMENT}"
                yield from _pieces(element)
        elif value == "":
            yield f"{AROUND}{called}{EMPTY}{AROUND}"
        else:
            yield f"{AROUND}{called}{BETWEEN}{as_text(value)}{AROUND}"


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _short(urn: str) -> str:
    return f"~{sha256(urn.lower().encode()).hexdigest()[:12]}"
