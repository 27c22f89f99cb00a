"""Groups that many change at once, while those they wait for arrive: nobody is lost, or waits for ever."""

from __future__ import annotations

import itertools

import pytest

from tests.groups.conftest import GROUP, MEMBERS_MAX, PATCH, USER, listed
from tests.races.racing import together
from tests.running import desk
from tests.scale import scale

pytestmark = pytest.mark.races

ROUNDS = scale(2, trust=40)


@pytest.fixture
async def nodes(patient_hub):
    """What asks both nodes of a hub that waits for members, in turn, and the database behind them."""
    async with desk(patient_hub) as opened:
        connected = await opened.connection("generic", seats=100 * ROUNDS)
        clients = [
            opened.client(f"{node.url}/scim/v2/{connected.connection.id}", f"Bearer {connected.token}")
            for node in patient_hub.nodes
        ]
        turns = itertools.cycle(clients)

        async def ask(method, path, body=None):
            return await next(turns).request(method, path, json=body)

        before = await deadlocks(connected.house.database)
        yield ask
        assert before == await deadlocks(connected.house.database)


async def deadlocks(database) -> int:
    """Return how often PostgreSQL has had to choose somebody to give up."""
    if database.dialect == "sqlite":
        return 0
    rows = await database.rows("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    return int(rows[0]["deadlocks"])


def member(op, value):
    """Return the body that adds or removes one member."""
    path, beside = (
        ("members", {"value": listed(value)}) if op == "add" else (f'members[value eq "{value}"]', {})
    )
    return {"schemas": [PATCH], "Operations": [{"op": op, "path": path, **beside}]}


async def group(ask, name, *members):
    """Make a group and return its id."""
    made = await ask("POST", "Groups", {"schemas": [GROUP], "displayName": name, "members": listed(*members)})
    assert 201 == made.status_code, made.text
    return made.json()["id"]


async def made(ask, name):
    """Make a user and return its id."""
    body = {"schemas": [USER], "userName": f"{name}@a.example", "externalId": name}
    answer = await ask("POST", "Users", body)
    assert 201 == answer.status_code, answer.text
    return answer.json()["id"]


async def changed(ask, id, op, value):
    """Change a group by one member."""
    answer = await ask("PATCH", f"Groups/{id}", member(op, value))
    assert 204 == answer.status_code, answer.text


async def members(ask, id):
    """Return the ids of a group's members."""
    return {each["value"] for each in (await ask("GET", f"Groups/{id}")).json().get("members", [])}


async def test_no_membership_is_lost_while_its_member_arrives(nodes):
    """Whether a group names somebody before, after or while they arrive, they are its member in the end."""
    for number in range(ROUNDS):
        names = [f"user-{number}-{n}" for n in range(MEMBERS_MAX - 1)]
        groups = [await group(nodes, f"group {number}-{n}", f"{names[0]}@a.example") for n in range(3)]
        work = [made(nodes, name) for name in names]
        spoken = [changed(nodes, id, "add", name) for name in names[1:] for id in groups]
        # Each is made amid the requests that name it.
        mixed = [
            each
            for one, three in zip(work[1:], batched(spoken, 3), strict=True)
            for each in (three[0], one, *three[1:])
        ]
        ids = [each for each in await together([work[0], *mixed]) if each]

        assert len(names) == len(ids)
        assert [set(ids)] * 3 == [await members(nodes, id) for id in groups]


def batched(values, size):
    """Return *values* in lists of *size*."""
    return [values[at : at + size] for at in range(0, len(values), size)]


async def test_who_is_given_up_while_they_arrive_is_no_member(nodes):
    """A removal holds whether it comes before or after the one that it names."""
    names = [f"leaver-{n}" for n in range(MEMBERS_MAX)]
    id = await group(nodes, "Leavers", *names)

    work = [(made(nodes, name), changed(nodes, id, "remove", name)) for name in names]
    await together(each for pair in work for each in pair)

    assert set() == await members(nodes, id)


async def test_groups_that_take_each_other_in_do_not_wait_for_each_other(nodes):
    """Each of some groups becomes a member of each, at once, and goes again."""
    groups = [await group(nodes, f"ring {n}") for n in range(6)]
    pairs = list(itertools.product(groups, groups))

    await together(changed(nodes, outer, "add", inner) for outer, inner in pairs)
    assert [set(groups)] * len(groups) == [await members(nodes, id) for id in groups]
    await together(changed(nodes, outer, "remove", inner) for outer, inner in pairs)
    assert [set()] * len(groups) == [await members(nodes, id) for id in groups]
