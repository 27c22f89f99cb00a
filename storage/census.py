"""Who needs seats of a team, who waits for one, and who was refused: read a page at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from functools import partial
from operator import itemgetter

from attrs import frozen

from hub.engine.values.claimants import Candidate
from hub.engine.values.places import Refused, Spot, Waiting
from hub.engine.values.resources import Resource

from . import memberships, records
from .client import Row
from .paging import pages
from .patience import Patient

#: How many people are read at a time, and how many rows of a list.
PEOPLE, PAGE = 1000, 500

#: Those for whom more than an administrator vouches.
_SUBJECTS = (
    "SELECT p.id, p.settle_at,"
    " (SELECT h.kind FROM holdings h WHERE h.team_id = p.team_id AND h.person_id = p.id AND h.until IS NULL)"
    " AS held, (SELECT w.kind FROM waiting w WHERE w.team_id = p.team_id AND w.person_id = p.id) AS waits"
    " FROM persons p WHERE p.team_id = $1 AND p.claims > CASE WHEN p.by_hand THEN 1 ELSE 0 END"
)

#: What a user `r` is called, in each database.
USER_NAME = {
    "sqlite": "json_extract(r.document, '$.userName')",
    "postgres": "(r.document::json ->> 'userName')",
}

_WAITING = (
    "SELECT w.kind, w.number, w.since, w.person_id, p.name,"
    " (SELECT {user_name} FROM resources r WHERE r.team_id = w.team_id AND r.person_id = w.person_id"
    " ORDER BY r.created, r.id LIMIT 1) AS user_name,"
    " (SELECT k.address FROM person_keys k WHERE k.team_id = w.team_id AND k.person_id = w.person_id"
    " ORDER BY k.address || '' LIMIT 1) AS address"
    " FROM waiting w JOIN persons p ON p.team_id = w.team_id AND p.id = w.person_id"
    " WHERE w.team_id = $1 AND (w.kind, w.number) > ($2, $3){of} ORDER BY w.kind, w.number LIMIT $4"
)

_REFUSED = (
    "SELECT * FROM refused WHERE team_id = $1 AND (connection_id, name_key) > ($2, $3)"
    f" ORDER BY connection_id, name_key LIMIT {PAGE}"
)


@frozen(kw_only=True)
class DatabaseCensus(Patient):
    """A `Census` in a database."""

    async def candidates(self, team: str) -> AsyncIterator[Sequence[Candidate]]:
        sql = f"{_SUBJECTS} AND p.id > $2 ORDER BY p.id LIMIT {PEOPLE}"
        async for rows in pages(partial(self._rows, sql, team), itemgetter("id"), after=""):
            users = await self._users(team, rows[0]["id"], rows[-1]["id"])
            yield [_candidate(row, users) for row in rows]

    async def candidate(self, team: str, person: str) -> Candidate | None:
        rows = await self._rows(f"{_SUBJECTS} AND p.id = $2", team, person)
        return _candidate(rows[0], await self._users(team, person, person)) if rows else None

    async def _users(self, team: str, first: str, last: str) -> Mapping[str, list[Resource]]:
        """Return person → active users, oldest first, of the people with ids from *first* to *last*."""
        rows = await self._rows(
            f"SELECT {records.RESOURCE}, {memberships.column(self.database)} FROM resources"
            " WHERE team_id = $1 AND person_id >= $2 AND person_id <= $3 AND active ORDER BY created, id",
            *(team, first, last),
        )
        found: dict[str, list[Resource]] = defaultdict(list)
        for row in rows:
            found[row["person_id"]].append(records.resource(row))
        return found

    async def waiting(self, team: str, kind: str | None) -> AsyncIterator[Waiting]:
        sql = _WAITING.format(
            user_name=USER_NAME[self.database.dialect], of=" AND w.kind = $5" if kind else ""
        )
        of = [kind] if kind else []

        async def page(last: tuple[str, int]) -> Sequence[Row]:
            return await self._rows(sql, team, *last, PAGE, *of)

        last, position = "", 0
        async for rows in pages(page, itemgetter("kind", "number"), after=("", 0)):
            for row in rows:
                position = position + 1 if row["kind"] == last else 1
                last = row["kind"]
                yield Waiting(
                    kind=row["kind"],
                    position=position,
                    since=row["since"],
                    person=row["person_id"],
                    name=row["user_name"] or row["name"] or row["address"],
                )

    async def refused(self, team: str) -> AsyncIterator[Refused]:
        async def page(last: tuple[str, str]) -> Sequence[Row]:
            return await self._rows(_REFUSED, team, *last)

        async for rows in pages(page, itemgetter("connection_id", "name_key"), after=("", "")):
            for row in rows:
                yield records.refused(row)


def _candidate(row: Row, users: Mapping[str, Sequence[Resource]]) -> Candidate:
    return Candidate(
        person=row["id"],
        users=users.get(row["id"], ()),
        spot=Spot(held=row["held"], waits=row["waits"]),
        settle_at=row["settle_at"],
    )
