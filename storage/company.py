"""What several writes in one transaction on PostgreSQL know of each other."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from attrs import define, field

from hub.engine.errors import Overtaken

if TYPE_CHECKING:
    from hub.engine.places import SeatCount

    from .statements import Statement


@define
class Company:
    """Kinds of *seats*, locked since the first write began, as they stand; and what was left *behind*.

    These are the last statements of writes that are done: nobody waits for their rows.
    """

    seats: dict[str, SeatCount] | None = None
    behind: list[Statement] = field(factory=list)

    async def catch_up(self, client: Any) -> None:
        """Run on *client* what was left behind, all that reads alike in one round trip.

        Raises `Overtaken`: whose fault it was shows when each write comes again alone.
        """
        behind, self.behind = self.behind, []
        try:
            for sql, alike in groupby(behind, key=lambda each: each.sql):
                await client.execute_many(sql, [each.values for each in alike])
        except Exception as error:
            raise Overtaken(str(error)) from error
