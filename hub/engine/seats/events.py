"""Events: what those who listen are told of a change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from hub.spi import Event

if TYPE_CHECKING:
    from hub.engine.asking.requests import Request
    from hub.engine.ports import Ids
    from hub.engine.values.resources import Resource
    from hub.spi import Json

    from .seats import Crossing, Move


def user_event(before: Resource | None, after: Resource | None) -> str:
    """Return the name of the event that tells of a user who was *before* and is *after*."""
    if before is None:
        return "user_provisioned"
    if after is None:
        return "user_deprovisioned"
    match before.active, after.active:
        case True, False:
            return "user_deactivated"
        case False, True:
            return "user_reactivated"
        case _:
            return "user_updated"


def event(
    name: str,
    request: Request,
    before: Resource | None,
    after: Resource | None,
    *,
    ids: Ids,
    now: str,
    seat: str | None = None,
    members: tuple[Sequence[str], Sequence[str]] = ((), ()),
) -> Event:
    """Return the event *name* about a resource, *members* being those who came and who went."""
    about = after or before
    assert about is not None
    return Event(
        id=ids(),
        name=name,
        at=datetime.fromisoformat(now),
        team=request.admission.team.id,
        connection=request.connection.id,
        kind=about.kind,
        resource=about.id,
        person=about.person,
        version=about.version if after else about.version + 1,
        before=before.document if before else None,
        after=after.document if after else None,
        seat=seat,
        quirks=request.quirks,
        cause=request.reference,
        members_added=tuple(members[0]),
        members_removed=tuple(members[1]),
    )


def about_seat(
    name: str,
    seat: str,
    *,
    team: str,
    person: str | None,
    id: str,
    at: str,
    cause: str,
    after: Mapping[str, Json] | None = None,
) -> Event:
    """Return the event *name* about a seat of a kind, apart from what any provider said of any resource.

    It is about a *person*, or about the team where it is nobody's seat.
    """
    return Event(
        id=id,
        name=name,
        at=datetime.fromisoformat(at),
        team=team,
        connection=None,
        kind="Team" if person is None else "User",
        resource=None,
        person=person,
        version=0,
        before=None,
        after=after,
        seat=seat,
        quirks=(),
        cause=cause,
    )


def thresholds(crossings: Sequence[Crossing], *, team: str, ids: Ids, at: str, cause: str) -> list[Event]:
    """Return the events that tell of shares in use which seats have come to."""
    return [
        about_seat(
            "seats_threshold",
            each.kind,
            team=team,
            person=None,
            id=ids(),
            at=at,
            cause=cause,
            after={"bought": each.bought, "held": each.held, "percent": each.percent},
        )
        for each in crossings
    ]


def told_of(moved: Move, *, team: str, person: str, ids: Ids, at: str, cause: str) -> list[Event]:
    """Return the events that tell of a person's seat that moved although no request asked for it."""
    events = []
    if moved.told:
        name, kind = moved.told
        events.append(about_seat(name, kind, team=team, person=person, id=ids(), at=at, cause=cause))
    return events + thresholds(moved.crossings, team=team, ids=ids, at=at, cause=cause)
