"""A client of the running hub that says what the RFCs' examples say."""

from __future__ import annotations

from typing import Any

import httpx2
from attrs import frozen

from tests.running import Connected

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
SEAT = "urn:provisioning-hub:params:scim:schemas:extension:seat:2.0:User"
MESSAGES = "urn:ietf:params:scim:api:messages:2.0"
PATCH, SEARCH, LIST, ERROR = (
    f"{MESSAGES}:{name}" for name in ("PatchOp", "SearchRequest", "ListResponse", "Error")
)
MEDIA_TYPE = "application/scim+json"

NOBODY = "0190a5c0-0000-7000-8000-000000000000"


@frozen(kw_only=True)
class Provider:
    """A provider and the connection that it asks."""

    connected: Connected

    async def ask(
        self, method: str, path: str, body: Any = None, *, headers: dict[str, str] | None = None, **query: Any
    ) -> httpx2.Response:
        """Send one request, as `application/scim+json`, and return the answer."""
        said = {"content-type": MEDIA_TYPE, "accept": MEDIA_TYPE, **(headers or {})}
        return await self.connected.client.request(
            method, path.removeprefix("/"), json=body, params=query or None, headers=said
        )

    async def get(self, path: str, **query: Any) -> dict[str, Any]:
        """Return what is found."""
        answer = await self.ask("GET", path, **query)
        assert 200 == answer.status_code, answer.text
        return dict(answer.json())

    async def names(self, path: str = "/Users", **query: Any) -> list[str]:
        """Return who is in a list, in its order."""
        told = await self.get(path, **query)
        return [each.get("userName") or each["displayName"] for each in told["Resources"]]

    async def make(self, path: str, body: Any) -> dict[str, Any]:
        """Make a resource and return it."""
        answer = await self.ask("POST", path, body)
        assert 201 == answer.status_code, answer.text
        return dict(answer.json())

    async def user(self, name: str, /, **attributes: Any) -> dict[str, Any]:
        """Make a user, of the enterprise too where one of *attributes* is its schema."""
        schemas = [USER, *(each for each in attributes if each == ENTERPRISE)]
        return await self.make("/Users", {"schemas": schemas, "userName": name, **attributes})

    async def group(self, name: str, *members: str) -> dict[str, Any]:
        """Make a group."""
        body = {"schemas": [GROUP], "displayName": name, "members": [{"value": each} for each in members]}
        return await self.make("/Groups", body)

    async def patch(self, path: str, *operations: dict[str, Any]) -> httpx2.Response:
        """Change a resource by *operations* and return the answer."""
        return await self.ask("PATCH", path, {"schemas": [PATCH], "Operations": operations})

    async def changed(self, path: str, *operations: dict[str, Any]) -> dict[str, Any]:
        """Change a resource, which must succeed, and return how it is then found."""
        answer = await self.patch(path, *operations)
        assert answer.is_success, answer.text
        return await self.get(path)

    async def members(self, group: str) -> set[str]:
        """Return the ids of a group's members."""
        return {each["value"] for each in (await self.get(f"/Groups/{group}")).get("members", [])}

    async def refusal(self, method: str, path: str, body: Any = None, **rest: Any) -> tuple[int, str | None]:
        """Return status and scimType of a refusal, which must be an error message (RFC 7644 §3.12)."""
        return refused(await self.ask(method, path, body, **rest))


def refused(answer: httpx2.Response) -> tuple[int, str | None]:
    """Return status and scimType of a refusal, which must be an error message (RFC 7644 §3.12)."""
    error = answer.json()
    assert ([ERROR], str(answer.status_code)) == (error["schemas"], error["status"])
    assert answer.headers["content-type"].startswith(MEDIA_TYPE)
    assert len(error["detail"]) > 10
    return answer.status_code, error.get("scimType")
