"""Deleting much, a little at a time: whoever writes meanwhile waits for a batch, and not for all."""

from __future__ import annotations

from attrs import frozen

from .patience import Patient

#: How many rows go in one transaction.
BATCH = 1000


@frozen(kw_only=True)
class Pruning(Patient):
    """Deletes what is old."""

    async def _pruned(self, table: str, old: str, *values: object, key: str = "id") -> int:
        """Delete the rows of *table*, told by *key*, that are *old*: what follows WHERE; return how many."""
        chosen = f"SELECT {key} FROM {table} WHERE {old} LIMIT {BATCH}"
        sql = f"DELETE FROM {table} WHERE ({key}) IN ({chosen}) RETURNING {key}"
        count = 0
        while gone := await self._write(sql, *values):
            count += len(gone)
        return count
