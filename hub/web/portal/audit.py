"""The team's audit: who did what, when and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub import moments

from .pages import Fault, Pages

if TYPE_CHECKING:
    from starlette.responses import Response

    from .pages import Visit

pages = Pages()

#: How many lines a page has.
COUNT = 50


@pages.get("/audit")
async def audit(visit: Visit) -> Response:
    """Show the audit, the newest first, or what of it is asked for."""
    asked = {name: visit.query.get(name, "").strip() for name in ("who", "action", "since")}
    faults = []
    try:
        since = moments.read(asked["since"]) if asked["since"] else ""
    except ValueError:
        faults, since = [Fault("since", "Write a day as in 2026-06-30")], ""
    notes = await visit.desk.trail.latest(
        visit.team.id,
        who=asked["who"],
        action=asked["action"],
        since=since,
        before=visit.before,
        count=COUNT + 1,
    )
    values: dict[str, Any] = {"notes": notes[:COUNT], "more": len(notes) > COUNT, "asked": asked}
    if faults:
        return visit.again("audit.html", faults=faults, typed=asked, **values)
    return visit.page("audit.html", typed=asked, **values)
