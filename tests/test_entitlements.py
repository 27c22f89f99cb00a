"""The question of a team's product, through the whole house: what opens it, and what it is told."""

from __future__ import annotations

import itertools

import pytest
from attrs import evolve

from hub import tokens
from hub.engine.values.errors import StoreAway
from hub.engine.values.scope import Scope
from hub.ledger.policies import Policy
from storage.claims import Claims
from storage.entitlements import DatabaseStandings
from storage.registry import DatabaseRegistry
from tests.author import BY
from tests.described import faults, said

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
DOMAIN = "a.example"

_numbers = itertools.count()


@pytest.fixture
def team(house):
    """Return a fresh team of two seats."""
    return house.team(seats=2)


@pytest.fixture
def way(house, team):
    """Return a connection of the team, which vouches for its domain."""
    return house.way(team, "generic", domains=[DOMAIN])


@pytest.fixture
def asked(house, team):
    """Ask as the team's product, and return the answer."""
    key = house.key(team)

    def ask(name=None, **query):
        heard = house.question(team, key, **({"user": name} if name else {}), **query)
        assert 200 == heard.status_code, heard.text
        assert [] == faults(heard.json(), said("get", 200))
        return heard.json()

    return ask


def made(house, way, name=None, **attributes):
    """Make a user and return name and id."""
    name = name or f"u{next(_numbers)}@{DOMAIN}"
    heard = house.ask(way, "POST", "/Users", {"schemas": [USER], "userName": name, **attributes})
    assert 201 == heard.status_code, heard.text
    return name, heard.json()["id"]


def switch(house, way, id, *, active):
    """Deactivate or reactivate a user."""
    change = {"op": "replace", "path": "active", "value": active}
    heard = house.ask(way, "PATCH", f"/Users/{id}", {"schemas": [PATCH], "Operations": [change]})
    assert 200 == heard.status_code, heard.text


def test_each_token_opens_its_own_and_nothing_else(house, team, way):
    """What is no key of this team's API hears one sentence; nor does the key open a connection."""
    key, other, ended = house.key(team), house.key(house.team(seats=1)), house.key(team)
    engine, store = house.house, house.house.registry.store(Scope(team=team.id))
    house.run(engine.tokens.revoke(ended, by=BY))
    kept, expired = house.run(
        engine.tokens.create_api_key(team, expires_at="2999-01-01T00:00:00.000Z", by=BY)
    )
    over = evolve(kept, expires_at="2020-01-01T00:00:00.000Z")
    house.run(store.write(lambda unit: unit.put(over), reference="over"))
    forged = str(tokens.Credential(tokens.parse(key).key_id, "A" * 43))
    wrong = [way.token, other, ended, expired, forged, key[:-1], ""]
    heard = [house.question(team, each, user="ann@a.example") for each in wrong]

    assert 200 == house.question(team, key, user="ann@a.example").status_code
    assert {401} == {each.status_code for each in heard}
    assert 1 == len({each.content for each in heard})
    refused = [house.ask(evolve(way, token=each), "GET", "/Users") for each in (key, "hub_no", ended)]
    assert {401} == {each.status_code for each in refused}
    assert 1 == len({each.content for each in refused})


def test_a_revoked_key_opens_nothing_in_the_next_request(house, team):
    """It was good a moment ago."""
    key = house.key(team)
    before = house.question(team, key, user="a").status_code
    revoked = house.run(house.house.tokens.revoke(key, by=BY))

    assert (200, 401) == (before, house.question(team, key, user="a").status_code)
    assert revoked == house.run(house.house.tokens.revoke(revoked.key_id, by=BY))
    assert [revoked] == list(house.run(house.house.tokens.api_keys(team)))


def test_whoever_is_assigned_may_sign_in_until_they_are_removed(house, way, asked):
    """In the very next request, by any of their names, and again when they come back."""
    name, id = made(house, way)
    first = asked(name.upper())
    switch(house, way, id, active=False)
    off = asked(name)
    switch(house, way, id, active=True)
    again = asked(person=first["person"])
    house.ask(way, "DELETE", f"/Users/{id}")
    gone = asked(name)

    assert (True, "seated", "standard") == (first["entitled"], first["reason"], first["seat"]["kind"])
    assert (False, "removed", None, 0) == (off["entitled"], off["reason"], off["seat"], off["max_age"])
    assert (True, "seated", 300) == (again["entitled"], again["reason"], again["max_age"])
    assert (False, "removed") == (gone["entitled"], gone["reason"])
    assert {first["person"]} == {each["person"] for each in (off, again, gone)}
    assert 4 == len({each["revision"] for each in (first, off, again)} | {0})
    assert off["revision"] == gone["revision"]


def test_what_changes_nothing_changes_no_revision(house, way, asked):
    """A title is not what the answer is about."""
    name, id = made(house, way)
    before = asked(name)
    house.ask(way, "PUT", f"/Users/{id}", {"schemas": [USER], "userName": name, "title": "Guide"})
    after = asked(name)

    assert before["revision"] == after["revision"]
    assert before["checked_at"] <= after["checked_at"]


def test_a_removal_whose_count_failed_is_a_removal(house, way, asked, monkeypatch):
    """Where the part of the seats fails, access is off all the same, and the next answer says so."""
    name, id = made(house, way)
    before = asked(name)

    async def failing(self, person, change):
        raise RuntimeError("the count fails")

    with monkeypatch.context() as patch:
        patch.setattr(Claims, "claims", failing)
        switch(house, way, id, active=False)
    off = asked(name)
    (row,) = house.run(
        house.house.database.rows("SELECT claims, unsettled FROM persons WHERE id = $1", off["person"])
    )

    assert (1, True) == (row["claims"], bool(row["unsettled"]))  # as it was: it is still to be put right
    assert (True, False) == (before["entitled"], off["entitled"])
    assert "removed" == off["reason"]


@pytest.mark.parametrize(
    ("part", "method"),
    [(DatabaseRegistry, "api_key"), (DatabaseStandings, "named"), (DatabaseStandings, "person")],
)
def test_while_the_database_is_away_nobody_is_let_in(house, team, way, monkeypatch, part, method):
    """Whichever of the two statements gets no answer: 503, and when to come again."""
    key, (name, _) = house.key(team), made(house, way)

    async def away(*_):
        raise StoreAway

    monkeypatch.setattr(part, method, away)
    heard = house.question(team, key, **({"person": "p"} if method == "person" else {"user": name}))

    assert (503, "30") == (heard.status_code, heard.headers["retry-after"])
    assert [] == faults(heard.json(), said("get", 503, "application/problem+json"))
    assert "entitled" not in heard.json()


def test_a_suspension_shuts_out_at_once(house, team, way, asked):
    """An administrator's word counts, whatever the provider says, and the reason stays theirs."""
    name, _ = made(house, way)
    people, person = house.house.people, asked(name)["person"]
    why = evolve(BY, why="lost laptop")
    house.run(people.suspend(team, person, by=why))
    shut = asked(name)
    house.run(people.unsuspend(team, person, by=BY))

    assert (False, "suspended", None) == (shut["entitled"], shut["reason"], shut["seat"])
    assert "laptop" not in str(shut)
    assert asked(name)["entitled"]


def test_a_seat_given_by_hand_and_taken_again(house, team, asked):
    """Who is vouched for by hand may sign in with a seat, and not without."""
    people = house.house.people
    person = house.run(people.add(team, "eve@a.example", by=BY))
    added = asked("eve@a.example")
    house.run(people.seat(team, person, by=BY))
    seated = asked("Eve@a.example")
    house.run(people.unseat(team, person, by=BY))
    unseated = asked("eve@a.example")
    house.run(people.remove(team, person, by=BY))

    reasons = [each["reason"] for each in (added, seated, unseated, asked("eve@a.example"))]
    assert ["no_seat", "seated", "no_seat", "removed"] == reasons
    assert [False, True, False] == [each["entitled"] for each in (added, seated, unseated)]


def test_policies_show_in_the_answer(house, team, way, asked):
    """Who waits is told for what, who overdraws may sign in, and a seat kept for somebody lets nobody in."""
    purchasing, standard = house.house.purchasing, (team, "standard")
    (_, ann), (bob, _) = made(house, way), made(house, way)
    house.run(purchasing.set_kind(*standard, policy=Policy.WAIT, grace=600, by=BY))
    late, id = made(house, way)
    waiting = asked(late)
    house.ask(way, "DELETE", f"/Users/{id}")
    house.run(purchasing.set_kind(*standard, policy=Policy.OVERDRAFT, overdraft=1, by=BY))
    over, _ = made(house, way)
    reasons = [asked(over)["reason"], asked(bob)["reason"]]
    kept = asked(over)["person"]
    (row,) = house.run(house.house.database.rows("SELECT person_id FROM resources WHERE id = $1", ann))
    switch(house, way, ann, active=False)
    grace = asked(person=row["person_id"])

    assert (False, "waiting") == (waiting["entitled"], waiting["reason"])
    assert "standard" in waiting["help"]
    assert ["overdraft", "overdraft"] == reasons
    assert (False, "grace", None) == (grace["entitled"], grace["reason"], grace["seat"])
    assert kept != row["person_id"]


def test_rules_may_need_no_seat_or_wait_for_groups(house, team, way, asked):
    """Whoever needs no seat may sign in without one; whose groups are awaited may not yet."""
    team_now = evolve(
        team,
        seating='{"rules":[{"when":"userType eq \\"Contractor\\"","seat":null},'
        '{"when":"groups.display eq \\"Sales\\"","seat":"standard"}],"default":"standard"}',
    )
    store = house.house.registry.store(Scope(team=team.id))
    house.run(store.write(lambda unit: unit.put(team_now), reference="rules"))
    free, _ = made(house, way, userType="Contractor")
    young, _ = made(house, way)
    answers = [asked(free), asked(young)]

    assert [(True, "no_seat_needed", None), (False, "seat_undecided", None)] == [
        (each["entitled"], each["reason"], each["seat"]) for each in answers
    ]


def test_nobody_is_put_in_the_place_of_another(house, team, way, asked):
    """A connection that may not vouch for an address lets nobody in by it, even once its owner is gone."""
    other = house.way(team, "generic")
    name, id = made(house, way)
    owner = asked(name)["person"]
    made(house, other, name)
    both = asked(name)
    switch(house, way, id, active=False)
    gone = asked(name)

    assert (True, owner) == (both["entitled"], both["person"])
    assert (False, "removed", owner) == (gone["entitled"], gone["reason"], gone["person"])


def test_names_that_nobody_vouches_for(house, asked, team):
    """One active user of the team is meant by a userName; of several nobody is; an inactive one is gone."""
    one, two = house.way(team, "generic"), house.way(team, "generic")
    name, id = made(house, one, "Stra\u00dfe@b.example")
    found = asked("STRASSE@B.example")
    _, second = made(house, two, name)
    several = asked(name)
    switch(house, two, second, active=False)
    again = asked(name)
    switch(house, one, id, active=False)

    assert ("seated", "ambiguous", "seated", "removed") == (
        *(each["reason"] for each in (found, several, again)),
        asked(name)["reason"],
    )
    assert (None, found["person"]) == (several["person"], again["person"])
    assert ("unknown", None) == (asked("nobody")["reason"], asked("nobody")["person"])


def test_many_are_answered_as_each_would_be(house, team, way, asked):
    """A list says of each what the question for that one says, in its order, and twice if asked twice."""
    name, _ = made(house, way)
    gone, other = made(house, way)
    switch(house, way, other, active=False)
    users = [gone, name.upper(), "nobody", name, gone]
    heard = house.question(team, house.key(team), users)
    told = [{**each, "checked_at": None} for each in heard.json()]

    assert 200 == heard.status_code
    assert [] == faults(heard.json(), said("post", 200))
    assert [{**asked(each), "checked_at": None} for each in users] == told


def test_other_teams_are_not_there(house, way):
    """A key sees nobody of another team, by whatever name or id."""
    name, id = made(house, way)
    (row,) = house.run(house.house.database.rows("SELECT person_id FROM resources WHERE id = $1", id))
    stranger = house.team(seats=1)
    key = house.key(stranger)
    answers = [
        house.question(stranger, key, **each).json()
        for each in ({"user": name}, {"person": row["person_id"]})
    ]

    assert [("unknown", None)] * 2 == [(each["reason"], each["person"]) for each in answers]
