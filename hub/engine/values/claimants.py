"""People as a store knows them: who vouches for them, what was said of them, how they signed in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from attrs import frozen

from .places import NOWHERE, Spot

if TYPE_CHECKING:
    from .resources import Resource


@frozen(kw_only=True)
class Claimant:
    """A person as the seats know them: how many *claims* vouch for them, and their *spot*.

    One claim may be an administrator's (*by_hand*). *settle_at* is set while something is still open: it is
    the moment until which a seat is kept for somebody for whom nobody vouches, or until which it is undecided
    whether somebody gets one. *grace* is for how many seconds a seat of their kind would be kept.
    """

    claims: int
    spot: Spot = NOWHERE
    by_hand: bool = False
    settle_at: str | None = None
    grace: int = 0


@frozen(kw_only=True)
class Candidate:
    """A person about whom rules are asked: their active *users*, with groups, and where they are.

    *settle_at* is the moment until which they are undecided.
    """

    person: str
    users: Sequence[Resource]
    spot: Spot
    settle_at: str | None = None


@frozen(kw_only=True)
class Vouching:
    """How many claims on a person are *counted*, and who makes them: active *users*, an administrator.

    *kept* says that a seat is kept for them for a while, whether or not anybody vouches for them.
    """

    person: str
    counted: int
    users: int
    by_hand: bool
    kept: bool


@frozen(kw_only=True)
class Tally:
    """How many *people* a connection vouches for, and what would happen if it let them go.

    Of these, so many have access (*entitled*), of whom so many by a seat (*seated*); and for so many nobody
    else vouches (*alone*): *freed* seats would come free at once. *by_hand* counts the people of the team for
    whom an administrator vouches.
    """

    people: int
    entitled: int
    seated: int
    alone: int
    freed: int
    by_hand: int


@frozen(kw_only=True)
class Personal:
    """What an administrator said of a person: that they vouch for them, a name, why they are suspended."""

    by_hand: bool = False
    name: str | None = None
    suspended: str | None = None


@frozen(kw_only=True)
class SignIn:
    """By what *address* somebody signed in with a *provider*, called by its title, first and last."""

    provider: str
    address: str
    first_at: str
    last_at: str
