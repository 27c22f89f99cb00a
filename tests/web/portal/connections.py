"""Connections as an owner sees them: made, pushed to, looked at again."""

from __future__ import annotations

import asyncio
import re

from tests.inprocess import Way

AT = "/settings/security/authentication"
SCIM = f"{AT}/scim"

TOKEN = re.compile(r"hub_[0-9A-Za-z]{12}_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}")


def at(way, below=""):
    """Return where, below the team, what is *below* a connection is."""
    return f"{SCIM}/{way.connection.id}{below}"


def create(owner, provider="okta/okta"):
    """Connect a provider, and return the page that shows its token."""
    return owner.post(SCIM, provider=provider)


def made(house, team, heard):
    """Return the way in that a page shows."""
    (connection,) = house.run(house.house.connections.of(team))
    return Way(team=team, connection=connection, token=TOKEN.search(heard.text)[0])


def looked(house):
    """Have what was seen written, as it is beside requests."""
    house.run(house.house.lookout.write())


def kept(house, way):
    """Return a connection as it is now."""
    return house.run(house.house.connections.one(way.connection.id))


def state(house, way):
    """Return the state of a connection."""
    return kept(house, way).state


def held(house, way):
    """Return how many seats of the team are held."""
    return house.run(house.house.bookkeeping.seats(way.team))["standard"].held


def ann(house, way, name="ann@a.example", **more):
    """Push somebody."""
    body = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name, "active": True}
    return house.ask(way, "POST", "/Users", {**body, **more})


def notes(house, team):
    """Return what the team's audit has, the latest last."""

    async def all_():
        return [note async for note in house.house.trail.of(team.id)]

    return house.run(all_())


async def event(house, owner, path):
    """Return the first event of the stream at *path*, as a browser gets it that leaves then."""
    sent, left = [], asyncio.Event()
    cookie = "; ".join(f"{name}={value}" for name, value in owner.client.cookies.items())

    async def receive():
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append(message.get("body", b""))
        if b"\n\n" in b"".join(sent):
            left.set()

    whole = f"/teams/{owner.team.id}{path}"
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "https",
        "path": whole,
        "raw_path": whole.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"hub.example"), (b"cookie", cookie.encode())],
        "client": ("127.0.0.1", 1),
        "server": ("hub.example", 443),
    }
    async with asyncio.timeout(10):
        await house.app(scope, receive, send)
    return b"".join(sent).decode()
