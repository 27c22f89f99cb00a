"""The values that searches need, written for the resources and people that a database has already."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import chain
from typing import Any, ClassVar

from tortoise.migrations.operations import RunSQL

from hub.engine.values.kinds import RESOURCE_TYPES
from hub.scim.folding import fold

from .client import Row
from .searchable import folded, keys
from .sqlite import numbered
from .statements import values_of

#: How many resources are read at a time.
BATCH = 500


class _Filling(RunSQL):
    """Goes through the rows of a table, so many at a time; undoing the migration leaves what it wrote."""

    #: Which rows, and what of them: all after the id $1.
    rows: ClassVar[str]

    def __init__(self) -> None:
        super().__init__({}, {})

    async def _run_sql(self, editor: Any, by_dialect: Any) -> None:
        if by_dialect is self.reverse_sql or editor.collect_sql:
            return
        last = ""
        while rows := await _run(editor, f"{self.rows} ORDER BY id LIMIT {BATCH}", last):
            await self.fill(editor, rows)
            last = rows[-1]["id"]

    async def fill(self, editor: Any, rows: Sequence[Row]) -> None:
        """Write the values of these *rows*."""
        raise NotImplementedError


class Refolding(_Filling):
    """Fills `searched` and `resource_keys` from `resources`."""

    rows = "SELECT id, team_id, connection_id, kind, document FROM resources WHERE id > $1"

    async def fill(self, editor: Any, rows: Sequence[Row]) -> None:
        documents = [(row, RESOURCE_TYPES[row["kind"]], json.loads(row["document"])) for row in rows]
        searched = [
            (
                row["team_id"],
                row["connection_id"],
                row["kind"],
                row["id"],
                *folded(type_, said, editor.DIALECT),
            )
            for row, type_, said in documents
        ]
        await _insert(editor, "searched (team_id, connection_id, kind, id, folded, lists)", searched)
        held = [
            (row["team_id"], row["connection_id"], row["id"], each.path, each.value, each.exclusive)
            for row, type_, said in documents
            for each in keys(type_, said)
        ]
        columns = "resource_keys (team_id, connection_id, resource_id, path, value, exclusive)"
        for start in range(0, len(held), BATCH):
            await _insert(editor, columns, held[start : start + BATCH])


class Renaming(_Filling):
    """Fills `persons.name_key` from `persons.name`."""

    rows = "SELECT id, name FROM persons WHERE name IS NOT NULL AND id > $1"

    async def fill(self, editor: Any, rows: Sequence[Row]) -> None:
        for row in rows:
            sql = "UPDATE persons SET name_key = $2 WHERE id = $1"
            await _run(editor, sql, row["id"], fold(row["name"]))


async def _insert(editor: Any, columns: str, rows: Sequence[Sequence[Any]]) -> None:
    await _run(editor, f"INSERT INTO {columns} VALUES {values_of(*rows)}", *chain.from_iterable(rows))


async def _run(editor: Any, sql: str, *values: object) -> Sequence[Row]:
    text = numbered(sql) if editor.DIALECT == "sqlite" else sql
    rows: Sequence[Row] = await editor.client.execute_query_dict(text, values)
    return rows
