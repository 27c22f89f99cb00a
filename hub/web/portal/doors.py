"""The ways in and out: the front door, links, signing out; and the files beside the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse, Response

from hub.teams import Role

from .pages import Pages
from .problems import Missing, Spent
from .rendering import TYPES

if TYPE_CHECKING:
    from hub.teams import Link, Session

    from .pages import Visit

pages = Pages(below="")


@pages.get("/", role=None)
async def front(visit: Visit) -> Response:
    """Send whoever comes to what is theirs."""
    return RedirectResponse(landing(visit.signed_in) if visit.signed_in else "/signin", 303)


@pages.get("/links/{link}", role=None)
async def link(visit: Visit) -> Response:
    """Let whoever follows a link in, and use it up; looking whether it is there (HEAD) does not."""
    if visit.request.method == "HEAD":
        return Response()
    found = await visit.desk.links.find(visit.path["link"])
    if found and (session := visit.signed_in) and _sees(session, found):
        says = f"You stay signed in, as {session.role}: whoever else opens that link sets this up."
        return visit.go(landing(found), said=says)
    entered = await visit.desk.sessions.enter(found) if found else None
    if entered is None:
        visit.room.vain.count(visit.address)
        raise Spent
    session, text = entered
    return await visit.enter(text, to=landing(session))


@pages.post("/signout", role=Role.SETUP)
async def signout(visit: Visit) -> Response:
    """End the visitor's session."""
    await visit.desk.sessions.end(visit.session)
    response = RedirectResponse("/signin", 303)
    visit.cookies.drop(response, "hub")
    return response


@pages.get("/static/{name}", role=None)
async def static(visit: Visit) -> Response:
    """Return one of the files beside the pages, whose address says what it holds."""
    name = visit.path["name"]
    held = visit.room.dressing.files.get(name)
    if held is None:
        raise Missing
    headers = {
        "cache-control": "public, max-age=31536000, immutable",
        "content-type": TYPES[name.rpartition(".")[2]],
    }
    return Response(held, headers=headers)


def _sees(session: Session, link: Link) -> bool:
    """Say whether a *session* may all that a set-up *link* is for: who made one tries it, too."""
    return link.role is Role.SETUP and session.role.may(Role.ADMIN) and session.team in {None, link.team}


def landing(came: Session | Link) -> str:
    """Return where whoever has just come in begins."""
    match came.role:
        case Role.OPERATOR:
            return "/teams"
        case Role.SETUP:
            settings = "settings/security/authentication/scim"
            return f"/teams/{came.team}/{settings}/{came.connection}"
        case _:
            return f"/teams/{came.team}"
