"""Teams, connections and tokens, and the way to each team's store."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from attrs import Factory, field, frozen

from hub.engine.rounds.stirring import Stirred

from . import records, tables
from .lookups import select
from .patience import Patient
from .sharing import Overhearing, Sharing
from .store import SEARCH_SECONDS, DatabaseStore

if TYPE_CHECKING:
    from hub.engine.ports import Clock, Store
    from hub.engine.values.scope import Scope
    from hub.teams import ApiKey, Connection, Team, Token

T = TypeVar("T")

#: A token, and the connection and the team that it is of.
Owner: TypeAlias = "tuple[Token, Connection, Team]"

#: A row as what can be the key of a cache.
Columns: TypeAlias = "tuple[tuple[str, Any], ...]"

_OWNER = (
    "SELECT t.key_id, t.team_id, t.connection_id, t.digest, t.created_at, t.expires_at, t.revoked_at,"
    " t.user_id,"
    " c.idp, c.profile, c.state, c.domains, c.provider_id, c.guide, c.revision,"
    " m.name, m.plan, m.sso_issuer, m.schemas, m.seating"
    " FROM tokens t JOIN connections c ON c.id = t.connection_id JOIN teams m ON m.id = t.team_id"
    " WHERE t.key_id ="
)


@cache
def _owner_by_key(dialect: str) -> str:
    """Return the statement of whose the token is that has the key $1."""
    return select(dialect, "owner.*", lambda by: f"{_OWNER} {by} LIMIT 1", name="owner", place="$1")


@cache
def _api_key_by_key(dialect: str) -> str:
    """Return the statement of the key of the API that has the key $1."""
    found = "SELECT key_id, team_id, digest, created_at, expires_at, revoked_at FROM tokens"
    return select(
        dialect,
        "api_key.*",
        lambda by: f"{found} WHERE key_id = {by} AND kind = 'api' LIMIT 1",
        name="api_key",
        place="$1",
    )


#: How those share a look who show the same. On PostgreSQL nobody may hear it: it is found before it is told.
_LOOKS: Mapping[str, type[Overhearing[Any] | Sharing[Any]]] = {"sqlite": Overhearing, "postgres": Sharing}


@lru_cache(maxsize=1024)  # the same row comes with each request
def _owner(columns: Columns) -> Owner:
    """Return the owner in a row."""
    row = dict(columns)
    connection = {**row, "id": row["connection_id"]}
    team = {**row, "id": row["team_id"]}
    return records.token(row), records.connection(connection), records.team(team)


@lru_cache(maxsize=1024)  # as does this one
def _api_key(columns: Columns) -> ApiKey:
    """Return the key of the API in a row."""
    return records.api_key(dict(columns))


@frozen(kw_only=True)
class DatabaseRegistry(Patient):
    """A `Registry` in a database; *search_seconds* is how long a search takes at the most."""

    clock: Clock
    search_seconds: float = SEARCH_SECONDS
    stirred: Stirred = field(factory=Stirred)
    #: Most requests that come at once show the same token, or the same key.
    _looks: Overhearing[Any] | Sharing[Any] = field(
        init=False,
        repr=False,
        eq=False,
        default=Factory(lambda self: _LOOKS[self.database.dialect](self._shown, none=None), takes_self=True),
    )

    def store(self, scope: Scope) -> Store:
        return DatabaseStore(
            database=self.database,
            scope=scope,
            clock=self.clock,
            patience=self.patience,
            search_seconds=self.search_seconds,
            stirred=self.stirred,
        )

    async def team(self, *, id: str | None = None, name: str | None = None) -> Team | None:
        key = {"id": id} if name is None else {"name": name}
        rows = await self._asked(tables.Teams.filter(**key))
        return records.team(rows[0]) if rows else None

    async def teams(self) -> Sequence[Team]:
        rows = await self._asked(tables.Teams.all().order_by("name"))
        return [records.team(row) for row in rows]

    async def connection(self, id: str) -> Connection | None:
        rows = await self._asked(tables.Connections.filter(id=id))
        return records.connection(rows[0]) if rows else None

    async def connections(self, team: str | None = None) -> Sequence[Connection]:
        chosen = {} if team is None else {"team_id": team}
        rows = await self._asked(tables.Connections.filter(**chosen).order_by("created_at", "id"))
        return [records.connection(row) for row in rows]

    async def token(self, key_id: str) -> Owner | None:
        sql = _owner_by_key(self.database.dialect)
        return await self._patiently(lambda: self._looks.ask((sql, _owner), key_id))

    async def _shown(self, key: tuple[str, Callable[[Columns], T]], ids: Sequence[str]) -> Mapping[str, T]:
        sql, made = key
        found = await self.database.found_of((sql,), ids)
        return {id: made(tuple(rows[0].items())) for id, rows in found.items() if rows}

    async def tokens(self, connection: str) -> Sequence[Token]:
        found = tables.Tokens.filter(connection_id=connection)
        rows = await self._asked(found.order_by("created_at", "key_id"))
        return [records.token(row) for row in rows]

    async def api_key(self, key_id: str) -> ApiKey | None:
        sql = _api_key_by_key(self.database.dialect)
        return await self._patiently(lambda: self._looks.ask((sql, _api_key), key_id))

    async def api_keys(self, team: str) -> Sequence[ApiKey]:
        found = tables.Tokens.filter(team_id=team, kind="api")
        rows = await self._asked(found.order_by("created_at", "key_id"))
        return [records.api_key(row) for row in rows]
