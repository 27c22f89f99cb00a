"""Exchanges, kept in batches and deleted by age and number."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from attrs import frozen

from hub.scim.strictjson import dumps

from . import tables
from .pruning import Pruning
from .statements import values_of

#: What of a record stands in columns, too.
COLUMNS = ("reference", "team", "connection", "at", "status", "about")


@frozen(kw_only=True)
class DatabaseExchanges(Pruning):
    """`Exchanges` in a database."""

    async def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        kept = [(*(row[name] for name in COLUMNS), dumps({**row}).decode()) for row in rows]
        columns = "reference, team_id, connection_id, at, status, about, record"
        sql = f"INSERT INTO exchanges ({columns}) VALUES {values_of(*kept)}"
        await self._write(sql, *chain.from_iterable(kept))

    async def of(self, connection: str, *, after: str = "", count: int = 50) -> Sequence[Mapping[str, Any]]:
        kept = tables.Exchanges.filter(connection_id=connection)
        if after:
            last = await tables.Exchanges.filter(connection_id=connection, reference=after).first()
            newer = kept.filter(id__gt=last.id) if last else kept
            return [json.loads(row.record) for row in await newer.order_by("id").limit(count)]
        newest = await kept.order_by("-id").limit(count)
        return [json.loads(row.record) for row in reversed(newest)]

    async def prune(self, *, before: str, rows_max: int) -> int:
        old = await self._pruned("exchanges", "at < $1 ORDER BY at", before)
        many = "id <= (SELECT max(id) FROM exchanges) - $1 ORDER BY id"
        return old + await self._pruned("exchanges", many, rows_max)
