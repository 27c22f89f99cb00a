"""Seats and who waits for them, statement by statement: what is counted, in which order, by whom first."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from hub.engine.values.claimants import Claimant
from hub.engine.values.places import Spot
from hub.ledger.moves import buy, settle
from hub.ledger.policies import CHAIN_MAX
from hub.scim.membership import MemberChange
from storage.database import Database
from storage.registry import DatabaseRegistry
from tests.storage.conftest import NOW, group, user


async def _rows(world, sql):
    return [tuple(row.values()) for row in await world.database.rows(sql)]


async def _people(world, *people, team="t"):
    async def work(unit):
        for person in people:
            await unit.claim(person, None, 1)

    await world.write(work, team=team, connection="c1" if team == "t" else "d1")


async def _wait(unit, person, kind="standard"):
    await unit.count(kind, waiting=1)
    await unit.enqueue(person, kind)


async def test_nobody_overtakes_who_waits(world):
    """While somebody waits, no seat is taken by the statement that newcomers take theirs by."""
    await _people(world, "p1")

    assert None is not await world.write(lambda unit: unit.take("standard"))
    await world.write(lambda unit: _wait(unit, "p1"))
    assert None is await world.write(lambda unit: unit.take("standard"))
    assert 1 == (await world.write(lambda unit: unit.count("standard", held=0, waiting=-1))).held
    assert 2 == (await world.write(lambda unit: unit.take("standard"))).held


async def test_no_more_are_counted_than_there_are(world):
    """Whoever takes a seat out of the queue takes one that is left."""
    assert [1, 2] == [(await world.write(lambda unit: unit.count("standard", held=1))).held for _ in range(2)]
    assert None is await world.write(lambda unit: unit.count("standard", held=1))
    assert None is await world.write(lambda unit: unit.count("golden", held=1))


async def test_who_came_first_is_first(world):
    """In order of coming, each kind for itself, whoever leaves in between; another team's do not count."""
    await _people(world, "p1", "p2", "p3", "p4")
    await _people(world, "q1", team="u")

    async def golden(unit):
        await unit.buy("golden", 1)
        await _wait(unit, "p4", "golden")

    async def leave(unit):
        await unit.count("standard", waiting=-1)
        await unit.dequeue("p1")

    await world.write(lambda unit: _wait(unit, "q1"), team="u", connection="d1")
    for person in ("p3", "p1", "p2"):
        await world.write(lambda unit, person=person: _wait(unit, person))
    await world.write(golden)

    async def firsts(unit):
        return [await unit.first(kind) for kind in ("standard", "golden", "other")]

    assert ["p3", "p4", None] == await world.write(firsts)
    await world.write(leave)
    assert [("p3", 1), ("p2", 3)] == await _rows(
        world,
        "SELECT person_id, number FROM waiting WHERE team_id = 't' AND kind = 'standard' ORDER BY number",
    )
    assert [(2, 3)] == await _rows(
        world, "SELECT waiting, tickets FROM seats WHERE team_id = 't' AND kind = 'standard'"
    )


async def test_a_share_may_be_told_of_again_once_it_fell(world):
    """Giving back, and buying, puts back what was told of last, where the share fell five points below."""

    async def work(unit):
        await unit.buy("golden", 100)
        for _ in range(100):
            await unit.count("golden", held=1)
        await unit.told("golden", 100)
        return [(await unit.count("golden", held=-1)).told for _ in range(26)]

    assert [100] * 5 + [95] * 5 + [80] * 15 + [0] == await world.write(work)

    async def told(unit):
        await unit.told("golden", 80)
        await unit.buy("golden", 1)  # 74 of 101
        return (await unit.kinds())["golden"].told

    assert 0 == await world.write(told)


async def test_entries_never_go_back_in_time(world):
    """A node whose clock is behind writes the moment of the entry before, in the holding, too."""
    late, early = "2026-06-01T12:00:05.000Z", "2026-06-01T11:00:00.000Z"
    await _people(world, "p1")
    at = iter([late, early, late])

    def write(work):
        registry = DatabaseRegistry(database=world.database, clock=lambda: next(at), patience=5)
        return registry.store(world.store().scope).write(work, reference="r")

    await write(lambda unit: unit.post("bought", "r", buy("standard", 1)))
    await write(lambda unit: unit.post("taken", "r", settle("p1", held=None, wanted="standard")))
    await write(lambda unit: unit.post("released", "r", settle("p1", held="standard", wanted=None)))
    assert [(late,)] * 3 == await _rows(world, "SELECT at FROM entries ORDER BY number")
    assert [(late, late)] == await _rows(world, "SELECT since, until FROM holdings")


async def test_the_first_user_takes_over_what_an_administrator_vouched_for(world):
    """The claim is counted once, a deactivated user does not take it over, a second user is one more."""
    address = "ann@a.example"

    async def by_hand(unit):
        return await unit.claim("p1", address, 0)

    async def claim(unit, change):
        await unit.claim("p2", address, change)
        return await unit.claimant("p1")

    await world.write(by_hand)
    await world.database.rows("UPDATE persons SET by_hand = TRUE, claims = 1 WHERE id = 'p1'")
    assert Claimant(claims=1, by_hand=True) == await world.write(lambda unit: claim(unit, 0))
    assert Claimant(claims=1, by_hand=True) == await world.write(lambda unit: unit.claims("p1", 0))
    assert Claimant(claims=1) == await world.write(lambda unit: claim(unit, 1))
    assert Claimant(claims=2) == await world.write(lambda unit: claim(unit, 1))

    await world.database.rows("UPDATE persons SET by_hand = TRUE, claims = 1 WHERE id = 'p1'")
    assert Claimant(claims=1) == await world.write(lambda unit: unit.claims("p1", 1))
    await world.database.rows("UPDATE persons SET by_hand = TRUE, claims = 7 WHERE id = 'p1'")
    assert Claimant(claims=1, by_hand=True) == await world.write(lambda unit: unit.recount("p1"))


@pytest.mark.parametrize(
    ("claims", "change", "kept"), [(0, 1, False), (1, -1, False), (1, 1, True), (2, -1, True), (0, 0, True)]
)
async def test_a_seat_is_kept_or_undecided_until_somebody_comes_or_nobody_is_left(
    world, claims, change, kept
):
    """The first claim, and the end of the last, put an end to it."""
    await _people(world, "p1")
    await world.database.rows(f"UPDATE persons SET claims = {claims}, settle_at = '{NOW}'")

    assert (NOW if kept else None) == (await world.write(lambda unit: unit.claims("p1", change))).settle_at


async def test_where_somebody_is_is_told(world):
    """What they hold, how long that kind is kept, and what they wait for."""
    await _people(world, "p1")

    async def work(unit):
        await unit.buy("golden", 1)
        await unit.post("taken", "r", settle("p1", held=None, wanted="standard"))
        await _wait(unit, "p1", "golden")

    await world.write(work)
    await world.database.rows("UPDATE seats SET grace = 60 WHERE kind = 'standard'")
    stands = Claimant(claims=1, spot=Spot(held="standard", waits="golden"), grace=60)
    assert stands == await world.write(lambda unit: unit.claimant("p1"))
    assert None is await world.write(lambda unit: unit.recount("nobody"))


async def _marked(world):
    marked = await _rows(world, "SELECT id FROM persons WHERE unsettled ORDER BY id")
    await world.database.rows("UPDATE persons SET unsettled = FALSE")
    return [id for (id,) in marked]


async def test_all_within_a_group_are_marked_at_once(world):
    """Users, active or not, and those in groups within groups, even in a ring; not other connections'."""
    await world.add(
        *(user(f"u{n}") for n in range(5)), user("off", active=False), group("g"), group("h"), group("i")
    )
    await world.add(user("theirs"), connection="c2")
    for name, members in (("g", {"u0", "h", "off"}), ("h", {"u1", "i"}), ("i", {"u2", "g"})):
        change = MemberChange(added=frozenset(members))
        await world.write(lambda unit, name=name, change=change: unit.change_members(name, change))

    for ids, marked in (
        (["u3"], ["p-u3"]),
        (["g"], ["p-off", "p-u0", "p-u1", "p-u2"]),
        (["i", "u4", "off"], ["p-off", "p-u0", "p-u1", "p-u2", "p-u4"]),
        (["theirs", "nobody"], []),
    ):
        await world.write(lambda unit, ids=ids: unit.unsettle(ids))
        assert marked == await _marked(world)


async def _somebody_waits(world):
    """Return once a statement waits for a row."""
    waits = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    async with asyncio.timeout(5):
        while not await world.database.rows(waits):
            await asyncio.sleep(0.01)


async def test_a_mark_that_comes_while_somebody_is_settled_stays(world):
    """Who is settled by what was there before is marked again by what came meanwhile."""
    await world.add(user("u1"))
    await world.database.rows("UPDATE persons SET unsettled = TRUE")
    settling = asyncio.Event()

    async def settle_it(unit):
        await unit.recount("p-u1")
        settling.set()
        if world.database.dialect == "postgres":  # elsewhere the other does not begin before this is done
            await _somebody_waits(world)
        await unit.settled("p-u1", until=None)

    async def mark(unit):
        await settling.wait()
        await unit.unsettle(["u1"])

    await asyncio.gather(world.write(settle_it), world.write(mark))
    assert ["p-u1"] == await _marked(world)


async def test_refusals_are_kept_until_somebody_is_let_in(world):
    """By name, in any letter case, of one connection: the first and the latest, how often, and for what."""

    async def refused(unit, name, kind="standard"):
        await unit.refused(name, kind)

    await world.write(lambda unit: refused(unit, "Ann"), reference="hx_1")
    await world.write(lambda unit: refused(unit, "ANN", "golden"), reference="hx_2")
    await world.write(lambda unit: refused(unit, "ann"), connection="c2", reference="hx_3")
    kept = "SELECT connection_id, user_name, kind, attempts, reference FROM refused ORDER BY 1, 2"
    others = ("c2", "ann", "standard", 1, "hx_3")
    assert [("c1", "ANN", "golden", 2, "hx_2"), others] == await _rows(world, kept)

    await world.write(lambda unit: unit.let_in("aNN"))
    assert [others] == await _rows(world, kept)


async def test_who_is_in_meanwhile_was_not_refused(world):
    """What was refused may have been tried again before that was noted; who is there and out is."""
    await world.add(user("u1", userName="Ann"), user("u2", userName="Bob", active=False))

    async def refused(unit):
        await unit.refused("ann", "standard")
        await unit.refused("bob", "standard")

    await world.write(refused)
    assert [("bob",)] == await _rows(world, "SELECT user_name FROM refused")


async def test_what_is_told_of_somebody_is_as_it_is_once_their_row_was_waited_for(world):
    """Who changes claims sees the seat that came meanwhile, and not what there was when it was asked."""
    await _people(world, "p1")
    seated = asyncio.Event()

    async def seat(unit):
        await unit.claims("p1", 1)
        seated.set()
        if world.database.dialect == "postgres":
            await _somebody_waits(world)
        await unit.post("taken", "r", settle("p1", held=None, wanted="standard"))

    async def claim(unit):
        await seated.wait()
        return await unit.claims("p1", 1)

    _, claimant = await asyncio.gather(world.write(seat), world.write(claim))
    assert Claimant(claims=3, spot=Spot(held="standard")) == claimant


async def test_kinds_are_locked_at_once_and_each_before_what_it_overflows_into(world, monkeypatch):
    """However long the chain, and whatever they are called; told in the order of the alphabet."""
    chain = [f"kind-{9 - n}" for n in range(CHAIN_MAX)]
    said, run = [], Database.run

    async def furnish(unit):
        for kind in ["kind-0", *chain]:
            await unit.buy(kind, 1)

    async def heard(self, client, sql, *values):
        rows = await run(self, client, sql, *values)
        said.append([row["kind"] for row in rows])
        return rows

    async def whole(unit):
        monkeypatch.setattr(Database, "run", heard)
        return list(await unit.kinds())

    await world.write(furnish)
    for kind, into in pairwise(chain):
        await world.database.rows("UPDATE seats SET overflow = $2 WHERE kind = $1", kind, into)
    assert sorted(["kind-0", "standard", *chain]) == await world.write(whole)
    ((*first, last, third, fourth),) = [each for each in said if each]
    assert (chain[:-1], "kind-0", chain[-1], "standard") == (first, last, third, fourth)


async def test_kinds_are_locked_in_one_order(world):
    """Who tries one kind after the other and who locks all never wait for each other."""
    tries = []
    locked = asyncio.Event()

    async def furnish(unit):
        await unit.buy("first", 1)

    async def chained(unit):
        tries.append("chained")
        await unit.kind("standard")
        locked.set()
        if world.database.dialect == "postgres":
            await _somebody_waits(world)
        await unit.kind("first")

    async def whole(unit):
        await locked.wait()
        tries.append("whole")
        return list(await unit.kinds())

    await world.write(furnish)
    await world.database.rows("UPDATE seats SET overflow = 'first' WHERE kind = 'standard'")
    _, kinds = await asyncio.gather(world.write(chained), world.write(whole))
    assert ["chained", "whole"] == tries
    assert ["first", "standard"] == kinds
