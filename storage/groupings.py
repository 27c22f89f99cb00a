"""Groups and their members as administrators list them, a page at a time."""

from __future__ import annotations

import json
from collections.abc import Mapping

from attrs import frozen

from hub.engine.seats.people import name_in
from hub.engine.values.gathered import COUNTED_MAX, Gathered, Gathering
from hub.engine.values.listing import PAGE, Page, Turn, page_of

from .client import Row
from .filters.spots import both
from .patience import Patient

#: How many are in a group `g`, and how many more are expected; each row is found by the index.
_IN = "FROM {} m WHERE m.team_id = g.team_id AND m.connection_id = g.connection_id AND m.group_id = g.id"
_COUNTED = f"(SELECT count(*) FROM (SELECT 1 {_IN.format('members')} LIMIT {COUNTED_MAX + 1}) counted)"
_ALL = f"(SELECT count(*) {_IN.format('members')})"
_EXPECTED = f"(SELECT count(*) {_IN.format('pending_members')})"

_GROUP = "g.id, g.connection_id, g.name_key, g.document, g.created"


@frozen(kw_only=True)
class DatabaseGroupings(Patient):
    """`Groupings` in a database; *patience* is how long it asks again, seconds."""

    async def counts(self, team: str) -> Mapping[str, int]:
        rows = await self._rows(
            "SELECT connection_id, resources FROM counts WHERE team_id = $1 AND kind = 'Group'", team
        )
        return {row["connection_id"]: row["resources"] for row in rows}

    async def groups(self, team: str, connection: str, text: str, turn: Turn) -> Page[Gathering]:
        id, _, name = turn.mark.partition("/")
        instr = {"sqlite": "instr", "postgres": "strpos"}[self.database.dialect]
        sign, order = ("<", " DESC") if turn.before else (">", "")
        where = both(
            "g.team_id = $1 AND g.connection_id = $2 AND g.kind = 'Group'",
            f"(g.name_key, g.id) {sign} ($3, $4)" if turn.mark else "$3 = $4",
            f"{instr}(g.name_key, $5) > 0" if text else "$5 = ''",
        )
        rows = await self._rows(
            f"SELECT {_GROUP}, {_COUNTED} AS members, 0 AS expected FROM (SELECT * FROM resources g"
            f" WHERE {where} ORDER BY g.name_key{order}, g.id{order} LIMIT {PAGE + 1}) g"
            f" ORDER BY g.name_key{order}, g.id{order}",
            *(team, connection, name, id, text),
        )
        found = page_of(rows, turn, lambda row: f"{row['id']}/{row['name_key']}")
        return found.having([_gathering(row) for row in found.rows])

    async def group(self, team: str, id: str) -> Gathering | None:
        rows = await self._rows(
            f"SELECT {_GROUP}, {_ALL} AS members, {_EXPECTED} AS expected FROM resources g"
            " WHERE g.team_id = $1 AND g.id = $2 AND g.kind = 'Group'",
            *(team, id),
        )
        return _gathering(rows[0]) if rows else None

    async def members(self, team: str, connection: str, group: str, turn: Turn) -> Page[Gathered]:
        sign, order = ("<", " DESC") if turn.before else (">", "")
        rows = await self._rows(
            "SELECT r.id, r.kind, r.document, r.person_id, r.active FROM (SELECT m.member_id FROM members m"
            " WHERE m.team_id = $1 AND m.connection_id = $2 AND m.group_id = $3"
            f" AND m.member_id {sign} $4 ORDER BY m.member_id{order} LIMIT {PAGE + 1}) chosen"
            " CROSS JOIN resources r WHERE r.team_id = $1 AND r.connection_id = $2"
            f" AND r.id = chosen.member_id ORDER BY r.id{order}",
            *(team, connection, group, turn.mark),
        )
        return page_of([_gathered(row) for row in rows], turn, lambda each: each.id)


def _gathering(row: Row) -> Gathering:
    return Gathering(
        id=row["id"],
        connection=row["connection_id"],
        display=json.loads(row["document"]).get("displayName", ""),
        members=row["members"],
        created=row["created"],
        expected=row["expected"],
    )


def _gathered(row: Row) -> Gathered:
    document = json.loads(row["document"])
    user = row["kind"] == "User"
    return Gathered(
        id=row["id"],
        kind=row["kind"],
        called=document["userName"] if user else document.get("displayName", ""),
        name=name_in(document) if user else None,
        person=row["person_id"],
        active=not user or bool(row["active"]),
    )
