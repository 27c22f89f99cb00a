"""A provider that keeps groups, and the bodies it sends."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx2
import pytest
from attrs import frozen

from hub.teams import Profile
from tests.running import Connected, Hub, database_for, desk, running

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

#: How many members a group of the hub that waits may have.
MEMBERS_MAX = 40


@frozen(kw_only=True)
class Provider:
    """One connection, asked as its provider asks."""

    connected: Connected

    async def ask(self, method: str, path: str, body: Any = None, **query: str) -> httpx2.Response:
        """Send one request and return the answer."""
        return await self.connected.client.request(method, path, json=body, params=query)

    async def user(self, name: str, **attributes: Any) -> str:
        """Make a user and return its id."""
        answer = await self.ask("POST", "Users", {"schemas": [USER], "userName": name, **attributes})
        assert 201 == answer.status_code, answer.text
        return str(answer.json()["id"])

    async def group(self, name: str, *members: str, **attributes: Any) -> str:
        """Make a group of *members* and return its id."""
        body = {"schemas": [GROUP], "displayName": name, "members": listed(*members), **attributes}
        answer = await self.ask("POST", "Groups", body)
        assert 201 == answer.status_code, answer.text
        return str(answer.json()["id"])

    async def change(self, group: str, *operations: dict[str, Any]) -> httpx2.Response:
        """Change a group by *operations*."""
        return await self.ask("PATCH", f"Groups/{group}", {"schemas": [PATCH], "Operations": operations})

    async def add(self, group: str, *members: str) -> httpx2.Response:
        """Let *members* into a group."""
        return await self.change(group, {"op": "add", "path": "members", "value": listed(*members)})

    async def remove(self, group: str, member: str) -> httpx2.Response:
        """Take a member out of a group."""
        return await self.change(group, {"op": "remove", "path": f'members[value eq "{member}"]'})

    async def groups(self, user: str) -> dict[str, str]:
        """Return display → type of the groups that a user is told to be in."""
        answer = (await self.ask("GET", f"Users/{user}")).json()
        return {each["display"]: each["type"] for each in answer.get("groups", [])}

    async def members(self, group: str) -> set[str]:
        """Return the ids of a group's members."""
        answer = (await self.ask("GET", f"Groups/{group}")).json()
        return {each["value"] for each in answer.get("members", [])}

    async def told(self) -> list[tuple[str, str, tuple[str, ...], tuple[str, ...]]]:
        """Return what its events say: name, resource, who came, who went."""
        return [
            (each["name"], each["resource"], each["members_added"], each["members_removed"])
            for each in await self.connected.events()
        ]


def listed(*members: str) -> list[dict[str, str]]:
    """Return *members* as they stand in a body."""
    return [{"value": member} for member in members]


@pytest.fixture
async def provider(hub):
    """A provider that is connected to the running hub, on each kind of database."""
    return Provider(connected=await hub.connection("generic"))


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def patient_hub(request, tmp_path_factory) -> Iterator[Hub]:
    """A hub of two nodes that waits for members it does not know, and lets few into a group."""
    data = tmp_path_factory.mktemp("patient_hub")
    settings = {"HUB_SCIM__UNKNOWN_MEMBERS": "pending", "HUB_SCIM__MEMBERS_MAX": str(MEMBERS_MAX)}
    with running(database_for(request, data), data, nodes=2, **settings) as hub:
        yield hub


@pytest.fixture
async def patient(patient_hub) -> AsyncIterator[Provider]:
    """A provider that is connected to a hub which waits for members."""
    async with desk(patient_hub) as opened:
        yield Provider(connected=await opened.connection("generic"))


@pytest.fixture
async def strict_patient(patient_hub) -> AsyncIterator[Provider]:
    """The same, held to the RFCs."""
    async with desk(patient_hub) as opened:
        yield Provider(connected=await opened.connection("generic", profile=Profile.STRICT))
