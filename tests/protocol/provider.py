"""What a provider asks of a hub in this process, headers and all."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine, Mapping
from typing import Any

import httpx2
from attrs import evolve, frozen

from hub.teams import Profile
from tests.author import BY
from tests.inprocess import HOST, MEDIA_TYPE, Bench, Way

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"

NOBODY = "0190a5c0-0000-7000-8000-000000000000"


@frozen(kw_only=True)
class Provider:
    """An identity provider with its way in."""

    hub: Bench
    way: Way

    @classmethod
    def new(cls, hub: Bench, profile: Profile) -> Provider:
        """Make one in a team of its own, with room for everybody."""
        return cls(hub=hub, way=hub.way(hub.team(seats=1000), "generic", profile=profile))

    @property
    def base(self) -> str:
        """Return the address of the connection."""
        return HOST + self.way.path

    def beside(self) -> Provider:
        """Return another connection of the same team."""
        return evolve(self, way=self.hub.way(self.way.team, "generic", profile=Profile.STRICT))

    def of_user(self, id: str) -> Provider:
        """Return whoever has a token that stands for one user."""
        _, token = self.hub.run(self.hub.house.tokens.create(self.way.connection, user=id, by=BY))
        return evolve(self, way=evolve(self.way, token=token))

    async def send(
        self, method: str, path: str, body: object = None, *, headers: Mapping[str, str] | None = None
    ) -> httpx2.Response:
        """Send one request and return the answer."""
        known = {"authorization": f"Bearer {self.way.token}", "content-type": MEDIA_TYPE}
        content = None if body is None else json.dumps(body).encode()
        return await self.hub.client.request(
            method, self.way.path + path, headers={**known, **(headers or {})}, content=content
        )

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> httpx2.Response:
        """Send one request, `if_match` being `If-Match`, and return the answer."""
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.hub.run(self.send(method, path, body, headers=said))

    def at_once(self, *sending: Coroutine[Any, Any, httpx2.Response]) -> list[httpx2.Response]:
        """Send several requests at once and return their answers."""

        async def together() -> list[httpx2.Response]:
            return await asyncio.gather(*sending)

        return self.hub.run(together())

    def get(self, path: str, **query: str) -> dict[str, Any]:
        """Return what is found at *path*."""
        answer = self.ask("GET", f"{path}?{httpx2.QueryParams(query)}")
        assert 200 == answer.status_code, answer.text
        return dict(answer.json())

    def user(self, name: str, **attributes: object) -> dict[str, Any]:
        """Make a user."""
        return self.made("/Users", {"schemas": [USER], "userName": name, **attributes})

    def group(self, name: str, *members: str) -> dict[str, Any]:
        """Make a group."""
        there = {"members": [{"value": id} for id in members]} if members else {}
        return self.made("/Groups", {"schemas": [GROUP], "displayName": name, **there})

    def made(self, path: str, body: object) -> dict[str, Any]:
        """Make a resource."""
        answer = self.ask("POST", path, body)
        assert 201 == answer.status_code, answer.text
        return dict(answer.json())


def patch(*operations: dict[str, object]) -> dict[str, object]:
    """Return a PATCH of these operations."""
    return {"schemas": [PATCH], "Operations": list(operations)}


def title(text: str) -> dict[str, object]:
    """Return a PATCH that changes a title."""
    return patch({"op": "replace", "path": "title", "value": text})
