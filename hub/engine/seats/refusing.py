"""The refusal for want of a seat, in the sentence that consoles of providers show."""

from __future__ import annotations

from hub.engine.values.dossiers import people
from hub.engine.values.places import SeatCount
from hub.scim.errors import Forbidden


class NoSeat(Forbidden):
    """No seat of the *kind* is left; the team has to buy or free one, or as many as are missing."""

    def __init__(self, kind: str, count: SeatCount | None, reference: str) -> None:
        """Say where the seats of the *kind* are, of which the team has *count*."""
        self.kind = kind
        #: Whom it was refused to, where it was a provider's user.
        self.user_name: str | None = None
        count = count or SeatCount(bought=0, held=0)
        missing = max(1, count.waiting + 1 - count.left)
        #: What whoever looks after the team is told, who has nothing to look up by the *reference*.
        self.says = (
            f"No seat left: {_taken(kind.capitalize(), count)}."
            f" Buy or free {'one' if missing == 1 else missing}, then retry this person"
        )
        super().__init__(f"{self.says}. Ref {reference}")


def _taken(kind: str, count: SeatCount) -> str:
    """Return how many are taken of those bought, how many are held beyond those, and who comes first."""
    bought, held = count.bought, min(count.held, count.bought)
    over, waiting = count.held - held, count.waiting
    said = [
        f"{held} of {bought} {kind} {_one(bought, 'seat', 'seats')} {_are(1 if bought == 1 else held)} taken"
    ]
    if over:
        said.append(f"{over} more {_are(over)} {'lent' if over <= count.overdraft else 'held'}")
    if waiting:
        said.append(f"{people(waiting)} {_one(waiting, 'waits', 'wait')} for one")
    *first, last = said
    return f"{', '.join(first)}, and {last}" if first else last


def _are(count: int) -> str:
    return _one(count, "is", "are")


def _one(count: int, one: str, many: str) -> str:
    return one if count == 1 else many
