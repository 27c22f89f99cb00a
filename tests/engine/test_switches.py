"""Connections turned on and off, plan and SSO lost and had again: what that does to people and seats."""

from __future__ import annotations

import json

import pytest
from attrs import evolve

from hub.engine.answering.ousting import Ousting
from hub.engine.people.locked import Locked
from hub.engine.values.dossiers import entitlement_of
from hub.engine.values.errors import AdminError
from hub.teams import ENTERPRISE, Connection, State, Team, locking
from tests.author import BY
from tests.seated import crew

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
OFF = {"schemas": [PATCH_OP], "Operations": [{"op": "replace", "path": "active", "value": False}]}
ISSUER = "https://sign-in.example"

FULL = Team(id="t", name="t", plan=ENTERPRISE, sso_issuer=ISSUER)
LAPSED = [Team(id="t", name="t", plan="basic", sso_issuer=ISSUER), Team(id="t", name="t", plan=ENTERPRISE)]


def user(name):
    """Return the body of a user."""
    return {"schemas": [USER], "userName": f"{name}@a.example", "active": True}


def pushed(house, way, *names):
    """Have a provider create users, and return their ids."""
    return [house.ask(way, "POST", "/Users", user(name)).json()["id"] for name in names]


def effect(house, way, state, *, release=False):
    """Return what it does to turn a connection."""
    return house.run(house.house.switches.effect(way.connection, state, release=release))


def turn(house, way, state):
    """Turn a connection."""
    house.run(house.house.connections.set_state(way.connection, state, by=BY))


def released(house, way):
    """Free the seats of a connection that is off, and return how many users were deactivated."""
    return house.run(house.house.switches.release(way.connection, by=BY, progress=lambda _: None))


def set_team(house, team, **changes):
    """Change a team, and return what is said of it."""
    return house.run(house.house.switches.set_team(team, changes, by=BY))[1]


def held(house, team):
    """Return how many seats are held."""
    return house.run(house.house.bookkeeping.seats(team))["standard"].held


def since(house, team, count):
    """Return what the entries and events of a team after the first *count* entries say happened."""

    async def read():
        entries = [entry async for entry in house.house.bookkeeping.entries(team)][count:]
        rows = await house.house.database.rows(
            "SELECT event FROM outbox WHERE team_id = $1 ORDER BY id", team.id
        )
        causes = {entry.reference for entry in entries}
        events = [event for event in (json.loads(row["event"]) for row in rows) if event["cause"] in causes]
        return [entry.what for entry in entries], [event["name"] for event in events]

    return house.run(read())


@pytest.fixture
def both(house):
    """A team, with Ann in by two connections, Bob and Cid in by the first: team and connections."""
    team = house.team(seats=9)
    first, second = (house.way(team, "okta", domains=["a.example"]) for _ in range(2))
    pushed(house, first, "ann", "bob", "cid")
    pushed(house, second, "ann")
    return team, first, second


def test_it_is_said_first_what_a_switch_does(house, both):
    """How many people and seats it is about; whoever loses access is told of by name."""
    team, first, second = both
    kept = effect(house, first, State.OFF)

    assert (3, 0, 0, ()) == (kept.people, kept.seats_freed, kept.without_access, kept.names)
    assert (
        "3 people will keep their access, with 3 seats; groups and ids stay, too. Whom okta removes from now"
        " on stays in: to pause it instead would have them removed."
    ) == kept.says
    assert (
        "Nobody can be added until it is on again; whom okta removes is removed. 3 people will keep their"
        " access, with 3 seats."
    ) == effect(house, first, State.PAUSED).says
    assert (
        "okta assigns the seats of this team from now on, and nobody does by hand. 1 person will keep their"
        " access, with 1 seat."
    ) == effect(house, second, State.ON).says

    set_team(house, team, plan="basic")
    house.run(house.house.people.add(team, "dan@a.example", by=BY))
    said = effect(house, second, State.ON).says
    assert "In by hand, until it pushes them: 1 person; `hub connection adopt` has its import find" in said
    assert "by hand, until" not in effect(house, second, State.PAUSED).says

    gone = effect(house, first, State.OFF, release=True)
    assert (3, 2, 2, ("bob@a.example", "cid@a.example")) == (
        gone.people,
        gone.seats_freed,
        gone.without_access,
        gone.names,
    )
    assert (
        "3 people of this connection will be deactivated; groups and ids stay. Without access will be those"
        " for whom nobody else vouches: 2 people, bob@a.example, cid@a.example. Their seats come free, or are"
        " kept for the grace time."
    ) == gone.says
    assert "vouches: 0 people." in effect(house, second, State.OFF, release=True).says
    house.run(house.house.database.rows("UPDATE seats SET grace = 60 WHERE team_id = $1", team.id))
    later = effect(house, first, State.OFF, release=True)
    assert (0, 2) == (later.seats_freed, later.without_access)


@pytest.mark.parametrize("state", [State.ON, State.PAUSED, State.OFF])
def test_who_has_no_access_keeps_none(house, state):
    """Those and their seats are counted of whom the product is told that they are entitled."""
    team = crew(house, seats=2)
    team.buy("viewer", 0)
    team.rule(('userType eq "Robot"', None), ('userType eq "Guest"', "viewer"))
    ann, bob = team.make("ann"), team.make("bob")  # Ann is shut out, Bob waits for another kind
    team.make("robot", userType="Robot")  # needs no seat
    team.kind("standard", policy="wait")
    team.make("cid")  # waits
    team.rule(('groups.display eq "Staff"', "standard"))
    team.make("dan")  # undecided
    team.rule(('userType eq "Guest"', "viewer"))
    team.say(bob, "userType", "Guest")
    team.hub.run(team.hub.house.relay.settling.settle(team.team, person_of(team, bob)))
    by = evolve(BY, why="left")
    team.hub.run(house.house.people.suspend(team.way.team, person_of(team, ann), by=by))

    assert {"no_seat_needed", "waiting", "seat_undecided", "suspended", "seated"} == set(reasons(team))
    entitled = [each for each in reasons(team) if each in {"seated", "no_seat_needed"}]
    assert (2, 5) == (len(entitled), effect(house, team.way, state).people)
    assert "2 people will keep their access, with 1 seat" in effect(house, team.way, state).says


def person_of(team, user):
    """Return the person whom a user is about."""
    (row,) = team.rows("SELECT person_id FROM resources WHERE team_id = $1 AND id = $2", user)
    return row["person_id"]


def reasons(team):
    """Return of each of a team's people why they have access, or have not."""

    async def read():
        people = team.hub.house.people
        return [
            entitlement_of(each, now=people.clock()).reason.value async for each in people.of(team.way.team)
        ]

    return team.hub.run(read())


def test_no_more_than_ten_are_named(house):
    """The others are counted."""
    team = house.team(seats=20)
    way = house.way(team, "generic")
    pushed(house, way, *(f"p{number:02}" for number in range(12)))

    assert (
        effect(house, way, State.OFF, release=True)
        .says.partition(". Their")[0]
        .endswith("p09@a.example and 2 more")
    )


def test_off_keeps_people_and_seats(house, both):
    """Nothing moves; on again, users are there under the same ids, active."""
    team, first, _ = both
    before = house.ask(first, "GET", "/Users").json()
    turn(house, first, State.OFF)

    assert 403 == house.ask(first, "GET", "/Users").status_code
    assert (3, ([], [])) == (held(house, team), since(house, team, 4))
    turn(house, first, State.ON)
    assert before == house.ask(first, "GET", "/Users").json()


def test_release_frees_the_seats_of_whom_nobody_else_vouches_for(house, both):
    """Each is deactivated, with one entry and one event of the seat; who is in by another way stays in."""
    team, first, second = both
    turn(house, first, State.OFF)

    assert 3 == released(house, first)
    assert (1, ["released"] * 2) == (held(house, team), since(house, team, 4)[0])
    assert ["user_deactivated", "seat_released"] * 2 == since(house, team, 4)[1]
    assert [True] == [each["active"] for each in house.ask(second, "GET", "/Users").json()["Resources"]]
    turn(house, first, State.ON)
    assert [False] * 3 == [each["active"] for each in house.ask(first, "GET", "/Users").json()["Resources"]]
    assert [] == house.run(house.house.bookkeeping.verify(team))


def test_releasing_is_noted_of_each(house, both):
    """Who did it and why, once each; released again, nobody is left and nothing is noted."""
    team, first, _ = both
    turn(house, first, State.OFF)
    released(house, first)
    assert 0 == released(house, first)

    async def noted():
        return [
            note.target async for note in house.house.trail.of(team.id) if note.action == "connection.release"
        ]

    assert [f"{name}@a.example" for name in ("ann", "bob", "cid")] == sorted(house.run(noted()))


def test_release_goes_on_where_it_was(house, both, monkeypatch):
    """One who cannot be deactivated holds up nobody, is told of, and is done when it is given again."""
    team, first, _ = both
    turn(house, first, State.OFF)
    deactivate, failing = Ousting.deactivate, ["once", "twice"]

    async def fail(self, team, connection, id, **said):
        if failing:
            raise RuntimeError(failing.pop())
        return await deactivate(self, team, connection, id, **said)

    monkeypatch.setattr(Ousting, "deactivate", fail)
    with pytest.raises(AdminError, match="released 1 person, but could not release 2 people"):
        released(house, first)
    assert 2 == released(house, first)
    assert 1 == held(house, team)


def test_release_ends_where_the_connection_is_on_again(house, both):
    """Whoever its provider assigns from then on stays in: the command says how far it came."""
    _, first, _ = both
    turn(house, first, State.OFF)
    turn(house, first, State.ON)
    with pytest.raises(AdminError, match=r"released 0 people: then connection .* was turned on"):
        released(house, first)


def test_release_tells_how_far_it_came(house, both, monkeypatch):
    """Who was turned on in the middle keeps the others, and those before them are counted."""
    _, first, _ = both
    turn(house, first, State.OFF)
    monkeypatch.setattr("storage.dossiers.BATCH", 2)
    deactivate, engine = Ousting.deactivate, house.house

    async def meanwhile(self, *args, **named):
        done = await deactivate(self, *args, **named)
        await engine.connections.set_state(first.connection, State.ON, by=BY)
        return done

    with monkeypatch.context() as patch:
        patch.setattr(Ousting, "deactivate", meanwhile)
        with pytest.raises(AdminError, match=r"released 2 people: then connection .* was turned on"):
            released(house, first)
    turn(house, first, State.OFF)
    assert 1 == released(house, first)


def test_whoever_leaves_waits_for_no_plugin(house, both):
    """A connection whose dialect nobody speaks any more is released; it adopts nobody, and says why."""
    team, first, _ = both
    turn(house, first, State.OFF)
    orphan = evolve(first.connection, idp="gone")

    assert 3 == house.run(house.house.switches.release(orphan, by=BY, progress=lambda _: None))
    assert 1 == held(house, team)
    with pytest.raises(AdminError, match="gone"):
        house.run(house.house.adoption.adopt(orphan, by=BY, progress=lambda _: None))


def test_release_goes_through_pages(house, monkeypatch):
    """However many there are."""
    monkeypatch.setattr("storage.dossiers.BATCH", 2)
    team = house.team(seats=9)
    way = house.way(team, "generic")
    pushed(house, way, *"abcde")
    turn(house, way, State.OFF)

    assert 5 == released(house, way)
    assert 0 == held(house, team)


@pytest.mark.parametrize("lost", [{"plan": "basic"}, {"sso_issuer": None}], ids=["plan", "SSO"])
@pytest.mark.parametrize(("idp", "status"), [("okta", 429), ("generic", 503)])
def test_what_a_team_loses_pauses_its_connections(house, lost, idp, status):
    """Nobody is added, the provider is told to come again; removals and reads work; hands may move seats."""
    team, people = house.team(seats=3), house.house.people
    way = house.way(team, idp, domains=["a.example"])
    ann, bob = pushed(house, way, "ann", "bob")
    before = house.run(house.house.teams.named(team.id))

    said = set_team(house, team, **lost)
    assert said.startswith("SCIM is paused, since it")
    assert "(1) add nobody" in said
    refused = house.ask(way, "POST", "/Users", user("cid"))
    assert (status, True) == (refused.status_code, refused.headers["retry-after"].isdecimal())
    assert "SCIM is paused for this team (it" in refused.json()["detail"]
    assert 200 == house.ask(way, "GET", f"/Users/{ann}").status_code
    assert 200 == house.ask(way, "PATCH", f"/Users/{ann}", OFF).status_code
    assert 1 == held(house, team)
    dan = house.run(people.add(team, "dan@a.example", by=BY))
    house.run(people.seat(team, dan, by=BY))
    assert 2 == held(house, team)

    had = {name: getattr(before, name) for name in lost}
    assert "Connections that are on (1) work again: seats are assigned by them, and not by hand." == set_team(
        house, team, **had
    )
    assert before == house.run(house.house.teams.named(team.id))
    assert 201 == house.ask(way, "POST", "/Users", user("cid")).status_code
    assert True is house.ask(way, "GET", f"/Users/{bob}").json()["active"]
    with pytest.raises(Locked):
        house.run(people.unseat(team, dan, by=BY))
    assert [] == house.run(house.house.bookkeeping.verify(team))


def test_a_team_without_connections_is_told_what_it_may(house):
    """Nothing is paused where nothing is on."""
    team = house.team(seats=1)

    assert "SCIM cannot be turned on: its plan is 'basic' and SCIM is part of 'enterprise'." == set_team(
        house, team, plan="basic"
    )
    assert "SCIM can be turned on." == set_team(house, team, plan=ENTERPRISE)


@pytest.mark.parametrize("team", [FULL, *LAPSED])
@pytest.mark.parametrize("state", State)
def test_who_assigns_seats(team, state):
    """A connection in use does, of a team that has what SCIM needs; else hands do."""
    connection = Connection(id="c", team="t", idp="generic", state=state)
    in_use = state in {State.ON, State.PAUSED}

    assert (connection if team is FULL and in_use else None) is locking(team, [connection])
    lapsed = state is State.ON and team is not FULL
    assert (State.PAUSED if lapsed else state) is connection.state_in(team)
