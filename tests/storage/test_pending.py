"""Groups that expect members, on both databases: in which order they are written, and who waits for whom."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from attrs import evolve

from hub.engine.values.scope import Scope
from hub.spi import Event
from hub.teams import Connection
from tests.storage.conftest import group, user


def told(name):
    """Return an event about the group."""
    return Event(
        id=name, name="group_changed", at=datetime.now(UTC), team="t", connection="c1", kind="Group",
        resource="g1", person=None, version=1, before=None, after=None, seat=None, quirks=(), cause=name,
    )  # fmt: skip


def change(name, *, unknown=(), asked=None, then=None):
    """Return a write that changes the group: it says when it has *asked* who is unknown, and waits *then*."""

    async def work(unit):
        await unit.unknown(frozenset(unknown))
        if asked:
            asked.set()
            await then.wait()
        before = await unit.lock("Group", "g1")
        after = before.changed({**before.document, "nickName": name}, at=unit.now)
        await unit.update(before, after, exclusive=False)
        await unit.tell([told(name)])

    return work


async def deadlocks(world):
    """Return how often PostgreSQL has had to choose somebody to give up."""
    await asyncio.sleep(1.2)  # it counts with some delay
    sql = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    return (await world.database.rows(sql))[0]["deadlocks"]


@pytest.mark.parametrize("migrated_url", ["postgres"], indirect=True)
async def test_changes_of_a_group_are_told_in_their_order(world):
    """Whoever asked first who is unknown, and changes the group last, is told of last."""
    await world.add(group("g1"))
    asked, then = asyncio.Event(), asyncio.Event()
    late = asyncio.create_task(world.write(change("late", asked=asked, then=then), reference="late"))
    await asked.wait()
    await world.write(change("early"), reference="early")
    then.set()
    await late

    rows = await world.database.rows("SELECT reference FROM outbox ORDER BY transaction_id, id")
    assert ["early", "late"] == [row["reference"] for row in rows]


@pytest.mark.parametrize("migrated_url", ["postgres"], indirect=True)
async def test_a_group_and_an_administrator_wait_for_each_other_once(world):
    """A change of the connection waits for whoever writes a group that may expect members, and no more."""
    await world.add(group("g1"))
    revision = (await world.registry.connection("c1")).revision
    store = world.registry.store(Scope(team="t", connection="c1", revision=revision))
    asked, then = asyncio.Event(), asyncio.Event()
    written = asyncio.create_task(store.write(change("one", asked=asked, then=then), reference="one"))
    await asked.wait()
    turned = asyncio.create_task(world.put(Connection(id="c1", team="t", idp="generic")))
    await asyncio.sleep(0.2)
    then.set()
    await asyncio.gather(written, turned)

    assert 0 == await deadlocks(world)


@pytest.mark.parametrize("migrated_url", ["postgres"], indirect=True)
async def test_a_group_and_whoever_comes_back_wait_for_each_other_once(world):
    """A group that expects somebody marks people; whoever is turned on again has asked before."""
    off = evolve(user("u1"), document={**user("u1").document, "active": False})
    await world.add(group("g1"), off)
    asked, then = asyncio.Event(), asyncio.Event()

    async def marks(unit):
        await change("one", unknown={"nobody"}, asked=asked, then=then)(unit)
        await unit.unsettle(["u1"])

    async def on(unit):
        await unit.unknown(frozenset())
        before = await unit.lock("User", "u1")
        after = before.changed({**before.document, "active": True}, at=unit.now)
        await unit.update(before, after, exclusive=True)
        await unit.claims("p-u1", 1)

    marking = asyncio.create_task(world.write(marks, reference="marks"))
    await asked.wait()
    back = asyncio.create_task(world.write(on, reference="on"))
    await asyncio.sleep(0.2)
    then.set()
    await asyncio.gather(marking, back)

    assert 0 == await deadlocks(world)
