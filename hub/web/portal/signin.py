"""Signing in: whoever wants to says by which address, or comes from a product, and is sent to a provider."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.responses import RedirectResponse

from hub.engine.values.flows import Errand, Purpose
from hub.scim.folding import fold

from .pages import Pages
from .problems import Missing, Problem
from .sending import send

if TYPE_CHECKING:
    from starlette.responses import Response

    from hub.providers import Provider
    from hub.teams import Team

    from .pages import Visit

pages = Pages(below="")

#: The longest state that a product may send along; and what S256 gives (RFC 7636 §4.2).
STATE_MAX = 1000
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


@pages.get("/signin", role=None)
async def signin(visit: Visit) -> Response:
    """Ask for the address by which a provider is found, or say how else one comes in."""
    address = fold(visit.query.get("address", "").strip())
    if meant := _team_in(visit.query.get("to", "")):
        return RedirectResponse(_start(meant, {"to": visit.query["to"]}), 303)
    found: Sequence[Provider] = ()
    if "@" in address:
        found = await visit.desk.ways.of(address)
        if not found:
            visit.room.vain.count(visit.address)
    # A link, also where there is one way only: browsers hold a form to where its page may send forms, and so
    # would not go on to the provider (CSP, form-action).
    ways = [(each.title, _start(each.team, {"provider": each.id, "hint": address})) for each in found]
    return visit.page("signin.html", ways=ways, address=address)


@pages.get("/signin/{team}", role=None)
async def start(visit: Visit) -> Response:
    """Send whoever comes to the team's provider, for the portal or for the product."""
    team = await visit.desk.registry.team(id=visit.path["team"])
    if team is None:
        raise Missing
    errand = _errand(visit, team)
    providers = await visit.desk.providing.of(team)
    meant = {visit.query.get("provider"), visit.query.get("iss")} - {None}
    chosen = [each for each in providers if not meant or meant & {each.id, each.issuer}]
    if len(chosen) == 1:
        return await send(visit, chosen[0], errand, hint=visit.query.get("hint"))
    ways = [(each.title, _start(team.id, {**visit.query, "provider": each.id})) for each in chosen]
    return visit.page("signin_team.html", ways=ways)


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


def _start(team: str, said: Mapping[str, str]) -> str:
    return f"/signin/{team}?{urlencode(said)}"
