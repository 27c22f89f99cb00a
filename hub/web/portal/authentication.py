"""Settings › Security › Authentication, and there SCIM: a team's connections, and a new one."""  # noqa: RUF002

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import frozen

from hub.teams import Role

from . import connection
from .pages import Fault, Pages

if TYPE_CHECKING:
    from starlette.responses import Response

    from hub.spi import Dialect, Guide

    from .pages import Visit

pages = Pages()

#: Where these settings are.
SETTINGS = "/settings/security/authentication"

#: The word between a dialect and one of its guides in the value of a form.
APART = "/"


@frozen
class Choice:
    """A provider that can be connected: by a *guide* of a *dialect*."""

    dialect: Dialect
    guide: Guide

    @property
    def value(self) -> str:
        """Return what a form sends for it."""
        return f"{self.dialect.name}{APART}{self.guide.name}"


@pages.get(SETTINGS)
async def authentication(visit: Visit) -> Response:
    """Show how people sign in and how they arrive."""
    return visit.page("authentication.html", healths=await visit.desk.healths.team(visit.team))


@pages.get(f"{SETTINGS}/scim")
async def scim(visit: Visit) -> Response:
    """List the connections, and offer to make one."""
    return await _listed(visit)


@pages.post(f"{SETTINGS}/scim")
async def create(visit: Visit) -> Response:
    """Make a connection, and show its page with its token, this once."""
    chosen = (await visit.form()).get("provider", "")
    choice = next((each for each in choices(visit) if each.value == chosen), None)
    if choice is None:
        return await _listed(visit, faults=[Fault("provider", "Choose whom to connect")])
    made, token = await visit.desk.connections.create(
        visit.team, idp=choice.dialect.name, guide=choice.guide.name, by=visit.by()
    )
    return await connection.shown(visit, made, token=token)


def choices(visit: Visit) -> Sequence[Choice]:
    """Return the providers that can be connected, by what they are called."""
    dialects = visit.desk.plugins.dialects
    found = [Choice(dialect, guide) for dialect in dialects for guide in dialect.guides]
    return sorted(found, key=lambda each: each.guide.title.casefold())


async def _listed(visit: Visit, *, faults: Sequence[Fault] = ()) -> Response:
    values: Mapping[str, Any] = {
        "healths": await visit.desk.healths.team(visit.team),
        "choices": [(each.value, each.guide.title) for each in choices(visit)],
        "may": visit.session.role.may(Role.ADMIN),
    }
    if faults:
        return visit.again("scim.html", faults=faults, typed=await visit.form(), **values)
    return visit.page("scim.html", **values)
