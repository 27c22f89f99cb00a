"""The providers that a team's people sign in with: read, and changed inside a transaction."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from attrs import asdict, frozen

from hub.engine.values.errors import NameTaken
from hub.providers import How, Oidc, Protocol, Provider, Saml

from .client import Row
from .patience import Patient
from .records import dumps
from .statements import values_of
from .transaction import Transaction

_COLUMNS = "id, team_id, protocol, title, settings, domains, created_at, tested_at, tested_as"

_WITH_DOMAIN = (
    f"SELECT {_COLUMNS} FROM providers WHERE ' ' || domains || ' ' LIKE '% ' || $1 || ' %' ESCAPE '!'"
    " ORDER BY team_id, created_at, id"
)

#: What LIKE takes for more than itself: anybody may ask for a domain, and by it for all providers there are.
_AS_WRITTEN = str.maketrans({sign: f"!{sign}" for sign in "%_!"})

_OF_TEAM = f"SELECT {_COLUMNS} FROM providers WHERE team_id = $1 ORDER BY created_at, id"


@frozen(kw_only=True)
class DatabaseProviders(Patient):
    """`Providers` in a database."""

    async def of(self, team: str) -> Sequence[Provider]:
        return await self._found(_OF_TEAM, team)

    async def one(self, team: str, id: str) -> Provider | None:
        sql = f"SELECT {_COLUMNS} FROM providers WHERE team_id = $1 AND id = $2"
        return next(iter(await self._found(sql, team, id)), None)

    async def with_domain(self, domain: str) -> Sequence[Provider]:
        found = await self._found(_WITH_DOMAIN, domain.translate(_AS_WRITTEN))
        return [each for each in found if domain in each.domains]  # SQLite's LIKE takes capitals, too

    async def _found(self, sql: str, *values: object) -> Sequence[Provider]:
        rows = await self._rows(sql, *values)
        return [provider(row) for row in rows]


@frozen(kw_only=True)
class ProviderAffairs(Transaction):
    """What administrators change of a team's providers."""

    async def providers(self) -> Sequence[Provider]:
        return [provider(row) for row in await self.rows(_OF_TEAM, self.scope.team)]

    async def put_provider(self, provider: Provider) -> None:
        values = _values(provider, self.scope.team)
        fixed = {"id", "team_id", "protocol", "created_at"}
        changes = ", ".join(f"{name} = excluded.{name}" for name in values if name not in fixed)
        changed = await self.rows(
            f"INSERT INTO providers ({', '.join(values)}) VALUES {values_of(list(values.values()))}"
            f" ON CONFLICT (id) DO UPDATE SET {changes} WHERE providers.team_id = excluded.team_id"
            " AND providers.protocol = excluded.protocol RETURNING id",
            *values.values(),
        )
        if not changed:
            raise NameTaken(provider.id)

    async def remove_provider(self, id: str) -> None:
        mine = (self.scope.team, id)
        await self.rows(
            "UPDATE connections SET provider_id = NULL WHERE team_id = $1 AND provider_id = $2"
            # As whoever changes a connection: those who keep its row as it is have a turn first.
            + self.database.in_turn("id"),
            *mine,
        )
        await self.rows("DELETE FROM providers WHERE team_id = $1 AND id = $2", *mine)


def provider(row: Row) -> Provider:
    """Return the provider in *row*."""
    return Provider(
        id=row["id"],
        team=row["team_id"],
        title=row["title"],
        how=_how(row["protocol"], json.loads(row["settings"])),
        created_at=row["created_at"],
        domains=tuple(row["domains"].split()),
        tested_at=row["tested_at"],
        tested_as=row["tested_as"],
    )


def _how(protocol: str, said: dict[str, Any]) -> How:
    if protocol == Protocol.OIDC:
        return Oidc(**said)
    return Saml(**{**said, "certificates": tuple(said["certificates"])})


def _values(provider: Provider, team: str) -> dict[str, Any]:
    return {
        "id": provider.id,
        "team_id": team,
        "protocol": provider.protocol.value,
        "title": provider.title,
        "settings": dumps(asdict(provider.how)),
        "domains": " ".join(provider.domains),
        "created_at": provider.created_at,
        "tested_at": provider.tested_at,
        "tested_as": provider.tested_as,
    }
