"""Two providers of one team, each at a node of its own, and the people whom both know."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

import pytest
from attrs import define, field

from tests.races.racing import Door, Pair, together
from tests.scale import scale

pytestmark = pytest.mark.races

PEOPLE = scale(60, trust=5_000)

#: How many people are met, or let go of, at a time.
AT_ONCE = 8

BOTH = (0, 1)


@define
class Company:
    """A team that has as many seats as people, and two providers that vouch for the same addresses."""

    pair: Pair
    doors: tuple[Door, Door]
    people: list[str] = field(factory=list)
    #: Of each provider, name → id.
    ids: tuple[dict[str, str], dict[str, str]] = field(factory=lambda: ({}, {}))

    async def meet(self) -> list[int]:
        """Have both providers assign everybody, two at once; return what they were answered."""
        return await self._all(*(self._create(which, name) for name in self.people for which in BOTH))

    async def switch(self, okta: bool, entra: bool) -> list[int]:
        """Have both providers turn everybody on or off, two at once; return what they were answered."""
        wanted = (okta, entra)
        return await self._all(
            *(self.switched(which, name, wanted[which]) for name in self.people for which in BOTH)
        )

    async def held(self) -> int:
        """Return how many seats are held."""
        return (await self.doors[0].connected.seats())["held"]

    async def faults(self) -> list[str]:
        """Return what is wrong with the team, and with who its people are."""
        rows = await self.pair.desk.house.database.rows(
            "SELECT count(*) AS persons FROM persons WHERE team_id = $1", self.doors[0].connected.team.id
        )
        strangers = rows[0]["persons"] - len(self.people)
        faults = [f"{strangers} persons too many"] if strangers else []
        return faults + await self.pair.faults(self.doors[0].connected.team)

    async def _all(self, *requests: Awaitable[int]) -> list[int]:
        pairs = zip(requests[::2], requests[1::2], strict=True)
        answers = await together((_both(*pair) for pair in pairs), at_once=AT_ONCE)
        return sorted({status for pair in answers for status in pair})

    async def _create(self, which: int, name: str) -> int:
        answer = await self.doors[which].create(which, name)
        if answer.status_code == 201:
            self.ids[which][name] = answer.json()["id"]
        return answer.status_code

    async def switched(self, which: int, name: str, active: bool) -> int:
        """Have one provider turn one person on or off; return what it was answered."""
        id = self.ids[which][name]
        return (await self.doors[which].switch(which, id, name, active=active)).status_code


async def _both(first: Awaitable[int], second: Awaitable[int]) -> tuple[int, int]:
    one, two = await asyncio.gather(first, second)
    return one, two


async def company(pair: Pair, *, seats: int = PEOPLE) -> Company:
    """Return a company of PEOPLE that nobody has met yet."""
    team = await pair.desk.team(seats=seats)
    doors = (await pair.door("okta", team=team), await pair.door("entra", team=team))
    return Company(pair, doors, [f"person-{number}@a.example" for number in range(PEOPLE)])


async def test_two_first_contacts_make_one_person(pair: Pair):
    """Whoever is met by two providers at once is one person with two claims on one seat."""
    team = await company(pair)

    assert [201] == await team.meet()
    assert PEOPLE == await team.held()
    assert [] == await team.faults()


async def test_two_that_let_go_free_the_seat(pair: Pair):
    """Both let go: the seat is free. Both come back: one seat. One for the other: the seat stays."""
    team = await company(pair)
    await team.meet()

    for okta, entra in [(False, False), (True, True), (False, True), (True, False), (False, False)]:
        assert [200] == await team.switch(okta, entra)
        assert (PEOPLE if okta or entra else 0) == await team.held()
        assert [] == await team.faults()


async def test_a_seat_is_told_in_the_order_of_the_book(pair: Pair):
    """However two providers switch one person on and off, the seat is told taken and released in turn."""
    team = await company(pair)
    await team.meet()
    people = team.people[:3]

    async def flicker(which: int, name: str) -> None:
        for turn in range(scale(100, trust=2_000)):
            assert 200 == await team.switched(which, name, active=turn % 2 == 1)

    await asyncio.gather(*(flicker(which, name) for which in (0, 1) for name in people))
    assert [] == await team.faults()


async def test_people_met_twice_are_noticed(planted):
    """Where an address is first looked for and a person then made, the same race makes two of one."""
    pair = planted("addresses checked before")
    team = await company(pair, seats=2 * PEOPLE)
    await team.meet()

    assert any("persons too many" in fault for fault in await team.faults())


async def test_a_lost_claim_is_noticed(planted):
    """Where claims are read and then written, the same race forgets one, and a seat with it."""
    pair = planted("claims written back")
    team = await company(pair)
    await team.meet()
    said = ("claims and 0 active users", "holds a seat and is not active")
    for _ in range(20):  # a race that is there may take some turns to show
        await team.switch(okta=False, entra=False)
        faults = await team.faults()
        if all(any(each in fault for fault in faults) for each in said):
            return
        await team.switch(okta=True, entra=True)
    pytest.fail(f"nobody noticed: {faults}")
