"""What sign-ins have left of a person who is to be erased."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from .client import Client
    from .database import Database

#: Says whether a text names the person.
Names: TypeAlias = Callable[[str], bool]

#: Table, key, column: where a text may name anybody; and what becomes of a row whose text names the person.
_NAMED = (
    ("flows", "id", "data", "DELETE FROM flows"),
    ("subjects", "subject", "address", "DELETE FROM subjects"),
    ("providers", "id", "tested_as", "UPDATE providers SET tested_as = NULL"),
)


async def forget(database: Database, client: Client, team: str, person: str, names: Names) -> int:
    """Forget who a person is at providers, their codes, and where else sign-ins name them; return how many.

    Admins are not among them: whoever is one is not erased.
    """
    count = 0
    for table in ("subjects", "codes"):
        sql = f"DELETE FROM {table} WHERE team_id = $1 AND person_id = $2 RETURNING 1 AS gone"
        count += len(await database.run(client, sql, team, person))
    for table, key, column, change in _NAMED:
        sql = f"SELECT {key} AS key, {column} AS said FROM {table} WHERE team_id = $1"
        for row in await database.run(client, sql, team):
            if row["said"] and names(row["said"]):
                await database.run(client, f"{change} WHERE team_id = $1 AND {key} = $2", team, row["key"])
                count += 1
    return count
