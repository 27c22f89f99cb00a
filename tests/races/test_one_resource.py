"""Two that want one name, and many that change one user."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.races import checker
from tests.races.racing import GROUP, Door, Pair, okta_user, patch, together
from tests.scale import scale

pytestmark = pytest.mark.races

NAMES = scale(60, trust=5_000)
USERS, CHANGES = scale(4, trust=200), 40

#: Of how many users the changes come at once: of more, no two of one user would meet.
NEAR = 4


async def two_of_one_name(door: Door, kind: str, name: str) -> list[int]:
    """Create two of one name, in letters large and small, at two nodes at once; return the answers."""
    names = (name.upper(), name)
    if kind == "Users":
        asked = [door.create(node, called) for node, called in enumerate(names)]
    else:
        bodies = [{"schemas": [GROUP], "displayName": called} for called in names]
        asked = [door.send(node, "POST", kind, body) for node, body in enumerate(bodies)]
    return sorted(answer.status_code for answer in await asyncio.gather(*asked))


async def answers(door: Door, kind: str) -> Counter[tuple[int, ...]]:
    """Return how often which two answers were given."""
    pairs = await together(
        (two_of_one_name(door, kind, f"name-{number}@a.example") for number in range(NAMES)), at_once=12
    )
    return Counter(tuple(pair) for pair in pairs)


@pytest.mark.parametrize("kind", ["Users", "Groups"])
async def test_one_name_goes_to_one(pair: Pair, kind: str):
    """Of two that come with one name at once, one is made and the other told that the name is taken."""
    door = await pair.door("entra", seats=NAMES)

    assert {(201, 409): NAMES} == await answers(door, kind)
    assert NAMES == (await door.send(0, "GET", f"{kind}?count=0")).json()["totalResults"]
    assert [] == await pair.faults(door.connected.team)


async def test_a_name_given_twice_is_noticed(planted):
    """Where a name is first looked for and then taken, the same race gives it to both."""
    pair = planted("names checked before")
    door = await pair.door("entra")

    assert (await answers(door, "Groups"))[201, 201]


async def change(door: Door, ids: list[str]) -> set[int]:
    """Change each user by PUT and by PATCH, at two nodes, many at once; return the answers."""

    async def one(number: int, user: int) -> int:
        path, title = f"Users/{ids[user]}", f"title {number}"
        if number % 2:
            body = {**okta_user(f"user-{user}@a.example"), "title": title}
            return (await door.send(number // 2, "PUT", path, body)).status_code
        operation = {"op": "replace", "value": {"title": title, "nickName": title}}
        return (await door.send(number // 2, "PATCH", path, patch(operation))).status_code

    return set(await together(one(number, user) for number, user in turns(len(ids))))


def turns(users: int) -> Iterator[tuple[int, int]]:
    """Yield each change of each of so many *users*, in the order in which they are begun."""
    for first in range(0, users, NEAR):
        for number in range(CHANGES):
            yield from ((number, user) for user in range(first, min(first + NEAR, users)))


async def users(door: Door) -> list[str]:
    """Return the ids of USERS users."""
    return [(await door.create(0, f"user-{number}@a.example")).json()["id"] for number in range(USERS)]


async def test_changes_of_one_user_follow_each_other(pair: Pair):
    """Each change is answered 200 and makes one version; each begins where the one before it ended.

    The outbox tells them in that order, whichever node wrote them.
    """
    door = await pair.door("okta")
    ids = await users(door)

    assert {200} == await change(door, ids)

    kept = await checker.kept(pair.desk.house, door.connected.team.id)
    assert {1 + CHANGES} == {row["version"] for row in kept.users}
    assert 2 * USERS + CHANGES * USERS == len(kept.events)
    assert [] == await pair.faults(door.connected.team)


async def test_a_user_turned_on_and_off_is_one_or_the_other(pair: Pair):
    """Whoever is turned on and off many times at once is answered 200, and has a seat just when active."""
    door = await pair.door("okta", seats=USERS)
    ids = await users(door)

    answers = await together(
        door.switch(number, ids[user], f"user-{user}@a.example", active=number % 3 == 0)
        for number, user in turns(len(ids))
    )

    assert {200} == {answer.status_code for answer in answers}
    assert [] == await pair.faults(door.connected.team)


async def test_changes_that_cross_are_noticed(planted):
    """Where a user is read, changed and put back without a lock, changes begin where none ended."""
    pair = planted("users written back")
    door = await pair.door("okta")
    await change(door, await users(door))

    assert any("versions come as" in fault for fault in await pair.faults(door.connected.team))


@pytest.mark.parametrize("bad_nodes", ["postgres"], indirect=True)
async def test_overtaking_is_noticed(planted):
    """Where transactions are numbered before their turn, the outbox tells changes in the wrong order."""
    pair = planted("users out of turn")
    door = await pair.door("okta")
    ids = await users(door)

    assert {200} == await change(door, ids)
    assert any("versions come as" in fault for fault in await pair.faults(door.connected.team))
