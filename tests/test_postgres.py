"""The PostgreSQL of the tests is real, however it was come by, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import asyncpg
import pytest

from tests import binaries
from tests import postgres as servers
from tests.binaries import NoPostgres


async def version(url):
    """Return the major version of the server at *url*."""
    connection = await asyncpg.connect(url)
    try:
        return connection.get_server_version().major
    finally:
        await connection.close()


async def test_the_package_will_do():
    """A machine without PostgreSQL runs the one that the test lock brings, as root too."""
    with servers.start(lambda home: binaries.first(binaries.of_package(home))) as server:
        assert 18 == await version(server.url)


async def test_given_server_is_used(monkeypatch, postgres):
    """HUB_TEST_POSTGRES comes before anything on the machine."""
    monkeypatch.setenv("HUB_TEST_POSTGRES", postgres.url)

    with servers.available() as server:
        assert postgres.url == server.url
        assert type(server) is servers.Postgres


def test_root_without_a_stand_in_is_told_what_to_do(monkeypatch):
    """With nobody to run PostgreSQL the tests fail, and name the way out."""
    monkeypatch.setattr(os, "getuid", lambda: 0)
    monkeypatch.setattr(binaries, "STAND_INS", ())

    with pytest.raises(NoPostgres, match="HUB_TEST_POSTGRES"):
        binaries.stand_in()


async def test_crash_keeps_what_was_committed(postgres_alone):
    """A server that crashed comes back at the same address with the same rows."""
    url = postgres_alone.create_database()
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE TABLE seats AS SELECT 7 AS held")

    postgres_alone.crash()
    with pytest.raises((OSError, asyncpg.PostgresError, asyncpg.InterfaceError)):
        await asyncpg.connect(url)
    postgres_alone.restart()

    connection = await asyncpg.connect(url)
    assert 7 == await connection.fetchval("SELECT held FROM seats")
    await connection.close()


async def test_databases_are_apart(postgres):
    """Two databases of one server share nothing, and a dropped one is gone."""
    one, two = postgres.create_database(), postgres.create_database()
    connection = await asyncpg.connect(one)
    await connection.execute("CREATE TABLE seats ()")
    await connection.close()

    connection = await asyncpg.connect(two)
    assert await connection.fetchval("SELECT to_regclass('seats')") is None
    await connection.close()

    for url in (one, two):
        postgres.drop_database(url)
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await asyncpg.connect(one)


def test_killed_run_leaves_nothing_behind():
    """When the tests are killed, their server ends and its folder goes."""
    program = textwrap.dedent("""
        import time
        from tests import postgres
        with postgres.start() as server:
            print(server.port, server._home, flush=True)
            time.sleep(60)
    """)
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as run:
        port, home = run.stdout.readline().split()
        run.send_signal(signal.SIGKILL)

    deadline = time.monotonic() + 20
    while Path(home).exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not Path(home).exists()
    with socket.socket() as probe:
        assert 0 != probe.connect_ex(("127.0.0.1", int(port)))
