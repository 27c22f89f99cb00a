"""Hubs that start at once, to be killed by the dozen: `hub serve` in forks of one that has imported all."""

from __future__ import annotations

import importlib
import multiprocessing
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx2

from hub.cli.serve import serve
from hub.engine.common import failpoints
from hub.teams import Team
from tests.author import BY
from tests.postgres import free_port
from tests.running import DOMAIN, Connected, Desk, Hub

START_SECONDS = 30

#: What a process that died at a failpoint, or was killed, exits with.
DIED, KILLED = 137, -signal.SIGKILL

#: Puts a fault into a hub before it serves; a function of a module.
Plant = Callable[[], object]

_fork = multiprocessing.get_context("forkserver")
# What pytest was started by is imported again in each fork, so it is there beforehand as well.
_fork.set_forkserver_preload(["pytest", "uvloop", "asyncpg", "aiosqlite", __name__])


class Victim:
    """One `hub serve` in a process group of its own, which may die at a failpoint."""

    def __init__(self, hub: Hub, failpoint: str = "", plant: Plant | None = None) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        environ = {"HUB_LOG__LEVEL": "warning", **hub.environ, "HUB_FAILPOINT": failpoint}
        self._process = _fork.Process(target=_serve, args=(environ, self.port, hub.data / "hub.log", plant))
        self._process.start()

    def wait_listening(self) -> None:
        """Return once it listens: what is asked from then on, it answers when it is ready."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.is_alive():
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
            except ConnectionRefusedError:
                time.sleep(0.005)
            else:
                return
        raise AssertionError("the hub did not start")

    def kill(self) -> None:
        """End it as `kill -9` does."""
        self._process.kill()
        self._process.join()

    @property
    def end(self) -> int | None:
        """Return what it exited with; it has to exit soon."""
        self._process.join(START_SECONDS)
        return self._process.exitcode


@contextmanager
def victim(hub: Hub, failpoint: str = "", plant: Plant | None = None) -> Iterator[Victim]:
    """Run one more hub on the database of *hub*, dying or failing at *failpoint*, with a fault if *plant*."""
    one = Victim(hub, failpoint, plant)
    try:
        one.wait_listening()
        yield one
    finally:
        one.kill()


async def connected(desk: Desk, idp: str, url: str, *, team: Team | None = None) -> Connected:
    """Return a connection of *team*, or of a fresh one, reached through the hub at *url*."""
    team = team or await desk.team()
    connection, token = await desk.house.connections.create(team, idp=idp, domains=[DOMAIN], on=True, by=BY)
    return Connected(
        house=desk.house, team=team, connection=connection, token=token,
        url=f"{url}/scim/v2/{connection.id}",
        client=desk.client(f"{url}/scim/v2/{connection.id}", f"Bearer {token}"),
    )  # fmt: skip


def through(desk: Desk, connected: Connected, url: str) -> httpx2.AsyncClient:
    """Return a client that reaches the connection through another hub, the one at *url*."""
    return desk.client(f"{url}/scim/v2/{connected.connection.id}", f"Bearer {connected.token}")


def _serve(environ: Mapping[str, str], port: int, log: Path, plant: Plant | None) -> None:
    os.setsid()
    multiprocessing.process._parent_process = None  # type: ignore[attr-defined]  # it is nobody's worker
    with log.open("ab") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    os.environ.clear()
    os.environ.update(environ)
    sys.path[:0] = environ.get("PYTHONPATH", "").split(os.pathsep)
    importlib.reload(failpoints)  # they looked into the environment when they were imported
    if plant:
        plant()
    serve(bind=f"127.0.0.1:{port}")
