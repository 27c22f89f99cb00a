"""Who arrived by a connection, who was refused, and who is known on one side only."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from attrs import frozen

from hub.engine.values.listing import Turn, Wanted
from hub.engine.values.places import SeatState
from hub.engine.values.scope import Scope
from hub.spi import facts
from hub.teams import State

if TYPE_CHECKING:
    from hub.engine.ports import GapsBetween, Listings, Registry
    from hub.engine.values.gaps import Gaps
    from hub.engine.values.places import Refused
    from hub.providers import Provider
    from hub.teams import Connection

    from .health import Health


@frozen(kw_only=True)
class Arrivals:
    """Looks at the people of connections, for administrators of their team."""

    registry: Registry
    listings: Listings
    pairs: GapsBetween

    async def newcomer(self, health: Health) -> str | None:
        """Return in a sentence who arrived last, and whether they have a seat; None where nobody is there."""
        arrived, connection = health.seen.get(facts.CREATED), health.connection
        if arrived is None or arrived.detail is None:
            return None
        store = self.registry.store(Scope(team=connection.team, connection=connection.id))
        text = await store.text("User", arrived.detail, memberships=False)
        if text is None:
            return None
        status = (await store.statuses([text.id])).get(text.id)
        seated = status is not None and status.state is SeatState.SEATED
        seat = f"has a {status.kind} seat" if status and seated else "has no seat yet"
        which = "The first person arrived" if arrived.first_at == arrived.last_at else "Arrived last"
        return f"{which}: {json.loads(text.document).get('userName')} {seat}"

    async def refused(self, connection: Connection, *, count: int) -> Sequence[Refused]:
        """Return up to *count* of those whom *connection* could not have for want of a seat."""
        page = await self.listings.refused(connection.team, Wanted(connection=connection.id), Turn())
        return page.rows[:count]

    async def gaps(self, connection: Connection, providers: Sequence[Provider]) -> Gaps | None:
        """Return who is assigned in only one of two apps, the one for SCIM and the one for signing in.

        The latter is that of the provider which *connection* names, else of the only one among the team's
        *providers*. None where it is neither.
        """
        only = providers[0].id if len(providers) == 1 else None
        provider = connection.provider or only
        if provider is None or connection.state is State.DRAFT:
            return None
        return await self.pairs.between(connection.team, connection.id, provider)
