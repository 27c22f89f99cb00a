"""Whether a document matches a filter (RFC 7644 §3.4.2.2)."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeAlias

from hub.scim.errors import InvalidFilter
from hub.scim.expressions import And, Compare, Filter, Has, Literal, Not, Operator, Or, Path, Present
from hub.scim.folding import fold
from hub.scim.held import as_list
from hub.scim.schema import Attribute, Place, ResourceType, Type
from hub.scim.strictjson import Json

Predicate: TypeAlias = Callable[[Mapping[str, Json]], bool]
"""Says whether a document, or an element of a multi-valued attribute, matches."""

Values: TypeAlias = Callable[[Mapping[str, Json]], list[Any]]
"""Finds what an attribute holds, as a list; an unassigned one holds nothing."""

DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?", re.ASCII)

ORDER = {
    Operator.EQ: operator.eq,
    Operator.GT: operator.gt,
    Operator.GE: operator.ge,
    Operator.LT: operator.lt,
    Operator.LE: operator.le,
}
PARTS = {Operator.CO: str.__contains__, Operator.SW: str.startswith, Operator.EW: str.endswith}
TESTS: Mapping[Operator, Callable[[Any, Any], bool]] = {**ORDER, **PARTS, Operator.NE: operator.ne}

# RFC 7644 table 3: booleans and binaries have no order, and only text has a beginning and an end.
EQUALITY = frozenset({Operator.EQ, Operator.NE})
OPERATORS: Mapping[Type, frozenset[Operator]] = {
    Type.STRING: frozenset(Operator),
    Type.REFERENCE: frozenset(Operator),
    Type.BINARY: EQUALITY,
    Type.BOOLEAN: EQUALITY,
    Type.INTEGER: frozenset(ORDER) | EQUALITY,
    Type.DECIMAL: frozenset(ORDER) | EQUALITY,
    Type.DATE_TIME: frozenset(ORDER) | EQUALITY,
}


def matches(resource_type: ResourceType, document: Mapping[str, Json], filter_: Filter) -> bool:
    """Return whether *document* matches, or raise `InvalidFilter` where the schema forbids to ask."""
    return predicate(resource_type, filter_)(document)


def check(resource_type: ResourceType, filter_: Filter) -> None:
    """Raise `InvalidFilter` where the schema forbids to ask *filter_* of resources of that type."""
    _compiled(filter_, lambda path: _read(resource_type, path))


@lru_cache(maxsize=512)
def predicate(resource_type: ResourceType, filter_: Filter) -> Predicate:
    """Return *filter_* as a function of a document, all of it checked against the schema beforehand."""
    return _compiled(filter_, lambda path: _read(resource_type, path))


@lru_cache(maxsize=1024)
def _read(resource_type: ResourceType, path: Path) -> tuple[Attribute, Values]:
    place = located(resource_type, path)
    return place.sub or place.attribute, _reader(place)


@lru_cache(maxsize=512)
def element_predicate(attribute: Attribute, filter_: Filter) -> Predicate:
    """Return *filter_* as a function of one element of *attribute*; a simple one is `{"value": …}`."""

    def values(path: Path) -> tuple[Attribute, Values]:
        sub = attribute.sub(path.name)
        if attribute.type is not Type.COMPLEX and path.name.lower() == "value":
            sub = attribute
        if sub is None or path.sub is not None or path.schema is not None:
            raise InvalidFilter(f"{attribute.name} has no {path}")
        name = "value" if sub is attribute else sub.name
        return sub, lambda element: as_list(element.get(name))

    return _compiled(filter_, values)


def located(resource_type: ResourceType, path: Path) -> Place:
    """Return where the compared values stand; a complex attribute is compared by its `value`."""
    place = resource_type.find(path.name, schema=path.schema, sub=path.sub)
    if place is None:
        raise InvalidFilter(f"{resource_type.name} has no attribute {path}")
    if not place.searchable:
        raise InvalidFilter(f"{path} is worked out for each answer: it is shown, and not searched for")
    return place


def comparable(attribute: Attribute, operator: Operator, value: Literal, path: Path) -> Any:
    """Return *value* as values of *attribute* are compared, or raise `InvalidFilter` if they never are."""
    if attribute.type is Type.COMPLEX:
        raise InvalidFilter(f"{path} has no value of its own: compare a sub-attribute")
    if operator not in OPERATORS[attribute.type]:
        raise InvalidFilter(f"{path} is of type {attribute.type}, to which {operator} does not apply")
    if value is None and operator in EQUALITY:
        return None
    try:
        return KEYS[attribute.type](attribute, value)
    except (TypeError, ValueError):
        raise InvalidFilter(f"{path} is of type {attribute.type}, and the value is not") from None


def instant(text: str) -> datetime:
    """Return the moment of the dateTime *text*, in UTC, or raise `ValueError`; without a zone it is UTC."""
    if not DATE_TIME.fullmatch(text):
        raise ValueError(text)
    moment = datetime.fromisoformat(text)
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError:
        raise ValueError(text) from None  # in UTC, it is before the first or after the last year


def moment_text(moment: datetime) -> str:
    """Return *moment* as text that sorts by time: UTC, microseconds."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")


def _text_key(attribute: Attribute, value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value if attribute.case_exact else fold(value)


def _boolean_key(_: Attribute, value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _number_key(_: Attribute, value: object) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError
    return value


def _moment_key(_: Attribute, value: Any) -> datetime:
    # What is no text is a TypeError already.
    return instant(value)


KEYS: Mapping[Type, Callable[[Attribute, object], Any]] = {
    Type.STRING: _text_key,
    Type.REFERENCE: _text_key,
    Type.BINARY: _text_key,
    Type.BOOLEAN: _boolean_key,
    Type.INTEGER: _number_key,
    Type.DECIMAL: _number_key,
    Type.DATE_TIME: _moment_key,
}


def _compiled(filter_: Filter, values: Callable[[Path], tuple[Attribute, Values]]) -> Predicate:
    match filter_:
        case And(terms=terms):
            parts = [_compiled(term, values) for term in terms]
            return lambda document: all(part(document) for part in parts)
        case Or(terms=terms):
            parts = [_compiled(term, values) for term in terms]
            return lambda document: any(part(document) for part in parts)
        case Not(term=term):
            inner = _compiled(term, values)
            return lambda document: not inner(document)
        case Present(path=path):
            _, read = values(path)
            # RFC 7644 table 3: a complex attribute is present when it is not empty.
            return lambda document: any(value not in ("", {}) for value in read(document))
        case Has(path=path):
            return _has(path, values)
        case Compare():
            return _comparison(filter_, values)


def _has(path: Path, values: Callable[[Path], tuple[Attribute, Values]]) -> Predicate:
    attribute, read = values(path)
    assert path.where is not None
    chosen = element_predicate(attribute, path.where)
    if attribute.type is Type.COMPLEX:
        return lambda document: any(chosen(value) for value in read(document))
    return lambda document: any(chosen({"value": value}) for value in read(document))


def _comparison(term: Compare, values: Callable[[Path], tuple[Attribute, Values]]) -> Predicate:
    attribute, read = values(term.path)
    if inner := attribute.sub("value"):
        # RFC 7643 §2.4: `value` is the significant sub-attribute, meant when none is named.
        attribute, read = inner, _inner(read, "value")
    wanted = comparable(attribute, term.operator, term.value, term.path)
    test, key = TESTS[term.operator], KEYS[attribute.type]
    unequal = term.operator is Operator.NE
    if wanted is None:
        return lambda document: bool(read(document)) is unequal

    def compare(document: Mapping[str, Json]) -> bool:
        held = read(document)
        # What has no value is null: not identical to any value, and nothing else.
        return any(test(key(attribute, value), wanted) for value in held) if held else unequal

    return compare


def _reader(place: Place) -> Values:
    urn, name = place.urn, place.attribute.name

    def read(document: Mapping[str, Json]) -> list[Any]:
        holder = document if urn is None else document.get(urn)
        return as_list(holder.get(name)) if isinstance(holder, Mapping) else []

    return read if place.sub is None else _inner(read, place.sub.name)


def _inner(read: Values, name: str) -> Values:
    return lambda document: [item for element in read(document) for item in as_list(element.get(name))]
