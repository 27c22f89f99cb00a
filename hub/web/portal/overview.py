"""The first page of a team, which tells whether everybody is in who should be, and whether seats last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .charts import chart
from .pages import Pages

if TYPE_CHECKING:
    from starlette.responses import Response

    from .pages import Visit

pages = Pages()


@pages.get("")
async def overview(visit: Visit) -> Response:
    """Show how the team is doing."""
    summary = await visit.desk.overview.of(visit.team)
    return visit.page(
        "overview.html", summary=summary, charts=[chart(course) for course in summary.courses if course.days]
    )
