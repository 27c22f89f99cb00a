"""Attributes whose elements are rows of their own, and of these the members of a group."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, TypeAlias

from attrs import frozen

from hub.scim.catalog import GROUP_TYPE
from hub.scim.expressions import Filter, Operator
from hub.scim.schema import Attribute
from storage.searchable import Scalar

from .spots import InColumn, InDocument, Inner, Spot, both
from .words import Words

#: The parts of a related resource, by name in lower case.
Parts: TypeAlias = Mapping[str, Spot]

#: Says in SQL, of the parts of a related resource, whether it is one that is looked for.
Met: TypeAlias = Callable[[Parts], str]


@frozen(kw_only=True)
class Owner:
    """Whose rows: the places of the team and of the connection in a statement."""

    team: str
    connection: str

    def of(self, alias: str) -> str:
        """Return the condition that the rows called *alias* are the owner's."""
        return f"{alias}.team_id = {self.team} AND {alias}.connection_id = {self.connection}"


class Relation(Protocol):
    """A multi-valued attribute whose elements are found in other rows."""

    @property
    def attribute(self) -> Attribute:
        """What the elements are elements of."""

    def exists(self, met: Met) -> str:
        """One of the elements is *met*."""


@frozen(kw_only=True)
class Related:
    """All elements of a *relation*, as a spot."""

    relation: Relation

    @property
    def attribute(self) -> Attribute:
        """The attribute that has the elements."""
        return self.relation.attribute

    def sub(self, name: str) -> Spot:
        return RelatedPart(relation=self.relation, name=name.lower())

    def has(self) -> str:
        return self.relation.exists(lambda _: "TRUE")

    def present(self) -> str:
        return self.has()

    def some(self, operator: Operator, value: Scalar) -> str:
        raise LookupError(operator, value)  # it is compared by its `value`

    def unlike(self, value: Scalar) -> str:
        raise LookupError(value)

    def choose(self, where: Filter, inner: Inner) -> str:  # noqa: ARG002 - where: as in every spot
        return self.relation.exists(lambda parts: inner(lambda path: parts[path.name.lower()]))

    def key(self) -> str:
        return "NULL"


@frozen(kw_only=True)
class RelatedPart:
    """One part of all elements of a *relation*."""

    relation: Relation
    name: str

    @property
    def attribute(self) -> Attribute:
        """The attribute that the part is a value of."""
        return self.relation.attribute.subs[self.name]

    def sub(self, name: str) -> Spot:
        raise LookupError(name)

    def has(self) -> str:
        return self.relation.exists(lambda parts: parts[self.name].has())

    def present(self) -> str:
        return self.relation.exists(lambda parts: parts[self.name].present())

    def some(self, operator: Operator, value: Scalar) -> str:
        return self.relation.exists(lambda parts: parts[self.name].some(operator, value))

    def unlike(self, value: Scalar) -> str:
        return f"(NOT ({self.has()}) OR {self.relation.exists(lambda parts: self._other(parts, value))})"

    def _other(self, parts: Parts, value: Scalar) -> str:
        return both(parts[self.name].has(), parts[self.name].unlike(value))

    def choose(self, where: Filter, inner: Inner) -> str:
        raise LookupError(where, inner)

    def key(self) -> str:
        return "NULL"


@frozen(kw_only=True)
class Members:
    """The members of the group whose id is at *group*."""

    attribute: Attribute
    words: Words
    owner: Owner
    group: str

    def exists(self, met: Met) -> str:
        """One of the members is *met*."""
        m, of = (self.words.values.alias() for _ in range(2))
        condition = met(self._parts(m, of))
        if f"{of}." not in condition:
            mine = f"{self.owner.of(m)} AND {m}.group_id = {self.group}"
            return f"EXISTS (SELECT 1 FROM members {m} WHERE {mine} AND {condition})"
        # From whoever is met to their groups: each is looked at once, and not in each group.
        table = "searched" if f"{of}.folded" in condition else "resources"
        found = f"{self.owner.of(of)} AND {condition} AND {self.owner.of(m)} AND {m}.member_id = {of}.id"
        return f"{self.group} IN (SELECT {m}.group_id FROM {table} {of} CROSS JOIN members {m} WHERE {found})"

    def _parts(self, m: str, of: str) -> Parts:
        expressions = {
            "value": f"{m}.member_id",
            "$ref": f"(CASE {of}.kind WHEN 'Group' THEN '/Groups/' ELSE '/Users/' END || {of}.id)",
            "type": f"CASE {of}.kind WHEN 'Group' THEN 'group' ELSE 'user' END",
        }
        parts = columns(self.words, self.attribute, expressions)
        return {**parts, "display": display(self.words, of)}


def columns(words: Words, attribute: Attribute, expressions: Mapping[str, str]) -> dict[str, Spot]:
    """Return parts of *attribute* that *expressions* say, by name in lower case."""
    return {
        name: InColumn(attribute=attribute.subs[name], words=words, expression=expression)
        for name, expression in expressions.items()
    }


def display(words: Words, row: str) -> InDocument:
    """Return what the resource is shown by whose folded document is in *row*."""
    # Users and groups are shown by the attribute of one name.
    return InDocument.at_root(words, row, GROUP_TYPE.schema.by_name["displayname"])
