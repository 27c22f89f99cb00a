"""The groups of a user, direct and indirect, as filters ask about them."""

from __future__ import annotations

from attrs import frozen

from hub.scim.expressions import Filter, Operator
from hub.scim.folding import fold
from hub.scim.schema import Attribute
from storage.keys import key
from storage.searchable import Scalar

from .related import Met, Owner, Parts, columns, display
from .spots import InDocument, Inner, Spot
from .words import Words

#: How begins what is found once for all users.
FOUND = "found AS"


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
        """One of the groups is *met*."""
        return f"{self.user} IN ({self.users(met)})"

    def users(self, met: Met) -> str:
        """Return a statement of the ids of all, users and groups, that are in a group that is *met*."""
        g, called = (self.words.values.alias() for _ in range(2))
        direct, indirect = (met(self._parts(g, called, f"'{type_}'")) for type_ in ("direct", "indirect"))
        if direct == "TRUE":
            return f"SELECT m.member_id FROM members m WHERE {self.owner.of('m')}"
        groups, tables = self._groups(g, called, direct)
        above = f"SELECT {g}.id FROM {tables} WHERE {groups}"
        if direct == indirect:
            found = self._members(f"{above} UNION SELECT inside.id FROM inside")
        else:
            found = f"{self._members(above)} UNION ALL {self._only_indirect()}"
        below = self._below(g, called, indirect)
        return f"{below}, {FOUND} ({found}) SELECT found.member_id FROM found"

    def _parts(self, g: str, called: str, type_: str) -> Parts:
        expressions = {"value": f"{g}.id", "$ref": f"('/Groups/' || {g}.id)", "type": type_}
        return {
            **columns(self.words, self.attribute, expressions),
            "display": _Name(spot=display(self.words, called), name_key=f"{g}.name_key"),
        }

    def _groups(self, g: str, called: str, met: str) -> tuple[str, str]:
        """Return the condition that a group is *met*, and the tables that it is about."""
        tables, mine = f"resources {g}", f"{self.owner.of(g)} AND {g}.kind = 'Group'"
        if f"{called}." in met:
            tables += f" CROSS JOIN searched {called}"
            mine += f" AND {self.owner.of(called)} AND {called}.kind = 'Group' AND {called}.id = {g}.id"
        return f"{mine} AND {met}", tables

    def _members(self, groups: str) -> str:
        members = self.words.looked_up("members", "m", f"{self.owner.of('m')} AND m.group_id = chosen.id")
        return f"SELECT m.member_id FROM ({groups}) chosen {members}"

    def _below(self, g: str, called: str, met: str) -> str:
        """Begin a statement on `inside`: of each group that is *met*, as `root`, the groups within it."""
        # From the side of the groups: they are few, where members are many.
        above = self.words.looked_up("members", "m", f"{self.owner.of('m')} AND m.member_id = k.id")
        edges = (
            f"SELECT m.group_id, m.member_id FROM resources k {above}"
            f" WHERE {self.owner.of('k')} AND k.kind = 'Group'"
        )
        groups, tables = self._groups(g, called, met)
        return (
            f"WITH RECURSIVE edges AS MATERIALIZED ({edges}), inside(root, id) AS ("
            f"SELECT {g}.id, edges.member_id FROM edges CROSS JOIN {tables}"
            f" WHERE {groups} AND {g}.id = edges.group_id"
            " UNION SELECT inside.root, edges.member_id FROM inside JOIN edges ON edges.group_id = inside.id)"
        )

    def _only_indirect(self) -> str:
        direct = (
            f"SELECT 1 FROM members d WHERE {self.owner.of('d')}"
            " AND d.group_id = inside.root AND d.member_id = m.member_id"
        )
        members = self.words.looked_up("members", "m", f"{self.owner.of('m')} AND m.group_id = inside.id")
        return f"SELECT m.member_id FROM inside {members} WHERE NOT EXISTS ({direct})"


@frozen(kw_only=True)
class _Name:
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
