"""All teams, for operators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.teams import Role

from .pages import Pages

if TYPE_CHECKING:
    from starlette.responses import Response

    from .pages import Visit

pages = Pages(below="/teams")


@pages.get("", role=Role.OPERATOR)
async def teams(visit: Visit) -> Response:
    """List the teams, or those whose name holds what is searched for."""
    sought = visit.query.get("name", "").strip()
    all_ = await visit.desk.teams.all()
    found = [team for team in all_ if sought.casefold() in team.name.casefold()]
    return visit.page("teams.html", found=found, sought=sought)
