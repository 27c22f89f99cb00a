"""What is used of a connection to a database, inside a transaction or outside any."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from .company import Company

#: A row by column name.
Row = Mapping[str, Any]


class Client(Protocol):
    """What the rest of this room uses of the clients that Tortoise gives us."""

    #: What its writes know of each other, where it is a transaction of several on PostgreSQL.
    company: Company | None

    async def execute_query_dict(self, query: str, values: Any) -> list[dict[str, Any]]:
        """Run one statement and return its rows."""

    async def execute_many(self, query: str, values: Any) -> None:
        """Run one statement with each of *values*."""
