"""What else is said of a connection: its guide, whom its people sign in with, the domains it vouches for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.engine.values.errors import AdminError
from hub.teams import Role

from .connection import AT, at, found, shown
from .pages import Fault, Pages
from .problems import spoken

if TYPE_CHECKING:
    from starlette.responses import Response

    from .pages import Visit

pages = Pages()


@pages.post(f"{AT}/guide", setup=True)
async def follow(visit: Visit) -> Response:
    """Show another guide."""
    connection, name = await found(visit), (await visit.form()).get("guide", "")
    await visit.desk.connections.follow(connection, name, by=visit.by())
    return visit.go(f"{at(connection)}#guide")


@pages.post(f"{AT}/provider", role=Role.OWNER)
async def signs_in_by(visit: Visit) -> Response:
    """Say whom the connection's people sign in with: that provider then vouches in its domains, too."""
    connection, provider = await found(visit), (await visit.form()).get("signs_in_by", "")
    await visit.desk.connections.signs_in_by(connection, provider or None, by=visit.by())
    return visit.go(at(connection), said="Whom its people sign in with is kept.")


@pages.post(f"{AT}/domains", role=Role.OWNER)
async def trust(visit: Visit) -> Response:
    """Say for which domains the connection may vouch."""
    connection, typed = await found(visit), (await visit.form()).get("domains", "")
    try:
        kept = await visit.desk.connections.trust(connection, typed.replace(",", " ").split(), by=visit.by())
    except AdminError as error:
        return await shown(visit, connection, faults=[Fault("domains", spoken(error))])
    trusted = ", ".join(kept.domains) or "no domain"
    return visit.go(at(connection), said=f"It vouches for addresses in {trusted}.")
