"""Ready-made rewrites: functions from message to message that leave alone what they do not recognise.

Each returns the very message it was given when there is nothing to put right, and never changes it.
Asked for twice, a rewrite is the same one, so that whoever hears may see that it has run already.
Names of attributes are given in small letters.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import cache
from typing import Final

from attrs import evolve

from .dialect import Json
from .expressions import Comparison, has_no_version, into_brackets, is_path, last, on_comparisons, quoted
from .messages import (
    Operation,
    Rewrite,
    changed,
    each,
    foreign,
    in_order,
    mapped,
    on_attribute,
    on_body,
    on_filter,
    on_known,
    on_operations,
    on_text,
    without,
)

ENTERPRISE: Final = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
ENTERPRISE_NAMES: Final = frozenset(
    {"employeenumber", "costcenter", "organization", "division", "department", "manager"}
)
LISTS: Final = frozenset(
    {
        "addresses",
        "emails",
        "entitlements",
        "groups",
        "ims",
        "members",
        "phonenumbers",
        "photos",
        "roles",
        "x509certificates",
    }
)
BOOLEANS: Final = {"true": True, "false": False}

#: What no body may hold as text: an escape in JSON inside of text would bring it in.
FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


@cache
def lower_case_ops() -> Rewrite:
    """`Replace` → `replace`."""

    def fix(operation: Operation) -> Iterable[Operation]:
        op = operation.get("op")
        return (changed(operation, "op", op.lower()) if isinstance(op, str) else operation,)

    return on_operations(fix)


@cache
def booleans(*names: str) -> Rewrite:
    """`"False"` → `false` where one of these attributes is set, or compared with in a filter or path."""

    def of_text(value: Json) -> Json:
        return BOOLEANS.get(value.lower(), value) if isinstance(value, str) else value

    def within(name: str, value: Json) -> Json:
        if isinstance(value, str):
            put_right = of_text(value)
            return put_right if put_right is not value and name.lower() in names else value
        return value if foreign(name) else deep(value)

    def deep(value: Json) -> Json:
        match value:
            case dict():
                return mapped(value, within)
            case list() if any(isinstance(item, dict) for item in value):
                return each(value, deep)
        return value

    def in_operation(operation: Operation) -> Iterable[Operation]:
        path, value = operation.get("path"), operation.get("value")
        named = isinstance(path, str) and isinstance(value, str) and last(path) in names
        return (changed(operation, "value", of_text(value) if named else deep(value)),)

    def compared(comparison: Comparison) -> Comparison:
        literal = comparison.literal.strip("\"'").lower()
        if literal not in BOOLEANS or literal == comparison.literal or not _named(comparison, names):
            return comparison
        return evolve(comparison, literal=literal)

    bodies = on_body(lambda body: mapped(body, within))
    return in_order(bodies, on_known(in_operation), on_text(on_comparisons(compared)))


@cache
def keys_as_paths() -> Rewrite:
    """Give each key of a path-less value that is a path an operation of its own."""

    def leads(key: str, value: Json) -> bool:
        # an extension is an object: a key whose URN does not tell is an attribute where its value is none
        return is_path(key) or (has_no_version(key) and not isinstance(value, dict))

    def fix(operation: Operation) -> Iterable[Operation]:
        match operation:
            case {"op": "add" | "replace", "value": dict(value)} if "path" not in operation:
                paths = [key for key, item in value.items() if leads(key, item)]
                if paths:
                    rest = {key: value[key] for key in value if key not in paths}
                    plain = [{**operation, "value": rest}] if rest else []
                    return [*plain, *({**operation, "path": key, "value": value[key]} for key in paths)]
        return (operation,)

    return on_operations(fix)


@cache
def qualified(names: frozenset[str], urn: str) -> Rewrite:
    """Put these attributes under *urn* where a resource, a path or a filter names them without."""

    def fix(name: str) -> str:
        return f"{urn}:{name}" if name.partition(".")[0].lower() in names else name

    def in_mapping(attributes: dict[str, Json]) -> dict[str, Json]:
        strays = {name: value for name, value in attributes.items() if name.lower() in names}
        if not strays:
            return attributes
        spelt = {name.lower(): name for name in attributes}.get(urn.lower(), urn)
        extension = attributes.get(spelt)
        if not isinstance(extension, dict | None):
            return attributes
        rest = without(attributes, lambda name, _: name in strays)
        return {**rest, spelt: {**strays, **(extension or {})}}

    def in_operation(operation: Operation) -> Iterable[Operation]:
        match operation:
            case {"path": str(path)}:
                return (changed(operation, "path", fix(path)),)
            case {"value": dict(value)} if "path" not in operation:
                return (changed(operation, "value", in_mapping(value)),)
        return (operation,)

    def compared(comparison: Comparison) -> Comparison:
        name = comparison.name if comparison.holder else fix(comparison.name)
        return comparison if name == comparison.name else evolve(comparison, name=name)

    in_filter = on_filter(on_comparisons(compared))
    return in_order(on_body(in_mapping), in_filter, on_operations(in_operation))


@cache
def wrapped(*names: str) -> Rewrite:
    """Make a reference out of its bare id, of a list of one, or of `managerId`, and null out of a blank one.

    A filter that compares the reference with an id compares its `value`.
    """

    def fix(value: Json) -> Json:
        match value:
            case str():
                return {"value": value} if value.strip() else None
            case [one]:
                return fix(one)
            case {"value": None | ""}:
                return None
            case {"managerId": id, **rest} if "value" not in rest:
                return fix({"value": id})
        return value

    def compared(comparison: Comparison) -> Comparison:
        if comparison.holder or not comparison.literal or not _named(comparison, names):
            return comparison
        return evolve(comparison, name=f"{comparison.name}.value")

    return in_order(on_attribute(names, fix), on_filter(on_comparisons(compared)))


@cache
def unwrapped() -> Rewrite:
    """`[{"value": "Ann"}]` → `"Ann"` where the path names an attribute that is no list."""

    def fix(operation: Operation) -> Iterable[Operation]:
        match operation:
            case {"op": "add" | "replace", "path": str(path), "value": [{"value": value, **rest}]} if (
                rest.keys() <= {"$ref"}
                and not isinstance(value, dict | list)
                and last(path) not in LISTS | {"", "manager", "name"}
            ):
                return ({**operation, "value": value},)
        return (operation,)

    return on_known(fix)


@cache
def lists(*names: str) -> Rewrite:
    """Make a list of one out of the lone object of an attribute that is a list."""
    return on_attribute(names, lambda value: [value] if isinstance(value, dict) else value)


@cache
def unfolded(*names: str) -> Rewrite:
    """Take out what is folded up as JSON text in the `value` of an attribute's elements."""

    def element(value: Json) -> Json:
        text = value.get("value") if isinstance(value, dict) else None
        inner = _object(text) if isinstance(text, str) else {}
        plain, display = inner.get("value"), inner.get("displayName")
        if not isinstance(value, dict) or not isinstance(plain, str):
            return value
        shown: dict[str, Json] = {"display": display} if isinstance(display, str) else {}
        return element({**value, **shown, "value": plain})

    return on_attribute(names, lambda value: each(value, element) if isinstance(value, list) else value)


@cache
def drop(*names: str) -> Rewrite:
    """Leave these attributes out of a resource that is created or replaced."""
    return on_body(lambda body: without(body, lambda key, _: key.lower() in names))


@cache
def drop_null(*names: str) -> Rewrite:
    """Leave these attributes out of a resource where they are null."""
    return on_body(lambda body: without(body, lambda key, value: value is None and key.lower() in names))


@cache
def without_schemas(*urns: str) -> Rewrite:
    """Leave these schemas out of the list of those that a resource names."""

    def fix(name: str, value: Json) -> Json:
        if name.lower() != "schemas" or not isinstance(value, list):
            return value
        kept = [urn for urn in value if urn not in urns]
        return value if len(kept) == len(value) else kept

    return on_body(lambda body: mapped(body, fix))


@cache
def drop_from_values(*names: str) -> Rewrite:
    """Leave these attributes out of the values of path-less operations."""

    def fix(operation: Operation) -> Iterable[Operation]:
        match operation:
            case {"value": dict(value)} if "path" not in operation:
                return (changed(operation, "value", without(value, lambda key, _: key.lower() in names)),)
        return (operation,)

    return on_operations(fix)


@cache
def sub_attributes_into_brackets() -> Rewrite:
    """`emails[type eq "work"].value eq "a"` → `emails[type eq "work" and value eq "a"]`, in filters."""
    return on_filter(into_brackets)


@cache
def quotes() -> Rewrite:
    """`userName eq ann` → `userName eq "ann"`, in filters and in the filters of paths."""
    return on_text(on_comparisons(quoted))


def _named(comparison: Comparison, names: Iterable[str]) -> bool:
    return last(comparison.name) in names and not foreign(comparison.holder or comparison.name)


def _object(text: str) -> dict[str, Json]:
    """Return the JSON object that *text* is, or an empty one; so, too, where it says what no body may."""
    if not text.lstrip().startswith("{"):
        return {}
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    assert isinstance(found, dict)
    said = [inner for inner in found.values() if isinstance(inner, str)]
    return {} if any(map(FORBIDDEN.search, said)) else found
