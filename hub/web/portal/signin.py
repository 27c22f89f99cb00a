"""Signing in: whoever wants to is sent to their provider, comes back, and goes on, or is told why not."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from starlette.responses import JSONResponse, RedirectResponse, Response

from hub.engine.flows import FLOW_SECONDS, Errand, Purpose
from hub.engine.signin import Admitted, Lost, SentOn, TurnedAway, Unsent
from hub.providers import Doors, Provider
from hub.scim.folding import fold

from .pages import Pages
from .problems import Missing, Problem

if TYPE_CHECKING:
    from hub.teams import Team

    from .pages import Visit

pages = Pages(below="")

#: The cookie by which a sign-in is known to end in the browser in which it began.
COOKIE = "signin"

#: Where in the portal a trial is looked at.
TRIED = "/settings/security/authentication/sso/{provider}/tried?state={state}"

#: The longest state that a product may send along; and what S256 gives (RFC 7636 §4.2).
STATE_MAX = 1000
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


class Unreachable(Problem):
    """The provider cannot be reached: that is nobody's fault here, and may pass."""

    status = 503


@pages.get("/signin", role=None)
async def signin(visit: Visit) -> Response:
    """Ask for the address by which a provider is found, or say how else one comes in."""
    address = fold(visit.query.get("address", "").strip())
    if meant := _team_in(visit.query.get("to", "")):
        return RedirectResponse(_start(meant, {"to": visit.query["to"]}), 303)
    found: list[tuple[Team, Provider]] = []
    if "@" in address:
        visit.room.attempts.check(visit.address)
        found = await _found(visit, address)
        if not found:
            visit.room.attempts.failed(visit.address)
    # A link, also where there is one way only: browsers hold a form to where its page may send forms, and so
    # would not go on to the provider (CSP, form-action).
    ways = [
        (team.name, each.title, _start(team.id, {"provider": each.id, "hint": address}))
        for team, each in found
    ]
    return visit.page("signin.html", ways=ways, address=address)


@pages.get("/signin/{team}", role=None)
async def start(visit: Visit) -> Response:
    """Send whoever comes to the team's provider, for the portal or for the product."""
    team = await visit.desk.admin.registry.team(id=visit.path["team"])
    if team is None:
        raise Missing
    errand = _errand(visit, team)
    providers = await visit.desk.providing.of(team)
    meant = {visit.query.get("provider"), visit.query.get("iss")} - {None}
    chosen = [each for each in providers if not meant or meant & {each.id, each.issuer}]
    if len(chosen) == 1:
        return await send(visit, chosen[0], errand, hint=visit.query.get("hint"))
    ways = [(team.name, each.title, _start(team.id, {**visit.query, "provider": each.id})) for each in chosen]
    return visit.page("signin_team.html", ways=ways, called=team.name)


async def send(visit: Visit, provider: Provider, errand: Errand, *, hint: str | None = None) -> Response:
    """Send the browser to *provider*; it holds what it is known by when it comes back."""
    browser = visit.cookies.get(visit.request, COOKIE) or secrets.token_urlsafe(32)
    try:
        url = await visit.desk.signins.begin(
            provider, errand, doors=doors(visit, provider.team, provider.id), browser=browser, hint=hint
        )
    except Unsent as error:
        shown = f"{provider.title}: {error}" if errand.purpose is Purpose.TEST else None
        raise Unreachable(shown or f"{provider.title} cannot be reached. Try again in a minute.") from error
    response = RedirectResponse(url, 303)
    visit.cookies.put(response, COOKIE, browser, seconds=FLOW_SECONDS)
    return response


@pages.get("/sso/{team}/{provider}/callback", role=None)
async def callback(visit: Visit) -> Response:
    """Take up what an OpenID provider answered, in the browser that asked."""
    provider, state = await _provider(visit), visit.query.get("state", "")
    browser = visit.cookies.get(visit.request, COOKIE) or ""
    try:
        await visit.desk.signins.answered(
            provider, state, visit.query, doors=doors(visit, provider.team, provider.id), browser=browser
        )
    except Lost:
        return _lost(visit)
    return await _finish(visit, provider, state, browser)


@pages.post("/sso/{team}/{provider}/acs", role=None)
async def acs(visit: Visit) -> Response:
    """Take up what a SAML provider answered; which browser it is, its own request tells next.

    The form comes from another site, and so without our cookie.
    """
    provider, form = await _provider(visit), await visit.form()
    state = form.get("RelayState", "")
    try:
        await visit.desk.signins.answered(
            provider, state, form, doors=doors(visit, provider.team, provider.id)
        )
    except Lost:
        return _lost(visit)
    return RedirectResponse(f"/sso/{provider.team}/{provider.id}/done?{urlencode({'state': state})}", 303)


@pages.get("/sso/{team}/{provider}/done", role=None)
async def done(visit: Visit) -> Response:
    """End a sign-in whose answer has come."""
    browser = visit.cookies.get(visit.request, COOKIE) or ""
    return await _finish(visit, await _provider(visit), visit.query.get("state", ""), browser)


@pages.get("/sso/{team}/{provider}/metadata", role=None)
async def metadata(visit: Visit) -> Response:
    """Tell a SAML provider of us, before it is set up here, too: it is all in the address."""
    said = visit.desk.signins.speaks.metadata(doors(visit, visit.path["team"], visit.path["provider"]))
    return Response(said, media_type="application/samlmetadata+xml")


@pages.get("/.well-known/jwks.json", role=None)
async def keys(visit: Visit) -> Response:
    """Tell products by which keys assertions are verified."""
    return JSONResponse(visit.desk.signs.keys())


async def _finish(visit: Visit, provider: Provider, state: str, browser: str) -> Response:
    try:
        outcome = await visit.desk.signins.finished(provider, state, browser=browser)
    except Lost:
        return _lost(visit)
    match outcome:
        case Admitted():
            return await _enter(visit, provider, outcome)
        case SentOn():
            return RedirectResponse(outcome.url, 303)
        case TurnedAway():
            return visit.page("signin_refused.html", status=403, turned=outcome)
        case _:
            path = TRIED.format(provider=provider.id, state=quote(state, safe=""))
            return RedirectResponse(f"/teams/{provider.team}{path}", 303)


async def _enter(visit: Visit, provider: Provider, admitted: Admitted) -> Response:
    admins = await visit.desk.admins.visits.admins(provider.team)
    admin = next((each for each in admins if each.id == admitted.admin), None)
    begun = await visit.desk.sessions.begin(admin, provider=provider.id) if admin else None
    if begun is None:
        return _lost(visit)
    _, text = begun
    return await visit.enter(text, to=admitted.to or f"/teams/{provider.team}")


def doors(visit: Visit, team: str, provider: str) -> Doors:
    """Return our own addresses for a provider."""
    return Doors(f"{visit.root}/sso/{quote(team, safe='')}/{quote(provider, safe='')}")


def _errand(visit: Visit, team: Team) -> Errand:
    asked = visit.query
    if not {"return_to", "code_challenge"} & asked.keys():
        return Errand(purpose=Purpose.PORTAL, return_to=_page(asked.get("to", ""), team))
    if asked.get("return_to") not in visit.room.settings.signin.return_to:
        raise Problem("The product's return_to is none of the addresses that the hub sends people back to.")
    challenge, state = asked.get("code_challenge", ""), asked.get("state", "")
    if not _CHALLENGE.fullmatch(challenge) or asked.get("code_challenge_method", "S256") != "S256":
        raise Problem("The product's code_challenge is none by S256.")
    if not 0 < len(state) <= STATE_MAX:
        raise Problem(f"The product's state is missing, or longer than {STATE_MAX} signs.")
    return Errand(purpose=Purpose.PRODUCT, return_to=asked["return_to"], state=state, challenge=challenge)


def _page(path: str, team: Team) -> str:
    """Return *path* if it is a page of the team, else nothing: nobody is sent elsewhere."""
    return path if _team_in(path) == team.id else ""


def _team_in(path: str) -> str | None:
    """Return the team whose page is at *path*."""
    found = re.fullmatch(r"/teams/([0-9a-f-]{36})(/[A-Za-z0-9/_.-]*)?", path, re.ASCII)
    return found[1] if found and "//" not in path else None


async def _found(visit: Visit, address: str) -> list[tuple[Team, Provider]]:
    """Return the teams that have a provider for *address*."""
    found = []
    for provider in await visit.desk.providing.providers.with_domain(address.rpartition("@")[2]):
        team = await visit.desk.admin.registry.team(id=provider.team)
        if team is not None:
            found.append((team, provider))
    return found


async def _provider(visit: Visit) -> Provider:
    found = await visit.desk.providing.providers.one(visit.path["team"], visit.path["provider"])
    if found is None:
        raise Missing
    return found


def _start(team: str, said: Mapping[str, str]) -> str:
    return f"/signin/{team}?{urlencode(said)}"


def _lost(visit: Visit) -> Response:
    """Return the one page for whatever is wrong with a sign-in: which it is, nobody is told."""
    return visit.page("signin_lost.html", status=400)
