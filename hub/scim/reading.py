"""Plain JSON into documents and operations, strictly: each value typed, each name the schema's own."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, TypeAlias, cast

from attrs import frozen

from hub.scim.elements import one_primary
from hub.scim.errors import InvalidSyntax, InvalidValue, NoTarget, PayloadTooLarge
from hub.scim.expressions import Path
from hub.scim.folding import fold
from hub.scim.managers import with_link
from hub.scim.match import instant
from hub.scim.parsing import parse_path
from hub.scim.required import lacks
from hub.scim.schema import Attribute, Mutability, ResourceType, Type
from hub.scim.strictjson import Document, Json

PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

Verb: TypeAlias = Literal["add", "remove", "replace"]
VERBS = ("add", "remove", "replace")


@frozen(kw_only=True)
class Operation:
    """One change of a PATCH (RFC 7644 §3.5.2): *op* what stands at *path*, or in the resource itself.

    A removal has a path and no value.
    """

    op: Verb
    path: Path | None = None
    value: Json = None


def read_resource(resource_type: ResourceType, body: Json, *, strict: bool) -> Document:
    """Return the document that *body* says, or raise `InvalidValue` or `InvalidSyntax` naming the path.

    What only the hub may write is ignored (RFC 7644 §3.3), passwords are dropped, null and `[]` are
    the same as absent (RFC 7643 §2.5). What no schema knows is an error when *strict*, else ignored,
    and an empty text is then the same as absent too.
    """
    if not isinstance(body, dict):
        raise InvalidSyntax("the body must be a JSON object")
    document = read_object(resource_type.by_name, body, "", strict=strict)
    declared = next((value for name, value in body.items() if name.lower() == "schemas"), None)
    urns = _read_schemas(declared)
    if strict:
        _check_declared(resource_type, document, urns)
    return finished(resource_type, document)


def finished(resource_type: ResourceType, document: Document) -> Document:
    """Return *document* with what follows from it, or raise `InvalidValue` for what it lacks.

    So do the `schemas` that are present, and a manager's link.
    """
    for lack in lacks(resource_type, document):
        raise InvalidValue(f"{lack.path} is required")
    document = with_link(document)
    present = [extension.id for extension in resource_type.extensions if extension.id in document]
    whole: Document = {"schemas": [], **document}
    whole["schemas"] = [resource_type.schema.id, *present]
    return whole


def read_object(
    attributes: Mapping[str, Attribute], value: Mapping[str, Json], prefix: str, *, strict: bool
) -> Document:
    """Return what *value* says of *attributes* (by names in lower case), leaving out what is blank.

    *prefix* is what their paths begin with, for people to read.
    """
    found: Document = {}
    for name, item in value.items():
        attribute = attributes.get(name.lower())
        if attribute is None:
            if strict:
                raise InvalidSyntax(f"no attribute is called {prefix}{name}")
        elif attribute.mutability is not Mutability.READ_ONLY:
            read = read_value(attribute, item, f"{prefix}{attribute.name}", strict=strict)
            if read is not None and attribute.mutability is not Mutability.WRITE_ONLY:
                found[attribute.name] = read
    return found


def read_value(attribute: Attribute, value: Json, path: str, *, strict: bool) -> Json:
    """Return *value* as *attribute* takes it, None when it is blank, or raise `InvalidValue`."""
    if not attribute.multi_valued:
        return read_element(attribute, value, path, strict=strict)
    if blank(value, strict=strict):
        return None
    if not isinstance(value, list):
        raise InvalidValue(f"{path} must be a list")
    check_count(attribute, value, path)
    read = [read_element(attribute, item, f"{path}[{i}]", strict=strict) for i, item in enumerate(value)]
    elements: list[Json] = [element for element in read if element is not None]
    return one_primary(elements, path, strict=strict) or None


def read_element(attribute: Attribute, value: Json, path: str, *, strict: bool) -> Json:
    """Return one *value* of *attribute*, None when it is blank, or raise `InvalidValue`."""
    if blank(value, strict=strict):
        return None
    if attribute.type is not Type.COMPLEX:
        if not CHECKS[attribute.type](value):
            raise InvalidValue(f"{path} must be {NAMES[attribute.type]}")
        if attribute.required and value == "":
            # RFC 7643 §4.1.1
            raise InvalidValue(f"{path} is required, and an empty text is none")
        return _canonical(attribute, value, path) if attribute.closed or strict else value
    if not isinstance(value, dict):
        raise InvalidValue(f"{path} must be an object")
    found = read_object(attribute.subs, value, f"{path}{attribute.joint}", strict=strict)
    # An element that says its value is blank is none, whatever else it says.
    if not strict and "value" in attribute.subs and "value" not in found and _says_value(value):
        return None
    return found or None


def _canonical(attribute: Attribute, value: Json, path: str) -> Json:
    """Return *value* as the schema spells it, or raise `InvalidValue` where it has others (RFC 7643 §7)."""
    if not attribute.canonical_values or value in attribute.canonical_values:
        return value
    spelt = {fold(each): each for each in attribute.canonical_values}
    if attribute.case_exact or (canonical := spelt.get(fold(str(value)))) is None:
        raise InvalidValue(f"{path} must be one of {', '.join(attribute.canonical_values)}")
    return canonical


def check_count(attribute: Attribute, elements: list[Json], path: str) -> None:
    """Raise `InvalidValue` when *attribute* does not hold so many *elements*."""
    if len(elements) > attribute.elements_max:
        raise InvalidValue(f"{path} holds at most {attribute.elements_max} values, not {len(elements)}")


def blank(value: Json, *, strict: bool) -> bool:
    """Return whether *value* means unassigned (RFC 7643 §2.5); an empty text does too, unless *strict*."""
    return value is None or value == [] or (not strict and value == "")


def read_patch(body: Json, *, strict: bool, operations_max: int = 1000) -> tuple[Operation, ...]:
    """Return the operations of the PatchOp *body*, or raise the `ScimError` that names the one at fault."""
    message = _lowered(body, "the body", {"schemas", "operations"}, strict=strict)
    if strict and _read_schemas(message.get("schemas")) != [PATCH_OP]:
        raise InvalidSyntax(f"schemas must be [{PATCH_OP}]")
    operations = message.get("operations")
    if not isinstance(operations, list) or not operations:
        raise InvalidSyntax("Operations must be a list of one operation or more")
    if len(operations) > operations_max:
        raise PayloadTooLarge(f"a PATCH has at most {operations_max} operations, this one {len(operations)}")
    return tuple(
        _read_operation(item, f"Operations[{i}]", strict=strict) for i, item in enumerate(operations)
    )


def _read_operation(item: Json, place: str, *, strict: bool) -> Operation:
    message = _lowered(item, place, {"op", "path", "value"}, strict=strict)
    op, path, value = message.get("op"), message.get("path"), message.get("value")
    if op not in VERBS:
        raise InvalidSyntax(f"{place}.op must be add, remove or replace")
    if path is not None and not isinstance(path, str):
        raise InvalidSyntax(f"{place}.path must be a text")
    if op == "remove":
        if path is None:
            # RFC 7644 §3.5.2.2
            raise NoTarget(f"{place} removes, and has no path to say what")
        if value is not None:
            raise InvalidSyntax(f"{place} removes, and must not have a value")
    elif "value" not in message:
        raise InvalidSyntax(f"{place}.value is missing")
    elif path is None and not isinstance(value, dict):
        raise InvalidValue(f"{place}.value must be an object, since there is no path")
    return Operation(op=cast("Verb", op), path=None if path is None else parse_path(path), value=value)


def _lowered(item: Json, place: str, known: Iterable[str], *, strict: bool) -> Mapping[str, Json]:
    if not isinstance(item, dict):
        raise InvalidSyntax(f"{place} must be a JSON object")
    lowered = {name.lower(): value for name, value in item.items()}
    if strict and (unknown := sorted(lowered.keys() - known)):
        raise InvalidSyntax(f"{place} has no member {unknown[0]}")
    return lowered


def _says_value(value: Mapping[str, Json]) -> bool:
    return any(name.lower() == "value" for name in value)


def _read_schemas(value: Json) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(urn, str) for urn in value):
        raise InvalidValue("schemas must be a list of URNs")
    return cast("list[str]", value)


def _check_declared(resource_type: ResourceType, document: Document, declared: list[str]) -> None:
    """Hold what a body says that it is against what it is (RFC 7643 §3)."""
    urns = {urn.lower(): urn for urn in declared}
    if len(urns) < len(declared):
        raise InvalidValue("schemas names one of them twice")
    needed = [resource_type.schema.id, *(urn for urn in document if urn.lower() in resource_type.by_urn)]
    if missing := [urn for urn in needed if urn.lower() not in urns]:
        raise InvalidValue(f"schemas must name {missing[0]}")
    if unknown := urns.keys() - {resource_type.schema.id.lower()} - resource_type.by_urn.keys():
        raise InvalidValue(f"schemas names {urns[min(unknown)]}, which a {resource_type.name} does not have")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_moment(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(instant(value))
    except ValueError:
        return False


def _is_binary(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(base64.b64decode(value, validate=True))
    except (binascii.Error, ValueError):
        return False


CHECKS: Mapping[Type, Callable[[Any], bool]] = {
    Type.STRING: lambda value: isinstance(value, str),
    Type.REFERENCE: lambda value: isinstance(value, str),
    Type.BOOLEAN: lambda value: isinstance(value, bool),
    Type.INTEGER: lambda value: isinstance(value, int) and not isinstance(value, bool),
    Type.DECIMAL: _is_number,
    Type.DATE_TIME: _is_moment,
    Type.BINARY: _is_binary,
}
NAMES = {
    Type.STRING: "a text",
    Type.REFERENCE: "a URI as text",
    Type.BOOLEAN: "true or false",
    Type.INTEGER: "a whole number",
    Type.DECIMAL: "a number",
    Type.DATE_TIME: "a date and time such as 2011-05-13T04:42:34Z",
    Type.BINARY: "bytes in base64",
}
