"""Who is known by what a provider calls them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from attrs import frozen

from hub.engine.values.known import Known, Linked

from .client import Client
from .keys import key
from .patience import Patient
from .records import dumps
from .visits import out

if TYPE_CHECKING:
    from hub.engine.ports import Clock
    from hub.providers import Identity, Provider

#: The connections whose people sign in with provider $2 of team $1: those that name it, and, while it is
#: the only one, those that name none.
_CONNECTIONS = (
    "SELECT c.id, c.domains FROM connections c WHERE c.team_id = $1 AND (c.provider_id = $2"
    " OR (c.provider_id IS NULL AND (SELECT count(*) FROM providers p WHERE p.team_id = $1) = 1))"
)

#: Whether person `p` was deleted: of them there is no user, and nothing that an administrator has said.
_GONE = (
    "p.claims = 0 AND NOT p.by_hand AND p.suspended IS NULL AND NOT EXISTS"
    " (SELECT 1 FROM resources r WHERE r.team_id = p.team_id AND r.person_id = p.id)"
)

#: Somebody stays who they are, unless that person is gone and they have been found to be another.
_LINK = (
    "INSERT INTO subjects (provider_id, subject, team_id, person_id, admin_id, address, first_at, last_at)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $7) ON CONFLICT (provider_id, subject) DO UPDATE SET"
    " person_id = COALESCE((SELECT p.id FROM persons p WHERE p.team_id = subjects.team_id"
    f" AND p.id = subjects.person_id AND NOT ({_GONE})), excluded.person_id, subjects.person_id),"
    " admin_id = COALESCE(subjects.admin_id, excluded.admin_id),"
    " address = excluded.address, last_at = excluded.last_at RETURNING person_id"
)

#: Whether a person was not erased meanwhile: then nothing leads to them any more.
_KNOWN = (
    "SELECT 1 FROM persons p WHERE p.team_id = $1 AND p.id = $2 AND (p.by_hand"
    " OR EXISTS (SELECT 1 FROM person_keys k WHERE k.team_id = p.team_id AND k.person_id = p.id)"
    " OR EXISTS (SELECT 1 FROM resources r WHERE r.team_id = p.team_id AND r.person_id = p.id))"
)


@frozen(kw_only=True)
class DatabaseSubjects(Patient):
    """`Subjects` in a database."""

    clock: Clock

    async def linked(self, provider: Provider, subject: str) -> Linked:
        rows = await self._rows(
            f"SELECT s.person_id, s.admin_id, COALESCE({_GONE}, FALSE) AS gone FROM subjects s"
            " LEFT JOIN persons p ON p.team_id = s.team_id AND p.id = s.person_id"
            " WHERE s.team_id = $1 AND s.provider_id = $2 AND s.subject = $3",
            *(provider.team, provider.id, subject),
        )
        return next(
            (Linked(person=row["person_id"], admin=row["admin_id"], gone=bool(row["gone"])) for row in rows),
            Linked(),
        )

    async def known(
        self, provider: Provider, *, external_id: str | None, addresses: AbstractSet[str]
    ) -> Known:
        connections = await self._rows(_CONNECTIONS, provider.team, provider.id)
        ids = dumps([row["id"] for row in connections])
        names = {key(each): each for each in addresses}
        return Known(
            domains=frozenset(provider.domains).union(*(row["domains"].split() for row in connections)),
            external=await self._external(ids, external_id),
            owners=await self._owners(provider.team, names),
            bearers=await self._bearers(ids, names),
        )

    async def _external(self, connections: str, external_id: str | None) -> frozenset[str]:
        if external_id is None:
            return frozenset()
        rows = await self._rows(
            "SELECT DISTINCT person_id FROM resources WHERE kind = 'User' AND external_id = $2"
            f" AND connection_id IN ({self.database.listed('$1')})",
            *(connections, key(external_id)),
        )
        return frozenset(row["person_id"] for row in rows)

    async def _owners(self, team: str, names: Mapping[str, str]) -> dict[str, str]:
        rows = await self._rows(
            "SELECT address, person_id FROM person_keys WHERE team_id = $1"
            f" AND address IN ({self.database.listed('$2')})",
            *(team, dumps([*names])),
        )
        return {names[row["address"]]: row["person_id"] for row in rows}

    async def _bearers(self, connections: str, names: Mapping[str, str]) -> dict[str, frozenset[str]]:
        rows = await self._rows(
            "SELECT DISTINCT name_key, person_id FROM resources WHERE kind = 'User'"
            f" AND connection_id IN ({self.database.listed('$1')})"
            f" AND name_key IN ({self.database.listed('$2')})",
            *(connections, dumps([*names])),
        )
        found = defaultdict(set)
        for row in rows:
            found[names[row["name_key"]]].add(row["person_id"])
        return {address: frozenset(people) for address, people in found.items()}

    async def admins(self, team: str, addresses: AbstractSet[str]) -> Mapping[str, str]:
        rows = await self._rows(
            "SELECT address_key, id FROM admins WHERE team_id = $1"
            f" AND address_key IN ({self.database.listed('$2')})",
            *(team, dumps(sorted(map(key, addresses)))),
        )
        return {row["address_key"]: row["id"] for row in rows}

    async def out(self, team: str, *, admin: str, person: str | None) -> bool:
        sql = out("$1", "$2", person="CAST($3 AS TEXT)")
        return bool(await self._rows(sql, team, admin, person))

    async def link(self, provider: Provider, identity: Identity, link: Linked) -> bool:
        now = self.clock()
        address = next(iter((*identity.addresses, *identity.doubtful)), "")
        values = (provider.id, identity.subject, provider.team, link.person, link.admin, address, now)

        async def write(client: Client) -> bool:
            if link.person is not None:
                mine = (provider.team, link.person)
                # Whoever erases them holds this row: what they do is seen afterwards, by another statement.
                lock = f"SELECT 1 FROM persons WHERE team_id = $1 AND id = $2{self.database.for_update}"
                await self.database.run(client, lock, *mine)
                if not await self.database.run(client, _KNOWN, *mine):
                    return False
            (row,) = await self.database.run(client, _LINK, *values)
            return link.person in {None, row["person_id"]}

        return await self._written_still(write)
