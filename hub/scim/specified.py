"""Which attributes a request that writes has named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from hub.scim.parsing import parse_path
from hub.scim.schema import Attribute, ResourceType
from hub.scim.strictjson import Json


def specified(resource_type: ResourceType, body: Json) -> frozenset[Attribute]:
    """Return the attributes and sub-attributes that *body*, a resource or a PatchOp that was done, names."""
    said = {name.lower(): value for name, value in body.items()} if isinstance(body, dict) else {}
    operations = said.get("operations")
    if not isinstance(operations, list):
        return frozenset(_in(resource_type.by_name, body))
    return frozenset(attribute for each in operations for attribute in _changed(resource_type, each))


def _changed(resource_type: ResourceType, operation: Json) -> Iterator[Attribute]:
    said = {name.lower(): value for name, value in operation.items()} if isinstance(operation, dict) else {}
    path, value = said.get("path"), said.get("value")
    if not isinstance(path, str):
        yield from _in(resource_type.by_name, value)
        return
    parsed = parse_path(path)
    place = resource_type.find(parsed.name, schema=parsed.schema, sub=parsed.sub)
    if place is not None:
        yield from (each for each in (place.attribute, place.sub) if each is not None)
        yield from _in((place.sub or place.attribute).subs, value)


def _in(attributes: Mapping[str, Attribute], value: Json) -> Iterator[Attribute]:
    """Yield which of *attributes* an object, or each of a list of them, names, and what they name in turn."""
    holders: Iterable[Json] = value if isinstance(value, list) else [value]
    for holder in holders:
        for name, inner in holder.items() if isinstance(holder, dict) else ():
            if attribute := attributes.get(name.lower()):
                yield attribute
                yield from _in(attribute.subs, inner)
