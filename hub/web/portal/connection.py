"""One connection: how it is, what to paste where, how far the guide has been followed, and what is amiss."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hub.engine.watched.progress import news, ticked
from hub.spi import facts
from hub.teams import Role, State

from .pages import Pages

if TYPE_CHECKING:
    from starlette.responses import Response

    from hub.engine.watched.health import Health
    from hub.teams import Connection

    from .pages import Fault, Visit

pages = Pages()

#: Where a connection is.
AT = "/settings/security/authentication/scim/{connection}"

#: For how many days a token can be made; 0 is for ever.
DAYS = (0, 90, 180, 365)

#: How many of those who were refused are listed.
REFUSED_MAX = 20


@pages.get(AT, setup=True)
async def page(visit: Visit) -> Response:
    """Show a connection."""
    return await shown(visit, await found(visit))


@pages.get(f"{AT}/live", setup=True, live=True)
async def progress_live(visit: Visit) -> Response:
    """Show how far the guide has been followed, as it goes."""
    connection = await found(visit)

    async def look() -> str:
        return visit.fragment("connection_progress.html", **await _progress(visit, connection))

    return visit.live(look)


@pages.get(f"{AT}/news/live", setup=True, live=True)
async def news_live(visit: Visit) -> Response:
    """Tell what arrives, as it does."""
    connection = await found(visit)

    async def look() -> str:
        return visit.fragment("connection_news.html", **await _news(visit, await _health(visit, connection)))

    return visit.live(look)


async def found(visit: Visit) -> Connection:
    """Return the connection in the path, which is the team's."""
    for each in await visit.desk.connections.of(visit.team):
        if each.id == visit.path["connection"]:
            return each
    raise visit.missing()


def called(visit: Visit, connection: Connection) -> str:
    """Return what the provider of *connection* is called."""
    return visit.desk.healths.guide(connection).title


def at(connection: Connection, below: str = "") -> str:
    """Return the path, below the team, of what is *below* a connection."""
    return AT.format(connection=connection.id) + below


async def shown(
    visit: Visit,
    connection: Connection,
    *,
    token: str | None = None,
    link: str | None = None,
    faults: Sequence[Fault] = (),
) -> Response:
    """Return the page of *connection*, this once with the *token*, or the *link*, that was just made."""
    health = await _health(visit, connection)
    values = {
        **await _progress(visit, connection),
        **await _news(visit, health),
        "base_url": f"{visit.root}/scim/v2/{connection.id}",
        "token": token,
        "link": link,
        "lacks": visit.team.lacks(),
        "effect": await visit.desk.switches.effect(connection, State.ON, called=health.called),
        "may": visit.session.role.may(Role.ADMIN),
        "owns": visit.session.role.may(Role.OWNER),
        "sets_up": visit.session.role is Role.SETUP,
        "now": visit.desk.clock(),
        "days": DAYS,
        "facts": facts.FACTS,
        **(await _more(visit, health) if visit.session.role.may(Role.AUDITOR) else _NOTHING),
    }
    if faults:
        return visit.again("connection.html", faults=faults, typed=await visit.form(), **values)
    return visit.page("connection.html", **values)


#: What is not for whoever sets a connection up.
_NOTHING: dict[str, Any] = {"links": (), "refused": (), "gaps": None, "providers": ()}


async def _more(visit: Visit, health: Health) -> dict[str, Any]:
    connection = health.connection
    providers = await visit.desk.connections.providers(connection)
    return {
        "links": await visit.desk.links.of(connection),
        "refused": await visit.desk.arrivals.refused(connection, count=REFUSED_MAX),
        "gaps": await visit.desk.arrivals.gaps(connection, providers),
        "providers": providers,
    }


async def _health(visit: Visit, connection: Connection) -> Health:
    """Return how *connection* is as it is now: somebody else may have turned it since."""
    now = await visit.desk.registry.connection(connection.id) or connection
    team = await visit.desk.registry.team(id=connection.team) or visit.team
    return await visit.desk.healths.of(team, now)


async def _progress(visit: Visit, connection: Connection) -> dict[str, Any]:
    health = await _health(visit, connection)
    return {"health": health, "connection": health.connection, "steps": ticked(health), "at": at(connection)}


async def _news(visit: Visit, health: Health) -> dict[str, Any]:
    # Whoever sets it up is told that people arrive, and not who they are.
    known = visit.session.role.may(Role.AUDITOR)
    newcomer = await visit.desk.arrivals.newcomer(health) if known else None
    return {"health": health, "news": news(health, newcomer=newcomer, at=visit.desk.clock())}
