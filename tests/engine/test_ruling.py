"""A team's rules: what a change of them would move, and that it moves them."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from attrs import evolve

from hub.engine.common.plugins import Plugins
from hub.engine.seats.previews import NAMED_MAX, Shift
from hub.engine.values.errors import AdminError
from hub.engine.values.places import NOWHERE, Spot
from hub.ledger.policies import Policy
from hub.spi import UNDECIDED, Seat, hookimpl
from tests.author import BY
from tests.inprocess import Bench, Way

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
CONTRACTORS = {"rules": [{"when": 'userType eq "Contractor"', "seat": "gold"}]}
SALES = {"rules": [{"when": 'groups.display eq "Sales"', "seat": "gold"}]}

_numbers = itertools.count()


@pytest.fixture
def way(house: Bench) -> Way:
    """Return a connection of a team with ten standard seats and two gold ones."""
    way = house.way(house.team(seats=10), "generic", domains=["a.example"])
    house.run(house.house.purchasing.buy(way.team, "gold", 2, by=BY))
    return way


def create(house: Bench, way: Way, name: str, **attributes: object) -> str:
    """Push a user and return their id."""
    answer = house.ask(way, "POST", "/Users", {"schemas": [USER], "userName": name, **attributes})
    assert 201 == answer.status_code, answer.text
    return str(answer.json()["id"])


def crowd(house: Bench, way: Way, count: int) -> None:
    """Push so many contractors."""
    for _ in range(count):
        create(house, way, f"c{next(_numbers):03}@a.example", userType="Contractor")


def team(house: Bench, way: Way):
    """Return the team as it is now."""
    return house.run(house.house.teams.named(way.team.id))


def previewed(house: Bench, way: Way, said: Any):
    """Return what rules would do."""
    ruling = house.house.ruling
    return house.run(ruling.preview(way.team, house.run(ruling.read(way.team, said)), progress=str))


def applied(house: Bench, way: Way, said: Any) -> int:
    """Keep rules, and return how many people are marked."""
    ruling = house.house.ruling
    return house.run(ruling.apply(way.team, house.run(ruling.read(way.team, said)), by=BY, progress=str))


def settled(house: Bench) -> None:
    """Do what the relay does in the background."""
    house.run(house.house.relay.settle())
    house.run(house.house.relay.promote())


def held(house: Bench, way: Way) -> dict[str, int]:
    """Return how many hold which kind."""
    kinds = house.run(house.house.purchasing.kinds(way.team))
    assert [] == house.run(house.house.bookkeeping.verify(way.team))
    return {kind: count.held for kind, count in kinds.items()}


def test_a_preview_tells_who_would_move_and_changes_nothing(house, way):
    """From what to what, how many, some of them by name, and which kinds are short of seats."""
    crowd(house, way, 7)
    create(house, way, "bob@a.example")
    before = team(house, way), held(house, way)

    said = {"rules": [*CONTRACTORS["rules"], {"when": "title pr", "seat": "none"}]}
    preview = previewed(house, way, said)

    assert (8, 7) == (preview.people, preview.moving)
    waiting, coming = preview.shifts
    assert (Spot(held="standard"), Spot(held="standard", waits="gold"), 5) == (
        waiting.source,
        waiting.target,
        waiting.people,
    )
    assert (Spot(held="standard"), Spot(held="gold"), 2) == (coming.source, coming.target, coming.people)
    assert NAMED_MAX == len(waiting.names)
    assert all(name.startswith("c") for name in waiting.names + coming.names)
    assert ([7, 0], 1, 0, 0) == (preview.decided, preview.default, preview.plugins, preview.undecided)
    assert {"gold": 5} == preview.short
    assert before == (team(house, way), held(house, way))
    settled(house)
    assert {"gold": 0, "standard": 8} == held(house, way)


def test_seats_that_come_free_on_the_way_are_not_short(house, way):
    """Who leaves a kind makes room in it for who comes."""
    applied(house, way, CONTRACTORS)
    crowd(house, way, 2)
    for name in ("bob@a.example", "eve@a.example"):
        create(house, way, name)

    preview = previewed(
        house, way, {"rules": [{"when": "userType pr", "seat": "standard"}], "default": "gold"}
    )

    assert (4, {}) == (preview.moving, preview.short)


def test_what_a_preview_tells_is_what_is_done(house, way):
    """Rules are kept, those who would move are marked, and settle moves them; whoever finds none waits."""
    crowd(house, way, 3)
    create(house, way, "bob@a.example")

    assert 3 == applied(house, way, CONTRACTORS)
    settled(house)

    assert {"gold": 2, "standard": 2} == held(house, way)
    assert 1 == house.run(house.house.purchasing.kinds(way.team))["gold"].waiting
    assert 0 == previewed(house, way, CONTRACTORS).moving
    house.run(house.house.purchasing.buy(way.team, "gold", 1, by=BY))
    settled(house)
    assert {"gold": 3, "standard": 1} == held(house, way)


def test_rules_that_are_kept_are_those_of_the_next_request(house, way):
    """An admission carries them; and what the audit says is what was and what is."""
    assert 0 == applied(house, way, CONTRACTORS)
    assert 0 == applied(house, way, CONTRACTORS)

    crowd(house, way, 1)

    assert {"gold": 1, "standard": 0} == held(house, way)
    notes = house.run(noted(house, way))
    assert [("rule.set", way.team.name)] == [(note.action, note.target) for note in notes]
    assert '"gold"' in notes[0].changes["seating"]["after"]


async def noted(house, way):
    """Return the notes about rules."""
    return [note async for note in house.house.trail.of(way.team.id) if note.action.startswith("rule")]


def test_no_seat_is_a_choice(house, way):
    """People keep their access, and their seats come free."""
    crowd(house, way, 2)
    said = {"rules": [{"when": "userType pr", "seat": None}], "default": "none"}

    [shift] = previewed(house, way, said).shifts
    assert (Spot(held="standard"), NOWHERE, 2) == (shift.source, shift.target, shift.people)
    applied(house, way, said)
    settled(house)
    create(house, way, "bob@a.example")

    assert {"gold": 0, "standard": 0} == held(house, way)


def test_a_page_at_a_time_is_the_same(house, way, monkeypatch):
    """However small a page is, everybody is asked about once, and marked where they move."""
    crowd(house, way, 5)
    create(house, way, "bob@a.example")
    whole = previewed(house, way, CONTRACTORS)
    pages = []
    monkeypatch.setattr("storage.census.PEOPLE", 2)
    mark = type(house.house.ruling)._mark

    async def marking(self, team, people):
        pages.append(len(people))
        await mark(self, team, people)

    monkeypatch.setattr(type(house.house.ruling), "_mark", marking)

    assert whole == previewed(house, way, CONTRACTORS)
    assert 5 == applied(house, way, CONTRACTORS)
    assert [2, 2, 1] == pages
    settled(house)
    assert {"gold": 2, "standard": 4} == held(house, way)


def test_who_stopped_on_the_way_has_the_rest_marked(house, way, monkeypatch):
    """The rules are kept first; the same again finds whoever was not marked."""
    crowd(house, way, 2)
    mark = type(house.house.ruling)._mark

    async def broken(self, team, people):
        raise KeyError("pulled the plug")

    monkeypatch.setattr(type(house.house.ruling), "_mark", broken)
    with pytest.raises(KeyError):
        applied(house, way, CONTRACTORS)
    assert CONTRACTORS["rules"][0]["when"] in team(house, way).seating.replace('\\"', '"')
    monkeypatch.setattr(type(house.house.ruling), "_mark", mark)

    assert 2 == applied(house, way, CONTRACTORS)
    settled(house)
    assert {"gold": 2, "standard": 0} == held(house, way)


def test_who_overflowed_stays_while_nothing_is_left(house, way):
    """A person in the kind that their own overflows to is not told of as moving, until there is a seat."""
    house.run(
        house.house.purchasing.set_kind(way.team, "gold", policy=Policy.OVERFLOW, overflow="standard", by=BY)
    )
    applied(house, way, CONTRACTORS)
    crowd(house, way, 3)
    assert {"gold": 2, "standard": 1} == held(house, way)

    assert 0 == previewed(house, way, CONTRACTORS).moving
    house.run(house.house.purchasing.buy(way.team, "gold", 1, by=BY))
    assert 1 == previewed(house, way, CONTRACTORS).moving


def test_people_whose_groups_may_come_are_undecided(house, way):
    """They are counted apart; those who hold a seat are old enough to be moved."""
    bob = create(house, way, "bob@a.example")
    house.ask(
        way, "POST", "/Groups", {"schemas": [GROUP], "displayName": "Sales", "members": [{"value": bob}]}
    )
    applied(house, way, SALES)
    settled(house)
    create(house, way, "ann@a.example")

    preview = previewed(house, way, SALES)

    assert (2, 0, 1) == (preview.people, preview.moving, preview.undecided)
    assert ([1], 0) == (preview.decided, preview.default)
    assert {"gold": 1, "standard": 0} == held(house, way)


def test_who_was_undecided_moves_once_a_rule_decides(house, way):
    """From no seat at all, and without waiting for the time to be up."""
    applied(house, way, SALES)
    create(house, way, "ann@a.example")

    [shift] = previewed(house, way, {}).shifts
    said = Shift(source=NOWHERE, target=Spot(held="standard"), people=1, names=("ann@a.example",))
    assert said == shift
    assert 1 == applied(house, way, {})
    settled(house)
    assert {"gold": 0, "standard": 1} == held(house, way)


def test_who_has_what_an_administrator_gave_them_is_not_asked_about(house, way):
    """Rules have a say in the seats of those for whom a provider vouches."""
    away = house.team(seats=5)
    person = house.run(house.house.people.add(away, "ann@a.example", by=BY))
    house.run(house.house.people.seat(away, person, by=BY))
    other = Way(team=away, connection=way.connection, token="")

    assert 0 == previewed(house, other, {"default": "none"}).people
    with pytest.raises(AdminError, match="no identity provider vouches"):
        house.run(house.house.ruling.reasons(away, person))


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (
            {"rules": [{"when": "title pr", "seat": "tin"}]},
            r"^rules\[0\].seat: 'team .*' never bought 'tin': it has gold, ",
        ),
        ({"default": "tin"}, "^default: "),
        ({"rules": [{"when": "title", "seat": "gold"}]}, r"^rules\[0\].when: expected"),
        (
            {"rules": [{"when": "nonsense pr", "seat": "gold"}, 1]},
            r"no attribute nonsense\nrules\[1\]: must be",
        ),
        ("x", "must be a table"),
    ],
)
def test_what_cannot_be_rules_is_refused_with_its_place(house, way, said, why):
    """All faults at once, and nothing is kept."""
    with pytest.raises(AdminError, match=why):
        previewed(house, way, said)
    assert "{}" == team(house, way).seating


def test_reasons_tell_which_rule_chose(house, way):
    """By number, with which rules are met, and whether groups may still come."""
    said = {
        "rules": [
            {"when": "title pr", "seat": "none"},
            {"when": 'userType eq "Contractor"', "seat": "gold"},
            {"when": "groups pr or userType pr", "seat": "standard"},
        ],
    }
    applied(house, way, said)
    crowd(house, way, 1)
    create(house, way, "eve@a.example")

    def reasons(name):
        person = house.run(house.house.people.find(way.team, name))
        return house.run(house.house.ruling.reasons(team(house, way), person))

    contractor = reasons(f"c{next(_numbers) - 1:03}@a.example")
    assert (Seat("gold"), 1, [False, True, True]) == (
        contractor.choice,
        contractor.rule,
        contractor.matches,
    )
    newcomer = reasons("eve@a.example")
    assert (UNDECIDED, 2, True, [False, False, False]) == (
        newcomer.choice,
        newcomer.rule,
        newcomer.young,
        newcomer.matches,
    )


def test_rules_and_schemas_go_together(house, way):
    """No rule is left to look at an attribute that is gone, whichever of the two comes second."""
    urn, engine, ruling = "urn:example:acme:2.0:User", house.house, house.house.ruling
    schema = json.dumps({"id": urn, "attributes": [{"name": "badge"}]}).encode()
    house.run(engine.schemas.add(way.team, schema, kind="User", by=BY))
    said = {"rules": [{"when": f"{urn}:badge pr", "seat": "gold"}]}
    seating = house.run(ruling.read(team(house, way), said))

    house.run(engine.schemas.remove(team(house, way), urn, by=BY))
    with pytest.raises(AdminError, match=r"rules\[0\].when: User has no attribute"):
        house.run(ruling.apply(team(house, way), seating, by=BY, progress=str))
    house.run(engine.schemas.add(team(house, way), schema, kind="User", by=BY))
    house.run(ruling.apply(team(house, way), seating, by=BY, progress=str))
    with pytest.raises(AdminError, match=r"`hub rule set` first\n.*no attribute"):
        house.run(engine.schemas.remove(team(house, way), urn, by=BY))
    create(house, way, "ann@a.example", **{urn: {"badge": "7"}})
    assert {"gold": 1, "standard": 0} == held(house, way)


class Guides:
    """A plugin with an opinion on guides."""

    @hookimpl
    def choose_seat(self, person):
        """Give guides gold, whatever the rules say."""
        return Seat("gold") if person.profile.get("title") == "Guide" else None


def test_a_plugin_comes_first(house, way):
    """As it does in a write: rules are asked where no plugin has an opinion."""
    create(house, way, "ann@a.example", title="Guide")
    create(house, way, "bob@a.example", title="Boss")
    ruling = evolve(house.house.ruling, plugins=Plugins.load(Guides(), installed=False))
    seating = house.run(ruling.read(way.team, {"rules": [{"when": "title pr", "seat": "standard"}]}))

    preview = house.run(ruling.preview(way.team, seating, progress=str))

    assert (1, [1], 1) == (preview.plugins, preview.decided, preview.moving)
    person = house.run(house.house.people.find(way.team, "ann@a.example"))
    assert house.run(ruling.reasons(way.team, person)).plugin


def test_rules_that_somebody_else_wrote_are_told_of(house, way):
    """What cannot be read is a sentence, and no traceback."""
    broken = evolve(way.team, seating='{"rules": 1}')
    with pytest.raises(AdminError, match=r"teams.seating of .*: rules: must be a list"):
        house.house.ruling.rules(broken)
