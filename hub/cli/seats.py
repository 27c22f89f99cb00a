"""hub seats: how many of each kind a team bought, holds and has free."""

from collections.abc import Mapping

from hub.cli import printing
from hub.cli.options import NONE, Options
from hub.engine.values import SeatCount

COLUMNS = ("Kind", "Bought", "Held", "Free")


async def seats(team: str, /, *, options: Options = NONE) -> None:
    """Show the seats of TEAM."""
    async with options.house() as house:
        kinds = counts(await house.admin.seats(await house.admin.team(team)))
    options.answer(kinds, printing.table(COLUMNS, ((kind, *each.values()) for kind, each in kinds.items())))


def counts(kinds: Mapping[str, SeatCount]) -> dict[str, dict[str, int]]:
    """Return a team's seats by kind, as JSON has them."""
    return {kind: {"bought": c.bought, "held": c.held, "free": c.free} for kind, c in kinds.items()}
