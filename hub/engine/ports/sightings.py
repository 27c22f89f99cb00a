"""What was seen of connections, beside requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from hub.engine.asking.sightings import Hour, Seen, Sighting
    from hub.engine.values.gaps import Gaps


class Sightings(Protocol):
    """What was seen of connections."""

    async def add(self, seen: Seen) -> None:
        """Keep what was *seen*, but of connections that there are not."""

    async def of(self, team: str, connection: str) -> Mapping[str, Sighting]:
        """Return fact → what was seen of a connection, as it was first seen."""

    async def traffic(self, team: str, connection: str, *, since: str) -> Sequence[Hour]:
        """Return in which hours a connection asked something, from one on, in order."""

    async def prune(self, *, before: str) -> None:
        """Delete how much was asked in hours before that."""


class GapsBetween(Protocol):
    """Who is assigned in only one of two apps."""

    async def between(self, team: str, connection: str, provider: str) -> Gaps:
        """Return who is known to a *connection* only, or only to the *provider* of its people's sign-ins."""
