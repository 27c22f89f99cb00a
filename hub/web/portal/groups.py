"""The groups that connections push, who is in them, and which rules they decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.engine.values.gathered import COUNTED_MAX
from hub.engine.values.listing import TEXT_MAX, Page

from .lists import beside, isolated, turn_of
from .pages import Fault, Pages

if TYPE_CHECKING:
    from starlette.responses import Response

    from .pages import Visit

pages = Pages()


@pages.get("/groups")
async def groups(visit: Visit) -> Response:
    """List the groups of one connection."""
    desk, team = visit.desk, visit.team
    sources, counts = await desk.directory.sources(team), await desk.grouping.counts(team)
    asked = {name: visit.query.get(name, "").strip() for name in ("q", "connection")}
    shown = sources.get(asked["connection"]) or next(
        iter(sorted(sources.values(), key=lambda each: not counts.get(each.connection.id))), None
    )
    faults = [Fault("q", f"Search for up to {TEXT_MAX} signs")] if len(asked["q"]) > TEXT_MAX else []
    page: Page[Any] = Page(rows=())
    if shown and not faults:
        turn = turn_of(visit.query)
        page = await desk.grouping.groups(team, shown.connection, asked["q"], turn)
        asked["connection"] = shown.connection.id
    values: dict[str, Any] = {
        "asked": asked,
        "sources": sources,
        "counts": counts,
        "shown": shown,
        "found": page.rows,
        "rules": desk.grouping.rules(team, page.rows),
        "counted_max": COUNTED_MAX,
        "beside": beside(visit, "/groups", page, asked),
    }
    if faults:
        return visit.again("groups.html", faults=faults, typed=asked, **values)
    return visit.page("groups.html", typed=asked, **values)


@pages.get("/groups/{group}")
async def group(visit: Visit) -> Response:
    """Show one group, and a page of its members."""
    desk, team = visit.desk, visit.team
    found = await desk.grouping.group(team, visit.path["group"])
    page = await desk.grouping.members(team, found, turn_of(visit.query))
    sources = await desk.directory.sources(team)
    return visit.page(
        "group.html",
        group=found,
        title_of=isolated(found.display),
        source=sources[found.connection],
        rules=desk.grouping.rules(team, [found])[found.id],
        members=page.rows,
        beside=beside(visit, f"/groups/{found.id}", page, {}),
    )
