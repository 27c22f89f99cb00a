"""The servers that are measured, and how each is started."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
from attrs import frozen

from hub.teams import Role
from tests.author import BY
from tests.postgres import Postgres, free_port
from tests.running import Hub, _end_with_the_tests, desk, running

from .wire import Door

BARE, SQLITE, POSTGRES, PEER = "bare", "SQLite", "PostgreSQL", "scim2-server"
HUBS = (SQLITE, POSTGRES)

#: Processes that answer, where more than one is measured.
WORKERS = 2

SEATS = 10_000_000
START_SECONDS = 30

#: It listens with a backlog of five and hangs up after each answer: with more at once it would be
#: measured by the second after which a connection that was turned away is tried again.
PEER_AT_ONCE = 4

#: What the peer is told to announce: its own default, and pages by cursor.
PEER_CONFIG = {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
    "patch": {"supported": True},
    "bulk": {"supported": True, "maxOperations": 1000, "maxPayloadSize": 1048576},
    "filter": {"supported": True, "maxResults": 1000},
    "changePassword": {"supported": True},
    "sort": {"supported": True},
    "etag": {"supported": True},
    "pagination": {"index": True, "cursor": True, "maxPageSize": 1000, "cursorTimeout": 3600},
}


@frozen(kw_only=True)
class Subject:
    """A server that is measured: its door, its first process, how many users it is filled with.

    *product* is the door of a team's product, *portal* that of its administrators, None where there is none.
    It is asked *at_once* at the most. A group is built by *batch* members a request, or in one piece;
    *looked_at*: whether its answers say anything.
    """

    name: str
    door: Door
    product: Door | None = None
    portal: Door | None = None
    pid: int
    size: int = 0
    at_once: int = 16
    batch: int | None = None
    looked_at: bool = True


def with_workers(name: str) -> str:
    """Return what the server of that *name* is called when several processes answer."""
    return f"{name}, {WORKERS} workers"


@contextmanager
def bare(workers: int = 1) -> Iterator[Subject]:
    """Run the ceiling."""
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.bare", str(port), str(workers)]
    with _process(command, f"http://127.0.0.1:{port}") as pid:
        door = Door.at(f"http://127.0.0.1:{port}", "none")
        name = BARE if workers == 1 else with_workers(BARE)
        yield Subject(name=name, door=door, product=door, pid=pid, looked_at=False)


@contextmanager
def peer(size: int, home: Path) -> Iterator[Subject]:
    """Run `scim2-server` as its command does, with its store in memory."""
    config, port, token = home / "peer.json", free_port(), "secret"
    config.write_text(json.dumps(PEER_CONFIG))
    command = [
        str(Path(sys.executable).with_name("scim2-server")),
        "--port", str(port), "--bearer-token", token, "--service-provider-config", str(config),
    ]  # fmt: skip
    url = f"http://127.0.0.1:{port}/v2"
    with _process(command, f"{url}/ServiceProviderConfig") as pid:
        yield Subject(name=PEER, door=Door.at(url, token), pid=pid, size=size, at_once=PEER_AT_ONCE)


@contextmanager
def on_sqlite(size: int, home: Path) -> Iterator[Hub]:
    """Run the hub on SQLite."""
    data = home / f"sqlite-{size}"
    with running(f"sqlite://{data / 'hub.sqlite'}", data) as hub:
        yield hub


@contextmanager
def on_postgres(size: int, home: Path, server: Postgres) -> Iterator[Hub]:
    """Run the hub on a fresh database of *server*."""
    url = server.create_database()
    try:
        with running(url, home / f"postgres-{size}") as hub:
            yield hub
    finally:
        server.drop_database(url)


async def connected(name: str, size: int, hub: Hub) -> Subject:
    """Return a running hub as a subject, with a connection of its own."""
    async with desk(hub) as opened:
        made = await opened.connection("generic", seats=SEATS)
        _, key = await opened.house.tokens.create_api_key(made.team, by=BY)
        _, link = await opened.house.links.for_admin(made.team, role=Role.OWNER, by=BY)
    return Subject(
        name=name,
        door=Door.at(made.url, made.token),
        product=Door.at(f"{hub.nodes[0].url}/api/v1/teams/{made.team.id}", key),
        portal=Door.at(f"{hub.nodes[0].url}/teams/{made.team.id}", cookie=_signed_in(hub.nodes[0].url, link)),
        pid=hub.nodes[0].process.pid,
        size=size,
        batch=1000,
    )


def _signed_in(url: str, link: str) -> str:
    """Return the cookie of whoever follows *link* to the portal of the hub at *url*."""
    came = httpx2.get(f"{url}/links/{link}", trust_env=False, follow_redirects=False)
    return "; ".join(f"{name}={value}" for name, value in came.cookies.items())


@contextmanager
def _process(command: list[str], url: str) -> Iterator[int]:
    server = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=_end_with_the_tests,  # noqa: PLW1509 - one C call, no lock
    )
    try:
        _wait_ready(server, url)
        yield server.pid
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def _wait_ready(server: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            httpx2.get(url, trust_env=False)
        except httpx2.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"{server.args!r} did not start")
