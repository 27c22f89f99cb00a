"""Sign-ins under way, and the codes that products exchange: each taken up once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from attrs import asdict, frozen

from hub.engine.values.flows import Code, Errand, Flow, Purpose
from hub.providers import Identity, Proof

from .client import Client, Row
from .pruning import Pruning
from .records import dumps

if TYPE_CHECKING:
    from hub.engine.ports import Clock

#: How many that are over go with each new one: more than one, so that they become fewer.
_SWEPT = 20

_OVER = {
    table: f"DELETE FROM {table} WHERE {key} IN"
    f" (SELECT {key} FROM {table} WHERE expires_at < $1 ORDER BY expires_at LIMIT {_SWEPT})"
    for table, key in {"flows": "id", "codes": "digest"}.items()
}


@frozen(kw_only=True)
class DatabaseFlows(Pruning):
    """`Flows` in a database."""

    clock: Clock

    async def begin(self, flow: Flow) -> bool:
        sql = "INSERT INTO flows (id, team_id, provider_id, data, expires_at) VALUES ($1, $2, $3, $4, $5)"
        return await self._added(
            "flows", sql, flow.id, flow.team, flow.provider, _data(flow), flow.expires_at
        )

    async def under_way(self, team: str, provider: str, id: str) -> tuple[Flow, bool] | None:
        sql = "SELECT * FROM flows WHERE id = $1 AND team_id = $2 AND provider_id = $3"
        rows = await self._rows(sql, id, team, provider)
        return next(((_flow(row), row["used_at"] is not None) for row in rows), None)

    async def claim(self, flow: Flow) -> bool:
        sql = "UPDATE flows SET used_at = $2 WHERE id = $1 AND used_at IS NULL RETURNING id"
        return bool(await self._write(sql, flow.id, self.clock()))

    async def answer(self, flow: Flow) -> bool:
        return bool(
            await self._write("UPDATE flows SET data = $2 WHERE id = $1 RETURNING id", flow.id, _data(flow))
        )

    async def take(self, flow: Flow) -> bool:
        return bool(await self._write("DELETE FROM flows WHERE id = $1 RETURNING id", flow.id))

    async def prune(self, *, before: str) -> None:
        await self._pruned("flows", "expires_at < $1", before)
        await self._pruned("codes", "expires_at < $1", before, key="digest")

    async def put_code(self, code: Code) -> None:
        sql = "INSERT INTO codes (digest, team_id, person_id, data, expires_at) VALUES ($1, $2, $3, $4, $5)"
        data = dumps({"errand": asdict(code.errand), "auth_time": code.auth_time})
        await self._added("codes", sql, code.digest, code.team, code.person, data, code.expires_at)

    async def take_code(self, team: str, digest: str) -> Code | None:
        sql = "DELETE FROM codes WHERE digest = $1 AND team_id = $2 RETURNING *"
        return next((_code(row) for row in await self._write(sql, digest, team)), None)

    async def _added(self, table: str, sql: str, *values: object) -> bool:
        async def add(client: Client) -> bool:
            await self.database.run(client, _OVER[table], self.clock())
            await self.database.run(client, sql, *values)
            return True

        return await self._written_still(add)


def _data(flow: Flow) -> str:
    """Return what of *flow* stands in no column of its own."""
    return dumps(
        {
            "errand": asdict(flow.errand),
            "proof": asdict(flow.proof),
            "browser": flow.browser,
            "identity": flow.identity and asdict(flow.identity),
            "fault": flow.fault,
        }
    )


def _flow(row: Row) -> Flow:
    data = json.loads(row["data"])
    return Flow(
        id=row["id"],
        team=row["team_id"],
        provider=row["provider_id"],
        errand=_errand(data["errand"]),
        proof=Proof(**data["proof"]),
        browser=data["browser"],
        expires_at=row["expires_at"],
        identity=data["identity"] and _identity(data["identity"]),
        fault=data["fault"],
    )


def _code(row: Row) -> Code:
    data = json.loads(row["data"])
    return Code(
        digest=row["digest"],
        team=row["team_id"],
        person=row["person_id"],
        errand=_errand(data["errand"]),
        auth_time=data["auth_time"],
        expires_at=row["expires_at"],
    )


def _errand(said: dict[str, Any]) -> Errand:
    return Errand(**{**said, "purpose": Purpose(said["purpose"])})


def _identity(said: dict[str, Any]) -> Identity:
    return Identity(**{**said, **{name: tuple(said[name]) for name in ("addresses", "doubtful")}})
