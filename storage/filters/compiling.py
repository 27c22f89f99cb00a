"""A filter over the resources of one kind, as a condition in SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from attrs import frozen

from hub.scim.expressions import And, Compare, Filter, Has, Not, Operator, Or, Path, Present, size_of
from hub.scim.match import TESTS, comparable, element_predicate, located, predicate
from hub.scim.schema import Attribute, Place, ResourceType
from storage.searchable import Scalar, scalar

from .groups import Groups
from .related import Members, Owner, Related, Relation
from .spots import Find, InColumn, InColumns, InDocument, Inner, Spot, both, either
from .words import Words

#: Where a kind's attribute of a name is, that is a row of its own for each element.
RELATIONS: Mapping[tuple[str, str], Callable[..., Relation]] = {
    ("Group", "members"): lambda at, **facts: Members(group=at, **facts),
    ("User", "groups"): lambda at, **facts: Groups(user=at, **facts),
}

Condition: TypeAlias = str

#: The tables that a condition is about: a resource's row, and its folded document.
ROW, FOLDED = "o", "f"


@frozen(kw_only=True)
class Kind:
    """The resources of one type, whose rows are called `ROW` and whose folded documents `FOLDED`."""

    resource_type: ResourceType
    words: Words
    owner: Owner

    def condition(self, where: Filter) -> Condition:
        """Return *where* as a condition, or raise `InvalidFilter` where the schema forbids to ask."""
        predicate(self.resource_type, where)
        return compiled(where, self.find)

    def find(self, path: Path) -> Spot:
        """Return where the values of *path* are."""
        place = located(self.resource_type, path)
        spot = self._root(place)
        return spot.sub(place.sub.name) if place.sub else spot

    def _root(self, place: Place) -> Spot:
        attribute = place.attribute
        if place.urn is not None:
            return self._in_document(self.resource_type.by_urn[place.urn.lower()]).sub(attribute.name)
        name = attribute.name.lower()
        if make := RELATIONS.get((self.resource_type.name, name)):
            facts = {"attribute": attribute, "words": self.words, "owner": self.owner}
            return Related(relation=make(f"{ROW}.id", **facts))
        match name:
            case "id":
                return InColumn(attribute=attribute, words=self.words, expression=f"{ROW}.id")
            case "schemas":
                return Schemas(attribute=attribute, urns=self._urns())
            case "meta":
                return InColumns(attribute=attribute, parts=self._meta(attribute))
            case _:
                return self._in_document(attribute)

    def _in_document(self, attribute: Attribute) -> InDocument:
        return InDocument.at_root(self.words, FOLDED, attribute)

    def _urns(self) -> Mapping[str, Callable[[], Condition]]:
        extensions = {
            each.id: self._in_document(self.resource_type.by_urn[each.id.lower()]).has
            for each in self.resource_type.extensions
        }
        return {self.resource_type.schema.id: lambda: "TRUE", **extensions}

    def _meta(self, attribute: Attribute) -> Mapping[str, Spot]:
        # A stored moment ends in milliseconds and a Z, one that is compared in microseconds.
        made, changed = (f"(substr({ROW}.{name}, 1, 23) || '000')" for name in ("created", "modified"))
        expressions = {
            "resourcetype": f"{ROW}.kind",
            "created": made,
            "lastmodified": changed,
            "location": f"('{self.resource_type.endpoint}/' || {ROW}.id)",
            "version": f"""('W/"' || {ROW}.version || '"')""",
        }
        columns = {"created": f"{ROW}.created", "lastmodified": f"{ROW}.modified"}
        return {
            name: InColumn(
                attribute=attribute.subs[name],
                words=self.words,
                expression=expression,
                sorted_by=columns.get(name),
            )
            for name, expression in expressions.items()
        }


def compiled(filter_: Filter, find: Find, *, negated: bool = False) -> Condition:
    """Return *filter_* or its opposite as a condition; what *find* finds has been checked against the schema.

    A `not` goes down to what it denies in the end, so that however deep it costs SQLite's parser nothing.
    """
    match filter_:
        case And(terms=terms) | Or(terms=terms):
            joined = either if isinstance(filter_, Or) is not negated else both
            return joined(*(compiled(term, find, negated=negated) for term in _largest_first(terms)))
        case Not(term=term):
            return compiled(term, find, negated=not negated)
        case _ if negated:
            # What is null is not true: RFC 7644 knows no third answer.
            return f"({compiled(filter_, find)}) IS NOT TRUE"
        case Present(path=path):
            return find(path).present()
        case Has(path=path):
            assert path.where is not None
            return _chosen(path.where, find(path))
        case Compare():
            return _compared(filter_, find(filter_.path))


def _largest_first(terms: Sequence[Filter]) -> Sequence[Filter]:
    # SQLite's parser holds at most a hundred things: of what is nested first it holds the parenthesis alone.
    return sorted(terms, key=size_of, reverse=True)


def _chosen(where: Filter, spot: Spot) -> Condition:
    match where:
        case Or(terms=terms):
            return either(*(_chosen(term, spot) for term in _largest_first(terms)))
        case Compare(operator=operator, value=value) if operator is not Operator.NE and value is not None:
            # Of one element it is asked what is asked of all: nothing has to be taken apart.
            part = spot.sub(where.path.name) if spot.attribute.sub_attributes else spot
            return _compared(where, part)
        case _:
            return spot.choose(where, lambda parts: compiled(where, parts))


def _compared(term: Compare, spot: Spot) -> Condition:
    if "value" in spot.attribute.subs:
        spot = spot.sub("value")
    wanted = comparable(spot.attribute, term.operator, term.value, term.path)
    if wanted is None:
        return spot.has() if term.operator is Operator.NE else f"NOT ({spot.has()})"
    value = scalar(wanted)
    if term.operator is Operator.NE:
        return spot.unlike(value)
    return spot.some(term.operator, value)


@frozen(kw_only=True)
class Schemas:
    """The schemas of a resource: its own, and each extension of which it has an attribute."""

    attribute: Attribute
    #: URN → says the condition that the resource has it.
    urns: Mapping[str, Callable[[], Condition]]

    def sub(self, name: str) -> Spot:
        raise LookupError(name)

    def has(self) -> Condition:
        return "TRUE"

    def present(self) -> Condition:
        return "TRUE"

    def unlike(self, value: Scalar) -> Condition:
        return self.some(Operator.NE, value)

    def some(self, operator: Operator, value: Scalar) -> Condition:
        return either(*(has() for urn, has in self.urns.items() if TESTS[operator](urn, value)))

    def choose(self, where: Filter, inner: Inner) -> Condition:  # noqa: ARG002 - inner: as in every spot
        chosen = element_predicate(self.attribute, where)
        return either(*(has() for urn, has in self.urns.items() if chosen({"value": urn})))

    def key(self) -> str:
        return "NULL"
