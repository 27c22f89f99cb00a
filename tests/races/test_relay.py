"""Several relays that tell the same listeners."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from attrs import evolve

import hub.engine.rounds.relay
from hub.engine.common.plugins import Plugins
from hub.engine.rounds.relay import Relay
from hub.spi import Event, hookimpl
from tests.races.racing import Pair, okta_user, together
from tests.scale import scale

pytestmark = pytest.mark.races

USERS, CHANGES = scale(8, trust=100), scale(6, trust=100)

#: Long enough for whatever comes to be told, seconds.
PATIENCE = scale(60, trust=1_200)


class Listener:
    """A plugin that hears of users, and takes note."""

    def __init__(self) -> None:
        self.heard: list[Event] = []
        self.at_once = self.at_once_max = 0

    async def hear(self, event: Event) -> None:
        """Note *event*."""
        self.heard.append(event)

    @hookimpl
    async def user_provisioned(self, event: Event) -> None:
        """Hear of a new user."""
        await self.told(event)

    @hookimpl
    async def user_updated(self, event: Event) -> None:
        """Hear of a changed user."""
        await self.told(event)

    async def told(self, event: Event) -> None:
        """Hear *event*, and note how many are told at a time."""
        self.at_once += 1
        self.at_once_max = max(self.at_once, self.at_once_max)
        try:
            await self.hear(event)
        finally:
            self.at_once -= 1

    @property
    def ids(self) -> set[str]:
        """Return the ids of what was heard."""
        return {event.id for event in self.heard}


class Steady(Listener):
    """Hears everything at once."""


class Broken(Listener):
    """Fails at everything until it is mended."""

    def __init__(self) -> None:
        super().__init__()
        self.mended, self.failures = False, 0

    async def hear(self, event: Event) -> None:
        """Note *event*, or fail."""
        if not self.mended:
            self.failures += 1
            raise RuntimeError("the listener is not there")
        await super().hear(event)


class Slow(Listener):
    """Needs some time for each, less than a lease lasts."""

    async def hear(self, event: Event) -> None:
        """Note *event*, slowly."""
        await asyncio.sleep(0.3)
        await super().hear(event)


class Stuck(Listener):
    """Never comes back from the third event, the first time."""

    def __init__(self) -> None:
        super().__init__()
        self.stuck = asyncio.Event()

    async def hear(self, event: Event) -> None:
        """Note *event*, or say that it is stuck and stay so."""
        await super().hear(event)
        if len(self.heard) == 3:
            self.stuck.set()
            await asyncio.sleep(PATIENCE)


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let relays look more often than they would."""
    monkeypatch.setattr(hub.engine.rounds.relay, "POLL_SECONDS", 0.05)


async def relays(pair: Pair, *listeners: Listener) -> list[Relay]:
    """Return two relays that tell *listeners* whatever is written from now on."""
    plugins, relay = Plugins.load(*listeners), pair.desk.house.relay
    newest = await pair.desk.house.database.rows(
        "SELECT transaction_id, id FROM outbox ORDER BY transaction_id DESC, id DESC LIMIT 1"
    )
    for listener in plugins.listeners():
        await relay.outbox.lease(listener, owner="test", seconds=0)
        if newest:
            await relay.outbox.told(listener, tuple(newest[0].values()), owner="test")
    return [evolve(relay, listeners=plugins.listeners(), owner=owner) for owner in ("one", "two")]


@asynccontextmanager
async def at_work(relays: list[Relay]) -> AsyncIterator[list[asyncio.Task[None]]]:
    """Let *relays* run."""
    tasks = [asyncio.create_task(relay.run()) for relay in relays]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def lives(pair: Pair, *, users: int = USERS, changes: int = CHANGES) -> list[str]:
    """Have users made and changed at both nodes; return the ids of the events that must be heard."""
    door = await pair.door("okta")

    async def life(user: int) -> None:
        name = f"user-{user}@a.example"
        id = (await door.create(user, name)).json()["id"]
        bodies = [{**okta_user(name), "title": f"title {number}"} for number in range(changes)]
        await together(door.send(number, "PUT", f"Users/{id}", body) for number, body in enumerate(bodies))

    await together(life(user) for user in range(users))
    rows = await pair.desk.house.database.rows(
        "SELECT event FROM outbox WHERE team_id = $1", door.connected.team.id
    )
    events = [json.loads(row["event"]) for row in rows]
    return [event["id"] for event in events if not event["name"].startswith("seat_")]


async def until(true: Callable[[], bool]) -> None:
    """Wait for something to be so."""
    async with asyncio.timeout(PATIENCE):
        while not true():
            await asyncio.sleep(0.02)


def out_of_order(listener: Listener) -> list[str]:
    """Return of which resources *listener* first heard a later version before an earlier one."""
    versions = defaultdict[str, list[int]](list)
    for event in {event.id: event for event in reversed(listener.heard)}.values():
        versions[str(event.resource)].append(event.version)
    return [resource for resource, told in versions.items() if told[::-1] != sorted(told)]


async def test_each_listener_hears_everything_in_order(pair: Pair):
    """Of two relays at work while two nodes write, some tell each listener each event, in its order.

    One that fails is told again, alone, and hears all of it once it is mended; meanwhile the
    other has heard everything.
    """
    steady, broken = Steady(), Broken()
    async with at_work(await relays(pair, steady, broken)):
        written = set(await lives(pair))
        await until(lambda: written <= steady.ids)
        await until(lambda: broken.failures > 1)
        assert [] == broken.heard

        broken.mended = True
        await until(lambda: written <= broken.ids)

    assert USERS * (1 + CHANGES) == len(written)
    assert [] == out_of_order(steady)
    assert [] == out_of_order(broken)


def hurry(monkeypatch: pytest.MonkeyPatch, *, lease: float, begin: float) -> None:
    """Let leases run out after *lease* seconds, in *begin* of which hooks begin."""
    monkeypatch.setattr(hub.engine.rounds.relay, "LEASE_SECONDS", lease)
    monkeypatch.setattr(hub.engine.rounds.relay, "BEGIN_SECONDS", begin)


async def heard_slowly(pair: Pair) -> Slow:
    """Return a slow listener that has heard everything from two relays."""
    slow = Slow()
    started = await relays(pair, slow)
    written = set(await lives(pair, users=1, changes=4))
    async with at_work(started):
        await until(lambda: written <= slow.ids)
    return slow


async def test_no_two_relays_tell_at_once(pair: Pair, monkeypatch: pytest.MonkeyPatch):
    """A listener that takes its time is told by one relay, however long all of it takes."""
    hurry(monkeypatch, lease=0.75, begin=0.2)

    slow = await heard_slowly(pair)

    assert 1 == slow.at_once_max
    assert [] == out_of_order(slow)


async def test_two_that_tell_at_once_are_noticed(pair: Pair, monkeypatch: pytest.MonkeyPatch):
    """A relay that goes on when its lease has run out is seen to tell at the same time as another."""
    hurry(monkeypatch, lease=0.75, begin=PATIENCE)

    assert 2 == (await heard_slowly(pair)).at_once_max


async def test_a_relay_that_dies_is_followed_by_another(pair: Pair, monkeypatch: pytest.MonkeyPatch):
    """What it was telling when it died is told again by the other, once its lease has run out."""
    hurry(monkeypatch, lease=1, begin=0.5)
    stuck = Stuck()
    one, two = await relays(pair, stuck)
    written = set(await lives(pair))

    async with at_work([one]) as (task,):
        await stuck.stuck.wait()
        task.cancel()
    async with at_work([two]):
        await until(lambda: written <= stuck.ids)

    assert stuck.heard[2] == stuck.heard[3]
    assert len(written) + 1 == len(stuck.heard)
    assert [] == out_of_order(stuck)
