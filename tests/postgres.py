"""A real PostgreSQL for the tests: the one they are given, or one that they start."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from urllib.parse import urlsplit

import asyncpg

from tests import binaries, keeper
from tests.binaries import Binaries, NoPostgres

START_SECONDS = 60
STOP_SECONDS = 30
CONNECTIONS_MAX = 200


class Postgres:
    """A server where databases can be made; *url* names one that is always there."""

    def __init__(self, url: str) -> None:
        self.url = url

    def create_database(self, *, template: str = "template1") -> str:
        """Return the URL of a new database, a copy of *template*, to which nobody may be connected."""
        name = f"hub_{secrets.token_hex(6)}"
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return urlsplit(self.url)._replace(path=f"/{name}").geturl()

    def drop_database(self, url: str) -> None:
        """Remove the database at *url*, whoever is connected to it."""
        self.execute(f'DROP DATABASE "{name_of(url)}" WITH (FORCE)')

    def execute(self, statement: str) -> None:
        """Run one statement, also from inside an event loop, which waits."""
        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, _execute(self.url, statement)).result()


class Server(Postgres):
    """A server of our own, on loopback, that may be stopped, crashed and started again."""

    def __init__(self, home: Path, programs: Binaries) -> None:
        self.port = free_port()
        super().__init__(f"postgres://hub@127.0.0.1:{self.port}/postgres")
        self._home, self._programs = home, programs
        self._process: subprocess.Popen[bytes] | None = None

    def initialise(self) -> None:
        """Make the empty cluster."""
        self._home.chmod(0o700)
        if owner := self._programs.user:
            os.chown(self._home, owner["user"], owner["group"])
        options = ["-U", "hub", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        made = subprocess.run(
            [self._programs.folder / "initdb", "-D", self._home / "data", *options],
            env=binaries.ENVIRONMENT, cwd=self._home, capture_output=True, text=True, check=False,
            **self._programs.user,
        )  # fmt: skip
        if made.returncode:
            raise NoPostgres(f"initdb failed: {made.stdout[-500:]}{made.stderr[-500:]}")

    def restart(self) -> None:
        """Start the server, and before that stop it if it runs; same URL, same data."""
        self.stop()
        settings = {"max_connections": CONNECTIONS_MAX, "unix_socket_directories": ""}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with (self._home / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._programs.folder / "postgres", "-D", self._home / "data",
                 "-h", "127.0.0.1", "-p", str(self.port), *options],
                env=binaries.ENVIRONMENT, cwd=self._home, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, **self._programs.user,
            )  # fmt: skip
        self._wait_until_ready(self._process)

    def stop(self) -> None:
        """Stop the server in order: connections are cut, what was committed is flushed."""
        self._end(signal.SIGINT)

    def crash(self) -> None:
        """Stop the server at once, as a crash would: it has to recover when it starts again."""
        self._end(signal.SIGQUIT)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(STOP_SECONDS)
            self._process = None

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        note, deadline = self._home / "data" / "postmaster.pid", time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            lines = note.read_text().split() if note.exists() else []
            if lines and lines[0] == str(process.pid) and lines[-1] == "ready":
                return
            time.sleep(0.01)
        self._end(signal.SIGQUIT)
        log = (self._home / "server.log").read_text(errors="replace")
        raise NoPostgres(f"PostgreSQL did not start: {log[-500:]}")


@contextmanager
def available() -> Iterator[Postgres]:
    """Yield the server that HUB_TEST_POSTGRES names, or else one of our own."""
    if url := os.environ.get("HUB_TEST_POSTGRES"):
        yield Postgres(url)
    else:
        with start() as server:
            yield server


@contextmanager
def start(find: Callable[[Path], Binaries] = binaries.find) -> Iterator[Server]:
    """Yield a running server of our own; it and its folder are gone afterwards, even if we are killed."""
    home = Path(mkdtemp(prefix="hub-postgres-"))
    with _kept(home):
        home.chmod(0o755)  # the programs may be copied there, for another user to run
        server = Server(home, find(home))
        server.initialise()
        server.restart()
        try:
            yield server
        finally:
            server.stop()


def name_of(url: str) -> str:
    """Return the name of the database at *url*."""
    return urlsplit(url).path.lstrip("/")


@contextmanager
def _kept(home: Path) -> Iterator[None]:
    quiet = subprocess.DEVNULL
    with subprocess.Popen(
        [sys.executable, "-I", keeper.__file__, home],
        stdin=subprocess.PIPE, stdout=quiet, stderr=quiet, start_new_session=True,
    ):  # fmt: skip
        yield  # leaving closes the keeper's standard input and waits for it


def free_port() -> int:
    """Return a port of loopback where nobody listens now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
