"""Which postings a change asks for."""

from __future__ import annotations

from .entries import BOUGHT, FREE, Posting, held_by


def buy(seat: str, count: int) -> tuple[Posting, ...]:
    """Return the postings that put *count* more seats at the team's disposal."""
    return (Posting(source=BOUGHT, target=FREE, seat=seat, count=count),)


def give_up(seat: str, count: int) -> tuple[Posting, ...]:
    """Return the postings that take *count* seats from the team's disposal, held or not."""
    return (Posting(source=FREE, target=BOUGHT, seat=seat, count=count),)


def settle(person: str, *, held: str | None, wanted: str | None) -> tuple[Posting, ...]:
    """Return the postings that take *person* from the seat *held* to the seat *wanted*.

    One function takes, releases and swaps; no postings means that nothing moves.
    """
    if held == wanted:
        return ()
    mine = held_by(person)
    back = (Posting(source=mine, target=FREE, seat=held),) if held else ()
    out = (Posting(source=FREE, target=mine, seat=wanted),) if wanted else ()
    return back + out
