"""How a team's connections are doing: what was seen of each, its headline, and what it may stumble over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from attrs import frozen

from hub.moments import later
from hub.spi import Dialect, Guide, facts
from hub.spi.tolerant import TOLERANT

from .rhythm import lately
from .states import Headline, Known, headline

if TYPE_CHECKING:
    from hub.engine.asking.sightings import Hour, Sighting
    from hub.engine.common.plugins import Plugins
    from hub.engine.ports import Clock, Registry, Sightings
    from hub.spi import Inbound, Outbound, Quirk
    from hub.teams import Connection, Team, Token

#: Days of traffic that a rhythm is taken from.
RHYTHM_DAYS = 30


@frozen(kw_only=True)
class Oddity:
    """A *quirk* that showed, and when: its sentence, and what its provider's administrator can do."""

    quirk: Quirk[Inbound] | Quirk[Outbound]
    seen: Sighting


@frozen(kw_only=True)
class Health:
    """One connection as its page and the overview show it; *tokens* are those that open it whole."""

    connection: Connection
    dialect: Dialect
    guide: Guide
    headline: Headline
    tokens: Sequence[Token]
    seen: Mapping[str, Sighting]
    hours: Sequence[Hour]
    writes: int
    failed: int
    oddities: Sequence[Oddity]

    @property
    def called(self) -> str:
        """Return what its provider is called."""
        return self.guide.title

    @property
    def last(self) -> str | None:
        """Return when it asked last."""
        found = self.seen.get(facts.REQUEST)
        return found.last_at if found else None


@frozen(kw_only=True)
class Healths:
    """Looks how connections are doing; it changes nothing."""

    registry: Registry
    sightings: Sightings
    plugins: Plugins
    clock: Clock

    async def team(self, team: Team) -> Sequence[Health]:
        """Return how each connection of *team* is doing, oldest first."""
        return [await self.of(team, each) for each in await self.registry.connections(team.id)]

    async def of(self, team: Team, connection: Connection) -> Health:
        """Return how *connection* of *team* is doing."""
        at, dialect = self.clock(), self._dialect(connection)
        guide = guide_of(dialect, connection.guide)
        seen = await self.sightings.of(team.id, connection.id)
        hours = await self.sightings.traffic(
            team.id, connection.id, since=later(at, -RHYTHM_DAYS * 86_400)[:13]
        )
        tokens = [each for each in await self.registry.tokens(connection.id) if each.user is None]
        known = Known(
            team=team,
            connection=connection,
            called=guide.title,
            silent_hours=dialect.silent_hours,
            tokens=tokens,
            seen=seen,
            hours=hours,
            at=at,
        )
        writes, failed = lately(hours, since=later(at, -86_400))
        return Health(
            connection=connection,
            dialect=dialect,
            guide=guide,
            headline=headline(known),
            tokens=tokens,
            seen=seen,
            hours=hours,
            writes=writes,
            failed=failed,
            oddities=_oddities(dialect, seen),
        )

    def guide(self, connection: Connection) -> Guide:
        """Return the guide that is followed for *connection*."""
        return guide_of(self._dialect(connection), connection.guide)

    def _dialect(self, connection: Connection) -> Dialect:
        """Return the dialect of a connection, an empty one where no plugin has it any more."""
        if self.plugins.speaks(connection.idp):
            return self.plugins.dialect(connection.idp)
        return Dialect(name=connection.idp, title=connection.idp)


def guide_of(dialect: Dialect, name: str | None) -> Guide:
    """Return the guide of *dialect* called *name*, else its first; a dialect without one has an empty one."""
    named = [guide for guide in dialect.guides if guide.name == name]
    return (*named, *dialect.guides, _without(dialect))[0]


def _without(dialect: Dialect) -> Guide:
    return Guide(name=dialect.name, title=dialect.title, checked="", says=(), steps=())


def _oddities(dialect: Dialect, seen: Mapping[str, Sighting]) -> Sequence[Oddity]:
    quirks = {facts.QUIRK + quirk.name: quirk for quirk in (*TOLERANT, *dialect.quirks)}
    return [Oddity(quirk=quirks[fact], seen=each) for fact, each in seen.items() if fact in quirks]
