"""The portal as one ASGI application: a page for every request, and for every error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import structlog
from attrs import define, frozen
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Match

from hub import logs
from hub.engine.values.errors import AdminError, StoreAway
from hub.scim.errors import ScimError
from hub.web import body, guards, handling, responses
from hub.web.call import Incoming

from . import (
    activity,
    admins,
    audit,
    authentication,
    book,
    connection,
    connection_switch,
    connection_terms,
    connection_tokens,
    doors,
    gate,
    groups,
    overview,
    people,
    published,
    returning,
    rules,
    seats,
    signin,
    sso,
    teams,
)
from .cookies import Cookies, is_loopback
from .forms import checked
from .headers import guarded
from .navigation import Navigation
from .pages import Page, Visit
from .problems import WORDS, Missing, NotThisWay, Problem, SignedOut, Stands, spoken
from .rendering import context
from .room import Room

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from hub.settings import Settings
    from hub.web.ports import Keeper

    from .desk import Desk

#: All pages. The first that an address fits answers.
PAGES: Sequence[Page] = [
    page
    for module in (
        *(doors, signin, returning, published, teams, overview, people, groups),
        *(seats, rules, book, activity, admins, audit, sso),
        *(authentication, connection, connection_switch, connection_terms, connection_tokens),
    )
    for page in module.pages.all
]

#: The first segments of the addresses that are the portal's.
ROOMS = ("", "teams", "signin", "signout", "links", "sso", "static", ".well-known")


@define(kw_only=True)
class Asked(Incoming):
    """A request of the portal, filled on the way: the *page* that it is for, the *team* once it is known."""

    page: Page | None = None
    team: str | None = None
    secure: bool = True

    @property
    def operation(self) -> str:
        """Return the method and the page, without what names anybody: `GET /teams/{team}/people`."""
        method = str(self.scope["method"])
        return f"{method} {self.page.path}" if self.page else method


@frozen(kw_only=True)
class Portal:
    """Answers everything at its addresses with pages, errors too."""

    room: Room
    pages: Sequence[Page]
    keeper: Keeper

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, then log what came of it."""
        if await handling.turned_away(scope, send):
            return
        call = Asked(scope=scope, recording=self.keeper.begin())
        status = responses.GONE.status
        try:
            response = await self._caught(call, receive)
            if call.has_unread_body and response.status_code != body.RequestTimeout.status:
                await body.discard(receive)
            await response(scope, receive, guarded(send, secure=call.secure, head=scope["method"] == "HEAD"))
            status = response.status_code
        except ClientDisconnect:  # nobody is left to be answered
            pass
        logs.request(
            exchange=call.recording.reference,
            connection=None,
            team=call.team,
            operation=call.operation,
            status=status,
            duration_ms=call.duration_ms(),
        )

    async def _caught(self, call: Asked, receive: Receive) -> Response:
        """Return the page that is asked for, or the one of its error."""
        try:
            return await self._answer(call, receive)
        except ClientDisconnect:
            raise
        except SignedOut as error:
            if call.scope["method"] in {"GET", "HEAD"}:
                return RedirectResponse(f"/signin?to={quote(call.scope['path'])}", 303)
            return self._problem(call, error.status)
        except AdminError as error:
            if call.scope["method"] == "POST":
                return self._problem(call, Stands.status, says=spoken(error))
            return self._problem(call, Missing.status)
        except Problem as error:
            return self._problem(
                call, error.status, says=error.says, heading=error.heading, headers=error.headers
            )
        except ScimError as error:
            return self._problem(call, error.status)
        except StoreAway:
            return self._problem(call, 503, headers={"retry-after": "5"})
        except Exception as error:  # noqa: BLE001 - whatever it is, the asker gets a page and no internals
            structlog.get_logger("hub.web").error(
                "fault", exchange=call.recording.reference, trace=responses.trace(error)
            )
            return self._problem(call, 500)

    async def _answer(self, call: Asked, receive: Receive) -> Response:
        scope, room = call.scope, self.room
        guards.segments(scope["raw_path"])
        headers = guards.headers(scope["headers"])
        host = guards.host(headers.get(b"host"))
        call.secure = self._public.startswith("https:") or not (
            scope["scheme"] == "http" and is_loopback(host)
        )
        page, path = self._found(call)
        request, cookies = Request(scope), Cookies(secure=call.secure)
        held = cookies.get(request, "hub")
        session = await room.desk.sessions.find(held, alive=not page.live) if held else None
        team = await gate.team_of(page, path, session, room.desk)
        gate.check_role(page, path, session)
        call.team = team.id if team else None

        async def read() -> bytes:
            server = room.settings.server
            raw = await body.read(
                receive,
                length=headers.get(b"content-length"),
                bytes_max=server.body_max,
                seconds=server.body_seconds,
            )
            call.unread = False
            return raw

        visit = Visit(
            request=request,
            room=room,
            cookies=cookies,
            path=path,
            query=_query(scope["query_string"]),
            body=read,
            root=call.root(self._public),
            signed_in=session,
            team=team,
        )
        await gate.check_form(page, visit, room.stamps, headers, _origin(visit.root))
        return await page.answer(visit)

    @property
    def _public(self) -> str:
        return self.room.settings.server.public_url

    def _found(self, call: Asked) -> tuple[Page, Mapping[str, str]]:
        """Return the page that is asked for and the names in its path."""
        other = set[str]()
        for page in self.pages:
            match, found = page.route.matches(call.scope)
            if match is Match.FULL:
                call.page = page
                return page, found["path_params"]
            if match is Match.PARTIAL:
                other |= page.route.methods or set()
        raise NotThisWay(headers={"allow": ", ".join(sorted(other))}) if other else Missing

    def _problem(
        self,
        call: Asked,
        status: int,
        *,
        says: str | None = None,
        heading: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        words = WORDS.get(status, WORDS[400])
        values = {
            "heading": heading or words.heading,
            "says": says or words.says,
            "reference": call.recording.reference,
            "back": _referring(call.scope),
        }
        page = self.room.templates.get_template("problem.html").render(context(values))
        return HTMLResponse(page, status, headers)


def portal(desk: Desk, *, settings: Settings, keeper: Keeper, key: bytes) -> Portal:
    """Return the portal of a hub with the server's *key*, whose pages ask what is on the *desk*."""
    seen = {page.path: page.role for page in PAGES if page.method == "GET" and page.role is not None}
    room = Room.of(desk, settings=settings, key=key, navigation=Navigation(seen))
    return Portal(room=room, pages=PAGES, keeper=keeper)


def _query(raw: bytes) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for name, value in guards.parameters(raw):
        if name in found:
            raise Problem
        found[name] = checked(value)
    return found


def _origin(url: str) -> str:
    where = urlsplit(url)
    return f"{where.scheme}://{where.netloc}"


def _referring(scope: Scope) -> str:
    """Return the path of the page from which this was asked, the front door where none is told."""
    told = dict(scope["headers"]).get(b"referer", b"").decode("latin-1")
    try:
        path = urlsplit(told).path if "://" in told else ""
    except ValueError:
        return "/"
    # To a browser a backslash is a slash: two of them begin the name of another host.
    return path if path.startswith("/") and not path.startswith("//") and "\\" not in path else "/"
