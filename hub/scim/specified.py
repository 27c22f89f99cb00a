"""Which attributes a request that writes has named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from hub.scim.held import as_list, as_object
from hub.scim.parsing import parse_path
from hub.scim.schema import Attribute, ResourceType
from hub.scim.strictjson import Json


def specified(resource_type: ResourceType, body: Json) -> frozenset[Attribute]:
    """Return the attributes and sub-attributes that the resource *body* names."""
    return frozenset(_in(resource_type.by_name, body))


def specified_by_patch(resource_type: ResourceType, body: Json) -> frozenset[Attribute]:
    """Return the attributes and sub-attributes that *body*, a PatchOp that was done, names."""
    said = {name.lower(): value for name, value in as_object(body).items()}
    operations = as_list(said.get("operations"))
    return frozenset(attribute for each in operations for attribute in _changed(resource_type, each))


def _changed(resource_type: ResourceType, operation: Json) -> Iterator[Attribute]:
    said = {name.lower(): value for name, value in as_object(operation).items()}
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
