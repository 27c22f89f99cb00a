"""The resources of one kind that match a filter, and what they are sorted by."""

from __future__ import annotations

import re

from attrs import frozen

from hub.scim.expressions import And, Filter, Path, terms_of
from hub.scim.match import predicate
from hub.scim.schema import Type

from .compiling import FOLDED, ROW, Condition, Kind, compiled
from .groups import FOUND
from .narrowing import Index
from .spots import NUMBERS, both

#: So many letters of a text decide its place in an order: a cursor, which holds them, has to fit a URL.
KEY_MAX = 200

#: What says more of a row than its id: then it is a row of `resources`.
OF_ROW = re.compile(rf"\b{ROW}\.(?!id\b)")

#: What says something of a folded document.
OF_DOCUMENT = re.compile(rf"\b{FOLDED}\.(?=(?:folded|lists)\b)")


@frozen(kw_only=True)
class Choice:
    """What a SELECT of resources, called `ROW`, says from FROM on.

    *few*: whether an index finds them. *at_once*: whether all are found before there is a first one.
    *key*: an expression, of a number or else of text.
    """

    sql: str
    few: bool
    at_once: bool = False
    key: str = "NULL"
    by_number: bool = False


def choice(kind: Kind, where: Filter | None, sort: Path | None) -> Choice:
    """Return how the resources that match *where* are chosen, or raise `InvalidFilter`."""
    condition, few = _condition(kind, where)
    key, type_ = _key(kind, sort) if sort else ("NULL", Type.STRING)
    tables, mine = _tables(kind, few=few, said=f"{condition} {key}")
    sql = f"FROM {tables} WHERE {mine} AND {condition}"
    if tables.startswith("searched"):
        sql, key = (OF_DOCUMENT.sub(f"{ROW}.", text) for text in (sql, key))
    at_once = FOUND in condition
    return Choice(sql=sql, few=few, at_once=at_once, key=key, by_number=type_ in NUMBERS)


def _condition(kind: Kind, where: Filter | None) -> tuple[Condition, bool]:
    """Return *where* as a condition, with what indexes say of it first, and whether they say anything."""
    if where is None:
        return "TRUE", False
    predicate(kind.resource_type, where)
    index = Index(resource_type=kind.resource_type, words=kind.words, owner=kind.owner)
    found, rest = [], []
    for term in terms_of(where, And):
        narrowed = index.narrowed(term)
        if narrowed:
            found.append(narrowed)
        if narrowed is None or not narrowed.whole:
            rest.append(compiled(term, kind.find))
    return both(*(each.sql for each in found), *rest), any(each.few for each in found)


def _key(kind: Kind, sort: Path) -> tuple[str, Type]:
    spot = kind.find(sort)
    if "value" in spot.attribute.subs:
        spot = spot.sub("value")
    key, type_ = spot.key(), spot.attribute.type
    return key if type_ in NUMBERS else f"substr({key}, 1, {KEY_MAX})", type_


def _tables(kind: Kind, *, few: bool, said: str) -> tuple[str, str]:
    """Return the tables that are read for what is *said* of the resources, and whose rows of them."""
    own = f"{ROW}.kind = {kind.words.values.place(kind.resource_type.name)}"
    mine = f"{kind.owner.of(ROW)} AND {own}"
    if not OF_DOCUMENT.search(said):
        return f"resources {ROW}", mine
    if not few and not OF_ROW.search(said):
        return f"searched {ROW}", mine
    same = f"{kind.owner.of(FOLDED)} AND {FOLDED}.kind = {ROW}.kind AND {FOLDED}.id = {ROW}.id"
    # Of the row first: it is found by an index, or told apart without its document.
    return f"resources {ROW} CROSS JOIN searched {FOLDED}", f"{mine} AND {same}"
