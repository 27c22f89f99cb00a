"""The seals of the teams' books, to be added to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from attrs import astuple, frozen

from . import records
from .patience import Patient

if TYPE_CHECKING:
    from hub.ledger.seals import Seal


@frozen(kw_only=True)
class DatabaseSeals(Patient):
    """`Seals` in a database."""

    async def unsealed(self, *, after: str, count: int) -> Sequence[str]:
        rows = await self._rows(
            "SELECT id FROM teams t WHERE id > $1 AND entries > COALESCE((SELECT last FROM seals"
            " WHERE team_id = t.id ORDER BY number DESC LIMIT 1), 0) ORDER BY id LIMIT $2",
            *(after, count),
        )
        return [row["id"] for row in rows]

    async def latest(self, team: str) -> Seal | None:
        rows = await self._rows("SELECT * FROM seals WHERE team_id = $1 ORDER BY number DESC LIMIT 1", team)
        return records.seal(rows[0]) if rows else None

    async def add(self, seal: Seal) -> bool:
        # On SQLite a second seal would be refused as an attempt to replace the first.
        sql = (
            "INSERT INTO seals (team_id, number, last, at, head, signature)"
            " SELECT $1, $2, $3, $4, $5, $6"
            " WHERE NOT EXISTS (SELECT 1 FROM seals WHERE team_id = $1 AND number = $2)"
            " ON CONFLICT DO NOTHING RETURNING number"
        )
        return bool(await self._write(sql, *astuple(seal)))
