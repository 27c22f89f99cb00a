"""Statements of a write as values, and how several become one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeAlias

from attrs import frozen

from .faults import Violation

_PLACE = re.compile(r"\$(\d+)")
_WRITTEN = re.compile(r"(?:INSERT INTO|UPDATE|DELETE FROM) (\w+)")


#: What it means when a constraint of that kind, of that table, refuses a statement.
Refusals: TypeAlias = Mapping[tuple[Violation, str], Exception]
NONE: Refusals = {}


@frozen
class Statement:
    """One statement; *name* is how those after it call its rows, *refusals* what its constraints say.

    A refusal is known by the kind of the constraint and, on PostgreSQL, by its table.
    """

    sql: str
    values: tuple[object, ...]
    refusals: Refusals = NONE
    name: str = ""

    @property
    def table(self) -> str:
        """Return the table that it writes."""
        return _table(self.sql)


@lru_cache(maxsize=512)
def _table(sql: str) -> str:
    written = _WRITTEN.match(sql)
    return written[1] if written else ""


def together(statements: Sequence[Statement]) -> Statement:
    """Return *statements* as one, for one round trip."""
    if len(statements) == 1:
        return statements[0]
    texts = tuple((each.name, each.sql, len(each.values)) for each in statements)
    return Statement(
        sql=_joined(texts),
        values=tuple(value for each in statements for value in each.values),
        refusals={which: said for each in statements for which, said in each.refusals.items()},
    )


@lru_cache(maxsize=512)
def _joined(texts: tuple[tuple[str, str, int], ...]) -> str:
    parts, before = [], 0
    for number, (name, sql, count) in enumerate(texts):
        parts.append((name or f"part{number}", _shifted(sql, before)))
        before += count
    *first, (_, last) = parts
    return "WITH " + ", ".join(f"{name} AS ({sql})" for name, sql in first) + f" {last}"


def _shifted(sql: str, by: int) -> str:
    return _PLACE.sub(lambda place: f"${int(place[1]) + by}", sql)


def values_of(*rows: Sequence[Any]) -> str:
    """Return the places of *rows*, all of one length, for VALUES: `($1, $2), ($3, $4)`."""
    return _places(len(rows), len(rows[0]))


@lru_cache(maxsize=512)
def _places(rows: int, columns: int) -> str:
    numbers = iter(range(1, 1 + rows * columns))
    return ", ".join(f"({', '.join(f'${next(numbers)}' for _ in range(columns))})" for _ in range(rows))
