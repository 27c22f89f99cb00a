"""Groups and members as administrators list them, on both databases."""

from __future__ import annotations

import pytest

from hub.engine.values import gathered
from hub.engine.values.listing import PAGE, Turn
from hub.scim.membership import MemberChange
from storage import groupings as module
from storage.groupings import DatabaseGroupings
from tests.storage.conftest import group, user

FIRST = Turn()


@pytest.fixture
def groupings(database):
    """Return what is asked."""
    return DatabaseGroupings(database=database, patience=5)


async def join(world, group, *members):
    """Add members to a group."""
    change = MemberChange(added=frozenset(members))
    await world.write(lambda unit: unit.change_members(group, change))


async def test_groups_by_name_a_page_at_a_time(world, groupings):
    """In order of name, forwards and back; of one connection, and of no other team."""
    named = [group(f"g{n:03}", displayName=f"Team {n % 3}") for n in range(PAGE + 5)]
    await world.add(*named, exclusive=False)
    await world.add(group("other"), connection="c2")
    names = sorted((f"Team {n % 3}", f"g{n:03}") for n in range(PAGE + 5))
    first = await groupings.groups("t", "c1", "", FIRST)
    second = await groupings.groups("t", "c1", "", first.next)

    assert names == [(each.display, each.id) for each in (*first.rows, *second.rows)]
    assert (None, None) == (first.previous, second.next)
    assert first.rows == (await groupings.groups("t", "c1", "", second.previous)).rows
    assert ["other"] == [each.id for each in (await groupings.groups("t", "c2", "", FIRST)).rows]
    assert [] == list((await groupings.groups("u", "c1", "", FIRST)).rows)
    assert {"c1": PAGE + 5, "c2": 1} == await groupings.counts("t")


async def test_groups_are_searched_by_name(world, groupings):
    """A part of it, in whatever case; what databases take for a pattern is none."""
    await world.add(group("g1", displayName="Größe 100%"), group("g2", displayName="Sales"))

    for text, ids in {"grösse": ["g1"], "sal": ["g2"], "%": ["g1"], "_": [], "zzz": []}.items():
        assert ids == [each.id for each in (await groupings.groups("t", "c1", text, FIRST)).rows]


async def test_members_are_counted(world, groupings, monkeypatch):
    """In a list up to a limit, of one group all, and how many more are expected."""
    monkeypatch.setattr(module, "_COUNTED", module._COUNTED.replace(str(gathered.COUNTED_MAX + 1), "3"))
    users = [user(f"u{n}") for n in range(5)]
    await world.add(*users, group("g"))
    await join(world, "g", *(each.id for each in users))
    await world.write(lambda unit: unit.expect("g", MemberChange(added=frozenset({"soon"}))))

    (listed,) = (await groupings.groups("t", "c1", "", FIRST)).rows
    one = await groupings.group("t", "g")
    assert (3, 5, 1) == (listed.members, one.members, one.expected)
    assert None is await groupings.group("u", "g")
    assert None is await groupings.group("t", "u0")


async def test_members_a_page_at_a_time(world, groupings):
    """Users with the person they are about, groups as groups; forwards and back."""
    await world.add(*(user(f"u{n:03}", active=n > 0) for n in range(PAGE)), group("g"), group("z inner"))
    await join(world, "g", *(f"u{n:03}" for n in range(PAGE)), "z inner")
    first = await groupings.members("t", "c1", "g", FIRST)
    second = await groupings.members("t", "c1", "g", first.next)

    assert [f"u{n:03}" for n in range(PAGE)] == [each.id for each in first.rows]
    assert [("z inner", "Group", None)] == [(each.called, each.kind, each.person) for each in second.rows]
    assert ("p-u000", False) == (first.rows[0].person, first.rows[0].active)
    assert first.rows == (await groupings.members("t", "c1", "g", second.previous)).rows
    assert [] == list((await groupings.members("u", "c1", "g", FIRST)).rows)
    assert [] == list((await groupings.members("t", "c2", "g", FIRST)).rows)
