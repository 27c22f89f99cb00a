"""What a filter says of the hub's own addresses, as they are kept: without the connection's address."""

from __future__ import annotations

from attrs import evolve

from hub.scim.catalog import ENTERPRISE_USER, GROUP, USER
from hub.scim.expressions import And, Compare, Filter, Has, Not, Operator, Or, Path

#: Where they stand: an attribute, and the part of it that says where something is found.
LINKS = {"meta": "location", "groups": "$ref", "members": "$ref", "manager": "$ref"}

#: Whose attributes these are; a team's own schema may have others of the same names.
_SCHEMAS = frozenset(schema.id.lower() for schema in (USER, GROUP, ENTERPRISE_USER))

#: How an address compares by its rest that compares so as a whole: it has no other beginning.
_BY_REST = {Operator.CO: Operator.SW, Operator.EW: Operator.EQ}


def localised(where: Filter, base_url: str, *, within: Path | None = None) -> Filter:
    """Return *where*, perhaps one of elements *within* something, with addresses below *base_url* as kept."""
    match where:
        case And(terms=terms) | Or(terms=terms):
            return evolve(where, terms=tuple(localised(term, base_url, within=within) for term in terms))
        case Not(term=term):
            return evolve(where, term=localised(term, base_url, within=within))
        case Has(path=Path(where=inner) as path) if inner is not None:
            return evolve(where, path=evolve(path, where=localised(inner, base_url, within=path)))
        case Compare(value=str(said)) if said.startswith(f"{base_url}/") and _is_link(where.path, within):
            operator = _BY_REST.get(where.operator, where.operator)
            return evolve(where, operator=operator, value=said.removeprefix(base_url))
        case _:
            return where


def _is_link(path: Path, within: Path | None) -> bool:
    holder, part = (path, path.sub) if within is None else (within, path.name)
    known = holder.schema is None or holder.schema.lower() in _SCHEMAS
    return known and part is not None and LINKS.get(holder.name.lower()) == part.lower()
