"""What providers did: a list that goes on while one looks, and each exchange in full."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .pages import Pages
from .telling import effect, told

if TYPE_CHECKING:
    from starlette.responses import Response

    from hub.engine.activity import Story

    from .pages import Visit

pages = Pages()

#: How many exchanges a page has.
COUNT = 50


@pages.get("/activity")
async def activity(visit: Visit) -> Response:
    """Show the exchanges, the newest first, or those that are asked for."""
    asked = _asked(visit)
    return visit.page(
        "activity.html",
        **await _listed(visit, before=visit.before),
        live=visit.before is None,
        asked=asked,
        typed=asked,
        settings=visit.room.settings.exchanges,
    )


@pages.get("/activity/live", live=True)
async def live(visit: Visit) -> Response:
    """Show the newest as they come."""

    async def now() -> str:
        return visit.fragment("activity_list.html", **await _listed(visit), asked=_asked(visit))

    return visit.live(now)


@pages.get("/activity/{reference}")
async def exchange(visit: Visit) -> Response:
    """Show all that is known of one exchange."""
    story = await visit.desk.activity.story(visit.team, visit.path["reference"])
    if story is None:
        raise visit.missing()
    return visit.page("exchange.html", told=told(story.kept), story=story, **_parts(story))


def _asked(visit: Visit) -> dict[str, str]:
    return {name: visit.query.get(name, "") for name in ("connection", "failed")}


async def _listed(visit: Visit, *, before: int | None = None) -> dict[str, Any]:
    asked = _asked(visit)
    found = await visit.desk.activity.latest(
        visit.team,
        connection=asked["connection"],
        failed=asked["failed"] == "yes",
        before=before,
        count=COUNT + 1,
    )
    connections = await visit.desk.connections.of(visit.team)
    titles = {each.id: visit.desk.activity.title(each) for each in connections}
    return {
        "lines": [told(kept) for _, kept in found[:COUNT]],
        "older": found[COUNT - 1][0] if len(found) > COUNT else None,
        "titles": titles,
    }


def _parts(story: Story) -> dict[str, Any]:
    """Return what was sent, understood and answered, and what each event changed, as text."""
    kept = story.kept
    bodies = {
        "Sent": kept["request"],
        "Understood as": kept["became"],
        "Answered": kept["answer"],
    }
    return {
        "bodies": {title: _text(body) for title, body in bodies.items() if body is not None},
        "effects": [effect(each) for each in kept["effect"]],
        "changes": [(event.name, _text(event.before), _text(event.after)) for event in story.events],
    }


def _text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)
