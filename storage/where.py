"""Filters into SQL, as far as an index answers them; the matcher does the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from hub.engine.kinds import RESOURCE_TYPES
from hub.scim.expressions import And, Compare, Filter, Has, Not, Operator, Or, Path, Present, terms_of
from hub.scim.folding import fold

from .keys import key

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Resource kind → attribute, in lower case → the condition that an equality with it becomes.
EQUALITIES = {
    "User": {"id": "id = {}", "externalid": "external_id = {}", "username": "name_key = {}"},
    "Group": {"id": "id = {}", "externalid": "external_id = {}", "displayname": "name_key = {}"},
}

_FOLDED = "name_key = {}"
_MEMBER = "EXISTS (SELECT 1 FROM members m WHERE m.group_id = resources.id AND m.member_id = {})"


@frozen(kw_only=True)
class Narrowed:
    """A condition with its values, and what of the filter it leaves to be matched."""

    sql: str
    values: tuple[object, ...]
    rest: Filter | None = None


def narrow(kind: str, where: Filter | None, owner: tuple[str, str | None]) -> Narrowed:
    """Return the condition for resources of *kind* that belong to *owner* (team, connection)."""
    conditions, values, rest = [], [*owner, kind], []
    for term in terms_of(where, And) if where else ():
        match _condition(kind, term):
            case None:
                rest.append(term)
            case condition, value:
                values.append(value)
                conditions.append(condition.format(f"${len(values)}"))
    return Narrowed(
        sql=" AND ".join(["team_id = $1", "connection_id = $2", "kind = $3", *conditions]),
        values=tuple(values),
        rest=_all(rest),
    )


def mentions(where: Filter, name: str) -> bool:
    """Say whether *where* asks about the attribute *name* (in lower case)."""
    return any(path.name.lower() == name for path in _paths(where))


def _condition(kind: str, term: Filter) -> tuple[str, str] | None:
    match term:
        case Compare(path=Path(where=None) as path, operator=Operator.EQ, value=str(value)):
            pass
        case Has(
            path=Path(sub=None, where=Compare(path=inner, operator=Operator.EQ, value=str(value))) as outer
        ):
            path = Path(name=outer.name, schema=outer.schema, sub=inner.name)
        case _:
            return None
    if path.schema is not None and path.schema.lower() != RESOURCE_TYPES[kind].schema.id.lower():
        return None
    if kind == "Group" and path.name.lower() == "members" and (path.sub or "value").lower() == "value":
        return _MEMBER, value
    condition = EQUALITIES[kind].get(path.name.lower()) if path.sub is None else None
    if condition is None:
        return None
    return condition, key(fold(value) if condition == _FOLDED else value)


def _all(terms: list[Filter]) -> Filter | None:
    if len(terms) > 1:
        return And(terms=tuple(terms))
    return terms[0] if terms else None


def _paths(where: Filter) -> Iterator[Path]:
    match where:
        case And(terms=terms) | Or(terms=terms):
            for term in terms:
                yield from _paths(term)
        case Not(term=term):
            yield from _paths(term)
        case Present(path=path) | Compare(path=path) | Has(path=path):
            yield path
