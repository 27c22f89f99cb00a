"""Browsers sent to a provider, with what they are known by when they come back."""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from hub.engine.signing.endings import Unsent
from hub.engine.values.flows import FLOW_SECONDS, Purpose
from hub.providers import Doors

from .problems import Problem

if TYPE_CHECKING:
    from hub.engine.values.flows import Errand
    from hub.providers import Provider

    from .pages import Visit

#: In how many cookies browsers hold what their sign-ins are known by: tabs that begin at once, before any of
#: them is answered, would else leave what the last of them was given.
COOKIES = 32


class Unreachable(Problem):
    """The provider cannot be reached: that is nobody's fault here, and may pass."""

    status = 503


async def send(visit: Visit, provider: Provider, errand: Errand, *, hint: str | None = None) -> Response:
    """Send the browser to *provider*; it holds what it is known by when it comes back.

    Looking whether that can be done (HEAD) begins nothing.
    """
    if visit.request.method == "HEAD":
        return Response()
    visit.room.begun_from.count(visit.address)
    visit.room.begun_at.count(provider.id)
    state = secrets.token_urlsafe(32)
    browser = browser_of(visit, state) or secrets.token_urlsafe(32)
    try:
        url = await visit.desk.signins.begin(
            provider,
            errand,
            doors=doors(visit, provider.team, provider.id),
            state=state,
            browser=browser,
            hint=hint,
        )
    except Unsent as error:
        shown = f"{provider.title}: {error}" if errand.purpose is Purpose.TEST else None
        raise Unreachable(shown or f"{provider.title} cannot be reached. Try again in a minute.") from error
    response = RedirectResponse(url, 303)
    visit.cookies.put(response, _cookie(state), browser, seconds=FLOW_SECONDS)
    return response


def browser_of(visit: Visit, state: str) -> str:
    """Return what the browser holds by which it is known that the sign-in of that *state* began in it."""
    return visit.cookies.get(visit.request, _cookie(state)) or ""


def _cookie(state: str) -> str:
    return f"signin-{int.from_bytes(sha256(state.encode()).digest()[:8]) % COOKIES}"


def doors(visit: Visit, team: str, provider: str) -> Doors:
    """Return our own addresses for a provider."""
    return Doors(f"{visit.root}/sso/{quote(team, safe='')}/{quote(provider, safe='')}")
