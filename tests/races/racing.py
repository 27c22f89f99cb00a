"""Two nodes, and providers that ask both of them at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import httpx2
from attrs import frozen

from hub.teams import Team
from tests.races import checker
from tests.running import Connected, Desk, Hub, desk

T = TypeVar("T")

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

NODES = 2

#: How many requests are with each node at a time.
AT_ONCE = 24


@frozen(kw_only=True)
class Door:
    """One connection, reached through either node."""

    connected: Connected
    nodes: Sequence[httpx2.AsyncClient]

    async def send(self, node: int, method: str, path: str, body: Any = None) -> httpx2.Response:
        """Send one request to the node of that number, modulo how many there are."""
        return await self.nodes[node % len(self.nodes)].request(
            method,
            f"/scim/v2/{self.connected.connection.id}/{path}",
            headers={"Authorization": f"Bearer {self.connected.token}"},
            json=body,
        )

    async def create(self, node: int, name: str) -> httpx2.Response:
        """Assign *name* as the connection's provider does."""
        return await self.send(node, "POST", "Users", NEW[self.connected.connection.idp](name))

    async def switch(self, node: int, id: str, name: str, *, active: bool) -> httpx2.Response:
        """Turn a user on or off as the connection's provider does."""
        method, body = SWITCH[self.connected.connection.idp](node, name, active)
        return await self.send(node, method, f"Users/{id}", body)


@frozen(kw_only=True)
class Pair:
    """A hub of two nodes, and what a test asks of it."""

    desk: Desk
    nodes: Sequence[httpx2.AsyncClient]

    async def door(self, idp: str, *, team: Team | None = None, seats: int = 100_000) -> Door:
        """Make a connection of *team*, or of a fresh one."""
        return Door(connected=await self.desk.connection(idp, team=team, seats=seats), nodes=self.nodes)

    async def faults(self, team: Team) -> list[str]:
        """Return what is wrong with *team*, in the checker's eyes and in the hub's own."""
        seen = checker.faults(await checker.kept(self.desk.house, team.id))
        return [*seen, *await self.desk.house.bookkeeping.verify(team)]


@asynccontextmanager
async def paired(hub: Hub) -> AsyncIterator[Pair]:
    """Open the desk of *hub*, with a client for each node."""
    limits = httpx2.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
    async with desk(hub) as opened:
        nodes = [
            httpx2.AsyncClient(base_url=node.url, limits=limits, timeout=120, trust_env=False, verify=False)
            for node in hub.nodes
        ]
        try:
            yield Pair(desk=opened, nodes=nodes)
        finally:
            for node in nodes:
                await node.aclose()


async def together(racers: Iterable[Coroutine[Any, Any, T]], *, at_once: int = NODES * AT_ONCE) -> list[T]:
    """Run all *racers*, some *at_once*, and return what they return, in their order."""
    gate = asyncio.Semaphore(at_once)

    async def run(racer: Coroutine[Any, Any, T]) -> T:
        async with gate:
            return await racer

    return await asyncio.gather(*map(run, racers))


def patch(*operations: dict[str, Any]) -> dict[str, Any]:
    """Return the body of a PATCH."""
    return {"schemas": [PATCH_OP], "Operations": list(operations)}


def okta_user(name: str, *, active: bool = True) -> dict[str, Any]:
    """Return a user as Okta sends one whole."""
    return {
        "schemas": [USER],
        "userName": name,
        "name": {"givenName": "Ann", "familyName": "Lee"},
        "emails": [{"primary": True, "value": name, "type": "work"}],
        "displayName": "Ann Lee",
        "externalId": f"00u{name}",
        "groups": [],
        "password": "made-up-7f2",
        "active": active,
    }


def entra_user(name: str) -> dict[str, Any]:
    """Return a user as Entra creates one."""
    return {
        "schemas": [USER, ENTERPRISE],
        "externalId": f"5b1f-{name}",
        "userName": name,
        "active": True,
        "emails": [{"primary": True, "type": "work", "value": name}],
        "meta": {"resourceType": "User"},
        "name": {"formatted": "Ann Lee", "familyName": "Lee", "givenName": "Ann"},
        "roles": [],
    }


def _okta_switch(turn: int, name: str, active: bool) -> tuple[str, dict[str, Any]]:
    if turn % 2:
        return "PUT", okta_user(name, active=active)
    return "PATCH", patch({"op": "replace", "value": {"active": active}})


def _entra_switch(turn: int, _: str, active: bool) -> tuple[str, dict[str, Any]]:
    value = str(active) if turn % 2 else active
    return "PATCH", patch({"op": "Replace", "path": "active", "value": value})


#: How each provider creates a user, and turns one on or off.
NEW = {"okta": okta_user, "entra": entra_user}
SWITCH = {"okta": _okta_switch, "entra": _entra_switch}
