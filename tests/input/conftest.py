"""A connection with one user and one group in it, which nothing in these tests may change."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from attrs import frozen

from hub.teams import Profile
from tests.digest import digest
from tests.running import Connected, Desk
from tests.wire import Wire

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"


@frozen(kw_only=True)
class Target:
    """What is asked, and what there is to be hurt."""

    connected: Connected
    wire: Wire
    user: str
    group: str

    async def digest(self) -> dict[str, Any]:
        """Return all that is known of the team."""
        return await digest(self.connected.house.database, self.connected.team.id)


async def made(desk: Desk, profile: Profile) -> Target:
    """Make a connection with somebody in it."""
    connected = await desk.connection("generic", profile=profile)
    wire = Wire(connected.url, connected.token)
    user = (await wire.send("POST", "/Users", {"schemas": [USER], "userName": "ann@a.example"})).json["id"]
    members = [{"value": user}]
    group = await wire.send("POST", "/Groups", {"schemas": [GROUP], "displayName": "G", "members": members})
    return Target(connected=connected, wire=wire, user=user, group=group.json["id"])


@pytest.fixture(params=list(Profile))
async def target(hub: Desk, request: pytest.FixtureRequest) -> AsyncIterator[Target]:
    """A target of each profile, the same afterwards as before."""
    target = await made(hub, request.param)
    before = await target.digest()
    yield target
    await target.wire.close()
    assert before == await target.digest()
    assert [] == await target.connected.problems()
