"""Seats that no hand assigns, since a connection of the team does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hub.engine.values.errors import AdminError
from hub.teams import State, locking

if TYPE_CHECKING:
    from hub.engine.ports import Unit
    from hub.teams import Connection, Team

#: What can be done while a connection assigns the seats: one that is paused adds nobody.
_WAYS = {
    State.ON: "do it there, or turn it off: `hub connection off {id}`",
    State.PAUSED: "resume it, or turn it off: `hub connection on {id}`, `hub connection off {id}`",
}


class Locked(AdminError):
    """Seats cannot be assigned by hand: a connection of the team assigns them."""


async def unlocked(unit: Unit) -> Team:
    """Return the team, or raise `Locked` where a connection assigns its seats; neither changes meanwhile."""
    team = await unit.team()
    check(team, await unit.connections())
    return team


def check(team: Team, connections: Sequence[Connection]) -> None:
    """Raise `Locked` where one of the *connections* of *team* assigns its seats."""
    if by := locking(team, connections):
        raise Locked(
            f"the seats of '{team.name}' are assigned by {by.idp} (connection {by.id}), which is {by.state}:"
            f" {_WAYS[by.state].format(id=by.id)}"
        )
