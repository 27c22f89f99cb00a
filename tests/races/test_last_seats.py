"""More people than seats, at two nodes at once."""

from __future__ import annotations

import asyncio
import json
import random

import pytest
from attrs import define, field

from hub.engine.ports import Unit
from hub.engine.values.scope import Scope
from hub.ledger import moves
from tests.races import checker
from tests.races.racing import Door, Pair, together
from tests.scale import scale

pytestmark = pytest.mark.races

TEAMS, SEATS = 5, 12

#: Seats of a second kind that people overflow into, and seats that are lent.
VIEWERS, LENT = 5, 3

#: Racers of each connection, and how many requests all send together, on each database.
RACERS, ATTEMPTS = 4, scale(2_500, trust=50_000)

#: And with each other policy.
POLICY_ATTEMPTS = scale(850, trust=50_000)


@define
class Racer:
    """Assigns people of its own, turns them off and on, deletes them, and believes what it is answered."""

    door: Door
    name: str
    dice: random.Random
    #: userName → (id, active), of those who were stored.
    people: dict[str, tuple[str, bool]] = field(factory=dict)
    assigned: int = 0
    refused: int = 0
    surprises: list[str] = field(factory=list)

    async def rush(self, attempts: int) -> None:
        """Create as many people as *attempts*."""
        for _ in range(attempts):
            await self.create()

    async def churn(self, attempts: int) -> None:
        """Create, turn off and on, and delete, whatever comes."""
        for _ in range(attempts):
            match self.dice.choice(["create", "create", "off", "off", "off", "on", "on", "delete"]):
                case "off" if found := self._some(active=True):
                    await self.switch(found, active=False)
                case "on" if found := self._some(active=False):
                    await self.switch(found, active=True)
                case "delete" if found := self._some(active=True):
                    await self.delete(found)
                case _:
                    await self.create()

    async def create(self) -> None:
        """Assign one more."""
        self.assigned += 1
        name = f"{self.name}-{self.assigned}@a.example"
        answer = await self.door.create(self.dice.randrange(4), name)
        match answer.status_code:
            case 201:
                self.people[name] = (answer.json()["id"], True)
            case 403:
                self.refused += 1
            case status:
                self.surprises.append(f"create: {status} {answer.text}")

    async def switch(self, name: str, *, active: bool) -> None:
        """Turn one on or off."""
        id, _ = self.people[name]
        answer = await self.door.switch(self.dice.randrange(4), id, name, active=active)
        match answer.status_code, active:
            case 200, _:
                self.people[name] = (id, active)
            case 403, True:
                pass
            case status, _:
                self.surprises.append(f"active={active}: {status} {answer.text}")

    async def delete(self, name: str) -> None:
        """Delete one."""
        id, _ = self.people.pop(name)
        answer = await self.door.send(self.dice.randrange(4), "DELETE", f"Users/{id}")
        if answer.status_code != 204:
            self.surprises.append(f"delete: {answer.status_code} {answer.text}")

    def _some(self, *, active: bool) -> str | None:
        return next(iter(self.dice.sample(names, 1)), None) if (names := self._those(active)) else None

    def _those(self, active: bool) -> list[str]:
        return [name for name, (_, on) in self.people.items() if on is active]


async def racers_of(pair: Pair) -> list[Racer]:
    """Return racers of two providers for each of several teams."""
    racers = []
    for _ in range(TEAMS):
        team = await pair.desk.team(seats=SEATS)
        for door in [await pair.door("okta", team=team), await pair.door("entra", team=team)]:
            names = [f"{door.connected.connection.idp}-{number}" for number in range(RACERS)]
            racers += [Racer(door, name, random.Random(name)) for name in names]
    return racers


async def stored(pair: Pair, racers: list[Racer]) -> dict[str, dict[str, tuple[str, bool]]]:
    """Return connection → userName → (id, active), of what is stored."""
    found = {racer.door.connected.connection.id: dict[str, tuple[str, bool]]() for racer in racers}
    rows = await pair.desk.house.database.rows(
        "SELECT connection_id, id, active, document FROM resources WHERE kind = 'User'"
    )
    for row in rows:
        if row["connection_id"] in found:
            name = json.loads(row["document"])["userName"]
            found[row["connection_id"]][name] = (row["id"], bool(row["active"]))
    return found


async def faults_of(pair: Pair, racers: list[Racer]) -> list[str]:
    """Return what is wrong with the teams, and where an answer was not true."""
    faults = [fault for racer in racers for fault in racer.surprises]
    answered = {racer.door.connected.connection.id: dict[str, tuple[str, bool]]() for racer in racers}
    for racer in racers:
        answered[racer.door.connected.connection.id] |= racer.people
    if answered != await stored(pair, racers):
        faults.append("what is stored is not what was answered")
    for team in {racer.door.connected.team.id: racer.door.connected.team for racer in racers}.values():
        faults += await pair.faults(team)
    return faults


def granted(racers: list[Racer]) -> list[int]:
    """Return how many of each team's people are active, as it was answered."""
    teams = [racer.door.connected.team.id for racer in racers]
    active = [sum(on for _, on in racer.people.values()) for racer in racers]
    return [
        sum(count for owner, count in zip(teams, active, strict=True) if owner == team)
        for team in dict.fromkeys(teams)
    ]


async def test_the_last_seats_are_sold_once(pair: Pair):
    """Exactly as many are let in as there are seats; later, at no entry of a book are more held than bought.

    Whoever was answered 201 is stored and seated, whoever was answered 403 is not stored.
    """
    racers = await racers_of(pair)

    await together(racer.rush(SEATS // 4) for racer in racers)

    assert [SEATS] * TEAMS == granted(racers)
    assert [] == await faults_of(pair, racers)

    await together(racer.churn(ATTEMPTS // len(racers) - SEATS // 4) for racer in racers)

    assert any(racer.refused for racer in racers)
    assert [] == await faults_of(pair, racers)


#: What becomes of who finds no seat left → the columns that say so, and how many more are let in for it.
POLICIES = {
    "wait": ("policy = 'wait'", None),
    "overflow": ("policy = 'overflow', overflow = 'viewer'", VIEWERS),
    "overdraft": (f"policy = 'overdraft', overdraft = {LENT}", LENT),
}


@pytest.mark.parametrize("policy", POLICIES)
async def test_no_policy_gives_more_than_it_allows(pair: Pair, policy: str):
    """However many ask at once: no more of a kind than are bought or lent; who waits is seated in turn."""
    terms, more = POLICIES[policy]
    racers = await racers_of(pair)
    teams = {racer.door.connected.team.id: racer.door.connected.team for racer in racers}
    for team in teams:
        await furnish(pair, team, terms)

    await together(racer.rush(SEATS // 2) for racer in racers)
    everybody = len(racers) // TEAMS * (SEATS // 2)
    assert [everybody if more is None else SEATS + more] * TEAMS == granted(racers)
    await together(racer.churn(POLICY_ATTEMPTS // len(racers)) for racer in racers)
    await rested(pair, list(teams))

    assert [] == await faults_of(pair, racers)
    if more is None:
        told = [await checker.told(pair.desk.house, team) for team in teams]
        assert [] == [fault for events in told for fault in checker.out_of_turn(events, "standard")]


async def furnish(pair: Pair, team: str, terms: str) -> None:
    """Give a team seats of a second kind, and its first kind those *terms*."""

    async def work(unit: Unit) -> None:
        await unit.buy("viewer", VIEWERS)
        await unit.post("bought", "more", moves.buy("viewer", VIEWERS))

    house = pair.desk.house
    await house.registry.store(Scope(team=team)).write(work, reference="more")
    await house.database.rows(f"UPDATE seats SET {terms} WHERE team_id = $1 AND kind = 'standard'", team)


async def rested(pair: Pair, teams: list[str]) -> None:
    """Return once nobody of these *teams* waits for a seat that is left."""
    waits = "SELECT team_id FROM seats WHERE waiting > 0 AND held < bought + overdraft"
    async with asyncio.timeout(60):
        while {row["team_id"] for row in await pair.desk.house.database.rows(waits)} & {*teams}:
            await asyncio.sleep(0.05)


async def test_a_check_before_the_insert_oversells(planted):
    """Where a free seat is first looked for and then taken, the same race sells seats that are not there.

    Before that, the database's own guard lets nobody in past what is bought; those are answered 500.
    """
    pair = planted("seats checked before")
    guarded = await racers_of(pair)
    await together(racer.rush(SEATS // 4) for racer in guarded)

    assert [SEATS] * TEAMS == granted(guarded)
    assert {"create: 500"} == {fault[:11] for fault in await faults_of(pair, guarded)}

    await without_guard(pair)
    racers = await racers_of(pair)
    await together(racer.rush(SEATS // 4) for racer in racers)

    assert sum(granted(racers)) > TEAMS * SEATS
    assert any("seats are held" in fault for fault in await faults_of(pair, racers))


async def without_guard(pair: Pair) -> None:
    """Take away the database's own guard against overselling."""
    on = {"sqlite": "", "postgres": " ON seats"}[pair.desk.house.database.dialect]
    await pair.desk.house.database.rows(f"DROP TRIGGER seats_not_oversold{on}")
