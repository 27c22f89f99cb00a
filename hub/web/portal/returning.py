"""Browsers that come back from a provider: they go on, or are told why not."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from starlette.responses import RedirectResponse, Response

from hub.engine.signing.endings import Admitted, Lost, SentOn, TurnedAway
from hub.providers import Protocol

from .pages import Pages
from .problems import Missing
from .sending import browser_of, doors

if TYPE_CHECKING:
    from hub.providers import Provider

    from .pages import Visit

pages = Pages(below="/sso/{team}/{provider}")

#: Where in the portal a trial is looked at.
TRIED = "/settings/security/authentication/sso/{provider}/tried?state={state}"


@pages.get("/callback", role=None)
async def callback(visit: Visit) -> Response:
    """Take up what an OpenID provider answered, in the browser that asked; looking (HEAD) does not."""
    if visit.request.method == "HEAD":
        return Response()
    provider, state = await _provider(visit, Protocol.OIDC), visit.query.get("state", "")
    try:
        await visit.desk.signins.answered(
            provider,
            state,
            visit.query,
            doors=doors(visit, provider.team, provider.id),
            browser=browser_of(visit, state),
        )
    except Lost:
        return _lost(visit)
    return await _finish(visit, provider, state)


@pages.post("/acs", role=None)
async def acs(visit: Visit) -> Response:
    """Take up what a SAML provider answered; which browser it is, its own request tells next.

    The form comes from another site, and so without our cookie.
    """
    provider, form = await _provider(visit, Protocol.SAML), await visit.form()
    state = form.get("RelayState", "")
    try:
        await visit.desk.signins.answered(
            provider, state, form, doors=doors(visit, provider.team, provider.id)
        )
    except Lost:
        return _lost(visit)
    return RedirectResponse(f"/sso/{provider.team}/{provider.id}/done?{urlencode({'state': state})}", 303)


@pages.get("/done", role=None)
async def done(visit: Visit) -> Response:
    """End a sign-in whose answer has come; looking (HEAD) does not."""
    if visit.request.method == "HEAD":
        return Response()
    return await _finish(visit, await _provider(visit), visit.query.get("state", ""))


async def _finish(visit: Visit, provider: Provider, state: str) -> Response:
    try:
        outcome = await visit.desk.signins.finished(provider, state, browser=browser_of(visit, state))
    except Lost:
        return _lost(visit)
    match outcome:
        case Admitted():
            return await _enter(visit, provider, outcome)
        case SentOn():
            return RedirectResponse(outcome.url, 303)
        case TurnedAway():
            if outcome.reason is None:
                await visit.desk.sessions.refused(provider, outcome.called, says=outcome.message)
            return visit.page("signin_refused.html", status=403, turned=outcome)
        case _:
            path = TRIED.format(provider=provider.id, state=quote(state, safe=""))
            return RedirectResponse(f"/teams/{provider.team}{path}", 303)


async def _enter(visit: Visit, provider: Provider, admitted: Admitted) -> Response:
    admin = await visit.desk.admins.one(provider.team, admitted.admin)
    begun = await visit.desk.sessions.begin(admin, provider=provider.id) if admin else None
    if begun is None:
        return _lost(visit)
    _, text = begun
    return await visit.enter(text, to=admitted.to or f"/teams/{provider.team}")


async def _provider(visit: Visit, *spoken: Protocol) -> Provider:
    """Return the provider in the path: where another protocol is *spoken*, another one answers."""
    found = await visit.desk.providing.known(visit.path["team"], visit.path["provider"])
    if found is None or (spoken and found.protocol not in spoken):
        raise Missing
    return found


def _lost(visit: Visit) -> Response:
    """Return the one page for whatever is wrong with a sign-in: which it is, nobody is told."""
    return visit.page("signin_lost.html", status=400)
