"""How a database is reached, read off its URL once for all who reach for it."""

from __future__ import annotations

import ssl

import asyncpg
import pytest

from storage import migrate
from storage.database import opened
from storage.reaching import config, postgres

URL = "postgres://me%40x:p%2Fw@db.example:6432/the%20hub"
SAID = {"host": "db.example", "port": 6432, "user": "me@x", "password": "p/w", "database": "the hub"}


def test_everything_said_is_handed_over():
    """Each part of the URL is an argument, its escapes undone; what is left out is left to the driver."""
    assert SAID == postgres(URL)
    assert {**SAID, "port": 5432, "user": None, "password": None} == postgres(
        "postgres://db.example/the%20hub"
    )


@pytest.mark.parametrize("mode", ["disable", "prefer"])
def test_modes_that_the_driver_knows(mode):
    """Without TLS, or with where the server has it: the driver's own words."""
    assert {**SAID, "ssl": mode} == postgres(f"{URL}?sslmode={mode}")


@pytest.mark.parametrize(
    ("mode", "verified", "named"),
    [("require", ssl.CERT_NONE, False), ("verify-full", ssl.CERT_REQUIRED, True)],
)
def test_modes_that_encrypt(mode, verified, named):
    """`require` encrypts, whoever answers; `verify-full` also wants a certificate for that host."""
    context = postgres(f"{URL}?sslmode={mode}")["ssl"]

    assert (verified, named) == (context.verify_mode, context.check_hostname)


def test_what_is_not_understood_is_refused():
    """No parameter is passed over in silence, and none is quoted but by name."""
    with pytest.raises(ValueError, match="unknown parameters: connect_timeout, options") as caught:
        postgres(f"{URL}?options=secret&connect_timeout=secret")
    assert "secret" not in str(caught.value)


async def test_pool_and_migrator_read_alike(monkeypatch):
    """The migrator's own connection is reached as the pool's are."""
    seen = {}

    async def connect(*urls, **arguments):
        seen.update(arguments, urls=urls)
        raise ConnectionRefusedError

    monkeypatch.setattr(asyncpg, "connect", connect)
    with pytest.raises(ConnectionRefusedError):
        await migrate.migrate(f"{URL}?sslmode=disable")

    expected = {**SAID, "ssl": "disable"}
    assert {**expected, "urls": ()} == seen
    assert (
        expected.items()
        <= config(f"{URL}?sslmode=disable", pool=1)["connections"]["postgres"]["credentials"].items()
    )


@pytest.mark.parametrize("migrated_url", ["postgres"], indirect=True)
async def test_what_is_read_outside_a_snapshot_is_not_of_it(migrated_url):
    """Also where the first to read is in one: its connection is lent to others when it ends."""
    async with opened(migrated_url) as database, database.snapshot() as client:
        assert client is not database.reading
