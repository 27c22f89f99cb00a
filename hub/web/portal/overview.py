"""The first page of a team."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .pages import Pages

if TYPE_CHECKING:
    from starlette.responses import Response

    from .pages import Visit

pages = Pages()


@pages.get("")
async def overview(visit: Visit) -> Response:
    """Show how many seats there are."""
    return visit.page("overview.html", seats=await visit.desk.admin.seats(visit.team))
