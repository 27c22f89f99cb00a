"""The checker sees what it is there to see."""

from __future__ import annotations

import json

import pytest
from attrs import evolve

from tests.races.checker import Kept, faults, out_of_turn

pytestmark = pytest.mark.races


def entry(number, what, source, target, count=1):
    """One line of a book."""
    posting = {"source": source, "target": target, "seat": "standard", "count": count}
    return {"number": number, "what": what, "reference": f"r{number}", "postings": json.dumps([posting])}


def event(name, version, before, after, cause):
    """One event about the user `u`."""
    return {
        "name": name,
        "resource": "u",
        "person": "p",
        "version": version,
        "before": before,
        "after": after,
        "cause": cause,
    }


def user(id, person, name, *, active=True):
    """One user."""
    document = json.dumps({"userName": name})
    return {"id": id, "connection_id": "c", "person_id": person, "active": active, "document": document}


WELL = Kept(
    entries=[
        entry(1, "bought", "bought", "free"),
        entry(2, "taken", "free", "held:p"),
        entry(3, "released", "held:p", "free"),
        entry(4, "taken", "free", "held:p"),
    ],
    seats=[{"kind": "standard", "bought": 1, "held": 1, "overdraft": 0, "waiting": 0}],
    holdings=[{"person_id": "p", "kind": "standard"}],
    waiting=[],
    persons=[{"id": "p", "claims": 1}],
    users=[user("u", "p", "ann")],
    events=[
        event("user_provisioned", 1, None, "on", "r2"),
        event("seat_taken", 1, None, "on", "r2"),
        event("user_deactivated", 2, "on", "off", "r3"),
        event("seat_released", 2, "on", "off", "r3"),
        event("user_reactivated", 3, "off", "on", "r4"),
        event("seat_taken", 3, "off", "on", "r4"),
    ],
)

BAD = {
    "oversold": (
        {"entries": [*WELL.entries, entry(5, "taken", "free", "held:q")]},
        "entry 5: 2 standard seats are held, 1 are bought",
    ),
    "oversold for a while": (
        {
            "entries": [
                *WELL.entries,
                entry(5, "taken", "free", "held:q"),
                entry(6, "released", "held:q", "free"),
            ]
        },
        "entry 5: 2 standard seats are held, 1 are bought",
    ),
    "two for one": (
        {"entries": [*WELL.entries, entry(5, "taken", "free", "held:p")]},
        "entry 5: 1 standard cannot go from ['free'] to ['held', 'p']",
    ),
    "given back twice": (
        {"entries": [*WELL.entries[:3], entry(4, "released", "held:p", "free")]},
        "entry 4: 1 standard cannot go from ['held', 'p'] to ['free']",
    ),
    "a gap": ({"entries": [*WELL.entries[:2], *WELL.entries[3:]]}, "entry 4 stands at place 3"),
    "miscounted": (
        {"seats": [{**WELL.seats[0], "held": 0}]},
        "standard: (bought, held) is counted (1, 0), and adds up to (1, 1)",
    ),
    "no holding": ({"holdings": []}, "the open holdings are not those of the book"),
    "two holdings": ({"holdings": [*WELL.holdings, *WELL.holdings]}, "somebody holds two seats"),
    "active without a seat": (
        {"users": [*WELL.users, user("v", "q", "bob")]},
        "q is active without a seat",
    ),
    "a seat kept": ({"users": [user("u", "p", "ann", active=False)]}, "p holds a seat and is not active"),
    "a place kept": (
        {"waiting": [{"person_id": "q", "kind": "standard"}], "seats": [{**WELL.seats[0], "waiting": 1}]},
        "q waits for a seat and is not active",
    ),
    "a queue miscounted": (
        {"waiting": [{"person_id": "p", "kind": "standard"}]},
        "standard: 0 are counted as waiting, 1 wait",
    ),
    "a claim lost": ({"persons": [{"id": "p", "claims": 0}]}, "p has 0 claims and 1 active users"),
    "one name twice": (
        {"users": [*WELL.users, user("v", "p", "ann", active=False)]},
        "2 users of one connection are called ann",
    ),
    "written, not told": ({"events": WELL.events[:5]}, "seat_taken because of r4: written, not told"),
    "told, not written": (
        {"events": [*WELL.events, event("seat_released", 3, "off", "on", "r5")]},
        "seat_released because of r5: told, not written",
    ),
    "out of order": (
        {"events": [*WELL.events[2:4], *WELL.events[:2], *WELL.events[4:]]},
        "u: versions come as [2, 1, 3]",
    ),
    "a lost update": (
        {"events": [*WELL.events[:4], event("user_reactivated", 3, "on", "on", "r4"), WELL.events[5]]},
        "u: a change begins where none ended",
    ),
    "a seat told too early": (
        {"events": [WELL.events[3], *WELL.events[:3], *WELL.events[4:]]},
        "u: seats and changes come as [2, 1, 1, 2, 3, 3]",
    ),
    "a seat told out of turn": (
        {"events": [{**WELL.events[3], "resource": "v"}, *WELL.events[:3], *WELL.events[4:]]},
        "p: the seat is told as ['seat_released', 'seat_taken', 'seat_taken']",
    ),
}


def test_nothing_is_wrong_with_a_team_that_is_well():
    """A book that adds up, and whoever is active holding a seat, is no fault."""
    assert [] == faults(WELL)


@pytest.mark.parametrize(("change", "fault"), BAD.values(), ids=BAD)
def test_faults_are_seen(change, fault):
    """Each fault is told in a sentence."""
    assert fault in faults(evolve(WELL, **change))


def told(name, person, seat=None):
    """One event about a seat, or about access."""
    return {"name": name, "person": person, "seat": seat}


IN_TURN = [
    told("seat_taken", "o", "standard"),
    told("seat_waiting", "p", "standard"),
    told("seat_waiting", "q", "standard"),
    told("user_deactivated", "p"),
    told("seat_taken", "v", "viewer"),
    told("seat_taken", "q", "standard"),
    told("seat_taken", "r", "standard"),
]


def test_who_is_seated_out_of_turn_is_seen():
    """Whoever passes over somebody who waits: not who comes when nobody does, nor for another kind."""
    assert [] == out_of_turn(IN_TURN, "standard")
    passed = [*IN_TURN[:3], told("seat_taken", "q", "standard"), told("seat_taken", "p", "standard")]
    assert ["q is seated, and p came first"] == out_of_turn(passed, "standard")
    newcomer = [*IN_TURN[:5], told("seat_taken", "r", "standard")]
    assert ["r is seated, and q came first"] == out_of_turn(newcomer, "standard")
