"""Where somebody comes to be who wants a seat, and which shares in use are told of: tables."""

from __future__ import annotations

import pytest
from attrs import evolve

from hub.engine.seats.placing import crossed, place
from hub.engine.values.places import NOWHERE, SeatCount, Spot
from hub.ledger.policies import Policy

FULL = SeatCount(bought=2, held=2)
FREE = SeatCount(bought=2, held=1)


def kinds(**changes):
    """Return kinds with one seat left each, called by their policies; next overflows into last."""
    made = {
        "refuse": FREE,
        "wait": evolve(FREE, policy=Policy.WAIT),
        "lend": evolve(FREE, policy=Policy.OVERDRAFT, overdraft=1),
        "next": evolve(FREE, policy=Policy.OVERFLOW, overflow="last"),
        "last": FREE,
        "queue": evolve(FREE, policy=Policy.OVERFLOW, overflow="wait"),
    }
    return made | {kind: evolve(made[kind], **said) for kind, said in changes.items()}


HOLDS, WAITS, REFUSED = (lambda kind: Spot(held=kind)), (lambda kind: Spot(waits=kind)), None


@pytest.mark.parametrize(
    ("wanted", "changes", "there"),
    [
        *[(kind, {}, HOLDS(kind)) for kind in ("refuse", "wait", "lend", "next")],
        ("refuse", {"refuse": {"held": 2}}, REFUSED),
        ("refuse", {"refuse": {"held": 3}}, REFUSED),
        ("wait", {"wait": {"held": 2}}, WAITS("wait")),
        ("lend", {"lend": {"held": 2}}, HOLDS("lend")),
        ("lend", {"lend": {"held": 3}}, REFUSED),
        ("next", {"next": {"held": 2}}, HOLDS("last")),
        ("next", {"next": {"held": 2}, "last": {"held": 2}}, REFUSED),
        ("queue", {"queue": {"held": 2}}, HOLDS("wait")),
        ("queue", {"queue": {"held": 2}, "wait": {"held": 2}}, WAITS("wait")),
        ("golden", {}, REFUSED),
        ("next", {"next": {"held": 2, "overflow": "golden"}}, REFUSED),
        ("next", {"next": {"held": 2, "overflow": "next"}}, REFUSED),
        # A seat that came free while somebody waits is theirs.
        ("wait", {"wait": {"waiting": 1}}, WAITS("wait")),
        ("wait", {"wait": {"held": 0, "waiting": 1}}, WAITS("wait")),
        ("refuse", {"refuse": {"waiting": 1}}, REFUSED),
        ("refuse", {"refuse": {"held": 0, "waiting": 1}}, HOLDS("refuse")),
        ("lend", {"lend": {"held": 2, "waiting": 1}}, REFUSED),
        ("next", {"next": {"waiting": 1}}, HOLDS("last")),
    ],
)
def test_a_newcomer_is_seated_as_the_policy_says(wanted, changes, there):
    """They hold a seat, of this kind or of one after it, wait behind all who do, or are refused."""
    assert there == place(kinds(**changes), wanted)


@pytest.mark.parametrize(
    ("wanted", "changes", "now", "there"),
    [
        ("refuse", {"refuse": {"held": 2}}, NOWHERE, WAITS("refuse")),
        ("lend", {"lend": {"held": 3}}, NOWHERE, WAITS("lend")),
        ("next", {"next": {"held": 2}, "last": {"held": 2}}, NOWHERE, WAITS("next")),
        ("queue", {"queue": {"held": 2}, "wait": {"held": 2}}, NOWHERE, WAITS("wait")),
        ("golden", {}, NOWHERE, None),
        # Who holds another kind keeps it until one comes free.
        ("refuse", {}, HOLDS("wait"), HOLDS("refuse")),
        ("refuse", {"refuse": {"held": 2}}, HOLDS("wait"), Spot(held="wait", waits="refuse")),
        ("refuse", {"refuse": {"held": 2}}, HOLDS("refuse"), HOLDS("refuse")),
        ("next", {"next": {"held": 2}, "last": {"held": 2}}, HOLDS("last"), HOLDS("last")),
        ("next", {}, HOLDS("last"), HOLDS("next")),
        # Who waits already waits on, and is not seated out of turn.
        ("refuse", {"refuse": {"held": 0, "waiting": 1}}, WAITS("refuse"), WAITS("refuse")),
        ("wait", {"wait": {"waiting": 2}}, WAITS("wait"), WAITS("wait")),
        ("refuse", {}, WAITS("wait"), HOLDS("refuse")),
        ("wait", {"wait": {"held": 2}}, WAITS("refuse"), WAITS("wait")),
    ],
)
def test_who_was_let_in_is_never_refused(wanted, changes, now, there):
    """They wait, whatever the policy, with what they have; but for a kind that there is not."""
    assert there == place(kinds(**changes), wanted, now=now, welcome=True)


@pytest.mark.parametrize(
    ("bought", "held", "told", "percent"),
    [
        (100, 79, 0, None),
        (100, 80, 0, 80),
        (100, 81, 80, None),
        (100, 95, 80, 95),
        (100, 100, 95, 100),
        (100, 101, 100, None),
        (2, 1, 0, None),
        (2, 2, 0, 100),
        (0, 1, 0, 100),
        (3, 2, 0, None),
    ],
)
def test_a_share_is_told_of_once(bought, held, told, percent):
    """The highest that was come to, unless it was told of already."""
    assert percent == crossed(SeatCount(bought=bought, held=held, told=told))
