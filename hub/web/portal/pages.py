"""Pages: where they are, who may see them, and the visit that one is answered with."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import define, field, frozen
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from hub.engine.values.notes import Author
from hub.teams import Role, Team

from . import forms, live
from .problems import Missing
from .rendering import context

if TYPE_CHECKING:
    from starlette.requests import Request

    from hub.teams import Session

    from .cookies import Cookies
    from .desk import Desk
    from .forms import Form
    from .navigation import Way
    from .room import Room

#: Where the pages of a team are.
TEAM = "/teams/{team}"

#: What a page is answered by.
Answering: TypeAlias = "Callable[[Visit], Awaitable[Response]]"


@frozen
class Fault:
    """What is wrong with a form: the field, and a sentence on what to do about it."""

    field: str
    says: str


@frozen(kw_only=True)
class Page:
    """A page, or what is done at its address: who may (*role* at least, None anybody), and its answer.

    *setup* says that whoever sets up the connection in its path may, too; *live*, that browsers ask for it by
    themselves, again and again, so that it is no sign of life.
    """

    method: str
    path: str
    role: Role | None
    setup: bool
    live: bool
    answer: Answering
    route: Route

    @property
    def of_team(self) -> bool:
        """Say whether it is one team's."""
        return self.path.startswith(TEAM)


@frozen
class Pages:
    """The pages of one module; they are *below* the team's address unless told otherwise."""

    below: str = TEAM
    all: list[Page] = field(factory=list, init=False)

    def get(
        self, path: str, *, role: Role | None = Role.AUDITOR, setup: bool = False, live: bool = False
    ) -> Callable[[Answering], Answering]:
        """Have the function below answer GET at *path*, for whoever has that *role* at least."""
        return self._add("GET", path, role=role, setup=setup, live=live)

    def post(
        self, path: str, *, role: Role | None = Role.ADMIN, setup: bool = False
    ) -> Callable[[Answering], Answering]:
        """Have the function below answer POST at *path*: session, role and form are checked before."""
        return self._add("POST", path, role=role, setup=setup)

    def _add(
        self, method: str, path: str, *, role: Role | None, setup: bool, live: bool = False
    ) -> Callable[[Answering], Answering]:
        whole = self.below + path

        def add(answer: Answering) -> Answering:
            route = Route(whole, answer, methods=[method])
            page = Page(
                method=method, path=whole, role=role, setup=setup, live=live, answer=answer, route=route
            )
            assert not setup or "{connection}" in whole, f"{whole}: set up of which connection?"
            assert role or not page.of_team, f"{whole}: a team's pages are for those who are signed in"
            self.all.append(page)
            return answer

        return add


@define(kw_only=True)
class Visit:
    """One request of somebody, on its way to an answer; *path* and *query* by name.

    *root* is what the hub is called from outside.
    """

    request: Request
    room: Room
    cookies: Cookies
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Callable[[], Awaitable[bytes]]
    root: str
    signed_in: Session | None = None
    _team: Team | None = None
    _form: Form | None = None

    @property
    def desk(self) -> Desk:
        """Return the engine's use cases."""
        return self.room.desk

    @property
    def session(self) -> Session:
        """Return who is signed in; pages with a role are for nobody else."""
        assert self.signed_in is not None
        return self.signed_in

    @property
    def team(self) -> Team:
        """Return the team that the page is of."""
        assert self._team is not None
        return self._team

    @property
    def address(self) -> str:
        """Return who asks, as the connection says: the last proxy, where there is one."""
        return self.request.client.host if self.request.client else ""

    @property
    def before(self) -> int | None:
        """Return the number below which a list goes on, where the address says one."""
        said = self.query.get("before", "")
        return int(said) if re.fullmatch(r"\d{1,18}", said, re.ASCII) else None

    def by(self, why: str | None = None) -> Author:
        """Return whoever is signed in as the audit has them, with what they said is the reason."""
        return Author(name=self.session.who, why=why or None)

    def url(self, path: str = "") -> str:
        """Return the address of what is at *path* below the team."""
        return f"/teams/{self.team.id}{path}" if self._team else path or "/"

    async def form(self) -> Form:
        """Return the form that was sent."""
        if self._form is None:
            raw = await self.body()
            self._form = await forms.form_of(raw, dict(self.request.scope["headers"]).get(b"content-type"))
        return self._form

    def page(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """Return a page made of *template* and *values*."""
        said = self._said()
        response = HTMLResponse(self._render(template, {"said": said, **values}), status)
        if said is not None:
            self.cookies.drop(response, "said")
        return response

    def again(
        self, template: str, *, faults: Sequence[Fault], typed: Mapping[str, str], **values: Any
    ) -> Response:
        """Return the page of a form once more, with what was *typed* and what is wrong with it."""
        return self.page(template, status=422, faults=faults, typed=typed, **values)

    def fragment(self, template: str, **values: Any) -> str:
        """Return a part of a page, as `live` sends it."""
        return self._render(template, values)

    def go(self, path: str = "", *, said: str | None = None) -> Response:
        """Send the browser to *path* below the team, where *said* is shown once."""
        response = RedirectResponse(self.url(path), 303)
        if said is not None:
            kept = self.room.sayings.sealed(said, self.session.id)
            self.cookies.put(response, "said", kept, seconds=60)
        return response

    def live(self, source: live.Source, *, look_seconds: float | None = None) -> Response:
        """Return a stream of what *source* renders, sent anew whenever it has changed: looked at so often.

        It ends with the session, and when the hub stops.
        """
        return self.room.streams.response(source, session=self.session, look_seconds=look_seconds)

    async def enter(self, text: str, *, to: str = "/") -> Response:
        """Sign the browser in to the session just begun of which it holds *text*, and send it to *to*."""
        if self.signed_in is not None:
            await self.desk.sessions.end(self.signed_in)
        response = RedirectResponse(to, 303)
        self.cookies.put(response, "hub", text)
        return response

    def missing(self) -> Missing:
        """Return what is raised where the path names nothing."""
        return Missing()

    def _said(self) -> str | None:
        if self.signed_in is None:
            return None
        return self.room.sayings.opened(self.cookies.get(self.request, "said"), self.signed_in.id)

    def _render(self, template: str, values: Mapping[str, Any]) -> str:
        here = self.request.scope["path"]
        given = {
            "url": self.url,
            "csrf": self._csrf,
            "visitor": self.signed_in,
            "team": self._team,
            "nav": self._ways(here) if self._team else (),
            "here": here,
            **values,
        }
        return self.room.templates.get_template(template).render(context(given))

    def _ways(self, here: str) -> Sequence[Way]:
        return self.room.navigation.ways(self.session.role, here=here, url=self.url)

    def _csrf(self) -> Markup:
        mark = self.room.stamps.of_session(self.session.id)
        return Markup('<input type="hidden" name="{}" value="{}">').format(forms.FIELD, mark)
