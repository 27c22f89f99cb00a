"""A hub whose database may forget what it confirmed refuses to serve."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from storage import migrate
from storage.database import opened
from tests.postgres import Postgres, name_of
from tests.running import HUB, Hub, running

pytestmark = [pytest.mark.anyio, pytest.mark.kills]


def refusal(hub: Hub, command: str) -> str:
    """Return what *command* says when it ends with an error."""
    ended = subprocess.run(
        [HUB, command], env=hub.environ, capture_output=True, text=True, timeout=30, check=False
    )
    assert 1 == ended.returncode
    assert "Traceback" not in ended.stderr
    return " ".join(ended.stderr.split())


def test_postgres_that_may_forget_is_refused(postgres: Postgres, tmp_path: Path):
    """`hub check` says that commits are not waited for, and `hub serve` does not start."""
    url = postgres.create_database()
    with running(url, tmp_path, nodes=0) as hub:
        postgres.execute(f'ALTER DATABASE "{name_of(url)}" SET synchronous_commit = off')

        assert "synchronous_commit is off" in refusal(hub, "check")
        assert "synchronous_commit is off" in refusal(hub, "serve")


async def test_postgres_as_it_comes_is_fit(postgres: Postgres):
    """Nothing is wrong with a server that waits for its commits."""
    async with opened(postgres.create_database()) as database:
        assert [] == await migrate.unsafe(database)


async def test_embedded_database_waits_for_the_disk(tmp_path: Path):
    """Writes and reads go through connections whose commits are on the disk; less is noticed."""
    async with opened(f"sqlite://{tmp_path / 'hub.sqlite'}") as database:
        async with database.transaction() as client:
            assert [{"synchronous": 2}] == await database.run(client, "PRAGMA synchronous")
            assert [{"journal_mode": "wal"}] == await database.run(client, "PRAGMA journal_mode")
        assert [] == await migrate.unsafe(database)
        await database.rows("PRAGMA synchronous = NORMAL")
        assert ["SQLite's synchronous is not FULL"] == await migrate.unsafe(database)
