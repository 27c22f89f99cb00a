"""What is known of people, read a page at a time."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING

from attrs import frozen

from hub.engine.common.batches import BATCH
from hub.engine.seats.people import name_in
from hub.engine.values.claimants import Tally
from hub.engine.values.dossiers import Dossier, Queued, Vouching
from hub.ledger.holdings import Holding

from .client import Row
from .entitlements import STANDING, standing
from .paging import pages
from .patience import Patient
from .records import dumps

if TYPE_CHECKING:
    from hub.engine.values.entitlements import Standing

#: How many people are read at a time.
PAGE = 200

_FOUND = "SELECT id AS name, id AS person_id, 'owns' AS bond FROM persons WHERE team_id = $1 AND"

#: What else is known of the people with the ids in $2: their own row, and the rows that name them.
_PERSONS = "SELECT id AS person_id, name, suspended FROM persons WHERE team_id = $1 AND id IN ({ids})"
#: In an order that no index has: SQLite would walk through all addresses of the team to keep to it.
_ADDRESSES = (
    "SELECT person_id, address FROM person_keys WHERE team_id = $1 AND person_id IN ({ids})"
    " ORDER BY address || ''"
)
_USERS = (
    "SELECT r.person_id, r.id, r.active, r.document, c.id AS connection, c.idp FROM resources r"
    " JOIN connections c ON c.team_id = r.team_id AND c.id = r.connection_id"
    " WHERE r.team_id = $1 AND r.person_id IN ({ids}) ORDER BY r.created, r.id"
)
#: A queue is counted through once, up to the last of them, however many of these wait.
_QUEUED = (
    "WITH asked AS MATERIALIZED (SELECT person_id, kind, number FROM waiting"
    " WHERE team_id = $1 AND person_id IN ({ids})),"
    " lasts AS (SELECT kind, max(number) AS number FROM asked GROUP BY kind),"
    " queue AS (SELECT q.person_id, q.kind, q.since,"
    " row_number() OVER (PARTITION BY q.kind ORDER BY q.number) AS position FROM lasts"
    " CROSS JOIN waiting q WHERE q.team_id = $1 AND q.kind = lasts.kind AND q.number <= lasts.number)"
    " SELECT * FROM queue WHERE person_id IN (SELECT person_id FROM asked)"
)
_HOLDINGS = (
    "SELECT person_id, kind, since, until FROM holdings WHERE team_id = $1 AND person_id IN ({ids})"
    " ORDER BY id"
)

#: The people for whom users of a connection vouch, and how many each; and those for whom nobody else does.
_MINE = (
    "SELECT person_id, count(*) AS users FROM resources WHERE team_id = $1 AND connection_id = $2"
    " AND kind = 'User' AND active GROUP BY person_id"
)
#: Who of them has access, as `decide` says of somebody for whom a user vouches.
_ENTITLED = "p.suspended IS NULL AND (h.id IS NOT NULL OR (w.person_id IS NULL AND p.settle_at IS NULL))"
_ALONE = "count(*) FILTER (WHERE p.claims <= m.users)"
_FREED = "count(h.id) FILTER (WHERE p.claims <= m.users AND s.grace = 0)"
_BY_HAND = "(SELECT count(*) FROM persons b WHERE b.team_id = $1 AND b.by_hand)"


@frozen(kw_only=True)
class DatabaseDossiers(Patient):
    """`Dossiers` in a database."""

    async def person(self, team: str, id: str) -> Dossier | None:
        found = await self._read(f"{_FOUND} id = $2", team, id)
        return found[0] if found else None

    async def some(self, team: str, ids: Sequence[str]) -> Sequence[Dossier]:
        chosen = f"{_FOUND} id IN ({self.database.listed('$2')})"
        found = {each.standing.person: each for each in await self._read(chosen, team, dumps(list(ids)))}
        return [found[id] for id in ids if id in found]

    async def of(self, team: str) -> AsyncIterator[Dossier]:
        chosen = f"{_FOUND} id > $2 ORDER BY id LIMIT {PAGE}"
        async for found in pages(partial(self._read, chosen, team), attrgetter("standing.person"), after=""):
            for each in found:
                yield each

    async def by_hand(self, team: str, after: str) -> Sequence[Dossier]:
        where = f"by_hand AND id > $2 ORDER BY id LIMIT {BATCH}"
        return await self._read(f"{_FOUND} {where}", team, after)

    async def active(self, team: str, connection: str, after: str) -> Sequence[str]:
        rows = await self._rows(
            "SELECT id FROM resources WHERE team_id = $1 AND connection_id = $2 AND kind = 'User' AND id > $3"
            f" AND active ORDER BY id LIMIT {BATCH}",
            *(team, connection, after),
        )
        return [row["id"] for row in rows]

    async def tally(self, team: str, connection: str) -> Tally:
        (row,) = await self._scan(
            f"SELECT count(*) AS people, count(*) FILTER (WHERE {_ENTITLED}) AS entitled,"
            f" count(h.id) FILTER (WHERE {_ENTITLED}) AS seated, {_ALONE} AS alone, {_FREED} AS freed,"
            f" {_BY_HAND} AS by_hand FROM ({_MINE}) m JOIN persons p ON p.team_id = $1 AND p.id = m.person_id"
            " LEFT JOIN holdings h ON h.team_id = $1 AND h.person_id = p.id AND h.until IS NULL"
            " LEFT JOIN seats s ON s.team_id = h.team_id AND s.kind = h.kind"
            " LEFT JOIN waiting w ON w.team_id = $1 AND w.person_id = p.id",
            *(team, connection),
        )
        return Tally(**row)

    async def alone(self, team: str, connection: str, *, count: int) -> Sequence[Dossier]:
        rows = await self._rows(
            f"SELECT p.id FROM ({_MINE}) m JOIN persons p ON p.team_id = $1 AND p.id = m.person_id"
            f" WHERE p.claims <= m.users ORDER BY p.id LIMIT {count:d}",
            *(team, connection),
        )
        return await self.some(team, [row["id"] for row in rows])

    async def _read(self, found: str, team: str, chosen: str) -> list[Dossier]:
        rows = await self._rows(STANDING[self.database.dialect].format(found=found), team, chosen)
        standings = sorted(map(standing, rows), key=lambda each: each.person)
        ids = dumps([each.person for each in standings])
        persons, addresses, users, queued, holdings = [
            await self._by_person(sql, team, ids)
            for sql in (_PERSONS, _ADDRESSES, _USERS, _QUEUED, _HOLDINGS)
        ]

        def dossier(standing: Standing) -> Dossier:
            id = standing.person
            (person,) = persons[id]
            return Dossier(
                standing=standing,
                name=person["name"],
                suspended=person["suspended"],
                addresses=tuple(row["address"] for row in addresses[id]),
                vouching=tuple(_vouching(row) for row in users[id]),
                queued=_queued(queued[id]),
                holdings=tuple(_holding(row) for row in holdings[id]),
            )

        return [dossier(each) for each in standings]

    async def _by_person(self, sql: str, team: str, ids: str) -> Mapping[str, list[Row]]:
        """Return person → rows, for the people with these *ids*, a JSON array."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in await self._rows(sql.format(ids=self.database.listed("$2")), team, ids):
            found[row["person_id"]].append(row)
        return found


def _vouching(row: Row) -> Vouching:
    document = json.loads(row["document"])
    return Vouching(
        connection=row["connection"],
        idp=row["idp"],
        user=row["id"],
        user_name=document["userName"],
        name=name_in(document),
        active=bool(row["active"]),
    )


def _queued(rows: Sequence[Row]) -> Queued | None:
    return next(
        (Queued(kind=row["kind"], position=row["position"], since=row["since"]) for row in rows), None
    )


def _holding(row: Row) -> Holding:
    return Holding(person=row["person_id"], kind=row["kind"], since=row["since"], until=row["until"])
