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

#: So many comparisons are in one filter: as many as a reader of paths accepts.
TERMS_MAX: Final = 50


@cache
def removals_by_value(*names: str) -> Rewrite:
    """Choose by a filter in the path what `remove` lists as its value, for lists of these names."""

    def fix(operation: Operation) -> Iterable[Operation]:
        match operation:
            case {"op": "remove", "path": str(path), "value": dict() | list() | str() as value} if (
                last(path) in names
            ):
                return _removals(operation, path, value)
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


def _terms(value: Json, *, typed: bool) -> list[str] | None:
    """Return what chooses each that *value* lists, once each, or None when it lists anything else."""
    items = value if isinstance(value, list) else [value]
    terms = [term for item in items if (term := _term(item, typed=typed)) is not None]
    return list(dict.fromkeys(terms)) if len(terms) == len(items) else None


def _term(item: Json, *, typed: bool) -> str | None:
    match item:
        case {"value": str(id), "type": str(type)} if typed and type:
            return f"value eq {_literal(id)} and type eq {_literal(type)}"
        case str(id) | {"value": str(id)}:
            return f"value eq {_literal(id)}"
    return None


def _removals(operation: Operation, path: str, value: Json) -> Iterable[Operation]:
    typed = last(path) != "members"  # who is a member is said by their id alone
    terms = _terms(value, typed=typed)
    if terms is None:
        return (operation,)
    rest = _bare(operation)
    if not terms:  # no reader may take «remove nobody» for «remove everybody»: add nobody
        return ({**rest, "op": "add", "value": []},)
    room = (LENGTH_MAX - len(f"{path}[]")) // max(len(f"{term} or ") for term in terms)
    size = max(1, min(TERMS_MAX // 2 if typed else TERMS_MAX, room))
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
