"""Events in order, each listener at its own place, one teller at a time."""

from __future__ import annotations

from datetime import datetime

import pytest

from hub.moments import later
from hub.spi import Event
from storage.outbox import DatabaseOutbox
from tests.storage.conftest import NOW


def event(id, name="user_updated", **facts):
    """Return an event; what it is about does not matter here."""
    values = {
        "team": "t",
        "connection": "c1",
        "kind": "User",
        "resource": "u1",
        "person": "p1",
        "version": 1,
        "before": None,
        "after": {"userName": "ann"},
        "seat": None,
        "quirks": ("a-quirk",),
        "cause": "hx_1",
        **facts,
    }
    return Event(id=id, name=name, at=datetime.fromisoformat(NOW), **values)


@pytest.fixture
def outbox(world):
    """Return the outbox of the world, at its one moment."""
    return DatabaseOutbox(database=world.database, clock=lambda: NOW, patience=5)


async def _tell(world, *ids):
    async def work(unit):
        await unit.tell([event(id) for id in ids])

    await world.write(work)


async def _ids(outbox, listener="a"):
    return [each.id for _, each in await outbox.pending(listener, count=10)]


async def test_an_event_comes_back_as_it_was(world, outbox):
    """Storing changes nothing of it."""
    await _tell(world, "e1")
    await outbox.lease("a", owner="me", seconds=10)
    (_, found), *_ = await outbox.pending("a", count=1)

    assert event("e1") == found


async def test_each_listener_has_its_own_place(world, outbox):
    """What one was told, the other still hears."""
    await _tell(world, "e1", "e2", "e3")
    for listener in "ab":
        await outbox.lease(listener, owner="me", seconds=10)
    (first, _), *_ = await outbox.pending("a", count=10)

    assert await outbox.told("a", first, owner="me")
    assert ["e2", "e3"] == await _ids(outbox, "a")
    assert ["e1", "e2", "e3"] == await _ids(outbox, "b")


async def test_one_teller_at_a_time(world, outbox):
    """A lease that runs is not given to another, and not moved by another; one that ran out is."""
    await _tell(world, "e1")
    assert await outbox.lease("a", owner="me", seconds=10)
    assert await outbox.lease("a", owner="me", seconds=10)
    assert not await outbox.lease("a", owner="you", seconds=10)
    (place, _), *_ = await outbox.pending("a", count=1)
    assert not await outbox.told("a", place, owner="you")

    after = DatabaseOutbox(database=world.database, clock=lambda: later(NOW, 11), patience=5)
    assert await after.lease("a", owner="you", seconds=10)
    assert not await outbox.told("a", place, owner="me")


async def test_events_of_a_work_that_failed_are_never_told(world, outbox):
    """An event is there with what it is about, or not at all."""

    async def work(unit):
        await unit.tell([event("e1")])
        raise LookupError

    with pytest.raises(LookupError):
        await world.write(work)
    await outbox.lease("a", owner="me", seconds=10)
    assert [] == await _ids(outbox)


async def test_old_events_go_once_all_were_told(world, outbox):
    """What somebody has not heard stays, however old."""
    await _tell(world, "e1", "e2")
    await outbox.lease("a", owner="me", seconds=10)
    (place, _), *_ = await outbox.pending("a", count=10)
    await outbox.told("a", place, owner="me")

    assert 0 == await outbox.prune(before=NOW, listeners=["a"])
    assert 1 == await outbox.prune(before=later(NOW, 1), listeners=["a"])
    assert ["e2"] == await _ids(outbox)
    assert 1 == await outbox.prune(before=later(NOW, 1), listeners=[])
