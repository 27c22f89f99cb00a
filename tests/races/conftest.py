"""Two nodes on one database, that run for the whole run: some as they are, some with bugs planted in them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.races.racing import NODES, Pair, paired
from tests.running import Hub, database_for, running

#: A folder whose sitecustomize.py plants the bugs.
PLANTED = Path(__file__).parent / "planted"

#: The file in a hub's data folder that names the bug of the moment.
BUG = "bug"


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def two_nodes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A hub of two nodes; each test makes teams of its own in it."""
    with on_database(request, tmp_path_factory.mktemp("two_nodes")) as hub:
        yield hub


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def bad_nodes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A hub of two nodes, each with the bug of the moment."""
    data = tmp_path_factory.mktemp("bad_nodes")
    with on_database(request, data, PYTHONPATH=str(PLANTED), PLANTED=str(data / BUG)) as hub:
        yield hub


@contextmanager
def on_database(request: pytest.FixtureRequest, data: Path, **settings: str) -> Iterator[Hub]:
    """Run two nodes on a database of the kind that *request* asks for."""
    with running(database_for(request, data), data, nodes=NODES, **settings) as hub:
        yield hub


@pytest.fixture
async def pair(two_nodes: Hub) -> AsyncIterator[Pair]:
    """The two nodes, on each kind of database."""
    async with paired(two_nodes) as opened:
        yield opened


@pytest.fixture
async def planted(bad_nodes: Hub) -> AsyncIterator[Callable[[str], Pair]]:
    """Two nodes, on each kind of database, for which one chooses a bug of planted/sitecustomize.py."""
    async with paired(bad_nodes) as opened:

        def plant(bug: str) -> Pair:
            (bad_nodes.data / BUG).write_text(bug, encoding="utf-8")
            return opened

        yield plant
