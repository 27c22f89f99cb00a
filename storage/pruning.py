"""Deleting much, a little at a time: whoever writes meanwhile waits for a batch, and not for all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .door import through
from .patience import patiently

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .database import Client, Database, Row

#: How many rows go in one transaction.
BATCH = 1000


async def pruned(database: Database, table: str, old: str, *values: object, patience: float) -> int:
    """Delete the rows of *table* that are *old*, what follows WHERE; return how many these were."""
    chosen = f"SELECT {table}.id FROM {table} WHERE {old} LIMIT {BATCH}"
    sql = f"DELETE FROM {table} WHERE id IN ({chosen}) RETURNING id"

    async def batch(client: Client) -> Sequence[Row]:
        return await database.run(client, sql, *values)

    count = 0
    while gone := await through(patiently(lambda: database.written(batch), seconds=patience)):
        count += len(gone)
    return count
