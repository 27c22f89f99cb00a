"""Who is in which group: a group's members, changed by delta, and a user's groups, however deep."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import orjson
from attrs import frozen

from hub.engine.common.failpoints import failpoint
from hub.engine.values.errors import Overtaken, UnknownMembers
from hub.engine.values.resources import MEMBERS_FIRST, Member, Membership
from hub.engine.values.scope import Scope

from .client import Row
from .database import Database
from .faults import Violation, violated
from .lookups import identified
from .transaction import Transaction

if TYPE_CHECKING:
    from hub.scim.membership import MemberChange

#: Runs one statement and returns its rows.
Rows = Callable[..., Awaitable[Sequence[Row]]]

#: What each database says for: an array of rows, an array of values, a name in a document.
_JSON = {
    "sqlite": ("json_group_array", "json_array", "json_extract({}, '$.displayName')", ""),
    "postgres": ("json_agg", "json_build_array", "({}::json ->> 'displayName')", "::text"),
}

#: The groups that the groups in `held` are members of, each found by the index and in no other way:
#: SQLite would build a filter of all members first, PostgreSQL might read them all into a hash.
_ABOVE = {
    "sqlite": "held CROSS JOIN members m WHERE m.team_id = held.team AND m.connection_id = held.connection"
    " AND m.member_id = held.id",
    "postgres": "held CROSS JOIN LATERAL (SELECT * FROM members WHERE team_id = held.team"
    " AND connection_id = held.connection AND member_id = held.id OFFSET 0) m",
}

#: The resources `r` of a connection ($1, $2) whose column is in a JSON array, each found by the index.
#: Left to choose, PostgreSQL holds every resource against every string while it does not know its tables yet.
_NAMED = {
    "sqlite": "json_each({place}) named CROSS JOIN resources r"
    " WHERE r.team_id = $1 AND r.connection_id = $2{of} AND r.{column} = named.value",
    "postgres": "json_array_elements_text({place}::text::json) named CROSS JOIN LATERAL (SELECT *"
    " FROM resources WHERE team_id = $1 AND connection_id = $2{of} AND {column} = named.value OFFSET 0) r",
}

#: That a row `m` of members is of the connection of the resource *of*; and that its group is in another.
_MINE = "m.team_id = {of}.team_id AND m.connection_id = {of}.connection_id"
_ANY_ABOVE = (
    "SELECT 1 FROM members a WHERE a.team_id = m.team_id AND a.connection_id = m.connection_id"
    " AND a.member_id = m.group_id LIMIT 1"
)

#: What is read of a row `m` of members: no join, so that nobody may think of another way than the index.
_MEMBER = (
    "m.member_id AS id, (SELECT r.kind FROM resources r WHERE r.team_id = m.team_id"
    " AND r.connection_id = m.connection_id AND r.id = m.member_id) AS kind"
)

#: The members of a group ($3), and those of them who are in the JSON array at $4, found as those above.
_OF_GROUP = "team_id = $1 AND connection_id = $2 AND group_id = $3"
_AMONG = {
    "sqlite": f"{_OF_GROUP} AND member_id IN (SELECT value FROM json_each($4))",
    "postgres": "ctid = ANY (ARRAY(SELECT m.ctid FROM json_array_elements_text($4::text::json) named"
    f" CROSS JOIN LATERAL (SELECT ctid FROM members WHERE {_OF_GROUP} AND member_id = named.value OFFSET 0)"
    " m))",
}


def named(database: Database, place: str, column: str = "id", of: str = "") -> str:
    """Return a source of the resources `r`, and *of* whom, whose *column* is in the JSON array at *place*."""
    return _NAMED[database.dialect].format(place=place, column=column, of=of)


@lru_cache(maxsize=64)
def column(database: Database, of: str = "resources") -> str:
    """Return the column `memberships` of the resources called *of*: a user's groups, a group's first members.

    It is worked out for each row that is read, so a page is to be chosen before, in a subquery. A user in
    no group costs a look into the index; one whose groups are in no other group, a look for each of these.
    """
    array, values, name, text = _JSON[database.dialect]
    held = f"FROM members m WHERE {_MINE.format(of=of)} AND m.member_id = {of}.id"
    nested = f"SELECT 1 {held} AND ({_ANY_ABOVE}) IS NOT NULL"
    called = f"SELECT {name.format('g.document')} FROM resources g WHERE"
    deep = f"({called} g.team_id = held.team AND g.connection_id = held.connection AND g.id = held.id)"
    return (
        f"CASE WHEN {of}.kind = 'Group' THEN ({_first(database, of)})"
        f" WHEN NOT EXISTS (SELECT 1 {held}) THEN NULL"
        f" WHEN NOT EXISTS ({nested}) THEN ({_direct(database, of)})"
        " ELSE (WITH RECURSIVE held(team, connection, id, direct) AS"
        f" (SELECT m.team_id, m.connection_id, m.group_id, 1 {held}"
        f" UNION SELECT m.team_id, m.connection_id, m.group_id, 0 FROM {_ABOVE[database.dialect]})"
        f" SELECT {array}({values}(id, {deep}, direct)){text} FROM held) END AS memberships"
    )


class Nested(Exception):
    """A group that a user is in is in others, which `near` does not know."""


@lru_cache(maxsize=64)
def near(database: Database, of: str = "resources") -> str:
    """Return the column `memberships` as `column` does, for one resource: its reader may raise `Nested`.

    PostgreSQL gets ready for a recursion whenever it runs a statement that has one, needed or not, and
    that takes as long as all the rest of it.
    """
    users = _direct(database, of, f"({_ANY_ABOVE})")
    return f"CASE WHEN {of}.kind = 'Group' THEN ({_first(database, of)}) ELSE ({users}) END AS memberships"


def _first(database: Database, of: str) -> str:
    """Return the subquery of a group's first members."""
    return (
        f"SELECT {_array(database)} FROM (SELECT {_MEMBER} FROM members m"
        f" WHERE {_MINE.format(of=of)} AND m.group_id = {of}.id ORDER BY m.member_id LIMIT {MEMBERS_FIRST}) m"
    )


def _direct(database: Database, of: str, *more: str) -> str:
    """Return the subquery of the groups that a user is in itself, and of *more* about each `m.group_id`."""
    array, values, name, text = _JSON[database.dialect]
    called = (
        f"(SELECT {name.format('g.document')} FROM resources g WHERE"
        " g.team_id = m.team_id AND g.connection_id = m.connection_id AND g.id = m.group_id)"
    )
    each = f"{values}({', '.join(['m.group_id', called, '1', *more])})"
    return (
        f"SELECT {array}({each}){text} FROM members m WHERE {_MINE.format(of=of)} AND m.member_id = {of}.id"
    )


def groups_in(row: Row) -> Sequence[Membership]:
    """Return a user's groups, in order of id, from *row*; raise `Nested` where `near` knows too few."""
    # Of a group that the user is in both ways, the direct one is sorted last, and stays.
    found = {each[0]: each for each in sorted(_said(row, orjson.loads))} if row["kind"] == "User" else {}
    if any(each[3:] == [1] for each in found.values()):
        raise Nested
    return [
        Membership(group=id, display=name or "", direct=bool(direct))
        for id, name, direct, *_ in found.values()
    ]


def members_in(row: Row) -> Sequence[Member] | None:
    """Return a group's first members, in order of id, from the `column` of *row*; None as it was not read."""
    if row["kind"] != "Group" or "memberships" not in row:
        return None
    return _members(row)


def _members(row: Row) -> Sequence[Member]:
    # Of thousands of members orjson has more in memory at once.
    return [Member(id=id, kind=kind) for id, kind in sorted(_said(row, json.loads))]


def _array(database: Database) -> str:
    """Return the JSON text of what `_MEMBER` reads."""
    array, values, _, text = _JSON[database.dialect]
    return f"{array}({values}(id, kind)){text}"


def _said(row: Row, loads: Callable[[str], Any]) -> Sequence[Any]:
    text = row.get("memberships")
    found: Sequence[Any] = loads(text) if text else ()
    return found


async def members(
    database: Database, rows: Rows, scope: Scope, group: str, *, after: str, count: int
) -> Sequence[Member]:
    """Return up to *count* members of a group whose ids come after *after*, in order of id."""
    page = "m.group_id = $3 AND m.member_id > $4 ORDER BY m.member_id LIMIT $5"
    found = await rows(
        # As one text: the database is quicker to write it, and we to read it, than as many rows.
        f"SELECT {_array(database)} AS memberships FROM (SELECT {_MEMBER} FROM members m"
        f" WHERE m.team_id = $1 AND m.connection_id = $2 AND {page}) m",
        *(scope.team, scope.connection, group, after, count),
    )
    return _members(found[0])


@frozen(kw_only=True)
class Memberships(Transaction):
    """What a write does to the members of its connection's groups."""

    async def members(self, group: str, *, after: str = "", count: int = 1000) -> Sequence[Member]:
        return await members(self.database, self.rows, self.scope, group, after=after, count=count)

    async def groups(self, user: str) -> Sequence[Membership]:
        one = identified(self.database.dialect, team="$1", connection="$2", id="$3")
        found = await self.rows(
            f"SELECT kind, {column(self.database)} FROM resources WHERE {one}",
            *(self.scope.team, self.scope.connection, user),
        )
        return groups_in(found[0]) if found else ()

    async def count_members(self, group: str, *, most: int) -> int:
        counted = " UNION ALL ".join(
            f"SELECT 1 FROM {name} WHERE team_id = $1 AND connection_id = $2 AND group_id = $3"
            for name in ("members", "pending_members")
        )
        found = await self.rows(
            f"SELECT count(*) AS total FROM (SELECT 1 FROM ({counted}) m LIMIT $4) m",
            *(self.scope.team, self.scope.connection, group, most),
        )
        return int(found[0]["total"])

    async def change_members(
        self, group: str, change: MemberChange, *, known: bool = False
    ) -> tuple[list[str], list[str]]:
        came, went = [], []
        if change.reset:
            went += await self._gone(group, change.added, keep=True)
        elif change.removed:
            went += await self._gone(group, change.removed, keep=False)
        if change.added:
            if not known:
                await self._check(change.added)
            new = await self._come(group, change.added)
            if not known and len(new) < len(change.added):  # there already, or deleted since
                await self._check(change.added)
            came += new
        failpoint("write.members")
        return came, went

    async def _gone(self, group: str, ids: frozenset[str], *, keep: bool) -> list[str]:
        others = f"{_OF_GROUP} AND member_id NOT IN ({self.database.listed('$4')})"
        rows = await self.rows(
            f"DELETE FROM members WHERE {others if keep else _AMONG[self.database.dialect]}"
            " RETURNING member_id",
            *(self.scope.team, self.scope.connection, group, json.dumps(sorted(ids))),
        )
        return [row["member_id"] for row in rows]

    async def _check(self, ids: frozenset[str]) -> None:
        rows = await self.rows(
            f"SELECT r.id FROM {named(self.database, '$3')}",
            *(self.scope.team, self.scope.connection, json.dumps(sorted(ids))),
        )
        if unknown := ids - {row["id"] for row in rows}:
            raise UnknownMembers(*sorted(unknown))

    async def _come(self, group: str, ids: frozenset[str]) -> list[str]:
        try:
            rows = await self.rows(
                "INSERT INTO members (team_id, connection_id, group_id, member_id)"
                f" SELECT r.team_id, r.connection_id, $4, r.id FROM {named(self.database, '$3')}"
                " ORDER BY r.id ON CONFLICT DO NOTHING RETURNING member_id",
                *(self.scope.team, self.scope.connection, json.dumps(sorted(ids)), group),
            )
        except Exception as error:
            if violated(error) is Violation.FOREIGN_KEY:  # a member was deleted since they were looked up
                raise Overtaken from error
            raise
        return [row["member_id"] for row in rows]
