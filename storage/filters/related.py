"""The attributes that are rows of their own: the members of a group, the groups of a user."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, TypeAlias

from attrs import frozen

from hub.scim.catalog import GROUP_TYPE
from hub.scim.expressions import Filter, Operator
from hub.scim.folding import fold
from hub.scim.schema import Attribute
from storage.keys import key
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
        m, of, called = (self.words.values.alias() for _ in range(3))
        condition = met(self._parts(m, of, called))
        tables, mine = f"members {m}", f"{self.owner.of(m)} AND {m}.group_id = {self.group}"
        # From the group to its members, and not the other way round, whatever SQLite thinks.
        if f"{of}." in condition or f"{called}." in condition:
            tables += f" CROSS JOIN resources {of}"
            mine += f" AND {self.owner.of(of)} AND {of}.id = {m}.member_id"
        if f"{called}." in condition:
            tables += f" CROSS JOIN searched {called}"
            mine += f" AND {self.owner.of(called)} AND {called}.kind = {of}.kind AND {called}.id = {of}.id"
        return f"EXISTS (SELECT 1 FROM {tables} WHERE {mine} AND {condition})"

    def _parts(self, m: str, of: str, called: str) -> Parts:
        expressions = {
            "value": f"{m}.member_id",
            "$ref": f"(CASE {of}.kind WHEN 'Group' THEN '/Groups/' ELSE '/Users/' END || {of}.id)",
            "type": f"CASE {of}.kind WHEN 'Group' THEN 'group' ELSE 'user' END",
        }
        return {
            **_columns(self.words, self.attribute, expressions),
            "display": _display(self.words, f"{called}.folded"),
        }


@frozen(kw_only=True)
class Groups:
    """The groups, direct and indirect, of the user whose id is at *user*.

    They are looked for from above: down from the groups that are met, by way of the groups within
    them, to their members. That takes time by the size of these, and not by the number of users.
    """

    attribute: Attribute
    words: Words
    owner: Owner
    user: str

    def exists(self, met: Met) -> str:
        g, called = (self.words.values.alias() for _ in range(2))
        direct, indirect = (met(self._parts(g, called, f"'{type_}'")) for type_ in ("direct", "indirect"))
        if direct == "TRUE":
            return f"{self.user} IN ({self._members('')})"
        above = self._groups(g, called, direct)
        if direct == indirect:
            below = f"{self._below(g, called, direct)} {above} UNION SELECT id FROM inside"
            return f"{self.user} IN ({self._members(below)})"
        return (
            f"({self.user} IN ({self._members(above)})"
            f" OR {self.user} IN ({self._below(g, called, indirect)} {self._only_indirect()}))"
        )

    def _parts(self, g: str, called: str, type_: str) -> Parts:
        expressions = {"value": f"{g}.id", "$ref": f"('/Groups/' || {g}.id)", "type": type_}
        return {
            **_columns(self.words, self.attribute, expressions),
            "display": _Named(spot=_display(self.words, f"{called}.folded"), name_key=f"{g}.name_key"),
        }

    def _groups(self, g: str, called: str, met: str, beside: str = "") -> str:
        tables, mine = f"resources {g}", f"{self.owner.of(g)} AND {g}.kind = 'Group'"
        if f"{called}." in met:
            tables += f" CROSS JOIN searched {called}"
            mine += f" AND {self.owner.of(called)} AND {called}.kind = 'Group' AND {called}.id = {g}.id"
        if beside:
            return f"SELECT {g}.id, edges.member_id FROM {tables}{beside} WHERE {mine} AND {met} AND edges.group_id = {g}.id"
        return f"SELECT {g}.id FROM {tables} WHERE {mine} AND {met}"

    def _members(self, groups: str) -> str:
        chosen = f" AND m.group_id IN ({groups})" if groups else ""
        return f"SELECT m.member_id FROM members m WHERE {self.owner.of('m')}{chosen}"

    def _below(self, g: str, called: str, met: str) -> str:
        """Begin a statement on `inside`: of each group that is *met*, the groups in it, however deep."""
        # From the side of the groups: they are few, where members are many.
        edges = (
            "SELECT m.group_id, m.member_id FROM resources k CROSS JOIN members m"
            f" WHERE {self.owner.of('k')} AND k.kind = 'Group' AND {self.owner.of('m')} AND m.member_id = k.id"
        )
        return (
            f"WITH RECURSIVE edges AS MATERIALIZED ({edges}),"
            f" inside(root, id) AS ({self._groups(g, called, met, ' CROSS JOIN edges')}"
            " UNION SELECT inside.root, edges.member_id FROM inside"
            " JOIN edges ON edges.group_id = inside.id)"
        )

    def _only_indirect(self) -> str:
        direct = (
            f"SELECT 1 FROM members d WHERE {self.owner.of('d')}"
            " AND d.group_id = inside.root AND d.member_id = m.member_id"
        )
        return (
            "SELECT m.member_id FROM inside JOIN members m ON m.group_id = inside.id"
            f" AND {self.owner.of('m')} WHERE NOT EXISTS ({direct})"
        )


@frozen(kw_only=True)
class _Named:
    """The name of a group: whole names are found by their index."""

    spot: InDocument
    name_key: str

    @property
    def attribute(self) -> Attribute:
        return self.spot.attribute

    def sub(self, name: str) -> Spot:
        return self.spot.sub(name)

    def has(self) -> str:
        return self.spot.has()

    def present(self) -> str:
        return self.spot.present()

    def some(self, operator: Operator, value: Scalar) -> str:
        if operator is Operator.EQ and isinstance(value, str):
            return f"{self.name_key} = {self.spot.words.values.place(key(fold(value)))}"
        return self.spot.some(operator, value)

    def unlike(self, value: Scalar) -> str:
        return self.spot.unlike(value)

    def choose(self, where: Filter, inner: Inner) -> str:
        return self.spot.choose(where, inner)

    def key(self) -> str:
        return self.spot.key()


def _columns(words: Words, attribute: Attribute, expressions: Mapping[str, str]) -> dict[str, Spot]:
    return {
        name: InColumn(attribute=attribute.subs[name], words=words, expression=expression)
        for name, expression in expressions.items()
    }


def _display(words: Words, text: str) -> InDocument:
    # Users and groups are shown by the attribute of one name.
    return InDocument.at_root(words, text, GROUP_TYPE.schema.by_name["displayname"])
