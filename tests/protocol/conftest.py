"""A hub in this process, on each kind of database, for what the RFCs say of reading and conditions."""

from __future__ import annotations

import pytest

from hub.teams import Profile
from tests.inprocess import Bench
from tests.protocol.provider import Provider


@pytest.fixture
def provider(house: Bench) -> Provider:
    """A connection of a team of its own, held to the RFCs."""
    return Provider.new(house, Profile.STRICT)


@pytest.fixture
def tolerant(house: Bench) -> Provider:
    """A connection of a team of its own, of which more is taken."""
    return Provider.new(house, Profile.TOLERANT)
