"""Who may sign in: every case of what can be known of a person, and what the answer says of it."""

from __future__ import annotations

import itertools
import json

import pytest
from attrs import evolve

from hub.engine.values.entitlements import REFUSALS, Bond, Reason, Seated, Standing, decide, told

NOW = "2026-06-01T12:00:00.000Z"
BEFORE, LATER = "2026-06-01T11:59:59.999Z", "2026-06-01T12:00:00.001Z"
SEAT = Seated(kind="standard", since="2026-01-01T00:00:00.000Z")
OVER = evolve(SEAT, over=True)

#: What can be known of the one who is meant.
CLAIMS = (0, 1, 2)
SWITCHES = (False, True)
SEATS = (None, SEAT, OVER)
MOMENTS = (None, BEFORE, NOW, LATER)
QUEUES = (None, "viewer")

#: The first row that fits decides: claims, suspended, seat, waits, settle_at, by hand → why.
#: A cell that is None fits anything.
TABLE = [
    ((False, None, True, None, LATER, None), Reason.GRACE),
    ((False, None, None, None, None, None), Reason.REMOVED),
    ((True, True, None, None, None, None), Reason.SUSPENDED),
    ((True, False, True, None, None, None), Reason.SEATED),
    ((True, False, False, True, None, None), Reason.WAITING),
    ((True, False, False, False, True, None), Reason.SEAT_UNDECIDED),
    ((True, False, False, False, False, True), Reason.NO_SEAT),
    ((True, False, False, False, False, False), Reason.NO_SEAT_NEEDED),
]


def standing(**known):
    """Return somebody who owns the address."""
    return Standing(**{"person": "p1", "bond": Bond.OWNS, "claims": 1, **known})


def wanted(one):
    """Return what the table says of *one*."""
    seen = (one.claims > 0, one.suspended, one.seat is not None, one.waits_for is not None)
    for cells, reason in TABLE:
        *plain, moment, by_hand = cells
        fits = [cell is None or cell == fact for cell, fact in zip(plain, seen, strict=True)]
        fits.append(moment in {None, one.settle_at, one.settle_at is not None})
        fits.append(by_hand in {None, one.by_hand})
        if all(fits):
            over = reason is Reason.SEATED and one.seat.over
            return Reason.OVERDRAFT if over else reason
    raise AssertionError(one)


EVERYBODY = [
    standing(
        claims=claims,
        by_hand=by_hand,
        suspended=suspended,
        settle_at=settle_at,
        seat=seat,
        waits_for=waits_for,
    )
    for claims, by_hand, suspended, settle_at, seat, waits_for in itertools.product(
        CLAIMS, SWITCHES, SWITCHES, MOMENTS, SEATS, QUEUES
    )
]


def test_every_case_is_decided_as_the_table_says():
    """Whatever can be known of somebody, the table has a row for it, and so does the hub."""
    assert [wanted(one) for one in EVERYBODY] == [decide([one], now=NOW).reason for one in EVERYBODY]
    assert set(Reason) - {Reason.UNKNOWN, Reason.AMBIGUOUS} == {wanted(one) for one in EVERYBODY}


def test_nobody_is_let_in_without_a_claim_or_while_suspended():
    """No seat, kept or lent, lets in whom nobody vouches for or whom an administrator shut out."""
    let_in = [one for one in EVERYBODY if decide([one], now=NOW).entitled]

    assert let_in
    assert all(one.claims and not one.suspended for one in let_in)
    assert all(one.seat or not (one.waits_for or one.settle_at or one.by_hand) for one in let_in)


def test_the_answer_shows_the_seat_of_those_who_are_let_in():
    """A seat that opens nothing is not shown: whoever looks at it alone lets nobody in by mistake."""
    answers = [told(decide([one], now=NOW), at=NOW, seconds=60) for one in EVERYBODY]

    assert {True, False} == {answer["entitled"] for answer in answers}
    assert all(
        (answer["seat"] is not None) is (answer["reason"] in {"seated", "overdraft"}) for answer in answers
    )
    assert all(answer["max_age"] == (60 if answer["entitled"] else 0) for answer in answers)
    assert all(("message" in answer, "help" in answer) == (not answer["entitled"],) * 2 for answer in answers)


OWNER, BEARER, GONE = (
    standing(person=bond.value, bond=bond, seat=SEAT) for bond in (Bond.OWNS, Bond.BEARS, Bond.BORE)
)
OTHER = evolve(BEARER, person="other")
REMOVED_OWNER = evolve(OWNER, claims=0, seat=None)


@pytest.mark.parametrize(
    ("found", "reason", "person"),
    [
        ([], Reason.UNKNOWN, None),
        ([OWNER], Reason.SEATED, "owns"),
        ([BEARER], Reason.SEATED, "bears"),
        ([OWNER, BEARER], Reason.SEATED, "owns"),
        ([REMOVED_OWNER, BEARER], Reason.REMOVED, "owns"),
        ([REMOVED_OWNER, BEARER, OTHER], Reason.REMOVED, "owns"),
        ([BEARER, OTHER], Reason.AMBIGUOUS, None),
        ([BEARER, GONE], Reason.SEATED, "bears"),
        ([GONE], Reason.REMOVED, "bore"),
        ([GONE, evolve(GONE, person="other")], Reason.REMOVED, None),
    ],
)
def test_who_is_meant(found, reason, person):
    """The owner of an address is meant, else the one whose active user is called so, in whatever order."""
    for order in itertools.permutations(found):
        decided = decide(order, now=NOW)

        assert (reason, person) == (decided.reason, decided.person)


def test_refusals_have_words_for_the_end_user_and_for_the_administrator():
    """Whoever is refused is told, and so is who can help: with nothing left to be filled in."""
    refused = [told(decide(found, now=NOW), at=NOW, seconds=60) for found in ([], [BEARER, OTHER])]
    refused += [told(decide([one], now=NOW), at=NOW, seconds=60) for one in EVERYBODY]
    words = {answer["reason"]: (answer["message"], answer["help"]) for answer in refused if "help" in answer}

    assert {reason.value for reason in REFUSALS} == words.keys()
    assert not any("{" in text or "None" in text for pair in words.values() for text in pair)
    assert "viewer" in words["waiting"][1]
    assert LATER in words["grace"][1]


def test_revision_differs_wherever_the_answer_does():
    """Two answers have one revision where nothing but the moment differs, and only there."""
    answers = [
        told(decide([one], now=NOW), at=at, seconds=seconds)
        for one in [*EVERYBODY, *(evolve(one, seat=evolve(SEAT, since=NOW)) for one in EVERYBODY)]
        for at in (NOW, LATER)
        for seconds in (0, 300)
    ]
    seen: dict[str, set[int]] = {}
    for answer in answers:
        said = {name: value for name, value in answer.items() if name not in {"revision", "checked_at"}}
        seen.setdefault(json.dumps(said), set()).add(answer["revision"])
    revisions = [revision for found in seen.values() for revision in found]

    assert {1} == {len(found) for found in seen.values()}
    assert len(seen) == len(set(revisions))
    assert all(0 <= revision < 2**53 for revision in revisions)
