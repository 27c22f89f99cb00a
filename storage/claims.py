"""The people of one team: who vouches for them, where they are, and whose seat is to be settled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import frozen

from hub.engine.common.failpoints import failpoint
from hub.engine.values.claimants import Claimant
from hub.engine.values.places import Spot
from hub.engine.values.resources import Resource

from . import memberships, records
from .client import Row
from .keys import key
from .statements import Statement
from .transaction import Transaction

#: What makes a claim of one more resource of a person. An administrator's claim is taken over by the first
#: that is a provider's; and who comes back is neither kept a seat for nor undecided any more.
_CLAIMED = (
    "ON CONFLICT (id) DO UPDATE SET claims = persons.claims + excluded.claims"
    " - CASE WHEN persons.by_hand AND excluded.claims > 0 THEN 1 ELSE 0 END,"
    " by_hand = (persons.by_hand AND excluded.claims = 0),"
    " settle_at = CASE WHEN persons.claims = 0 AND excluded.claims > 0 THEN NULL ELSE persons.settle_at END"
)

#: The same for one who is known already.
_CHANGE = (
    "UPDATE persons SET claims = claims + $3 - CASE WHEN by_hand AND $3 > 0 THEN 1 ELSE 0 END,"
    " by_hand = (by_hand AND $3 <= 0),"
    " settle_at = CASE WHEN $3 <> 0 AND (claims = 0 OR claims + $3 = 0) THEN NULL ELSE settle_at END"
    " WHERE team_id = $1 AND id = $2 RETURNING "
)

#: Finds the owner of an address, or makes one of who is at hand.
_OWNED = " ON CONFLICT (team_id, address) DO UPDATE SET address = excluded.address RETURNING person_id"
_OWNER = f"INSERT INTO person_keys (team_id, address, person_id) VALUES ($1, $2, $3){_OWNED}"

#: Both at once on PostgreSQL, and before it, wait for whoever is at work on that person: see `Unit.lock`.
_CLAIM = (
    "WITH turn AS MATERIALIZED (SELECT 1 FROM person_keys WHERE team_id = $1 AND address = $2"
    " AND pg_advisory_xact_lock(hashtextextended(person_id, 0)) IS NOT NULL),"
    " owner AS (INSERT INTO person_keys (team_id, address, person_id)"
    f" SELECT $1, $2, $3 FROM (SELECT count(*) FROM turn) waited{_OWNED})"
    " INSERT INTO persons (id, team_id, claims) SELECT person_id, $1, $4::bigint FROM owner"
    f" {_CLAIMED} RETURNING id"
)

#: What is read of a row of `persons`: how somebody stands.
_HELD = "FROM holdings h{} WHERE h.team_id = persons.team_id AND h.person_id = persons.id AND h.until IS NULL"
_STANDING = (
    f"claims, by_hand, settle_at, (SELECT h.kind {_HELD.format('')}) AS held,"
    " (SELECT w.kind FROM waiting w WHERE w.team_id = persons.team_id AND w.person_id = persons.id) AS waits,"
    f" (SELECT s.grace {_HELD.format(' JOIN seats s ON s.team_id = h.team_id AND s.kind = h.kind')}) AS grace"
)

#: Marks those whose users are in the JSON array at $3, or in the groups in it, however deep; also who is
#: not active, for whoever makes them so meanwhile does not see these groups. Each is found by its index;
#: and PostgreSQL locks them in one order, so that no two of these wait for each other. Whoever is marked
#: already is marked again: their seat may just be settled by what was there before.
_UNSETTLE = {
    "sqlite": "WITH RECURSIVE inside(id) AS (SELECT value FROM json_each($3) UNION SELECT m.member_id"
    " FROM inside CROSS JOIN members m WHERE m.team_id = $1 AND m.connection_id = $2"
    " AND m.group_id = inside.id)"
    " UPDATE persons SET unsettled = TRUE WHERE team_id = $1 AND id IN (SELECT r.person_id"
    " FROM inside CROSS JOIN resources r WHERE r.team_id = $1 AND r.connection_id = $2 AND r.id = inside.id)",
    "postgres": "WITH RECURSIVE inside(id) AS ("
    'SELECT json_array_elements_text($3::text::json) COLLATE "C" UNION SELECT m.member_id'
    " FROM inside CROSS JOIN LATERAL (SELECT member_id FROM members WHERE team_id = $1"
    " AND connection_id = $2 AND group_id = inside.id OFFSET 0) m),"
    " due AS (SELECT id FROM persons WHERE team_id = $1 AND id = ANY (ARRAY(SELECT r.person_id"
    " FROM inside CROSS JOIN LATERAL (SELECT person_id FROM resources WHERE team_id = $1"
    " AND connection_id = $2 AND id = inside.id OFFSET 0) r))"
    " ORDER BY id FOR NO KEY UPDATE)"
    " UPDATE persons SET unsettled = TRUE WHERE team_id = $1 AND id = ANY (ARRAY(SELECT id FROM due))",
}


@frozen(kw_only=True)
class Claims(Transaction):
    """What a write does to the people of its team."""

    async def claim(self, person: str, address: str | None, change: int) -> str:
        owner = person
        if self.client.company:
            await self._claim_anew(person, address, change)
        elif address is not None and self.database.dialect == "postgres":
            rows = await self.rows(_CLAIM, self.scope.team, key(address), person, change)
            owner = rows[0]["id"]
        else:
            if address is not None:
                rows = await self.rows(_OWNER, self.scope.team, key(address), person)
                owner = rows[0]["person_id"]
            await self.rows(
                f"INSERT INTO persons (id, team_id, claims) VALUES ($1, $2, $3) {_CLAIMED}",
                *(owner, self.scope.team, change),
            )
        failpoint("write.claim")
        return owner

    async def _claim_anew(self, person: str, address: str | None, change: int) -> None:
        """Make *person*; where the address has an owner, the write fails, and is tried again alone."""
        if address is not None:
            await self.later(
                "INSERT INTO person_keys (team_id, address, person_id) VALUES ($1, $2, $3)",
                *(self.scope.team, key(address), person),
            )
        await self.later(
            "INSERT INTO persons (id, team_id, claims) VALUES ($1, $2, $3)", person, self.scope.team, change
        )

    async def claims(self, person: str, change: int) -> Claimant:
        changed = Statement(_CHANGE + _STANDING, (self.scope.team, person, change))
        rows = await self.joined(changed)
        failpoint("write.claim")
        if self.database.dialect == "postgres":
            # There, what is read beside a change is as it was before the change waited for its row.
            return await self.claimant(person)
        return _claimant(rows[0])

    async def claimant(self, person: str) -> Claimant:
        rows = await self.joined(
            Statement(f"SELECT {_STANDING} FROM persons WHERE team_id = $1 AND id = $2", self._one(person))
        )
        return _claimant(rows[0])

    async def recount(self, person: str) -> Claimant | None:
        await self.rows(
            "SELECT 1 FROM persons WHERE team_id = $1 AND id = $2"
            f"{self.in_turn('id')}{self.database.for_update}",
            *self._one(person),
        )
        rows = await self.rows(
            "UPDATE persons SET claims = (SELECT count(*) FROM resources r WHERE r.team_id = persons.team_id"
            " AND r.person_id = persons.id AND r.active) + CASE WHEN by_hand THEN 1 ELSE 0 END"
            f" WHERE team_id = $1 AND id = $2 RETURNING {_STANDING}",
            *self._one(person),
        )
        return _claimant(rows[0]) if rows else None

    async def users(self, person: str) -> Sequence[Resource]:
        rows = await self.rows(
            f"SELECT {records.RESOURCE}, {memberships.column(self.database)} FROM resources"
            " WHERE team_id = $1 AND person_id = $2 AND active ORDER BY created, id",
            *self._one(person),
        )
        return [records.resource(row) for row in rows]

    async def unsettle(self, ids: Iterable[str]) -> None:
        self.stirs.add(self.stirred.marked)
        mine = (self.scope.team, self.scope.connection)
        await self.rows(_UNSETTLE[self.database.dialect], *mine, records.dumps(sorted(ids)))

    async def unsettle_people(self, people: Sequence[str]) -> None:
        self.stirs.add(self.stirred.marked)
        # Locked in one order, so that no two of these wait for each other.
        await self.rows(
            "UPDATE persons SET unsettled = TRUE WHERE team_id = $1 AND id IN (SELECT id FROM persons"
            f" WHERE team_id = $1 AND id IN ({self.database.listed('$2')})"
            f" ORDER BY id{self.database.for_update})",
            *(self.scope.team, records.dumps(list(people))),
        )

    async def unsettled(self, person: str, *, by: str | None = None) -> None:
        self.stirs.add(self.stirred.marked)
        sooner = "" if by is None else ", settle_at = CASE WHEN settle_at > $3 THEN $3 ELSE settle_at END"
        await self.later(
            f"UPDATE persons SET unsettled = TRUE{sooner} WHERE team_id = $1 AND id = $2",
            *(*self._one(person), *([] if by is None else [by])),
        )

    async def settle_at(self, person: str, at: str) -> None:
        await self.later(
            "UPDATE persons SET settle_at = $3 WHERE team_id = $1 AND id = $2", *self._one(person), at
        )

    async def settled(self, person: str, *, until: str | None) -> None:
        await self.later(
            "UPDATE persons SET unsettled = FALSE, settle_at = $3 WHERE team_id = $1 AND id = $2",
            *(*self._one(person), until),
        )

    def _one(self, person: str) -> tuple[str, str]:
        return (self.scope.team, person)


def _claimant(row: Row) -> Claimant:
    return Claimant(
        claims=row["claims"],
        spot=Spot(held=row["held"], waits=row["waits"]),
        by_hand=bool(row["by_hand"]),
        settle_at=row["settle_at"],
        grace=row["grace"] or 0,
    )
