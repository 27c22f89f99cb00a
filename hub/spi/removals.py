"""Ready-made rewrites of `remove`, the operation whose misreading costs most.

RFC 7644 §3.5.2.2 knows no value beside `remove`: a reader that ignores one removes too much.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from typing import Final

from .dialect import Json
from .expressions import LENGTH_MAX, both, last, split
from .messages import Operation, Rewrite, on_operations, without
from .rewrites import LISTS

#: So many values are named in one filter: as many as a reader of paths accepts.
TERMS_MAX: Final = 50


@cache
def removals_by_value(*names: str) -> Rewrite:
    """Choose by a filter in the path what `remove` lists as its value, for lists of these names."""

    def fix(operation: Operation) -> Iterable[Operation]:
        match operation:
            case {"op": "remove", "path": str(path), "value": dict() | list() | str() as value} if (
                last(path) in names
            ):
                ids = _ids(value)
                return (operation,) if ids is None else _removals(operation, path, ids)
        return (operation,)

    return on_operations(fix)


@cache
def removals_if_equal() -> Rewrite:
    """Remove a single value only where it equals the value that `remove` carries."""

    def fix(operation: Operation) -> Iterable[Operation]:
        match operation:
            case {"op": "remove", "path": str(path), "value": value} if (parts := split(path)) is not None:
                attribute, condition, sub = parts
                literal = _literal(value)
                if literal is None or (condition is None and sub is None and last(path) in LISTS):
                    return (operation,)
                equal = f"{sub or 'value'} eq {literal}"
                within = both(condition, equal) if condition else equal
                rest = _bare(operation)
                return ({**rest, "path": f"{attribute}[{within}]{'.' + sub if sub else ''}"},)
        return (operation,)

    return on_operations(fix)


@cache
def removals_of_null() -> Rewrite:
    """Take null for no value, where `remove` carries it."""

    def fix(operation: Operation) -> Iterable[Operation]:
        match operation:
            case {"op": "remove", "value": None}:
                return (_bare(operation),)
        return (operation,)

    return on_operations(fix)


def _bare(operation: Operation) -> Operation:
    return without(operation, lambda key, _: key == "value")


def _ids(value: Json) -> list[str] | None:
    """Return the ids that *value* lists, once each, or None when it lists anything else."""
    items = value if isinstance(value, list) else [value]
    ids = [item.get("value") if isinstance(item, dict) else item for item in items]
    texts = [id for id in ids if isinstance(id, str)]
    return list(dict.fromkeys(texts)) if len(texts) == len(ids) else None


def _removals(operation: Operation, path: str, ids: list[str]) -> Iterable[Operation]:
    rest = _bare(operation)
    if not ids:  # no reader may take «remove nobody» for «remove everybody»: add nobody
        return ({**rest, "op": "add", "value": []},)
    terms = [f"value eq {json.dumps(id, ensure_ascii=False)}" for id in ids]
    room = (LENGTH_MAX - len(f"{path}[]")) // max(len(f"{term} or ") for term in terms)
    size = max(1, min(TERMS_MAX, room))
    batches = [terms[at : at + size] for at in range(0, len(terms), size)]
    return [{**rest, "path": f"{path}[{' or '.join(batch)}]"} for batch in batches]


def _literal(value: Json) -> str | None:
    """Return the one plain value that *value* is about, as a filter spells it."""
    match value:
        case None:
            return None
        case [one] | {"value": one}:
            return _literal(one)
        case list() | dict():
            return None
    return json.dumps(value, ensure_ascii=False)
