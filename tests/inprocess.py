"""A hub in this process: the whole application over a database, asked without a socket."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx2
import structlog
import uvloop
from attrs import evolve, frozen
from starlette.types import ASGIApp

from hub import logs
from hub.assembly import assemble
from hub.house import House
from hub.settings import read_settings
from hub.teams import Connection, Profile, Team
from tests.author import BY

T = TypeVar("T")

HOST = "http://hub.example"
ISSUER = "https://sign-in.example"
MEDIA_TYPE = "application/scim+json"


@frozen(kw_only=True)
class Way:
    """A connection, and what its provider needs to know."""

    team: Team
    connection: Connection
    token: str

    @property
    def path(self) -> str:
        """Return where its endpoints are."""
        return f"/scim/v2/{self.connection.id}"


@frozen(kw_only=True)
class Bench:
    """A house and its application in an event loop of their own, for tests that are not asynchronous."""

    house: House
    app: ASGIApp
    client: httpx2.AsyncClient
    runner: asyncio.Runner

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do *work* in the hub's event loop and return what it returns."""
        return self.runner.run(work)

    def team(self, *, seats: int) -> Team:
        """Make a team that may turn on SCIM."""
        name = f"team {os.urandom(8).hex()}"
        return self.run(
            self.house.teams.create(name, seats=seats, plan="enterprise", sso_issuer=ISSUER, by=BY)
        )

    def way(
        self, team: Team, idp: str, *, profile: Profile = Profile.TOLERANT, domains: Sequence[str] = ()
    ) -> Way:
        """Make a connection of *team* that is on."""
        made = self.house.connections.create(team, idp=idp, profile=profile, domains=domains, on=True, by=BY)
        connection, token = self.run(made)
        return Way(team=team, connection=connection, token=token)

    def key(self, team: Team) -> str:
        """Make a key of the API of *team*."""
        return self.run(self.house.tokens.create_api_key(team, by=BY))[1]

    def question(self, team: Team, key: str, users: Sequence[str] = (), **query: str) -> httpx2.Response:
        """Ask what the product of *team* asks: for one person by *query*, or for many *users*."""
        headers = {"authorization": f"Bearer {key}"}
        path = f"/api/v1/teams/{team.id}/entitlements"
        if users:
            return self.run(self.client.post(path, headers=headers, json={"users": users}))
        return self.run(self.client.get(path, headers=headers, params=query))

    def ask(self, way: Way, method: str, path: str, body: object = None, **query: str) -> httpx2.Response:
        """Send what *way*'s provider would, and return the answer."""
        headers = {"authorization": f"Bearer {way.token}", "content-type": MEDIA_TYPE}
        content = None if body is None else json.dumps(body).encode()
        asked = self.client.request(method, way.path + path, headers=headers, params=query, content=content)
        return self.run(asked)


@contextmanager
def quiet() -> Iterator[None]:
    """Log nothing: some tests break the hub on purpose, and it says so."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logs._requests.cache_clear()
    try:
        yield
    finally:
        structlog.configure(**before)
        logs._requests.cache_clear()


@contextmanager
def bench(database_url: str, data: Path, **environ: str) -> Iterator[Bench]:
    """Open a hub on the database at *database_url*, which is migrated first, with HUB_… settings."""
    settings = read_settings(None, data, environ)
    if not database_url.startswith("sqlite:"):
        settings = evolve(settings, database=evolve(settings.database, url=database_url))
    house = assemble(settings)
    app = house.app(ready=house.check)
    client = httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=HOST, timeout=60)
    with quiet(), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(house.migrate())
        opened = house.open()
        runner.run(opened.__aenter__())
        try:
            yield Bench(house=house, app=app, client=client, runner=runner)
        finally:
            runner.run(opened.__aexit__(None, None, None))
            runner.run(client.aclose())
