"""What the first page of a team tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from hub.engine.values.courses import Change


class Figures(Protocol):
    """The figures of a team; the time it takes to find them does not grow with the team's age."""

    async def changes(self, team: str, *, days: Sequence[str]) -> Sequence[Change]:
        """Return how seats changed on each of *days* (UTC), one after another, but not on the last."""

    async def waiting_since(self, team: str) -> Mapping[str, str]:
        """Return kind → since when whoever is first has waited, of the kinds that anybody waits for."""

    async def refused(self, team: str) -> Mapping[str, int]:
        """Return connection → how many it could not have for want of a seat, where there are any."""
