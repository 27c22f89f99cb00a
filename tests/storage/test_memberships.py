"""Members of groups and groups of users, against a plain model of the graph."""

from __future__ import annotations

import random
import re

import pytest

from hub.engine.rounds.stirring import Stirred
from hub.engine.values.resources import MEMBERS_FIRST, Member, Membership
from hub.engine.values.scope import Scope
from hub.scim.membership import MemberChange
from storage.database import Database
from storage.memberships import Memberships
from tests.scale import scale
from tests.storage.conftest import group, listed, user

GROUPS = [f"g{n}" for n in range(7)]
USERS = [f"u{n}" for n in range(4)]

#: How many steps are taken, and after how many of them all that is stored is held against the model.
STEPS, PAUSE = scale(150, trust=3_000), 5


def change(id, **asked):
    """Return a work that changes the members of a group."""
    return lambda unit: unit.change_members(id, MemberChange(**asked))


async def join(world, id, *members, **where):
    """Make *members* come into a group."""
    await world.write(change(id, added=frozenset(members)), **where)


async def groups_of(world, id, **where):
    """Return the ids of a user's groups, each with whether the user is in it directly."""
    text = await world.store(**where).text("User", id)
    return {each.group: each.direct for each in text.groups}


def closure(edges, id):
    """Return the groups that *id* is in by *edges* of (group, member), with whether it is so directly."""
    direct = {group for group, member in edges if member == id}
    found, more = set(direct), set(direct)
    while more:
        more = {group for group, member in edges if member in more} - found
        found |= more
    return {group: group in direct for group in found}


@pytest.mark.laws
async def test_groups_are_the_closure_of_members(world):
    """Whatever graph the groups make, a user is in those that a walk over its edges finds."""
    chance, edges, present = random.Random(4), set(), [*GROUPS, *USERS]
    await world.add(*map(group, GROUPS), *map(user, USERS))

    for step in range(1, STEPS + 1):
        of, who = chance.choice(GROUPS), chance.choice(present)
        match chance.choices(["come", "go", "leave"], [8, 4, 1])[0]:
            case "come":
                edges.add((of, who))
                await join(world, of, who)
            case "go":
                edges.discard((of, who))
                await world.write(change(of, removed=frozenset({who})))
            case "leave":
                edges = {edge for edge in edges if who not in edge}
                await leave_and_return(world, who)
        if step % PAUSE == 0:
            for id in USERS:
                assert closure(edges, id) == await groups_of(world, id), (step, id)
            page = (await world.store().search(listed("User"))).page
            assert [closure(edges, id) for id in USERS] == [
                {each.group: each.direct for each in text.groups} for text in page
            ]
            for id in GROUPS:
                assert sorted(who for of, who in edges if of == id) == await members_of(world, id)


async def leave_and_return(world, id):
    """Delete a resource, and make it again, new."""
    again = group(id) if id in GROUPS else user(id)
    await world.write(lambda unit: unit.delete(again))
    await world.add(again)


async def members_of(world, id):
    """Return the ids of a group's members, as they come along with it."""
    text = await world.store().text("Group", id)
    assert text.members == await world.store().members(id)
    return [each.id for each in text.members]


async def test_groups_come_by_id_with_the_name_of_now(world):
    """A group is told by its name, in any letters, and by its new one once it is renamed; in order of id."""
    names = {"g2": 'Zoë "the" \\ 😀', "g1": "Staff"}
    await world.add(user("u1"), *(group(id, displayName=name) for id, name in names.items()))
    for id in names:
        await join(world, id, "u1")

    def told(*names):
        return [Membership(group=f"g{n}", display=name, direct=True) for n, name in enumerate(names, 1)]

    assert told("Staff", names["g2"]) == (await world.store().text("User", "u1")).groups
    before = await world.write(lambda unit: unit.lock("Group", "g1"))
    after = before.changed({**before.document, "displayName": "All"}, at=before.modified)
    await world.write(lambda unit: unit.update(before, after, exclusive=False))
    assert told("All", names["g2"]) == (await world.store().text("User", "u1")).groups


async def test_being_in_a_group_itself_counts_more(world):
    """Who is in a group both ways is in it directly (RFC 7643 §4.1.2)."""
    await world.add(user("u1"), group("in"), group("out"), group("all"))
    await join(world, "in", "u1")
    await join(world, "out", "in")
    await join(world, "all", "in", "u1")

    assert {"in": True, "out": False, "all": True} == await groups_of(world, "u1")


@pytest.mark.parametrize("ring", [["g0"], ["g0", "g1"], ["g0", "g1", "g2"]])
async def test_groups_may_go_in_a_ring(world, ring):
    """A group in itself, at once or by others, makes no end of groups."""
    await world.add(user("u1"), *map(group, GROUPS))
    for inner, outer in zip(ring, [*ring[1:], ring[0]], strict=True):
        await join(world, outer, inner)
    await join(world, "g0", "u1")

    assert {id: id == "g0" for id in ring} == await groups_of(world, "u1")
    await leave_and_return(world, ring[0])
    assert {} == await groups_of(world, "u1")


async def test_groups_stay_within_a_connection(world):
    """What another connection or team has put together is none of a user's groups."""
    await world.add(user("u1"), group("g1"))
    await world.add(user("u2"), group("g2"), connection="c2")
    await world.add(user("u3"), group("g3"), connection="d1", team="u")
    await join(world, "g1", "u1")
    await join(world, "g2", "u2", connection="c2")

    assert {"g1": True} == await groups_of(world, "u1")
    assert {"g2": True} == await groups_of(world, "u2", connection="c2")
    assert {} == await groups_of(world, "u3", connection="d1", team="u")


async def test_who_changes_a_user_sees_its_groups(world):
    """A user that is locked comes with its groups where they are wanted; a group never does."""
    await world.add(user("u1"), group("g1"), group("g2"))
    await join(world, "g1", "u1", "g2")

    async def locked(unit):
        return [
            [each.group for each in (await unit.lock(kind, id, groups=groups)).groups]
            for kind, id, groups in (("User", "u1", True), ("User", "u1", False), ("Group", "g2", True))
        ]

    assert [["g1"], [], []] == await world.write(locked)
    assert ["g1"] == [each.group for each in await world.write(lambda unit: unit.groups("u1"))]


async def test_a_user_comes_without_groups_where_nobody_asks(world):
    """Who wants no memberships reads none."""
    await world.add(user("u1"), group("g1"))
    await join(world, "g1", "u1")

    for kind, id in (("User", "u1"), ("Group", "g1")):
        text = await world.store().text(kind, id, memberships=False)
        assert ([], None) == (list(text.groups), text.members)


async def test_a_large_group_comes_with_its_first_members(world):
    """The others are read a page at a time, in order of id."""
    users = [user(f"u{n:04}") for n in range(MEMBERS_FIRST + 5)]
    await world.add(group("g1"), *users)
    await join(world, "g1", *(each.id for each in users))
    everybody = [Member(id=each.id, kind="User") for each in users]

    first = (await world.store().text("Group", "g1")).members
    rest = await world.store().members("g1", after=first[-1].id, count=100)

    assert (everybody[:MEMBERS_FIRST], everybody[MEMBERS_FIRST:]) == (first, rest)
    for most, counted in ((10, 10), (1000, len(users))):
        assert counted == await world.write(lambda unit, most=most: unit.count_members("g1", most=most))


@pytest.mark.parametrize("count", [1, 50])
async def test_a_page_of_users_is_one_statement_whatever_they_are_in(world, monkeypatch, count):
    """Groups come with the users, not after them; so do the members of a page of groups."""
    users, groups = ([make(f"{make.__name__}{n:02}") for n in range(count)] for make in (user, group))
    await world.add(*users, *groups)
    for each in groups:
        await join(world, each.id, *(one.id for one in users))
    asked = []
    run = Database.run

    async def counted(self, client, sql, *values):
        asked.append(sql)
        return await run(self, client, sql, *values)

    monkeypatch.setattr(Database, "run", counted)
    for kind in ("User", "Group"):
        found = await world.store().search(listed(kind, count=count + 1))
        assert [count] * count == [len(each.groups or each.members) for each in found.page]
    assert 2 == len(asked)


@pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
async def test_a_group_is_found_by_itself(database):
    """No statement goes by all members of a connection, though the database knows nothing of them."""
    said = []

    class Noting(Memberships):
        async def rows(self, sql, *values):
            said.append(sql)
            plan = f"EXPLAIN QUERY PLAN {sql}"
            said.extend([row["detail"] for row in await database.rows(plan, *values)])
            return [{"memberships": None, "total": 0, "member_id": "u1", "id": "u1"}]

    scope = Scope(team="t", connection="c1")
    groups = Noting(database=database, client=None, scope=scope, now="", reference="", stirred=Stirred())
    one = frozenset({"u1"})
    await groups.members("g1", after="", count=10)
    await groups.count_members("g1", most=10)
    for change in (MemberChange(reset=True, added=one), MemberChange(removed=one)):
        await groups.change_members("g1", change)

    ways = [each for each in said if re.match(r"SEARCH (m|\w*members)\b", each)]
    assert 5 == len(ways)
    assert [] == [each for each in ways if not re.search("group_id=|member_id=", each)]
