"""Statements of a write, run: several to a round trip, and what it means when a constraint refuses one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .faults import table_of, violated
from .statements import Refusals, Statement, together

if TYPE_CHECKING:
    from .client import Client, Row
    from .database import Database


async def run(database: Database, client: Client, statements: Sequence[Statement]) -> Sequence[Row]:
    """Run *statements* and return the rows of the last: in one round trip on PostgreSQL.

    There none of them sees what the others write, but for rows that it calls by name. Where a constraint
    refuses one, the error that its `refusals` name is raised.
    """
    if database.dialect == "postgres":
        statements = [together(statements)]
    rows: Sequence[Row] = ()
    for each in statements:
        try:
            rows = await database.run(client, each.sql, *each.values)
        except Exception as error:
            meaning = _meaning(error, each.refusals)
            if meaning is None:
                raise
            raise meaning from error
    return rows


def _meaning(error: Exception, refusals: Refusals) -> Exception | None:
    kind, table = violated(error), table_of(error)
    for (refused, of), meaning in refusals.items():
        if refused is kind and table in {None, of}:
            return meaning
    return None
