"""One person, and possible duplicates, as administrators are told of them."""

from __future__ import annotations

import pytest
from attrs import evolve

from hub.engine.values.errors import AdminError
from hub.engine.values.listing import Turn, Wanted
from tests.author import BY
from tests.seated import Crew, crew

FIRST = Turn()


@pytest.fixture
def team(house):
    """Return a team with two seats and a connection."""
    return crew(house, seats=2)


def listed(team, **wanted):
    """Return userName → how somebody is listed."""
    page = team.hub.run(team.hub.house.directory.people(team.way.team, Wanted(**wanted), FIRST))
    return {each.dossier.called: each for each in page.rows}


def portrait(team, called):
    """Return all that is known of somebody."""
    house = team.hub.house
    whole = team.hub.run(house.teams.named(team.team))
    person = team.hub.run(house.people.find(whole, called))
    return team.hub.run(house.directory.portrait(whole, person))


async def written(keeper):
    """Have written what is to be kept."""
    await keeper.close()
    await keeper.run()


def test_people_are_told_with_why(team):
    """Each with the reason that their product is told."""
    team.kind("standard", policy="wait")
    for name in ("ann@a.example", "bob@a.example", "cid@a.example", "dan@a.example"):
        team.make(name)

    assert {
        "dan@a.example": ("waiting", 2),
        "cid@a.example": ("waiting", 1),
        "bob@a.example": ("seated", None),
        "ann@a.example": ("seated", None),
    } == {
        name: (each.reason, each.dossier.queued and each.dossier.queued.position)
        for name, each in listed(team).items()
    }


def test_who_is_called_the_same_may_be_the_same(team):
    """Two people of one address, of whom one connection may not vouch for it; who is out is none of them."""
    team.buy("standard", 2)
    other = Crew(hub=team.hub, way=team.hub.way(team.way.team, "okta", domains=[]))
    team.make("ann@a.example")
    twin = other.make("Ann@a.example", displayName="Ann the other")
    team.make("bob@a.example")

    assert [1, 1] == [len(each.twins) for each in listed(team, text="ann").values()]
    assert [0] == [len(each.twins) for each in listed(team, text="bob").values()]
    assert ["Ann the other"] == [each.title for each in portrait(team, "ann@a.example").twins]
    other.switch(twin, active=False)
    assert [] == portrait(team, "ann@a.example").twins


def test_one_person_whole(team):
    """Users with their groups, which rule decided, and exchanges, the latest first."""
    team.buy("viewer", 5)
    team.rule(('userType eq "guest"', "viewer"))
    ann = team.make("ann@a.example", userType="guest", displayName="Ann Lee")
    team.group("Sales", ann)
    team.say(ann, "title", "Boss")
    team.hub.run(written(team.hub.house.keeper))
    told = portrait(team, "ann@a.example")

    assert ("Ann Lee", 'userType eq "guest"', False) == (told.dossier.title, told.rule, told.reasons.plugin)
    assert [["Sales"]] == [[group.display for group in user.groups] for _, user in told.users]
    assert ["PATCH", "POST"] == [each["method"] for each in told.exchanges]
    assert ["Boss"] == [value for trait in told.profile if trait.name == "title" for value, _ in trait.values]
    assert [] == list(told.sign_ins)


def test_who_is_nobody(team, house):
    """Neither somebody who is not there, nor somebody of another team."""
    other = crew(house, seats=1)
    other.make("zoe@a.example")
    zoe = house.run(house.house.people.find(other.way.team, "zoe@a.example"))

    for person in ("nobody", zoe):
        with pytest.raises(AdminError, match="nobody with the id"):
            house.run(house.house.directory.portrait(team.way.team, person))


def test_connections_are_told_apart(team):
    """By their provider; where there are two of one, by a domain, too."""
    team.hub.way(team.way.team, "okta", domains=["o.example"])
    titles = {each.title for each in team.hub.run(team.hub.house.directory.sources(team.way.team)).values()}
    assert 2 == len(titles)
    team.hub.way(team.way.team, "okta", domains=["p.example"])
    named = [each.title for each in team.hub.run(team.hub.house.directory.sources(team.way.team)).values()]

    assert ["o.example", "p.example"] == [title.rpartition(" · ")[2] for title in named[1:]]


def test_a_suspended_person_is_told_so(team):
    """The reason is the suspension, whatever seat they hold."""
    team.make("ann@a.example")
    house = team.hub.house
    person = team.hub.run(house.people.find(team.way.team, "ann@a.example"))
    team.hub.run(house.people.suspend(team.way.team, person, by=evolve(BY, why="lost laptop")))

    assert "suspended" == listed(team)["ann@a.example"].reason


def test_whom_a_connection_could_not_have(team):
    """A user who was let go and is refused is told so on their page."""
    ann = team.make("ann@a.example")
    team.switch(ann, active=False)
    for name in ("bob@a.example", "cid@a.example"):
        team.make(name)
    assert 403 == team.switch(ann, active=True)

    assert ["ann@a.example"] == [each.user_name for each in portrait(team, "ann@a.example").refused]
    assert "removed" == portrait(team, "ann@a.example").reason
