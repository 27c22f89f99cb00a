"""Exchanges, kept in batches and deleted by age and number."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from attrs import frozen

from hub.scim.strictjson import dumps

from . import records, tables
from .pruning import Pruning
from .statements import values_of

if TYPE_CHECKING:
    from hub.spi import Event

    from .client import Row

#: The number of an exchange is below it.
LAST = 2**63 - 1

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
            last = await self._asked(kept.filter(reference=after).limit(1))
            newer = kept.filter(id__gt=last[0]["id"]) if last else kept
            return [json.loads(row["record"]) for row in await self._asked(newer.order_by("id").limit(count))]
        newest = await self._asked(kept.order_by("-id").limit(count))
        return [json.loads(row["record"]) for row in reversed(newest)]

    async def latest(
        self, connections: Sequence[str], *, failed: bool, before: int | None, count: int
    ) -> Sequence[tuple[int, Mapping[str, Any]]]:
        # Of each connection as many as there may be in all: each is a walk along its index.
        found = [
            await self._latest(connection, failed=failed, before=before, count=count)
            for connection in connections
        ]
        newest = sorted(chain.from_iterable(found), key=itemgetter("id"), reverse=True)[:count]
        return [(row["id"], json.loads(row["record"])) for row in newest]

    async def _latest(
        self, connection: str, *, failed: bool, before: int | None, count: int
    ) -> Sequence[Row]:
        refused = " AND status >= 400" if failed else ""
        sql = (
            "SELECT id, record FROM exchanges"
            f" WHERE connection_id = $1 AND id < $2{refused} ORDER BY id DESC LIMIT {count:d}"
        )
        return await self._rows(sql, connection, LAST if before is None else before)

    async def one(self, team: str, reference: str) -> Mapping[str, Any] | None:
        sql = "SELECT record FROM exchanges WHERE team_id = $1 AND reference = $2"
        rows = await self._rows(sql, team, reference)
        return json.loads(rows[0]["record"]) if rows else None

    async def caused(self, team: str, reference: str) -> Sequence[Event]:
        sql = "SELECT event FROM outbox WHERE team_id = $1 AND reference = $2 ORDER BY id"
        return [records.event(row) for row in await self._rows(sql, team, reference)]

    async def about(self, connection: str, id: str, *, count: int) -> Sequence[Mapping[str, Any]]:
        kept = tables.Exchanges.filter(connection_id=connection, about=id)
        newest = await self._asked(kept.order_by("-id").limit(count))
        return [json.loads(row["record"]) for row in newest]

    async def prune(self, *, before: str, rows_max: int) -> int:
        await self._pruned("refused", "last_at < $1", before, key="connection_id, name_key")
        old = await self._pruned("exchanges", "at < $1", before, order="at")
        many = "id <= (SELECT max(id) FROM exchanges) - $1"
        return old + await self._pruned("exchanges", many, rows_max, order="id")
