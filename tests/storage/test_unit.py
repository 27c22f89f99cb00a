"""The statements of a write: whole or not at all, and what the database itself refuses."""

from __future__ import annotations

import random
from contextlib import suppress

import pytest

from hub.engine.values.errors import NameTaken, UnknownMembers
from hub.ledger.moves import buy, settle
from hub.scim.expressions import Compare, Operator, Path
from hub.scim.membership import MemberChange
from storage.keys import LENGTH_MAX
from tests.storage.conftest import NOW, group, listed, user


async def test_a_work_that_raises_writes_nothing(world):
    """What was written before the exception is not there afterwards."""

    async def work(unit):
        await unit.claim("p-u1", None, 1)
        await unit.insert(user("u1"), exclusive=True)
        raise LookupError

    with pytest.raises(LookupError):
        await world.write(work)
    assert None is await world.store().text("User", "u1")
    assert [] == list(await world.database.rows("SELECT 1 FROM persons"))


async def test_a_name_is_taken_within_a_connection(world):
    """A second resource of one exclusive name is refused, in any letter case; elsewhere it is welcome."""
    await world.add(user("u1", userName="Ann"))

    with pytest.raises(NameTaken):
        await world.add(user("u2", userName="ANN"))
    await world.add(user("u3", userName="ann"), connection="c2")
    await world.add(user("u4", userName="ann"), connection="d1", team="u")


async def test_names_of_groups_may_repeat(world):
    """Where names are not exclusive, two groups may share one."""
    await world.add(group("g1", displayName="Staff"), group("g2", displayName="Staff"), exclusive=False)

    assert await world.store().text("Group", "g2")


async def test_seats_are_taken_while_there_are_any(world):
    """Taking says no when the last is gone, and yes again when one was given back."""

    async def take(unit):
        count = await unit.take("standard")
        return count and count.held

    async def give_back(unit):
        return await unit.count("standard", held=-1)

    assert [1, 2, None] == [await world.write(take) for _ in range(3)]
    assert 1 == (await world.write(give_back)).held
    assert 2 == await world.write(take)


async def test_an_unknown_kind_has_no_seats(world):
    """A kind that the team never bought has none left."""

    async def take(unit):
        return await unit.take("golden")

    assert None is await world.write(take)


async def test_the_database_refuses_more_than_was_bought(world):
    """A statement that forgot the condition is stopped by the trigger."""
    with pytest.raises(Exception, match="oversold"):
        await _statement(world, "UPDATE seats SET held = bought + 1 WHERE team_id = 't'")


async def test_buying_fewer_than_are_held_is_allowed(world):
    """The trigger stops an increase only: a team may come to hold more than it bought."""
    await _statement(world, "UPDATE seats SET held = 2 WHERE team_id = 't'")
    await _statement(world, "UPDATE seats SET bought = 1 WHERE team_id = 't'")
    await _statement(world, "UPDATE seats SET held = 1 WHERE team_id = 't'")


@pytest.mark.parametrize("statement", ["UPDATE entries SET what = 'x'", "DELETE FROM entries"])
async def test_the_database_refuses_to_rewrite_the_book(world, statement):
    """Entries can be added and nothing else."""

    async def work(unit):
        await unit.post("bought", "r", buy("standard", 1))

    await world.write(work)
    with pytest.raises(Exception, match="append-only"):
        await _statement(world, statement)


async def test_entries_are_numbered_without_gaps(world):
    """A work that was undone leaves no hole in the numbers; each team counts for itself."""

    async def post(unit):
        await unit.post("bought", "r", buy("standard", 1))

    async def fail(unit):
        await post(unit)
        raise LookupError

    async def twice(unit):
        await post(unit)
        await post(unit)

    await world.write(post)
    with pytest.raises(LookupError):
        await world.write(fail)
    await world.write(twice)
    await world.write(post, connection="d1", team="u")
    entries = await world.database.rows("SELECT team_id, number FROM entries ORDER BY team_id, number")
    assert [("t", 1), ("t", 2), ("t", 3), ("u", 1)] == [(row["team_id"], row["number"]) for row in entries]


async def test_a_holding_begins_and_ends_with_its_entry(world):
    """Who takes a seat holds it from the moment of the entry; a second one beside it is no line of a book."""

    async def post(unit, held, wanted):
        await unit.post("moved", "r", settle("p", held=held, wanted=wanted))

    async def claim(unit):
        return await unit.claim("p", None, 1)

    async def buy(unit):
        await unit.buy("golden", 1)

    await world.write(claim)
    await world.write(buy)
    await world.write(lambda unit: post(unit, None, "standard"))
    with pytest.raises(Exception, match=r"(?i)unique"):
        await world.write(lambda unit: post(unit, None, "golden"))
    await world.write(lambda unit: post(unit, "standard", "golden"))
    await world.write(lambda unit: post(unit, "golden", None))
    assert [("standard", NOW, NOW), ("golden", NOW, NOW)] == [
        (row["kind"], row["since"], row["until"])
        for row in await world.database.rows("SELECT kind, since, until FROM holdings ORDER BY id")
    ]


async def test_an_address_has_one_owner(world):
    """The first to claim an address owns it; the second adds a claim to the same person."""

    async def claim(unit, person):
        return await unit.claim(person, "ann@a.example", 1)

    assert "p1" == await world.write(lambda unit: claim(unit, "p1"))
    assert "p1" == await world.write(lambda unit: claim(unit, "p2"), connection="c2")
    assert "p3" == await world.write(lambda unit: claim(unit, "p3"), connection="d1", team="u")
    rows = await world.database.rows("SELECT id, claims FROM persons ORDER BY id")
    assert [("p1", 2), ("p3", 1)] == [(row["id"], row["claims"]) for row in rows]


async def test_claims_are_counted_afresh(world):
    """Whatever the counter says, a recount says how many active users there are."""
    await world.add(user("u1"))

    async def recount(unit):
        await unit.claims("p-u1", 5)
        return await unit.recount("p-u1")

    assert 1 == (await world.write(recount)).claims


@pytest.mark.parametrize("length", [LENGTH_MAX, LENGTH_MAX + 1, 100_000])
async def test_names_of_any_length_are_kept_apart_and_found(world, length):
    """What is too long for an index is found by its digest, and only a whole name is the same name."""
    name = "".join(random.Random(length).choices("abcdefghij", k=length))  # does not compress to nothing
    await world.add(user("u1", userName=name, externalId=name))

    for attribute in ("userName", "externalId"):
        found = await world.store().search(listed("User", parse_filter_of(attribute, name)))
        assert ["u1"] == [each.id for each in found.page]
    with pytest.raises(NameTaken):
        await world.add(user("u2", userName=name.upper()))
    await world.add(user("u3", userName=f"{name}x"))


def parse_filter_of(attribute, text):
    """Return the filter that asks for *text*, however long."""
    return Compare(path=Path(name=attribute), operator=Operator.EQ, value=text)


async def test_members_change_by_delta(world):
    """Who came and who went is told; repeating tells nothing; a reset keeps only those named."""
    users = [user(f"u{n}") for n in range(4)]
    await world.add(*users, group("g"))

    async def change(unit, **asked):
        came, went = await unit.change_members("g", MemberChange(**asked))
        return sorted(came), sorted(went)

    def ids(*numbers):
        return frozenset(f"u{n}" for n in numbers)

    assert (["u0", "u1"], []) == await world.write(lambda unit: change(unit, added=ids(0, 1)))
    assert ([], []) == await world.write(lambda unit: change(unit, added=ids(0, 1)))
    assert (["u2"], ["u0"]) == await world.write(lambda unit: change(unit, added=ids(2), removed=ids(0, 3)))
    assert (["u3"], ["u1"]) == await world.write(lambda unit: change(unit, reset=True, added=ids(2, 3)))
    assert ["u2", "u3"] == [member.id for member in await world.store().members("g")]


async def test_unknown_members_are_refused_by_name(world):
    """An id that the connection does not have, or that another has, is told and nothing is added."""
    await world.add(group("g"), user("u1"))
    await world.add(user("other"), connection="c2")

    async def change(unit):
        await unit.change_members("g", MemberChange(added=frozenset({"u1", "other", "nobody"})))

    with pytest.raises(UnknownMembers) as refused:
        await world.write(change)
    assert ("nobody", "other") == refused.value.args
    assert [] == list(await world.store().members("g"))


async def test_the_database_refuses_to_link_across_connections_and_teams(world):
    """A statement that forgot its owner cannot make another's resource a member."""
    await world.add(group("g"))
    await world.add(user("theirs"), connection="d1", team="u")

    for team, connection in (("t", "c1"), ("u", "d1"), ("t", "d1")):
        with pytest.raises(Exception, match=r"(?i)foreign key"):
            await _statement(
                world,
                "INSERT INTO members (team_id, connection_id, group_id, member_id)"
                f" VALUES ('{team}', '{connection}', 'g', 'theirs')",
            )


async def test_a_deleted_user_leaves_its_groups(world):
    """Memberships go with the resource."""
    one = user("u1")
    await world.add(one, group("g"))

    async def join(unit):
        await unit.change_members("g", MemberChange(added=frozenset({"u1"})))

    async def delete(unit):
        await unit.delete(one)

    await world.write(join)
    await world.write(delete)
    assert [] == list(await world.store().members("g"))


async def test_a_savepoint_loses_only_its_own_part(world):
    """What failed inside is undone, what was done before stays."""

    async def work(unit):
        await unit.claim("p", None, 1)
        with suppress(LookupError):
            async with unit.savepoint():
                await unit.post("taken", "r", settle("p", held=None, wanted="standard"))
                await _fail()
        return (await unit.claimant("p")).spot.held

    assert None is await world.write(work)
    assert [1] == [row["claims"] for row in await world.database.rows("SELECT claims FROM persons")]


async def _fail():
    raise LookupError


async def _statement(world, sql):
    async with world.database.transaction() as client:
        await world.database.run(client, sql)
