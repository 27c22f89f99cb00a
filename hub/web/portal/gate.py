"""Who may see a page: what is asked before it is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.teams import Role, Team

from . import forms
from .problems import Forbidden, Missing, SignedOut

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hub.teams import Session

    from .desk import Desk
    from .forms import Stamps
    from .pages import Page, Visit


async def team_of(page: Page, path: Mapping[str, str], session: Session | None, desk: Desk) -> Team | None:
    """Return the team that *page* is of; `Missing` for one that is not theirs, as if there were none."""
    if not page.of_team or session is None:
        return None
    asked = path["team"]
    if session.team not in {None, asked}:
        raise Missing
    team = await desk.registry.team(id=asked)
    if team is None:
        raise Missing
    return team


def check_role(page: Page, path: Mapping[str, str], session: Session | None) -> None:
    """Raise `SignedOut` where nobody is signed in, `Forbidden` for a role that does not reach to *page*."""
    if page.role is None:
        return
    if session is None:
        raise SignedOut
    if session.role is Role.SETUP and page.role is not Role.SETUP:
        if not page.setup:
            raise Forbidden
        if path["connection"] != session.connection:
            raise Missing
    elif not session.role.may(page.role):
        raise Forbidden


async def check_form(
    page: Page, visit: Visit, stamps: Stamps, headers: Mapping[bytes, bytes], origin: str
) -> None:
    """Raise `NotTaken` for what is sent from elsewhere than from a page of that session."""
    if page.method != "POST" or page.role is None:
        return
    forms.check_source(headers, origin)
    stamps.check(await visit.form(), visit.session.id)
