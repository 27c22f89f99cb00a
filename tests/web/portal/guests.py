"""Somebody at a browser, without one: cookies, links followed, forms filled in and sent."""

from __future__ import annotations

import asyncio
import html
import itertools
import re
from collections.abc import Mapping
from typing import Any

import httpx2
from attrs import frozen
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.teams import Connection, Role, Team
from hub.web.portal.forms import Stamps
from hub.web.portal.live import STOP
from tests.author import BY
from tests.inprocess import Bench

HOST = "https://hub.example"

#: What a browser is known by, where the way is encrypted.
COOKIE = "__Host-hub"

_addresses = itertools.count(1)

TAG = re.compile(r"<[^>]*>")


@frozen(kw_only=True)
class Guest:
    """A browser of its own: what it asks for is below the address of *team*, unless it begins with http."""

    bench: Bench
    client: httpx2.AsyncClient
    team: Team | None = None

    def get(self, path: str = "", **query: str) -> httpx2.Response:
        """Ask for a page; redirects are not followed."""
        return self.ask("GET", path, params=query)

    def post(self, path: str, /, fields: Mapping[str, str] | None = None, **more: str) -> httpx2.Response:
        """Send a form with these fields, as a page of this session has it."""
        return self.ask("POST", path, data={"csrf": self.csrf(), **(fields or {}), **more})

    def ask(self, method: str, path: str, **how: Any) -> httpx2.Response:
        """Send whatever is to be sent."""
        return self.bench.run(self.client.request(method, self.url(path), **how))

    def csrf(self) -> str:
        """Return the mark of this session's forms, as its pages have it."""
        held = self.client.cookies.get(COOKIE) or ""
        return Stamps.of(self.bench.house.key).of_session(self.bench.house.sessions._digest(held))

    def url(self, path: str) -> str:
        """Return the whole address of *path*."""
        below = "" if self.team is None else f"/teams/{self.team.id}"
        return path if path.startswith("http") else f"{HOST}{below}{path}"


def stranger(bench: Bench) -> Guest:
    """Return somebody who is not signed in, at an address of their own."""
    transport = httpx2.ASGITransport(glimpsed(bench.app), client=(f"2001:db8::{next(_addresses):x}", 1))
    return Guest(bench=bench, client=httpx2.AsyncClient(transport=transport))


def glimpsed(app: ASGIApp) -> ASGIApp:
    """Return *app*, whose streams stop once they have shown what there is to see at first."""

    async def asked(scope: Scope, receive: Receive, send: Send) -> None:
        stop = asyncio.Event()

        async def sending(message: Message) -> None:
            await send(message)
            if message.get("more_body"):
                stop.set()

        await app({**scope, STOP: stop}, receive, sending)

    return asked


def guest(
    bench: Bench, team: Team, role: Role = Role.OWNER, *, connection: Connection | None = None
) -> Guest:
    """Return somebody who came to *team* by a link, in a *role*; whoever sets up, of a *connection*."""
    links = bench.house.links
    match role:
        case Role.OPERATOR:
            made = links.for_operator(by=BY)
        case Role.SETUP:
            assert connection is not None
            made = links.for_setup(connection, by=BY)
        case _:
            made = links.for_admin(team, role=role, by=BY)
    _, text = bench.run(made)
    came = stranger(bench)
    assert 303 == came.get(f"/links/{text}").status_code
    return Guest(bench=bench, client=came.client, team=team)


def words(answer: httpx2.Response) -> str:
    """Return what a page says, without its tags, spaces as one."""
    return " ".join(html.unescape(TAG.sub(" ", answer.text)).split())
