"""Types as a search of the root sees them: each knows the attributes of all, and lacks the others'."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from attrs import evolve

from hub.scim.catalog import Types
from hub.scim.schema import Attribute, ResourceType, Schema


def widened(types: Types) -> Types:
    """Return *types*, each with what only others have: to ask for that is no error (RFC 7644 §3.4.2.1)."""
    return _widened(tuple(types.values()))


# Types are the same only when they are the same objects, and key other caches in their turn.
@lru_cache(maxsize=1024)
def _widened(types: tuple[ResourceType, ...]) -> Types:
    return {each.name: _with(each, [other for other in types if other is not each]) for each in types}


def _with(own: ResourceType, others: list[ResourceType]) -> ResourceType:
    attributes = list(own.schema.attributes)
    attributes += _new(own.by_name, (each for other in others for each in other.schema.attributes))
    schemas = [schema for other in others for schema in (other.schema, *other.extensions)]
    known = {own.schema.id.lower(), *own.by_urn}
    added = [each for each in _once(schemas) if each.id.lower() not in known]
    return evolve(
        own,
        schema=evolve(own.schema, attributes=tuple(attributes)),
        extensions=(*own.extensions, *added),
    )


def _new(known: Iterable[str], attributes: Iterable[Attribute]) -> list[Attribute]:
    taken = set(known)
    found = []
    for each in attributes:
        if each.name.lower() not in taken:
            taken.add(each.name.lower())
            found.append(each)
    return found


def _once(schemas: Iterable[Schema]) -> Iterable[Schema]:
    return {each.id.lower(): each for each in schemas}.values()
