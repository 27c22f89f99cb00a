"""Each listener is told in order, at least once, and retried alone."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from attrs import define, evolve, field

from hub.engine.rounds import relay as module
from hub.engine.rounds.relay import POLL_SECONDS, Relay
from hub.spi import Event

NOW = "2026-06-01T12:00:00.000Z"


def event(number, name="user_updated"):
    """Return an event of which only number and name matter."""
    return Event(
        id=f"e{number}",
        name=name,
        at=datetime(2026, 6, 1, tzinfo=UTC),
        team="t",
        connection="c",
        kind="User",
        resource="u",
        person="p",
        version=number,
        before=None,
        after=None,
        seat=None,
        quirks=(),
        cause="hx",
    )


@define
class Memory:
    """An outbox in memory, whose leases can be lost; that of *stuck* cannot be given back."""

    events: list[Event]
    places: dict[str, int] = field(factory=dict)
    lost: bool = False
    leases: dict[str, float] = field(factory=dict)
    stuck: str | None = None

    async def lease(self, listener, *, owner, seconds):
        """Give the lease to whoever asks."""
        if seconds == 0 and listener == self.stuck:
            raise RuntimeError
        self.places.setdefault(listener, 0)
        self.leases[listener] = seconds
        return not self.lost

    async def pending(self, listener, *, count):
        """Return what comes after the listener's place."""
        after = self.places[listener]
        return [((0, n), each) for n, each in enumerate(self.events, 1) if n > after][:count]

    async def told(self, listener, place, *, owner):
        """Move the listener's place."""
        self.places[listener] = place[1]
        return not self.lost

    async def prune(self, *, before, listeners):
        """Delete nothing."""
        return 0


@define
class SignIns:
    """Sign-ins under way; *over* is what was forgotten before when."""

    over: str = ""

    async def prune(self, *, before):
        """Forget them."""
        self.over = before


class Settled:
    """Seats that are all at rest."""

    async def settle_due(self):
        """Find nobody who is to be settled."""

    async def promote_all(self):
        """Say that nobody waits."""
        return False


@define
class Sealer:
    """Who seals so many rounds until there is no more."""

    rounds: int = 1

    async def seal_all(self):
        """Seal a round, and say whether there is more."""
        self.rounds -= 1
        return self.rounds > 0


class Listener:
    """A plugin that notes what it hears, and fails when it is told to."""

    def __init__(self):
        self.heard, self.failing = [], set()

    async def hear(self, event):
        """Note *event*, or fail."""
        if event.id in self.failing:
            self.failing.discard(event.id)
            raise RuntimeError
        self.heard.append(event.id)

    @property
    def hooks(self):
        """Return the hooks that it listens by."""
        return {"user_updated": self.hear}


def relay(outbox, **listeners):
    """Return a relay from *outbox* to *listeners*."""
    return Relay(
        outbox=outbox,
        flows=SignIns(),
        settling=Settled(),
        sealer=Sealer(),
        listeners={name: listener.hooks for name, listener in listeners.items()},
        owner="me",
        clock=lambda: NOW,
    )


async def test_what_is_old_is_deleted():
    """Sign-ins as soon as their time is over, whether or not another one begins."""
    made = relay(Memory([]))

    assert 600 == await made.prune()
    assert NOW == made.flows.over


async def test_events_are_told_in_order_and_once():
    """A listener hears each event that it has a hook for; its place moves past the others too."""
    outbox, a = Memory([event(1), event(2, "seat_taken"), event(3), event(4, "seat_taken")]), Listener()
    telling = relay(outbox, a=a)

    assert POLL_SECONDS == await telling.tell("a", a.hooks)
    assert POLL_SECONDS == await telling.tell("a", a.hooks)
    assert ["e1", "e3"] == a.heard
    assert {"a": 4} == outbox.places


async def test_a_full_batch_is_followed_by_the_next_at_once():
    """Where there may be more, nobody waits."""
    outbox, a = Memory([event(n) for n in range(module.BATCH + 1)]), Listener()

    assert 0 == await relay(outbox, a=a).tell("a", a.hooks)
    assert module.BATCH == len(a.heard)


async def test_without_the_lease_nothing_is_told():
    """Another process has it: this one waits."""
    outbox, a = Memory([event(1)], lost=True), Listener()

    assert POLL_SECONDS == await relay(outbox, a=a).tell("a", a.hooks)
    assert [] == a.heard


async def test_a_failing_listener_holds_up_nobody_else(monkeypatch):
    """One that fails is told the same event again later; the other hears everything meanwhile."""
    monkeypatch.setattr(module, "POLL_SECONDS", 0.01)
    outbox, a, b = Memory([event(1), event(2), event(3)]), Listener(), Listener()
    a.failing = {"e2"}
    running = asyncio.create_task(relay(outbox, a=a, b=b).run())
    while len(a.heard) < 3:
        await asyncio.sleep(0.01)
        if a.failing == set() and len(a.heard) == 1:
            assert ["e1", "e2", "e3"] == b.heard
    running.cancel()

    assert ["e1", "e2", "e3"] == a.heard == b.heard


async def test_a_relay_that_stops_gives_its_leases_back():
    """Whoever tells next need not wait for them to run out."""
    outbox, a = Memory([event(1)]), Listener()
    running = asyncio.create_task(relay(outbox, a=a).run())
    while not a.heard:
        await asyncio.sleep(0.01)
    assert {"a": module.LEASE_SECONDS} == outbox.leases
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert {"a": 0} == outbox.leases


async def test_a_lease_that_cannot_be_given_back_keeps_no_other():
    """It runs out by itself, and the others are given back all the same."""
    outbox = Memory([], stuck="a")
    running = asyncio.create_task(relay(outbox, a=Listener(), b=Listener()).run())
    while "b" not in outbox.leases:
        await asyncio.sleep(0.01)
    running.cancel()
    (ended,) = await asyncio.gather(running, return_exceptions=True)

    assert {"a": module.LEASE_SECONDS, "b": 0} == outbox.leases
    assert isinstance(ended, asyncio.CancelledError)


async def test_a_hook_that_hangs_is_given_up(monkeypatch):
    """A hook has less time than its lease, so that no two tell at once."""
    monkeypatch.setattr(module, "HOOK_SECONDS", 0.01)
    assert module.HOOK_SECONDS < module.LEASE_SECONDS

    async def hang(_):
        await asyncio.sleep(60)

    with pytest.raises(TimeoutError):
        await relay(Memory([event(1)])).tell("a", {"user_updated": hang})


async def test_books_are_sealed_a_round_at_a_time():
    """While there is more the next round comes soon, else after a minute."""
    sealing = evolve(relay(Memory([])), sealer=Sealer(rounds=3))

    assert [POLL_SECONDS, POLL_SECONDS, 60] == [await sealing.seal() for _ in range(3)]
