"""Who may be meant by a name, and all that decides whether they may sign in, in one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import Factory, field, frozen

from hub.engine.values.entitlements import Bond, Seated, Standing
from hub.scim.strictjson import dumps

from .client import Row
from .keys import key
from .patience import Patient
from .sharing import Sharing

#: Whoever owns one of the names in the JSON array $2 as an address, and all of the team's users who are
#: called so: by way of its connections, of which there are few.
_NAMED = {
    "sqlite": "SELECT address AS name, person_id, 'owns' AS bond FROM person_keys"
    " WHERE team_id = $1 AND address IN (SELECT value FROM json_each($2))"
    " UNION SELECT r.name_key, r.person_id, CASE WHEN r.active THEN 'bears' ELSE 'bore' END"
    " FROM connections c CROSS JOIN resources r WHERE c.team_id = $1 AND r.connection_id = c.id"
    " AND r.kind = 'User' AND r.name_key IN (SELECT value FROM json_each($2))",
    "postgres": "SELECT asked.name, k.person_id, 'owns' AS bond"
    ' FROM (SELECT json_array_elements_text($2::text::json) COLLATE "C" AS name) asked'
    " CROSS JOIN LATERAL (SELECT person_id FROM person_keys WHERE team_id = $1 AND address = asked.name"
    " OFFSET 0) k"
    " UNION SELECT asked.name, r.person_id, CASE WHEN r.active THEN 'bears' ELSE 'bore' END"
    ' FROM (SELECT json_array_elements_text($2::text::json) COLLATE "C" AS name) asked'
    " CROSS JOIN connections c CROSS JOIN LATERAL (SELECT person_id, active FROM resources"
    " WHERE connection_id = c.id AND kind = 'User' AND name_key = asked.name OFFSET 0) r"
    " WHERE c.team_id = $1",
}

#: Whoever has that id.
_PERSON = "SELECT id AS name, id AS person_id, 'owns' AS bond FROM persons WHERE team_id = $1 AND id = $2"

#: The rows of each of those who were *found*: one by one and by their indexes, which PostgreSQL is told by
#: OFFSET 0. Left to itself it would read all people of a team of which it knows little yet.
_ROWS = {
    "sqlite": " FROM ({found}) f CROSS JOIN persons p"
    " LEFT JOIN holdings h ON h.team_id = p.team_id AND h.person_id = p.id AND h.until IS NULL"
    " LEFT JOIN seats s ON s.team_id = h.team_id AND s.kind = h.kind"
    " LEFT JOIN waiting w ON w.team_id = p.team_id AND w.person_id = p.id"
    " WHERE p.team_id = $1 AND p.id = f.person_id",
    "postgres": " FROM ({found}) f"
    " CROSS JOIN LATERAL (SELECT * FROM persons WHERE team_id = $1 AND id = f.person_id OFFSET 0) p"
    " LEFT JOIN LATERAL (SELECT kind, since FROM holdings WHERE team_id = $1 AND person_id = p.id"
    " AND until IS NULL OFFSET 0) h ON TRUE"
    " LEFT JOIN LATERAL (SELECT held, bought FROM seats WHERE team_id = $1 AND kind = h.kind OFFSET 0) s"
    " ON TRUE"
    " LEFT JOIN LATERAL (SELECT kind FROM waiting WHERE team_id = $1 AND person_id = p.id OFFSET 0) w"
    " ON TRUE",
}

#: What decides of them. Claims are counted afresh where a seat is to be settled: the part of a removal that
#: counts them may have failed, and is still to be put right.
_FACTS = (
    "SELECT f.name, f.bond, p.id, p.by_hand, p.suspended, p.settle_at,"
    " CASE WHEN NOT p.unsettled THEN p.claims ELSE CASE WHEN p.by_hand THEN 1 ELSE 0 END"
    " + (SELECT count(*) FROM resources r WHERE r.team_id = p.team_id AND r.person_id = p.id AND r.active)"
    " END AS claims,"
    " h.kind, h.since, s.held > s.bought AS over, w.kind AS waits_for"
)

#: The statement that finds out, by the kind of database.
STANDING = {dialect: _FACTS + rows for dialect, rows in _ROWS.items()}


@frozen(kw_only=True)
class DatabaseStandings(Patient):
    """`Standings` in a database; on PostgreSQL, those who ask for one each at once share a statement."""

    _shared: Sharing[Sequence[Standing]] = field(
        init=False,
        repr=False,
        eq=False,
        default=Factory(lambda self: Sharing(self._named, none=()), takes_self=True),
    )

    async def named(self, team: str, names: Sequence[str]) -> Mapping[str, Sequence[Standing]]:
        if self.database.dialect == "sqlite" or len(names) != 1:
            return await self._patiently(lambda: self._named((team,), names))
        (name,) = names
        found = await self._patiently(lambda: self._shared.ask((team,), name))
        return {name: found} if found else {}

    async def _named(self, of: tuple[str], names: Sequence[str]) -> Mapping[str, Sequence[Standing]]:
        (team,) = of
        asked = {key(name): name for name in names}
        standings: dict[str, list[Standing]] = {}
        for row in await self._found(_NAMED[self.database.dialect], team, dumps([*asked]).decode()):
            standings.setdefault(asked[row["name"]], []).append(standing(row))
        return standings

    async def person(self, team: str, id: str) -> Sequence[Standing]:
        found = await self._patiently(lambda: self._found(_PERSON, team, id))
        return [standing(row) for row in found]

    async def _found(self, found: str, *values: object) -> Sequence[Row]:
        return await self.database.rows(STANDING[self.database.dialect].format(found=found), *values)


def standing(row: Row) -> Standing:
    """Return what the statement `STANDING` found of one person."""
    seat = None
    if row["kind"] is not None:
        seat = Seated(kind=row["kind"], since=row["since"], over=bool(row["over"]))
    return Standing(
        person=row["id"],
        bond=Bond(row["bond"]),
        claims=row["claims"],
        by_hand=bool(row["by_hand"]),
        suspended=row["suspended"] is not None,
        settle_at=row["settle_at"],
        seat=seat,
        waits_for=row["waits_for"],
    )
