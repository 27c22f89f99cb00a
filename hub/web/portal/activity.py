"""What providers did: a list that goes on while one looks, and each exchange in full."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .pages import Pages
from .telling import advice, effect, effects, told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import Response

    from hub.engine.watched.activity import Story
    from hub.spi import Event

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
    sources = await visit.desk.directory.sources(visit.team)
    source = sources[story.connection.id]
    return visit.page("exchange.html", told=told(story.kept), story=story, source=source, **_parts(story))


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
    sources = await visit.desk.directory.sources(visit.team)
    return {
        "lines": [told(kept) for _, kept in found[:COUNT]],
        "older": found[COUNT - 1][0] if len(found) > COUNT else None,
        "titles": {id: each.title for id, each in sources.items()},
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
        "effects": effects(kept),
        "advice": advice(kept["status"]),
        "changes": _changes(story.events),
    }


def _changes(events: Sequence[Event]) -> list[tuple[str, str, str]]:
    """Return what was changed, before and after: once, where several events tell of one change."""
    found: dict[tuple[str, str], list[str]] = {}
    for event in events:
        found.setdefault((_text(event.before), _text(event.after)), []).append(effect(event.name))
    return [(", ".join(names), before, after) for (before, after), names in found.items() if before or after]


def _text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)
