"""The refusal for want of a seat: every number in it is true, and it fits a provider's console."""

from __future__ import annotations

import pytest
from attrs import evolve

from hub.engine.seats.placing import place
from hub.engine.seats.refusing import NoSeat
from hub.engine.values.places import SeatCount
from hub.ledger.policies import Policy

REFERENCE = "hx_0123456789abcdef"


@pytest.mark.parametrize(
    ("count", "says"),
    [
        (SeatCount(bought=50, held=50), "50 of 50 Standard seats are taken. Buy or free one,"),
        (SeatCount(bought=1, held=1), "1 of 1 Standard seat is taken. Buy or free one,"),
        (
            SeatCount(bought=3, held=4, overdraft=1, policy=Policy.OVERDRAFT),
            "3 of 3 Standard seats are taken, and 1 more is lent. Buy or free one,",
        ),
        (
            SeatCount(bought=3, held=5),
            "3 of 3 Standard seats are taken, and 2 more are held. Buy or free 3,",
        ),
        (
            SeatCount(bought=3, held=3, overdraft=1, waiting=1, policy=Policy.OVERDRAFT),
            "3 of 3 Standard seats are taken, and 1 person waits for one. Buy or free one,",
        ),
        (
            SeatCount(bought=2, held=1, waiting=1),
            "1 of 2 Standard seats is taken, and 1 person waits for one. Buy or free one,",
        ),
        (
            SeatCount(bought=3, held=5, overdraft=2, waiting=4, policy=Policy.OVERDRAFT),
            "3 of 3 Standard seats are taken, 2 more are lent, and 4 people wait for one. Buy or free 5,",
        ),
        (None, "0 of 0 Standard seats are taken. Buy or free one,"),
    ],
)
def test_it_says_who_has_the_seats_and_how_many_are_missing(count, says):
    """Those bought, those lent or held beyond, and whoever comes first, in the singular and the plural."""
    assert f"No seat left: {says} then retry this person. Ref {REFERENCE}" == str(
        NoSeat("standard", count, REFERENCE).detail
    )


@pytest.mark.parametrize("held", range(6))
@pytest.mark.parametrize("waiting", range(3))
@pytest.mark.parametrize("policy", [Policy.REFUSE, Policy.OVERDRAFT])
def test_as_many_as_it_says_are_missing(policy, held, waiting):
    """With so many more whoever was refused gets one, and with one fewer they do not."""
    count = SeatCount(
        bought=3, held=held, waiting=waiting, overdraft=int(policy is Policy.OVERDRAFT), policy=policy
    )
    if place({"standard": count}, "standard") is not None:
        return
    said = NoSeat("standard", count, REFERENCE).detail.partition("Buy or free ")[2].partition(",")[0]
    missing = 1 if said == "one" else int(said)

    assert [False, True] == [
        place({"standard": evolve(count, bought=count.bought + more)}, "standard") is not None
        for more in (missing - 1, missing)
    ]


def test_it_fits_a_console():
    """180 plain characters, where a team is large and everything there is to say is said."""
    full = SeatCount(bought=50_000, held=50_500, overdraft=500, waiting=500)

    detail = NoSeat("standard", full, REFERENCE).detail

    assert detail.isascii()
    assert 180 >= len(detail)
