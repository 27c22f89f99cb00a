"""Which requests take access away: they have a bucket of their own, and a path of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hub.spi import Inbound, Verb

_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:"


#: What unassigns an attribute.
_BLANK = (None, "")

#: The value of an operation that has none.
_NOTHING = object()


def is_removal(inbound: Inbound) -> bool:
    """Say whether *inbound* deletes, deactivates or may take members away, however it is spelt.

    It is asked before any dialect is heard, so names and booleans count in any case.
    """
    match inbound:
        case Inbound(verb=Verb.DELETE):
            return True
        case Inbound(verb=Verb.REPLACE, kind="Group"):
            return True  # whoever its members leave out goes
        case Inbound(verb=Verb.PATCH, kind="Group"):
            return any(op != "add" and name == "members" for op, name, _ in _said(inbound.body))
        case _:
            return deactivates(inbound)


def deactivates(inbound: Inbound) -> bool:
    """Say whether *inbound* leaves a user inactive: its last change of `active` is to false or to nothing."""
    match inbound:
        case Inbound(verb=Verb.REPLACE, kind="User", body=Mapping() as body):
            words = [value for name, value in _named(body) if _attribute(name) == "active"]
        case Inbound(verb=Verb.PATCH, kind="User", body=body):
            said = [(op, value) for op, name, value in _said(body) if name == "active"]
            words = [op != "remove" and value not in _BLANK and value for op, value in said]
        case _:
            return False
    return bool(words) and _is_false(words[-1])


def _said(body: Any) -> Iterator[tuple[str, str, Any]]:
    """Yield (op, attribute, value) of a PATCH; an operation without a path speaks of several attributes."""
    operations = _member(body, "operations") if isinstance(body, Mapping) else None
    for operation in operations if isinstance(operations, list) else ():
        if not isinstance(operation, Mapping):
            continue
        op, path = (_member(operation, name) for name in ("op", "path"))
        value = _member(operation, "value", default=_NOTHING)
        if isinstance(op, str) and isinstance(path, str) and path and not _is_container(path):
            yield op.lower(), _attribute(path), value
        elif isinstance(op, str) and isinstance(value, Mapping):
            yield from ((op.lower(), _attribute(name), inner) for name, inner in _named(value))


def _named(values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield (name, value) of an object's members, those in a container of the core schema among them."""
    for name, value in values.items():
        if _is_container(name) and isinstance(value, Mapping):
            yield from _named(value)
        else:
            yield name, value


def _is_container(name: str) -> bool:
    return name.lower().startswith(_SCHEMA) and ":" not in name[len(_SCHEMA) :]


def _attribute(path: str) -> str:
    """Return the attribute that *path* begins with, in lower case: `Members[value eq "1"]` → `members`."""
    local = path[len(_SCHEMA) :].partition(":")[2] if path.lower().startswith(_SCHEMA) else path
    return local.partition("[")[0].partition(".")[0].strip().lower()


def _is_false(value: Any) -> bool:
    match value:
        case [only]:
            return _is_false(only)
        case {"value": inner}:
            return _is_false(inner)
        case str():
            return value.strip().lower() == "false"
        case _:
            return value is False


def _member(values: Mapping[str, Any], name: str, *, default: Any = None) -> Any:
    return next((value for key, value in values.items() if key.lower() == name), default)
