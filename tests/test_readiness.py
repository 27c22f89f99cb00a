"""What anybody may be told of why the hub is not ready."""

from __future__ import annotations

import pytest

from hub import logs, main
from hub.assembly import assembling
from hub.settings import Database, Server, Settings
from storage import migrate
from storage.database import opened
from tests.postgres import free_port
from tests.web.asking import Client


@pytest.fixture
def ready(tmp_path, monkeypatch):
    """Ask a hub whose database is at some URL whether it is ready; return the status and its reasons."""
    monkeypatch.setattr(logs, "configure", lambda _: None)

    async def ask(url):
        monkeypatch.setattr(assembling, "database_url", lambda _: url)
        app = main.create_app(Settings(server=Server(data=tmp_path), database=Database(url=url)))
        async with opened(url):
            heard = await Client(app=app).ask("GET", "/readyz", authorization=None)
        return heard.status, heard.json["reasons"]

    return ask


async def test_ready(ready, database_url):
    """With a database in order there is nothing to tell."""
    await migrate.migrate(database_url)

    assert (200, []) == await ready(database_url)


async def test_away(ready):
    """A database that does not answer is not said to be any particular one."""
    expected = (503, ["the database does not answer"])

    assert expected == await ready(f"postgres://me:secret@127.0.0.1:{free_port()}/private")
    assert expected == await ready("sqlite:///dev/null/hub.sqlite")


async def test_older(ready, database_url):
    """A schema that lacks a migration is older, and which one is for `hub check` to say."""
    await migrate.migrate(database_url, target="__first__")

    assert (503, ["the schema is older than this hub"]) == await ready(database_url)


async def test_newer(ready, database_url):
    """A schema with a migration that the hub does not know is newer."""
    await migrate.migrate(database_url)
    async with opened(database_url) as database:
        await database.rows(
            "INSERT INTO tortoise_migrations (app, name, applied_at)"
            " VALUES ('hub', '0999_x', CURRENT_TIMESTAMP)"
        )

    assert (503, ["the schema is newer than this hub"]) == await ready(database_url)


async def test_unsafe(ready, database_url, monkeypatch):
    """A database that may lose what it acknowledged is not said to be so by which of its settings."""

    async def unsafe(_):
        return ["PostgreSQL's fsync is off"]

    await migrate.migrate(database_url)
    monkeypatch.setattr(migrate, "unsafe", unsafe)

    assert (503, ["the database is not set up to keep what it acknowledges"]) == await ready(database_url)
