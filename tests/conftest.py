"""What tests ask for by name: an event loop, a database of either kind."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import hypothesis
import pytest

from storage.database import Database, opened
from storage.migrate import migrate
from tests import postgres as servers
from tests.inprocess import Bench, bench
from tests.postgres import Postgres, Server, name_of
from tests.running import Desk, Hub, database_for, desk, running
from tests.scale import TRUST

# The same examples at each run; at full scale new ones, and more. A slow machine is no fault of the code.
hypothesis.settings.register_profile("test", derandomize=True, database=None, deadline=None)
hypothesis.settings.register_profile("trust", max_examples=5_000, deadline=None, print_blob=True)
hypothesis.settings.load_profile("trust" if TRUST else "test")


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, bool]]:
    """Run asynchronous tests as the hub runs: on asyncio, with uvloop."""
    return ("asyncio", {"use_uvloop": True})


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL for the whole run; tests make databases in it and leave the server alone."""
    with servers.available() as server:
        yield server


@pytest.fixture
def postgres_alone() -> Iterator[Server]:
    """A PostgreSQL for one test, which may stop, crash and restart it."""
    with servers.start() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of a test's own; each test that asks for it runs on both."""
    if request.param == "sqlite":
        yield f"sqlite://{tmp_path / 'hub.sqlite'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.create_database()
    yield url
    server.drop_database(url)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file that is migrated once and copied for each test."""
    path = tmp_path_factory.mktemp("migrated") / "hub.sqlite"
    asyncio.run(migrate(f"sqlite://{path}"))
    return path


@pytest.fixture(scope="session")
def migrated_name(postgres: Postgres) -> str:
    """Name the PostgreSQL database that is migrated once and copied for each test."""
    url = postgres.create_database()
    asyncio.run(migrate(url))
    return name_of(url)


@pytest.fixture(params=["sqlite", "postgres"])
def migrated_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated database of a test's own; each test that asks for it runs on both."""
    if request.param == "sqlite":
        path = tmp_path / "hub.sqlite"
        shutil.copy(request.getfixturevalue("migrated"), path)
        yield f"sqlite://{path}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.create_database(template=request.getfixturevalue("migrated_name"))
    yield url
    server.drop_database(url)


@pytest.fixture
async def database(migrated_url: str) -> AsyncIterator[Database]:
    """A migrated database of a test's own, opened."""
    async with opened(migrated_url) as database:
        yield database


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def running_hub(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A hub of one node that runs for the whole run; each test makes a team of its own in it."""
    data = tmp_path_factory.mktemp("hub")
    with running(database_for(request, data), data) as hub:
        yield hub


# Tortoise's state is the process's own: no other hub can be open in it meanwhile.
@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """A hub in this process for one file of tests, each of which makes teams of its own."""
    data = tmp_path_factory.mktemp("house")
    with bench(database_for(request, data), data) as opened:
        yield opened


@pytest.fixture
async def hub(running_hub: Hub) -> AsyncIterator[Desk]:
    """The desk of the running hub, on each kind of database."""
    async with desk(running_hub) as opened:
        yield opened
