"""A hub in this process, on each kind of database, for what the RFCs say of reading and conditions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hub.teams import Profile
from tests.inprocess import Bench, bench
from tests.protocol.provider import Provider


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """A hub for one file of tests, each of which makes teams of its own: a process has one open at a time."""
    data = tmp_path_factory.mktemp("protocol")
    if request.param == "sqlite":
        url = f"sqlite://{data / 'hub.sqlite'}"
    else:
        url = request.getfixturevalue("postgres").create_database()
    with bench(url, data) as opened:
        yield opened


@pytest.fixture
def provider(house: Bench) -> Provider:
    """A connection of a team of its own, held to the RFCs."""
    return Provider.new(house, Profile.STRICT)


@pytest.fixture
def tolerant(house: Bench) -> Provider:
    """A connection of a team of its own, of which more is taken."""
    return Provider.new(house, Profile.TOLERANT)
