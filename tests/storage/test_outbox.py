"""Events in order, each listener at its own place, one teller at a time."""

from __future__ import annotations

import json
import re
from datetime import datetime

import pytest
from tortoise.connection import get_connections

from hub.moments import later
from hub.spi import Event
from storage import pruning
from storage.database import Database
from storage.outbox import MARKED, TIMELY, DatabaseOutbox
from tests.storage.conftest import NOW, user

#: How each database says how it will go about a statement, and in which column.
EXPLAINED = {"sqlite": ("EXPLAIN QUERY PLAN ", "detail"), "postgres": ("EXPLAIN ", "QUERY PLAN")}


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


async def test_many_events_are_told_in_order_and_in_pieces(world, outbox, monkeypatch):
    """No statement has so many values that SQLite, which looks for each among all, holds up the others."""
    sizes, run = [], Database.run

    async def noted(self, client, sql, *values):
        if sql.startswith("INSERT INTO outbox"):
            sizes.append(len(values))
        return await run(self, client, sql, *values)

    monkeypatch.setattr(Database, "run", noted)
    ids = [f"e{number:03}" for number in range(201)]
    await _tell(world, *ids)
    await outbox.lease("l", owner="o", seconds=60)

    assert [500, 500, 5] == sizes
    assert ids == [each.id for _, each in await outbox.pending("l", count=300)]


async def _ids(outbox, listener="a"):
    return [each.id for _, each in await outbox.pending(listener, count=10)]


async def _heard(world, outbox, count):
    """Tell so many events, and note that the listener was told of all but the last five of them."""
    await _tell(world, *(f"e{n}" for n in range(count)))
    await outbox.lease("a", owner="me", seconds=10)
    rows = await world.database.rows("SELECT transaction_id, id FROM outbox ORDER BY id DESC LIMIT 6")
    assert await outbox.told("a", tuple(rows[-1].values()), owner="me")
    if world.database.dialect == "postgres":
        await world.database.rows("ANALYZE outbox")


async def _cost(monkeypatch, database, ask):
    """Return what *ask* costs: steps of SQLite's virtual machine, tens of them, or pages PostgreSQL reads."""
    steps, said, run = [], [], Database.run

    async def noted(self, client, sql, *values):
        said.append((sql, values))
        return await run(self, client, sql, *values)

    with monkeypatch.context() as patch:
        patch.setattr(Database, "run", noted)
        if database.dialect == "sqlite":
            files = [get_connections().get(name)._connection._conn for name in ("sqlite", "sqlite-read")]
            for file in files:
                file.set_progress_handler(lambda: steps.append("ten"), 10)
        await ask()
    if database.dialect == "sqlite":
        for file in files:
            file.set_progress_handler(None, 0)
        return len(steps)
    for sql, values in said:
        (row,) = await database.rows(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", *values)
        plan = json.loads(row["QUERY PLAN"])[0]["Plan"]
        steps += ["page"] * (plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])
    return len(steps)


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


async def test_a_work_tells_any_number_of_events(world, outbox):
    """More than a statement has places for are told, in their order."""
    await outbox.lease("a", owner="me", seconds=10)
    await _tell(world, *(f"e{n}" for n in range(7000)))

    told = await outbox.pending("a", count=10_000)
    assert [f"e{n}" for n in range(7000)] == [each.id for _, each in told]


async def test_events_that_are_kept_cost_nothing(world, outbox, monkeypatch):
    """To look for what comes next, or for what is old, reads no more than is found."""
    await outbox.lease("b", owner="me", seconds=10)
    asks = {
        "pending": lambda: outbox.pending("a", count=10),
        "all pending": lambda: outbox.pending("b", count=10),
        "prune": lambda: outbox.prune(before=NOW, listeners=["a"]),
    }
    await _heard(world, outbox, 40)
    few = {name: await _cost(monkeypatch, world.database, ask) for name, ask in asks.items()}
    await _heard(world, outbox, 3000)
    many = {name: await _cost(monkeypatch, world.database, ask) for name, ask in asks.items()}

    assert ["e2995", "e2996", "e2997", "e2998", "e2999"] == await _ids(outbox)
    assert {} == {name: (few[name], cost) for name, cost in many.items() if cost > 2 * few[name] + 2}


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


async def test_old_events_go_a_few_at_a_time(world, outbox, monkeypatch):
    """However many are old, no transaction deletes more than a batch."""
    monkeypatch.setattr(pruning, "BATCH", 2)
    deleted, run = [], Database.run

    async def noted(self, client, sql, *values):
        rows = await run(self, client, sql, *values)
        deleted.append(len(rows))
        return rows

    await _tell(world, *(f"e{n}" for n in range(5)))
    monkeypatch.setattr(Database, "run", noted)

    assert 5 == await outbox.prune(before=later(NOW, 1), listeners=[])
    assert [2, 2, 1, 0] == deleted


async def test_who_is_to_be_settled_comes_in_order(world, outbox):
    """Whoever is marked or whose time has come, once each, after whom and as many as are asked for."""
    await world.add(*(user(f"u{n}") for n in range(5)))
    await world.add(user("theirs"), connection="d1", team="u")
    later = "2999-01-01T00:00:00.000Z"
    for which, change in (
        ("('p-u0', 'p-u2', 'p-theirs')", "unsettled = TRUE"),
        ("('p-u2', 'p-u3')", f"settle_at = '{NOW}'"),
        ("('p-u1')", f"settle_at = '{later}'"),
    ):
        await world.database.rows(f"UPDATE persons SET {change} WHERE id IN {which}")

    marked, timely = [("t", "p-u0"), ("t", "p-u2"), ("u", "p-theirs")], [("t", "p-u2"), ("t", "p-u3")]
    pages = {n: [sorted(page) async for page in outbox.due(count=n)] for n in (9, 2, 1)}
    assert {
        9: [marked, timely],
        2: [marked[:2], marked[2:], timely],
        1: [*([one] for one in marked), timely],  # of one moment, they come together
    } == pages


async def _settle_at(world, moment, *, count):
    """Add so many people, each with a moment of theirs: an expression of their number *i*."""
    await world.database.rows(
        f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"
        " INSERT INTO persons (id, team_id, claims, settle_at)"
        f" SELECT (SELECT count(*) FROM persons) || '-' || i, 't', 1, {moment} FROM n"
    )
    if world.database.dialect == "postgres":
        await world.database.rows("ANALYZE persons")


@pytest.mark.parametrize("moment", ["'2026-05-01T12:00:00.' || i", f"'{NOW}'"], ids=["own", "shared"])
async def test_who_is_to_be_settled_is_gone_through_once(world, outbox, monkeypatch, moment):
    """Where so many times as many have had their time come, the walk costs so many times as much."""

    async def walk():
        return [one async for page in outbox.due(count=10) for one in page]

    await _settle_at(world, "NULL", count=5000)
    await _settle_at(world, moment, count=200)
    few = await _cost(monkeypatch, world.database, walk)
    await _settle_at(world, moment, count=1800)
    many = await _cost(monkeypatch, world.database, walk)

    assert 2000 == len(await walk())
    assert many <= 20 * few


@pytest.mark.parametrize("count", [1, 5000])
async def test_nobody_else_is_looked_at(world, count):
    """However many people a team has, each look is into a small index; SQLite knows nothing of its tables."""
    explain, column = EXPLAINED[world.database.dialect]
    await _settle_at(world, "NULL", count=5000)
    await _settle_at(world, f"'{NOW}'", count=count)
    for sql, values, index in (
        (MARKED, ("", "", 10), "persons_unsettled"),
        (TIMELY, ("", 10, NOW), "persons_to_settle"),
    ):
        plan = "\n".join(row[column] for row in await world.database.rows(explain + sql, *values))
        assert index in plan
        assert not re.search(r"Seq Scan|SCAN persons(?! USING INDEX)", plan), plan


async def test_only_kinds_that_are_left_are_waited_for(world, outbox):
    """A full kind has nothing to give; one that nobody waits for needs no look."""
    await world.database.rows("UPDATE seats SET waiting = 1 WHERE team_id = 't'")

    assert [("t", "standard")] == await outbox.waited_for(after=("", ""), count=9)
    assert [] == await outbox.waited_for(after=("t", "standard"), count=9)
    await world.database.rows("UPDATE seats SET held = 2")
    assert [] == await outbox.waited_for(after=("", ""), count=9)
