"""A provider that keeps to the RFCs, on each kind of database."""

from __future__ import annotations

import pytest

from hub.teams import Profile
from tests.rfc.provider import Provider
from tests.running import Desk


@pytest.fixture
async def provider(hub: Desk) -> Provider:
    """A connection of a team of its own, held to the RFCs."""
    return Provider(connected=await hub.connection("generic", profile=Profile.STRICT))
