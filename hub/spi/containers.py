"""Core attributes that come inside an object, as those of an extension do, put where they belong."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Final

from .dialect import Inbound, Json, Verb
from .messages import Operation, Placed, Rewrite, in_order, on_body, on_operations

CORE: Final = "urn:ietf:params:scim:schemas:core:2.0:"


@cache
def opened_containers() -> Rewrite:
    """`{"urn:…:core:2.0:User": {"active": false}}` → `{"active": false}`, under the URN of the kind at hand.

    An operation whose path is that URN is one without a path. Who says a thing twice means the last word.
    """

    def rewrite(heard: Inbound) -> Inbound:
        return _opening(f"{CORE}{heard.kind}".lower())(heard)

    return Placed(frozenset({Verb.CREATE, Verb.REPLACE, Verb.PATCH}), rewrite)


@lru_cache
def _opening(urn: str) -> Rewrite:
    return in_order(
        on_body(lambda body: _opened(body, urn)), on_operations(lambda each: (_operation(each, urn),))
    )


def _operation(operation: Operation, urn: str) -> Operation:
    match operation:
        case {"op": "add" | "replace", "path": str(path), "value": dict(value)} if path.lower() == urn:
            return {
                **{key: operation[key] for key in operation if key != "path"},
                "value": _opened(value, urn),
            }
        case {"value": dict(value)} if "path" not in operation:
            opened = _opened(value, urn)
            return operation if opened is value else {**operation, "value": opened}
    return operation


def _opened(attributes: dict[str, Json], urn: str) -> dict[str, Json]:
    if not any(name.lower() == urn and isinstance(value, dict) for name, value in attributes.items()):
        return attributes
    opened: dict[str, tuple[str, Json]] = {}
    for name, value in attributes.items():
        inner = _opened(value, urn) if isinstance(value, dict) and name.lower() == urn else {name: value}
        for key, item in inner.items():
            opened[key.lower()] = key, item
    return dict(opened.values())
