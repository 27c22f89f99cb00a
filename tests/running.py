"""Hubs that run: real processes, reached over HTTP and by the operator's use cases."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from attrs import asdict, field, frozen

from hub.house import House
from hub.main import open_house
from hub.settings import read_settings
from hub.teams import Connection, Profile, Team
from storage import records
from tests.author import BY
from tests.postgres import Postgres, free_port

#: The command, as installed beside this interpreter.
HUB = Path(sys.executable).with_name("hub")

START_SECONDS = 30
ISSUER = "https://sign-in.example"
DOMAIN = "a.example"


class Node:
    """One `hub serve`, in a process group of its own."""

    def __init__(self, environ: Mapping[str, str], log: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [HUB, "serve", "--bind", f"127.0.0.1:{self.port}"],
                env={"HUB_LOG__LEVEL": "warning", **environ},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=_end_with_the_tests,  # noqa: PLW1509 - one C call, no lock
            )

    def wait_ready(self) -> None:
        """Return once it answers; raise with its log if it does not."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if httpx2.get(f"{self.url}/readyz", timeout=2, verify=False).status_code == 200:
                    return
            except httpx2.TransportError:
                pass
            time.sleep(0.03)
        raise AssertionError(f"the hub did not start:\n{self.log.read_text()[:6000]}")

    def kill(self) -> None:
        """End the whole process group as `kill -9` does."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """Ask it to stop, as a supervisor does, and return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(30)
        finally:
            self.kill()


@frozen(kw_only=True)
class Connected:
    """A connection that is on, as its identity provider and its operator see it."""

    house: House
    team: Team
    connection: Connection
    token: str
    url: str
    client: httpx2.AsyncClient

    async def seats(self) -> dict[str, int]:
        """Return the team's standard seats: bought, held, free."""
        count = (await self.house.bookkeeping.seats(self.team))["standard"]
        return {"bought": count.bought, "held": count.held, "free": count.free}

    async def book(self) -> list[dict[str, Any]]:
        """Return the entries of the team's book."""
        return [asdict(entry) async for entry in self.house.bookkeeping.entries(self.team)]

    async def problems(self) -> list[str]:
        """Return what is wrong with the team's book."""
        return await self.house.bookkeeping.verify(self.team)

    async def events(self) -> list[dict[str, Any]]:
        """Return what the connection's writes left in the outbox, in order."""
        rows = await self.house.database.rows(
            "SELECT event FROM outbox WHERE connection_id = $1 ORDER BY id", self.connection.id
        )
        return [asdict(records.event(row), recurse=False) for row in rows]


@frozen(kw_only=True)
class Hub:
    """A database and the nodes that serve from it."""

    database_url: str
    data: Path
    settings: Mapping[str, str] = field(factory=dict)
    nodes: list[Node] = field(factory=list)

    @property
    def environ(self) -> dict[str, str]:
        """Return the environment of its processes."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
        own = {"HUB_DATA": str(self.data), **self.settings}
        if not self.database_url.startswith("sqlite:"):
            own["HUB_DATABASE__URL"] = self.database_url
        return {**kept, **own}

    def start(self, *, failpoint: str = "") -> Node:
        """Start one more node and return it once it answers."""
        environ = {**self.environ, "HUB_FAILPOINT": failpoint} if failpoint else self.environ
        node = Node(environ, self.data / "hub.log")
        self.nodes.append(node)
        node.wait_ready()
        return node

    def stop(self) -> None:
        """Stop all nodes."""
        for node in self.nodes:
            node.stop()

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[House]:
        """Open the house beside the nodes, as a command does."""
        async with open_house(read_settings(None, None, self.environ)) as house:
            yield house


@frozen(kw_only=True)
class Desk:
    """What a test asks of a running hub: connections, in a fresh team each."""

    hub: Hub
    house: House
    clients: list[httpx2.AsyncClient] = field(factory=list)

    async def team(self, *, seats: int = 1000) -> Team:
        """Make a team that may turn on SCIM."""
        return await self.house.teams.create(
            f"team {os.urandom(6).hex()}", seats=seats, plan="enterprise", sso_issuer=ISSUER, by=BY
        )

    async def connection(
        self,
        idp: str,
        *,
        seats: int = 1000,
        profile: Profile = Profile.TOLERANT,
        team: Team | None = None,
        node: int = 0,
        scheme: str = "Bearer ",
    ) -> Connected:
        """Make a connection of *team*, or of a fresh one, reached through one of the nodes."""
        team = team or await self.team(seats=seats)
        connection, token = await self.house.connections.create(
            team, idp=idp, profile=profile, domains=[DOMAIN], on=True, by=BY
        )
        url = f"{self.hub.nodes[node].url}/scim/v2/{connection.id}"
        client = self.client(url, f"{scheme}{token}")
        return Connected(
            house=self.house, team=team, connection=connection, token=token, url=url, client=client
        )

    def client(self, url: str, authorization: str) -> httpx2.AsyncClient:
        """Return a client for *url*, closed at the end of the test."""
        client = httpx2.AsyncClient(
            base_url=f"{url}/",
            headers={"Authorization": authorization},
            timeout=60,
            trust_env=False,
            verify=False,
        )
        self.clients.append(client)
        return client


def database_for(request: pytest.FixtureRequest, data: Path, kind: str = "") -> str:
    """Return where a database of *kind*, else of the kind that *request* is for, is: in *data*, or made."""
    if (kind or request.param) == "sqlite":
        return f"sqlite://{data / 'hub.sqlite'}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.create_database()


@contextmanager
def running(database_url: str, data: Path, *, nodes: int = 1, **settings: str) -> Iterator[Hub]:
    """Run a hub of *nodes* on the database at *database_url*, with HUB_… *settings*."""
    data.mkdir(parents=True, exist_ok=True)
    hub = Hub(database_url=database_url, data=data, settings=settings)
    migrated = subprocess.run([HUB, "migrate"], env=hub.environ, capture_output=True, check=False)
    assert 0 == migrated.returncode, migrated.stderr.decode()
    try:
        for _ in range(nodes):
            hub.start()
        yield hub
    finally:
        hub.stop()


@asynccontextmanager
async def desk(hub: Hub) -> AsyncIterator[Desk]:
    """Open the desk of a running hub."""
    async with hub.opened() as house:
        made = Desk(hub=hub, house=house)
        try:
            yield made
        finally:
            for client in made.clients:
                await client.aclose()


def _end_with_the_tests() -> None:
    """Have the kernel end this process when the one that runs the tests is gone (prctl(2))."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
