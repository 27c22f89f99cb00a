"""What a change means to those who hear of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from hub.spi import Event

if TYPE_CHECKING:
    from .ports import Ids, Resource
    from .requests import Request


def user_event(before: Resource | None, after: Resource | None) -> str:
    """Return the name of what happened to a user."""
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
