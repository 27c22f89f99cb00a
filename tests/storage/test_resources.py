"""A write goes by its connection as it was read: the database holds it to that, and keeps it so."""

from __future__ import annotations

import asyncio

import pytest
from attrs import evolve

from hub.engine.values.errors import Outdated
from hub.engine.values.scope import Scope
from hub.teams import Connection, State, Team, Token
from tests.storage.conftest import group, user

C1 = Connection(id="c1", team="t", idp="generic")
TOKEN = Token(key_id="k1", team="t", connection="c1", digest="", created_at="")
ENDED = evolve(TOKEN, revoked_at="then")


async def revision(world, connection="c1"):
    """Return how often a connection, or its team, was changed."""
    return (await world.registry.connection(connection)).revision


def going_by(world, revision):
    """Return the store for a write that goes by that revision of its connection."""
    return world.registry.store(Scope(team="t", connection="c1", revision=revision))


@pytest.mark.parametrize(
    "changed", [evolve(C1, state=State.OFF), Team(id="t", name="team t", plan="other"), ENDED]
)
async def test_what_a_write_goes_by_must_not_have_changed(world, changed):
    """Nothing is added, nor anything but a removal changed, by what was read before."""
    ann, staff = user("ann"), group("staff")
    await world.add(ann, staff)
    before = going_by(world, await revision(world))
    await world.put(changed)
    works = {
        "insert": lambda unit: unit.insert(group("other"), exclusive=True),
        "update": lambda unit: unit.update(staff, staff.changed(staff.document, at="now"), exclusive=True),
        "delete": lambda unit: unit.delete(staff),
    }

    for work in works.values():
        with pytest.raises(Outdated):
            await before.write(work, reference="test")
    assert None is await world.store().text("Group", "other")
    assert 1 == (await world.store().text("Group", "staff")).version
    for work in works.values():
        await going_by(world, await revision(world)).write(work, reference="test")
    assert None is await world.store().text("Group", "staff")


async def test_who_loses_access_loses_it_by_whatever_was_read(world):
    """Deactivated or deleted, while what else changes an active user is held to it."""
    ann = user("ann")
    off = ann.changed({**ann.document, "active": False}, at="now")
    await world.add(ann)
    before = going_by(world, await revision(world))
    await world.put(C1)

    with pytest.raises(Outdated):
        await before.write(
            lambda unit: unit.update(ann, ann.changed(ann.document, at="now"), exclusive=True), reference="x"
        )
    await before.write(lambda unit: unit.update(ann, off, exclusive=True), reference="test")
    assert '"active":false' in (await world.store().text("User", "ann")).document
    await before.write(lambda unit: unit.delete(off), reference="test")
    assert None is await world.store().text("User", "ann")


async def test_a_change_is_about_its_own_team(world):
    """Writes of another team go on by what they have read."""
    before = await revision(world, "d1")
    await world.put(C1)

    assert before == await revision(world, "d1")


@pytest.mark.parametrize("token", [TOKEN, evolve(TOKEN, expires_at="then"), evolve(ENDED, connection="c2")])
async def test_a_token_that_goes_on_changes_nothing(world, token):
    """One more, one that ends by itself, or one of another connection lets a connection's writes go on."""
    before = await revision(world)
    await world.put(token)

    assert before == await revision(world)


@pytest.mark.parametrize("migrated_url", ["postgres"], indirect=True)
async def test_no_stream_of_writes_keeps_a_change_waiting(world):
    """It waits for those that are on their way; whoever comes later waits for it, and begins anew."""
    before = going_by(world, await revision(world))
    begun, end = asyncio.Event(), asyncio.Event()

    async def slow(unit):
        await unit.insert(group("first"), exclusive=True)
        await unit.flush()
        begun.set()
        await end.wait()

    async def waiting(count):
        sql = "SELECT 1 FROM pg_locks WHERE NOT granted"
        async with asyncio.timeout(5):
            while len(await world.database.rows(sql)) < count:
                await asyncio.sleep(0.01)

    first = asyncio.create_task(before.write(slow, reference="first"))
    await begun.wait()
    change = asyncio.create_task(world.put(evolve(C1, state=State.OFF)))
    try:
        await waiting(1)
        later = asyncio.create_task(
            before.write(lambda unit: unit.insert(group("later"), exclusive=True), reference="later")
        )
        looking = asyncio.create_task(waiting(2))
        await asyncio.wait([looking, later], return_when=asyncio.FIRST_COMPLETED)
        looking.cancel()
    finally:
        end.set()
        await asyncio.gather(first, change)
    with pytest.raises(Outdated):
        await later


@pytest.mark.parametrize("migrated_url", ["postgres"], indirect=True)
async def test_a_provider_is_removed_while_somebody_comes(world):
    """Whoever comes waits for a turn at the connection, and goes by it as it is then: nobody is given up."""
    await world.database.rows(
        "INSERT INTO providers (id, team_id, protocol, title, settings, domains, created_at)"
        " VALUES ('p1', 't', 'oidc', 'One', '{}', '', '')"
    )
    await world.database.rows("UPDATE connections SET provider_id = 'p1' WHERE id = 'c1'")
    connection, team = await world.registry.connection("c1"), await world.registry.team(id="t")
    store = world.registry.store(Scope(team="t", connection="c1", revision=connection.revision))
    begun, then = asyncio.Event(), asyncio.Event()

    async def removes(unit):
        await unit.remove_provider("p1")
        begun.set()
        await then.wait()
        await unit.put(team)

    async def comes(unit):
        await unit.insert(evolve(user("u1"), person=None), exclusive=True)

    before = await deadlocks(world)
    removing = asyncio.create_task(world.registry.store(Scope(team="t")).write(removes, reference="removes"))
    await begun.wait()
    coming = asyncio.create_task(store.write(comes, reference="comes"))
    await asyncio.sleep(0.2)
    then.set()
    await removing

    with pytest.raises(Outdated):
        await coming
    assert before == await deadlocks(world)


async def deadlocks(world):
    """Return how often PostgreSQL has had to choose somebody to give up."""
    await asyncio.sleep(1.2)  # it counts with some delay
    sql = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    return (await world.database.rows(sql))[0]["deadlocks"]
