"""Paths and filters as one frozen tree, whose str() is its canonical text (RFC 7644 §3.4.2.2, §3.5.2)."""

from __future__ import annotations

import enum
import json
from typing import TypeAlias

from attrs import field, frozen

Literal: TypeAlias = bool | int | float | str | None
"""What an attribute can be compared with."""


class Operator(enum.StrEnum):
    """How a value is compared (RFC 7644 table 3)."""

    EQ = "eq"
    NE = "ne"
    CO = "co"
    SW = "sw"
    EW = "ew"
    GT = "gt"
    GE = "ge"
    LT = "lt"
    LE = "le"


@frozen(kw_only=True, cache_hash=True)
class Path:
    """An attribute, its elements that match *where*, or a *sub*-attribute of either.

    In a filter a path has no *where*, except in `Has`.
    """

    name: str
    schema: str | None = None
    where: Filter | None = None
    sub: str | None = None

    def __str__(self) -> str:
        """Return `schema:name[where].sub`."""
        schema = "" if self.schema is None else f"{self.schema}:"
        where = "" if self.where is None else f"[{self.where}]"
        sub = "" if self.sub is None else f".{self.sub}"
        return f"{schema}{self.name}{where}{sub}"


@frozen(kw_only=True)
class Present:
    """The attribute at *path* has a value."""

    path: Path

    def __str__(self) -> str:
        """Return `path pr`."""
        return f"{self.path} pr"


@frozen(kw_only=True)
class Compare:
    """A value of the attribute at *path* compares so with *value*."""

    path: Path
    operator: Operator
    # To Python 1 == True == 1.0: to a filter they are three things.
    value: Literal = field(eq=lambda value: (type(value), value))

    def __str__(self) -> str:
        """Return `path operator value`, the value as JSON."""
        return f"{self.path} {self.operator} {json.dumps(self.value, ensure_ascii=False)}"


@frozen(kw_only=True)
class Has:
    """One and the same element of a multi-valued attribute matches *path*'s filter."""

    path: Path

    def __str__(self) -> str:
        """Return `name[filter]`."""
        return str(self.path)


@frozen(kw_only=True)
class Not:
    """The *term* does not match."""

    term: Filter

    def __str__(self) -> str:
        """Return `not (term)`."""
        return f"not ({self.term})"


@frozen(kw_only=True)
class And:
    """All *terms*, two or more, match."""

    terms: tuple[Filter, ...]

    def __str__(self) -> str:
        """Return the terms joined by `and`, groups among them in parentheses."""
        return " and ".join(f"({term})" if isinstance(term, And | Or) else str(term) for term in self.terms)


@frozen(kw_only=True)
class Or:
    """One of the *terms*, two or more, matches."""

    terms: tuple[Filter, ...]

    def __str__(self) -> str:
        """Return the terms joined by `or`; `and` binds tighter and needs no parentheses."""
        return " or ".join(f"({term})" if isinstance(term, Or) else str(term) for term in self.terms)


Filter: TypeAlias = Present | Compare | Has | Not | And | Or
"""What a resource, or an element of a multi-valued attribute, is held against."""


def size_of(filter_: Filter) -> int:
    """Return how many comparisons *filter_* makes at most."""
    match filter_:
        case And(terms=terms) | Or(terms=terms):
            return sum(map(size_of, terms))
        case Not(term=term):
            return size_of(term)
        case _:
            return 1


def terms_of(filter_: Filter, kind: type[And | Or]) -> tuple[Filter, ...]:
    """Return what *filter_* joins by *kind*, through every level; itself, when it joins nothing so."""
    if not isinstance(filter_, kind):
        return (filter_,)
    return tuple(inner for term in filter_.terms for inner in terms_of(term, kind))
