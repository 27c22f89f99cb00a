"""What administrators look through of groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from hub.engine.values.gathered import Gathered, Gathering
    from hub.engine.values.listing import Page, Turn


class Groupings(Protocol):
    """The groups of a team, as administrators list them."""

    async def counts(self, team: str) -> Mapping[str, int]:
        """Return connection → how many groups it has."""

    async def groups(self, team: str, connection: str, text: str, turn: Turn) -> Page[Gathering]:
        """Return a page of a connection's groups that have *text*, folded, in their name, by name."""

    async def group(self, team: str, id: str) -> Gathering | None:
        """Return a group, with all its members counted."""

    async def members(self, team: str, connection: str, group: str, turn: Turn) -> Page[Gathered]:
        """Return a page of a group's members, in order of id."""
