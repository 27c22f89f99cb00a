"""What providers did, and what was made of it: the exchanges of a team, to be looked through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import frozen

from hub.spi import Event, Inbound, Outbound, Quirk
from hub.spi.tolerant import TOLERANT

if TYPE_CHECKING:
    from hub.engine.common.plugins import Plugins
    from hub.engine.ports import Exchanges, Registry
    from hub.spi import Dialect
    from hub.teams import Connection, Team


@frozen(kw_only=True)
class Story:
    """One exchange as it was *kept*, its *connection*, the *quirks* it showed and the *events* it caused.

    *dialect* is the one that the connection speaks; None where no plugin has it any more.
    """

    kept: Mapping[str, Any]
    connection: Connection
    dialect: Dialect | None
    quirks: Sequence[Quirk[Inbound] | Quirk[Outbound]]
    events: Sequence[Event]


@frozen(kw_only=True)
class Activity:
    """What an administrator is shown of exchanges."""

    registry: Registry
    kept: Exchanges
    plugins: Plugins

    async def of(
        self, connection: Connection, *, after: str = "", count: int = 50
    ) -> Sequence[Mapping[str, Any]]:
        """Return up to *count* exchanges of *connection*, oldest first.

        They are those after the one with the reference *after*; without one, the newest.
        """
        return await self.kept.of(connection.id, after=after, count=count)

    async def latest(
        self,
        team: Team,
        *,
        connection: str = "",
        failed: bool = False,
        before: int | None = None,
        count: int,
    ) -> Sequence[tuple[int, Mapping[str, Any]]]:
        """Return up to *count* exchanges with their numbers, newest first, each number under *before*.

        They are of all connections of *team*, or of that *connection*; only the refused, where *failed*.
        """
        theirs = [each.id for each in await self.registry.connections(team.id)]
        wanted = [id for id in theirs if connection in {"", id}]
        return await self.kept.latest(wanted, failed=failed, before=before, count=count)

    async def story(self, team: Team, reference: str) -> Story | None:
        """Return all that is known of the exchange called *reference*; None where it is not kept."""
        kept = await self.kept.one(team.id, reference)
        connection = await self.registry.connection(kept["connection"]) if kept else None
        if kept is None or connection is None:
            return None
        dialect = self.plugins.dialect(connection.idp) if self.plugins.speaks(connection.idp) else None
        known = {each.name: each for each in (*TOLERANT, *(dialect.quirks if dialect else ()))}
        return Story(
            kept=kept,
            connection=connection,
            dialect=dialect,
            quirks=[known[name] for name in kept["quirks"] if name in known],
            events=await self.kept.caused(team.id, reference),
        )
