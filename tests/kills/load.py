"""Clients that write for as long as somebody answers, and remember what they were told."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx2
from attrs import define, field

from tests.kills.operations import PATCH_OP, person
from tests.running import Connected

#: How many write at once, each about a user of its own.
CLIENTS = 6


@define
class Client:
    """One that takes a user through life after life, and what of it was acknowledged.

    A fact is None for a user who is not there, else (title, active). *asked* is what the
    request that got no answer wanted, if one got none.
    """

    name: str
    known: tuple[str, bool] | None = None
    asked: tuple[str, bool] | None = None
    id: str = ""
    acknowledged: int = 0
    titles: int = 0
    refused: list[str] = field(factory=list)

    async def live(self, http: httpx2.AsyncClient) -> None:
        """Create, retitle, deactivate, reactivate and delete until nobody answers any more, or wrongly."""
        try:
            while not self.refused:
                await self._create(http)
                await self._say(http, "title", self._title())
                await self._say(http, "active", False)
                await self._say(http, "active", True)
                await self._delete(http)
        except httpx2.TransportError:
            return  # it was killed

    def problems(self, users: Mapping[str, Mapping[str, Any]]) -> list[str]:
        """Return how what is there differs from what was acknowledged or asked last; take it from there."""
        seen = users.get(self.name)
        fact = None if seen is None else (seen["title"], seen["active"])
        fine = fact in (self.known, self.asked)
        wrong = [f"{self.name} is {fact}, {self.known} was acknowledged, {self.asked} asked"] * (not fine)
        wrong += self.refused
        self.known = self.asked = fact
        self.id = "" if seen is None else seen["id"]
        return wrong

    async def _create(self, http: httpx2.AsyncClient) -> None:
        if self.known is None:
            title = self._title()
            self.asked = (title, True)
            answer = await http.post("Users", json={**person(self.name), "title": title})
            self._told(answer, 201)
            self.id = answer.json()["id"]

    async def _say(self, http: httpx2.AsyncClient, attribute: str, value: Any) -> None:
        assert self.known is not None
        title, active = self.known
        self.asked = (value, active) if attribute == "title" else (title, value)
        operation = {"op": "replace", "path": attribute, "value": value}
        body = {"schemas": [PATCH_OP], "Operations": [operation]}
        self._told(await http.patch(f"Users/{self.id}", json=body), 200)

    async def _delete(self, http: httpx2.AsyncClient) -> None:
        self.asked = None
        self._told(await http.delete(f"Users/{self.id}"), 204)

    def _told(self, answer: httpx2.Response, status: int) -> None:
        if status != answer.status_code:
            self.refused.append(f"{self.name}: {answer.text}")
            raise httpx2.TransportError("no use to go on")
        self.known = self.asked
        self.acknowledged += 1

    def _title(self) -> str:
        self.titles += 1
        return f"title {self.titles}"


def clients() -> list[Client]:
    """Return clients whose users are not there yet."""
    return [Client(f"user{number}") for number in range(CLIENTS)]


async def until_killed(http: httpx2.AsyncClient, clients: list[Client], kill: Any, *, seconds: float) -> None:
    """Let all write, and after some *seconds* call *kill*."""
    writing = asyncio.gather(*(client.live(http) for client in clients))
    await asyncio.sleep(seconds)
    kill()
    await writing


async def found(source: Connected, http: httpx2.AsyncClient) -> dict[str, dict[str, Any]]:
    """Return what a provider can read of each user, by the name before the @."""
    resources = (await http.get("Users", params={"count": 1000})).json().get("Resources", [])
    return {each["userName"].partition("@")[0]: each for each in resources}
