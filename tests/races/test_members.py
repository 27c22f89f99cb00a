"""Members that come and go one a request, all at once."""

from __future__ import annotations

import pytest
from attrs import frozen

from tests.races.racing import GROUP, Door, Pair, patch, together
from tests.scale import scale

pytestmark = pytest.mark.races

MEMBERS = 500
GROUPS = scale(1, trust=200)

#: How many are enough to lose some of them.
FEW = 60


@frozen(kw_only=True)
class Roll:
    """A group, and the people who could be in it."""

    pair: Pair
    door: Door
    group: str

    async def send(self, op: str, people: list[str]) -> set[int]:
        """Name each of *people* in a request of its own, at both nodes; return what was answered."""
        bodies = [
            patch({"op": op, "path": "members", "value": [{"$ref": None, "value": id}]}) for id in people
        ]
        answers = await together(
            self.door.send(number, "PATCH", f"Groups/{self.group}", body)
            for number, body in enumerate(bodies)
        )
        return {answer.status_code for answer in answers}

    async def members(self) -> set[str]:
        """Return who is in the group."""
        answer = await self.door.send(0, "GET", f"Groups/{self.group}")
        return {member["value"] for member in answer.json()["members"]}


async def people(door: Door, count: int) -> list[str]:
    """Return the ids of *count* users."""
    answers = await together(door.create(number, f"member-{number}@a.example") for number in range(count))
    return [answer.json()["id"] for answer in answers]


async def roll(pair: Pair, door: Door, name: str) -> Roll:
    """Return an empty group."""
    made = await door.send(0, "POST", "Groups", {"schemas": [GROUP], "externalId": name, "displayName": name})
    return Roll(pair=pair, door=door, group=made.json()["id"])


async def test_no_member_is_lost(pair: Pair):
    """Of 500 that come at once all are in; of these, half go while the rest come again: the rest are in."""
    door = await pair.door("entra")
    ids = await people(door, MEMBERS)

    for number in range(GROUPS):
        group = await roll(pair, door, f"group {number}")

        assert {204} == await group.send("Add", ids)
        assert set(ids) == await group.members()

        if number < 2:
            assert {204} == await group.send("Remove", ids[::2])
            assert set(ids[1::2]) == await group.members()
    assert [] == await pair.faults(door.connected.team)


async def test_a_lost_member_is_noticed(planted):
    """Where the list is read, changed and put back, the same race loses members."""
    pair = planted("members written back")
    door = await pair.door("entra")
    ids = await people(door, FEW)
    group = await roll(pair, door, "group")
    await group.send("Add", ids)

    assert set(ids) > await group.members()
