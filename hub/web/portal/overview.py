"""The first page of a team, which tells whether everybody is in who should be, and whether seats last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .charts import chart
from .pages import Pages

if TYPE_CHECKING:
    from starlette.responses import Response

    from .pages import Visit

pages = Pages()

#: Seconds between two looks at a team: it costs more than a look at a list.
LOOK_SECONDS = 5.0


@pages.get("")
async def overview(visit: Visit) -> Response:
    """Show how the team is doing."""
    return visit.page("overview.html", **await _now(visit))


@pages.get("/live", live=True)
async def live(visit: Visit) -> Response:
    """Show how it is doing, as it goes."""

    async def now() -> str:
        return visit.fragment("overview_now.html", **await _now(visit))

    return visit.live(now, look_seconds=LOOK_SECONDS)


async def _now(visit: Visit) -> dict[str, Any]:
    # Anew each time: what the team has bought may have become more, and its sign-in have been set up.
    team = await visit.desk.registry.team(id=visit.team.id) or visit.team
    summary = await visit.desk.overview.of(team)
    return {"summary": summary, "charts": [chart(course) for course in summary.courses if course.days]}
