"""What a preview of rules says is what settling then does, whatever the policies."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from random import Random

import pytest

from hub.engine.seats.rehearsing import Rehearsal
from hub.engine.values.places import NOWHERE, SeatCount, Spot
from hub.ledger.policies import Policy
from hub.teams import State
from tests.author import BY
from tests.seated import Crew, crew

KINDS, TYPES = ("standard", "sales", "viewer"), ("Seller", "Guest", "Staff")

#: What becomes of whoever finds no seat left: of the kind that most are sent to, and of the others.
TERMS = {
    "refuse": {"policy": "refuse"},
    "wait": {"policy": "wait"},
    "overdraft": {"policy": "overdraft", "overdraft": 2},
    "overflow": {"policy": "overflow", "overflow": "viewer"},
}
LAST = ("refuse", "wait", "overdraft")


def peopled(house, chance: Random) -> Crew:
    """Return a team that is over-held here and queued for there, with two whom no provider knows."""
    team = crew(house, seats=chance.randint(6, 12))
    people, state = house.house.people, house.house.connections.set_state
    for kind in KINDS[1:]:
        team.buy(kind, chance.randint(0, 4))
    house.run(state(team.way.connection, State.OFF, by=BY))
    kind = chance.choice(KINDS)
    team.kind(kind, policy="wait")
    for _ in range(2):
        person = house.run(people.add(team.way.team, f"hand{chance.random()}@a.example", by=BY))
        house.run(people.seat(team.way.team, person, kind=kind, by=BY))
    house.run(state(team.way.connection, State.ON, by=BY))
    for number in range(12):
        team.create(f"p{number:02}", userType=chance.choice(TYPES))
    applied(team, rules(chance))
    rest(team)
    for _ in range(chance.randint(0, 3)):
        team.give_up(chance.choice(KINDS))
    return team


def rules(chance: Random):
    """Return rules that send each type of people somewhere, or to no seat."""
    kinds = [*KINDS, "sales", "sales", None]
    said = [{"when": f'userType eq "{type_}"', "seat": chance.choice(kinds)} for type_ in TYPES]
    return {"rules": said, "default": "standard"}


def previewed(team: Crew, said):
    """Return what rules would do."""
    ruling, acme = team.hub.house.ruling, team.way.team
    return team.hub.run(ruling.preview(acme, team.hub.run(ruling.read(acme, said)), progress=str))


def applied(team: Crew, said) -> int:
    """Keep rules, and return how many people are said to be moved."""
    ruling, acme = team.hub.house.ruling, team.way.team
    return team.hub.run(ruling.apply(acme, team.hub.run(ruling.read(acme, said)), by=BY, progress=str))


def marked(team: Crew) -> list[str]:
    """Return the userNames of those who are to be settled."""
    rows = team.rows(
        "SELECT r.document FROM persons p JOIN resources r ON r.team_id = p.team_id AND r.person_id = p.id"
        " WHERE p.team_id = $1 AND p.unsettled"
    )
    return [json.loads(row["document"])["userName"] for row in rows]


def rest(team: Crew) -> dict[str, str]:
    """Have the relay look until nothing moves any more, and return where everybody is."""
    before = team.spots()
    team.settle()
    return before if team.spots() == before else rest(team)


def written(spot: Spot) -> str:
    """Return a spot as `Crew.spots` has it."""
    return (spot.held or "") + (f"?{spot.waits}" if spot.waits else "")


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("policy", TERMS)
def test_what_a_preview_says_is_what_is_done(house, policy, seed):
    """From where to where, how many and who; how many are being moved; and of which kind seats are short."""
    chance = Random(f"{policy} {seed}")
    team = peopled(house, chance)
    for kind, terms in (
        ("sales", policy),
        ("viewer", chance.choice(LAST)),
        ("standard", chance.choice(LAST)),
    ):
        team.kind(kind, **{"overdraft": 0, "overflow": None, **TERMS[terms]})
    said, before = rules(chance), team.spots()

    preview = previewed(team, said)
    moved, due = applied(team, said), marked(team)
    after = rest(team)

    gone = {name: (before[name], after[name]) for name in due if before[name] != after[name]}
    shifts = {(written(each.source), written(each.target)): each for each in preview.shifts}
    assert Counter(gone.values()) == {shift: each.people for shift, each in shifts.items()}
    assert all(shift == gone[name] for shift, each in shifts.items() for name in each.names)
    assert (len(gone), len(gone)) == (preview.moving, moved)
    assert Counter(to.partition("?")[2] for _, to in gone.values() if "?" in to) == preview.short


def test_who_finds_none_left_and_overflows_is_said_to(house):
    """Both come into the other kind, and no seat is missing."""
    team = crew(house, seats=3)
    team.buy("sales", 0)
    team.buy("viewer", 5)
    for name in "ab":
        team.make(name, userType="Seller")
    team.kind("sales", policy="overflow", overflow="viewer")

    preview = previewed(team, {"rules": [{"when": 'userType eq "Seller"', "seat": "sales"}]})

    [shift] = preview.shifts
    assert (Spot(held="standard"), Spot(held="viewer"), 2, {}) == (
        shift.source,
        shift.target,
        shift.people,
        preview.short,
    )


def test_who_waits_is_said_to_hold_nothing(house):
    """Where they come from is a queue, and no seat; and what was short before is not said of these rules."""
    team = crew(house, seats=1)
    team.buy("viewer", 1)
    team.kind("standard", policy="wait")
    for name, type_ in (("a", "Staff"), ("b", "Guest"), ("c", "Staff")):
        team.make(name, userType=type_)
    team.give_up("standard")

    preview = previewed(team, {"rules": [{"when": 'userType eq "Guest"', "seat": "viewer"}]})

    [shift] = preview.shifts
    assert (Spot(waits="standard"), Spot(held="viewer"), ("b",), {}) == (
        shift.source,
        shift.target,
        shift.names,
        preview.short,
    )
    assert ("no seat, waits for standard", "no seat") == (shift.source.says, NOWHERE.says)


def test_who_is_not_moved_by_rules_leaves_a_seat_behind_all_the_same(house):
    """Whoever waits already, and gets what they wait for, makes room for somebody whom the rules move."""
    team = crew(house, seats=1)
    team.buy("sales", 1)
    team.buy("viewer", 2)
    seller, guest = ('userType eq "Seller"', "sales"), ('userType eq "Guest"', "viewer")
    team.rule(seller, guest)
    team.make("a", userType="Seller")
    b, _ = team.make("b", userType="Staff"), team.make("c", userType="Guest")
    team.say(b, "userType", "Seller")
    team.settle()
    assert {"a": "sales", "b": "standard?sales", "c": "viewer"} == team.spots()

    said = [{"when": 'userName eq "a"', "seat": "viewer"}, {"when": seller[0], "seat": "sales"}]
    shifts = previewed(team, {"rules": said}).shifts

    assert {("a",): Spot(held="viewer"), ("c",): Spot(held="standard")} == {
        each.names: each.target for each in shifts
    }


def test_a_seat_that_comes_free_goes_on_to_whoever_waits_for_that():
    """Whoever is promoted leaves a seat behind, in whichever order the kinds are gone through."""
    for order in itertools.permutations(KINDS):
        full = {kind: SeatCount(bought=1, held=1, policy=Policy.WAIT, waiting=1) for kind in order}
        rehearsal = Rehearsal(kinds=full)
        rehearsal.waits("a", Spot(held="viewer", waits="sales"))
        rehearsal.waits("b", Spot(held="standard", waits="viewer"))
        rehearsal.waits("c", Spot(waits="standard"))

        rehearsal.move("d", Spot(held="sales"), NOWHERE)

        said = {"a": Spot(held="sales"), "b": Spot(held="viewer"), "c": Spot(held="standard")}
        assert said == dict(rehearsal.promoted())
        assert {(1, 0)} == {(count.held, count.waiting) for count in rehearsal.kinds.values()}


def test_a_kind_that_was_bought_since_is_passed_over():
    """Whoever holds it, or waits for it, is counted nowhere, and nobody's preview fails."""
    rehearsal = Rehearsal(kinds={"standard": SeatCount(bought=1, held=0)})

    rehearsal.waits("ann", Spot(waits="sales"))
    rehearsal.move("bob", Spot(held="sales"), Spot(held="standard"))

    assert [] == list(rehearsal.promoted())
    assert {"standard": 1} == {kind: count.held for kind, count in rehearsal.kinds.items()}
