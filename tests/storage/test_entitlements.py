"""What decides whether somebody may sign in, as the database has it: of one team, in one statement."""

from __future__ import annotations

import asyncio

import pytest
from attrs import evolve

from hub.engine.values.entitlements import Bond, Seated, Standing
from hub.teams import ApiKey
from storage.database import Database
from storage.entitlements import DatabaseStandings
from tests.storage.conftest import NOW, user

LONG = "ä" * 900
KEY = ApiKey(key_id="k", team="t", digest="d", created_at=NOW)
SEAT = Seated(kind="standard", since=NOW)


@pytest.fixture
def standings(database):
    """Return what is asked."""
    return DatabaseStandings(database=database, patience=5)


@pytest.fixture
async def people(world):
    """Let `ann` own an address and hold a seat, and others be called so; return the world."""

    async def owning(unit):
        person = await unit.claim("ann", "ann@a.example", 1)
        await unit.insert(evolve(user("u-ann"), person=person), exclusive=True)

    await world.write(owning)
    await world.database.rows(
        "INSERT INTO holdings (team_id, person_id, kind, since) VALUES ('t', 'ann', 'standard', $1)", NOW
    )
    await world.add(user("bob", userName="Bob"), user("cid", active=False), user("long", userName=LONG))
    await world.add(user("bob2", userName="bob"), connection="c2")
    await world.add(user("bob3", userName="bob"), connection="d1", team="u")
    return world


async def named(standings, *names, team="t"):
    """Return name → (person, bond), in order, of everybody who may be meant."""
    found = await standings.named(team, names)
    return {name: sorted((each.person, each.bond) for each in each_name) for name, each_name in found.items()}


async def test_who_may_be_meant(people, standings):
    """An address has its owner, a userName whoever is called so in the team, and nobody else is found."""
    found = await named(standings, "ann@a.example", "u-ann", "bob", "cid", LONG, "nobody", "bo%")

    assert {
        "ann@a.example": [("ann", Bond.OWNS)],
        "u-ann": [("ann", Bond.BEARS)],
        "bob": [("p-bob", Bond.BEARS), ("p-bob2", Bond.BEARS)],
        "cid": [("p-cid", Bond.BORE)],
        LONG: [("p-long", Bond.BEARS)],
    } == found
    assert {} == await named(standings)


async def test_a_team_knows_its_own_people_only(people, standings):
    """Another team's people are not there: neither by a name nor by their id."""
    assert {"bob": [("p-bob3", Bond.BEARS)]} == await named(standings, "ann@a.example", "bob", team="u")
    assert [] == list(await standings.person("u", "ann"))
    assert ["ann"] == [each.person for each in await standings.person("t", "ann")]


async def test_two_users_of_one_name_and_person_are_one(people, standings):
    """Who is called so twice in one connection is one person, not two who could be meant."""
    await people.add(user("twin", userName="gil", person="p"), exclusive=False)
    await people.database.rows("UPDATE resources SET person_id = 'ann' WHERE id = 'twin'")
    twin = evolve(user("twin2", userName="gil"), person="ann")

    async def insert(unit):
        await unit.claim("ann", None, 1)
        await unit.insert(twin, exclusive=False)

    await people.write(insert)
    assert {"gil": [("ann", Bond.BEARS)]} == await named(standings, "gil")


async def test_what_is_known(people, standings):
    """Claims, seat, suspension, hand, moment and queue are as they stand."""
    (ann,) = await standings.person("t", "ann")
    assert Standing(person="ann", bond=Bond.OWNS, claims=1, seat=SEAT) == ann

    await people.database.rows(
        "UPDATE persons SET suspended = 'lost laptop', by_hand = TRUE, settle_at = $1 WHERE id = 'ann'", NOW
    )
    await people.database.rows(
        "INSERT INTO waiting (team_id, person_id, kind, number, since)"
        " VALUES ('t', 'ann', 'standard', 1, $1)",
        NOW,
    )
    (known,) = await standings.person("t", "ann")
    assert evolve(ann, suspended=True, by_hand=True, settle_at=NOW, waits_for="standard") == known


@pytest.mark.parametrize(("bought", "over"), [(2, False), (1, False), (0, True)])
async def test_a_seat_is_over_where_more_are_held_than_were_bought(people, standings, bought, over):
    """As many held as bought is not too many."""
    await people.database.rows("UPDATE seats SET held = 1 WHERE team_id = 't'")
    await people.database.rows("UPDATE seats SET bought = $1 WHERE team_id = 't'", bought)
    (ann,) = await standings.person("t", "ann")

    assert evolve(SEAT, over=over) == ann.seat


async def test_a_closed_holding_is_no_seat(people, standings):
    """A seat that was given back is held no more."""
    await people.database.rows("UPDATE holdings SET until = $1", NOW)
    (ann,) = await standings.person("t", "ann")

    assert None is ann.seat


@pytest.mark.parametrize(("by_hand", "claims"), [(False, 0), (True, 1)])
async def test_claims_are_counted_afresh_while_a_seat_is_to_be_settled(people, standings, by_hand, claims):
    """What a removal could not count is not believed: its users say who is vouched for."""
    await people.database.rows("UPDATE resources SET active = FALSE WHERE person_id = 'ann'")
    await people.database.rows("UPDATE persons SET by_hand = $1 WHERE id = 'ann'", by_hand)
    before = [each.claims for each in await standings.person("t", "ann")]
    await people.database.rows("UPDATE persons SET unsettled = TRUE WHERE id = 'ann'")

    assert [1] == before
    assert [claims] == [each.claims for each in await standings.person("t", "ann")]


async def test_one_statement_however_many_are_asked_for(people, standings, monkeypatch):
    """A list is no more work for the network than one name."""
    said = []
    run = Database.run

    async def noted(self, client, sql, *values):
        said.append(sql)
        return await run(self, client, sql, *values)

    monkeypatch.setattr(Database, "run", noted)
    await standings.named("t", ["ann@a.example"])
    await standings.named("t", [f"u{number}" for number in range(500)])

    assert 2 == len(said)
    assert 1 == len(set(said))


async def test_a_key_of_the_api_is_no_token_of_a_connection(world):
    """It is kept without one, found as what it is and by its team, and ends in place."""
    await world.put(KEY)
    assert KEY == await world.registry.api_key("k")
    assert None is await world.registry.token("k")
    assert [KEY] == list(await world.registry.api_keys("t"))
    assert [] == list(await world.registry.api_keys("u"))

    revoked = evolve(KEY, revoked_at=NOW, expires_at=NOW)
    await world.put(revoked)
    assert [revoked] == list(await world.registry.api_keys("t"))


async def test_who_is_asked_for_at_once(people, standings, monkeypatch):
    """Each is told of whom they asked for, and of their own team's; on PostgreSQL a team asks once."""
    told, run = [], Database.run

    async def noted(self, client, sql, *values):
        told.append(sql)
        return await run(self, client, sql, *values)

    monkeypatch.setattr(Database, "run", noted)
    asked = [("t", "ann@a.example"), ("t", "bob"), ("u", "bob"), ("t", "nobody"), ("t", "bob")]
    found = await asyncio.gather(*(named(standings, name, team=team) for team, name in asked))
    bobs = {"bob": [("p-bob", Bond.BEARS), ("p-bob2", Bond.BEARS)]}

    assert [
        {"ann@a.example": [("ann", Bond.OWNS)]},
        bobs,
        {"bob": [("p-bob3", Bond.BEARS)]},
        {},
        bobs,
    ] == found
    assert (5 if standings.database.dialect == "sqlite" else 2) == len(told)
