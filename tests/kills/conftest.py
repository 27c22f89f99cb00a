"""Databases that no hub serves from until a test starts one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.running import Desk, Hub, database_for, desk, running


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def still(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A hub without a node, on each kind of database: whoever serves, and how they end, a test says."""
    data = tmp_path_factory.mktemp("still")
    with running(database_for(request, data), data, nodes=0) as hub:
        yield hub


@pytest.fixture
async def operator(still: Hub) -> AsyncIterator[Desk]:
    """The desk of the hub without a node."""
    async with desk(still) as opened:
        yield opened
