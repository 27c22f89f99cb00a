"""All that requests can have changed of a team, to be compared before and after."""

from __future__ import annotations

from typing import Any

from storage.database import Database

#: Where each table says whose a row is. Exchanges, in which refusals are kept, are left out, and so are
#: connections and tokens, which only an operator makes.
TABLES = {
    "teams": "id",
    **dict.fromkeys(
        [
            *("persons", "person_keys", "resources", "searched", "resource_keys", "counts", "members"),
            *("pending_members", "seats", "holdings", "waiting", "entries", "outbox"),
        ],
        "team_id",
    ),
}


async def digest(database: Database, team: str) -> dict[str, list[dict[str, Any]]]:
    """Return every row of *team*, by table."""
    found = {
        table: await database.rows(f"SELECT * FROM {table} WHERE {owner} IN ($1)", team)
        for table, owner in TABLES.items()
    }
    return {table: sorted(map(dict, rows), key=repr) for table, rows in found.items()}
