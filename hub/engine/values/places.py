"""Seats as a store counts them, and where people are: holding one, waiting for one, or refused."""

from __future__ import annotations

import enum

from attrs import frozen

from hub.ledger.policies import Policy

#: The most seats of a kind that a team can buy: what every database counts to.
SEATS_MAX = 2**31 - 1


@frozen(kw_only=True)
class SeatCount:
    """How many seats of a kind: paid for, held, lent beyond what is paid for, and waited for.

    *policy* says what becomes of whoever finds none left, *overflow* which kind they are given instead. A
    seat that comes free is kept for the same person for *grace* seconds. *told* is the share in use, per
    cent, that was announced last.
    """

    bought: int
    held: int
    overdraft: int = 0
    waiting: int = 0
    policy: Policy = Policy.REFUSE
    overflow: str | None = None
    grace: int = 0
    told: int = 0

    @property
    def free(self) -> int:
        """Return how many nobody holds; below zero where more are held than paid for."""
        return self.bought - self.held

    @property
    def left(self) -> int:
        """Return how many may still be taken, those lent among them."""
        return self.bought + self.overdraft - self.held


class SeatState(enum.StrEnum):
    """Whether a person holds a seat, waits for one, may get one yet, has one kept for them, or none."""

    SEATED = "seated"
    WAITING = "waiting"
    UNDECIDED = "undecided"
    KEPT = "kept"
    NONE = "none"


@frozen(kw_only=True)
class SeatStatus:
    """A person's seat as providers see it: its *kind*, *since* when, the place in the queue (1 is next)."""

    state: SeatState
    kind: str | None = None
    since: str | None = None
    position: int | None = None


@frozen(kw_only=True)
class Spot:
    """Where a person is: holding a seat of the kind *held*, waiting for one of the kind *waits*.

    Who holds one and waits for another gives the first back when the second comes.
    """

    held: str | None = None
    waits: str | None = None

    @property
    def says(self) -> str:
        """Return it in words, as in `standard, waits for sales`."""
        return (self.held or "no seat") + (f", waits for {self.waits}" if self.waits else "")


#: Neither with a seat nor waiting for one.
NOWHERE = Spot()


@frozen(kw_only=True)
class Waiting:
    """A place in the queue for a seat of a *kind*: 1 is next. *name* is what the person is called."""

    kind: str
    position: int
    since: str
    person: str
    name: str | None


@frozen(kw_only=True)
class Refused:
    """A user that a connection could not have for want of a seat; *reference* is of the latest attempt."""

    connection: str
    user_name: str
    kind: str
    first_at: str
    last_at: str
    attempts: int
    reference: str
