"""Deleting much, a little at a time: whoever writes meanwhile waits for a batch, and not for all."""

from __future__ import annotations

from attrs import frozen

from .patience import Patient

#: How many rows go in one transaction.
BATCH = 1000


@frozen(kw_only=True)
class Pruning(Patient):
    """Deletes what is old."""

    async def _pruned(
        self, table: str, old: str, *values: object, key: str = "id", order: str | None = None
    ) -> int:
        """Delete the rows of *table*, told by *key*, that are *old*, in that *order*; return how many."""
        first = f" ORDER BY {order}" if order else ""
        chosen = f"SELECT {key} FROM {table} WHERE {old}{first} LIMIT {BATCH}"
        # Said twice: of a row that somebody is changing, PostgreSQL looks again at what is outside of IN.
        sql = f"DELETE FROM {table} WHERE ({key}) IN ({chosen}) AND {old} RETURNING {key}"
        count = 0
        while gone := await self._write(sql, *values):
            count += len(gone)
        return count
