"""The first page of a team: what somebody has to do something about, and what comes next."""

from __future__ import annotations

import pytest

from hub.engine.watched.overview import WAITING_DAYS
from hub.moments import later
from hub.teams import State
from tests.author import BY
from tests.seated import crew


@pytest.fixture
def team(house):
    """Return a team with two seats and a connection that is on."""
    return crew(house, seats=2)


def summary(team):
    """Return what the first page tells."""
    house = team.hub.house
    return team.hub.run(house.overview.of(team.hub.run(house.teams.named(team.team))))


def needs(team):
    """Return what somebody has to do something about, and whether somebody is kept out by it."""
    return [(each.says, each.grave) for each in summary(team).needs]


def test_nothing_is_needed_where_all_is_well(team):
    """Somebody is in, seats are left: nobody has to do anything."""
    team.make("ann@a.example")

    assert [] == needs(team)


def test_who_was_refused_is_told_with_what_to_click(team):
    """How many, of which provider, and what its administrator does."""
    for name in ("ann", "bob"):
        team.make(name)
    assert {403} == {team.create(name).status_code for name in ("cid", "dan")}
    (refused, *others) = summary(team).needs

    assert refused.says.startswith("2 people of ")
    assert "Have the identity provider push this person again." in refused.do
    assert refused.path.startswith("/people?condition=refused&connection=")
    assert ["The last standard seat is taken"] == [each.says for each in others]


def test_who_waits_long_is_told(team):
    """Not at once: after days, with how many wait and since when."""
    team.kind("standard", policy="wait")
    for name in ("ann", "bob", "cid"):
        team.make(name)
    assert [] == needs(team)

    since = later(team.hub.house.people.clock(), -(WAITING_DAYS + 1) * 86_400)
    team.rows("UPDATE waiting SET since = $2 WHERE team_id = $1", since)
    assert [("Waiting for a standard seat: 1 person, the first for 4 days", True)] == needs(team)


def test_seats_beyond_what_was_bought(team):
    """More held than bought keeps others out; seats that are lent do not."""
    for name in ("ann", "bob"):
        team.make(name)
    team.give_up("standard")
    assert [("1 more standard seat is held than were bought", True)] == needs(team)

    team.kind("standard", policy="overdraft", overdraft=2)
    assert [("1 standard seat is lent, of 2 that may be", False)] == needs(team)


def test_a_connection_that_was_turned_off_is_told(team):
    """Whom it removes stays in: that is for somebody to know."""
    house = team.hub.house
    team.make("ann")
    team.hub.run(house.lookout.write())
    team.hub.run(house.connections.set_state(team.way.connection, State.OFF, by=BY))

    ((says, grave),) = needs(team)
    assert says.endswith("is off: whom it removes stays in")
    assert not grave
    team.hub.run(house.connections.set_state(team.way.connection, State.PAUSED, by=BY))
    ((says, grave),) = needs(team)
    assert says.endswith("Paused: nobody can be added")
    assert grave


def test_what_comes_next(house):
    """Sign-in, SCIM, the first person: ticked by what is so, and gone once all is."""
    bare = house.run(house.house.teams.create("bare", seats=1, plan="enterprise", by=BY))
    assert [False] * 3 == [step.done for step in house.run(house.house.overview.of(bare)).steps]

    team = crew(house, seats=1)
    assert [True, True, False] == [step.done for step in summary(team).steps]
    team.make("ann")
    assert [] == summary(team).steps


def test_the_course_ends_with_what_there_is_now(team):
    """Bought and held of each kind, as they are today."""
    team.buy("viewer", 5)
    team.make("ann")
    told = {course.kind: course.days[-1] for course in summary(team).courses}

    assert {"standard": (2, 1), "viewer": (5, 0)} == {
        kind: (day.bought, day.held) for kind, day in told.items()
    }
    assert {0} == {course.days[0].held for course in summary(team).courses}
