"""May this person sign in? The answer, out of what is known of them."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from hashlib import sha256

from attrs import frozen

from hub.scim.strictjson import dumps
from hub.spi import Json


class Bond(enum.StrEnum):
    """How a person is tied to the name by which somebody asks for them: the stronger first."""

    OWNS = "owns"
    """The address is theirs, or it is their id."""

    BEARS = "bears"
    """An active user of theirs is called so."""

    BORE = "bore"
    """Only a user of theirs that is no longer active is called so."""


@frozen(kw_only=True)
class Seated:
    """A seat that somebody holds: of which kind, and since when; *over*: more are held than were bought."""

    kind: str
    since: str
    over: bool = False


@frozen(kw_only=True)
class Standing:
    """What is known, at one moment, of a person who may be the one that is asked for.

    *claims* vouch for them, one of which may be an administrator's (*by_hand*); *suspended* says whether they
    are shut out. *settle_at* is the moment until which a seat is kept for somebody for whom nobody vouches,
    or until which it is undecided whether somebody gets one. *waits_for* is the kind that they wait for.
    """

    person: str
    bond: Bond
    claims: int = 0
    by_hand: bool = False
    suspended: bool = False
    settle_at: str | None = None
    seat: Seated | None = None
    waits_for: str | None = None


class Reason(enum.StrEnum):
    """Why somebody may sign in, or why not: these and no others."""

    SEATED = "seated"
    OVERDRAFT = "overdraft"
    NO_SEAT_NEEDED = "no_seat_needed"
    WAITING = "waiting"
    SEAT_UNDECIDED = "seat_undecided"
    GRACE = "grace"
    SUSPENDED = "suspended"
    REMOVED = "removed"
    NO_SEAT = "no_seat"
    UNKNOWN = "unknown"
    AMBIGUOUS = "ambiguous"


#: What is told of each refusal: to whoever wants to sign in, and to their administrator.
REFUSALS = {
    Reason.WAITING: (
        "Your team has no seat left. You are in the queue for the next one.",
        "No seat of the kind {kind} is left: buy or free one, and whoever has waited longest gets it.",
    ),
    Reason.SEAT_UNDECIDED: (
        "Your access is being set up. Please try again in a few minutes.",
        "The kind of seat is not decided yet: it depends on groups that may still be on their way.",
    ),
    Reason.GRACE: (
        "Your access has ended.",
        "Removed by the identity provider. The seat is kept until {until}: assign them there again by then.",
    ),
    Reason.SUSPENDED: (
        "Your access is suspended. Please ask your administrator.",
        "Suspended here by an administrator, whatever the identity provider says, until one ends it.",
    ),
    Reason.REMOVED: (
        "Your access has ended.",
        "No identity provider vouches for this person any more: assign them there again.",
    ),
    Reason.NO_SEAT: (
        "You have no seat. Please ask your administrator.",
        "Added by hand, and without a seat: give them one.",
    ),
    Reason.UNKNOWN: (
        "You have no access. Please ask your administrator.",
        "The team has nobody of that name: assign them in the identity provider.",
    ),
    Reason.AMBIGUOUS: (
        "Your access could not be determined. Please ask your administrator.",
        "Several people of the team are called so, and no connection vouches for the address as its own.",
    ),
}


@frozen(kw_only=True)
class Entitlement:
    """Whether *person* may sign in, and why; *kind* is that waited for, *until* when a seat is kept."""

    reason: Reason
    person: str | None = None
    seat: Seated | None = None
    kind: str | None = None
    until: str | None = None

    @property
    def entitled(self) -> bool:
        """Say whether they may sign in."""
        return self.reason not in REFUSALS


def decide(found: Sequence[Standing], *, now: str) -> Entitlement:
    """Return whether the person who is asked for may sign in *now*; *found* is everybody it may be.

    Whoever owns an address is meant by it, so that no connection that may not vouch for it can put somebody
    else in their place, whether the owner is still there or not.
    """
    for bond in (Bond.OWNS, Bond.BEARS):
        match [each for each in found if each.bond is bond]:
            case [one]:
                return _judged(one, now)
            case [_, *_]:
                return Entitlement(reason=Reason.AMBIGUOUS)
    match found:
        case []:
            return Entitlement(reason=Reason.UNKNOWN)
        case [one]:
            return Entitlement(reason=Reason.REMOVED, person=one.person)
        case _:
            return Entitlement(reason=Reason.REMOVED)


def _judged(one: Standing, now: str) -> Entitlement:
    reason = _reason(one, now)
    match reason:
        case Reason.SEATED | Reason.OVERDRAFT:
            return Entitlement(reason=reason, person=one.person, seat=one.seat)
        case Reason.WAITING:
            return Entitlement(reason=reason, person=one.person, kind=one.waits_for)
        case Reason.GRACE:
            return Entitlement(reason=reason, person=one.person, until=one.settle_at)
        case _:
            return Entitlement(reason=reason, person=one.person)


def _reason(one: Standing, now: str) -> Reason:
    if not one.claims:
        kept = one.seat is not None and one.settle_at is not None and now < one.settle_at
        return Reason.GRACE if kept else Reason.REMOVED
    if one.suspended:
        return Reason.SUSPENDED
    if one.seat is not None:
        return Reason.OVERDRAFT if one.seat.over else Reason.SEATED
    if one.waits_for is not None:
        return Reason.WAITING
    # Past its time, too: until that is done, nobody knows what it comes to.
    if one.settle_at is not None:
        return Reason.SEAT_UNDECIDED
    # Whoever a provider vouches for holds a seat, waits for one, is undecided, or was let in without a seat,
    # as rules or a plugin chose (`Seat.none()`): settling leaves nobody else. Hands give seats one by one.
    return Reason.NO_SEAT if one.by_hand else Reason.NO_SEAT_NEEDED


def told(entitlement: Entitlement, *, at: str, seconds: int) -> dict[str, Json]:
    """Return what the product is told of an entitlement that was found *at* a moment.

    One that lets somebody in may be kept for so many *seconds*. `revision` differs wherever anything but the
    moment does. It is a digest of the answer, and no counter: what an answer hangs on is written in a dozen
    places, and one that forgot to count would tell whoever keeps the answer that nothing has changed.
    """
    seat, max_age = entitlement.seat, seconds if entitlement.entitled else 0
    answer: dict[str, Json] = {
        "entitled": entitlement.entitled,
        "person": entitlement.person,
        "seat": None if seat is None else {"kind": seat.kind, "since": seat.since},
        "reason": entitlement.reason.value,
        **_words(entitlement),
        "max_age": max_age,
    }
    return {**answer, "revision": _revision(answer), "checked_at": at}


def _words(entitlement: Entitlement) -> dict[str, Json]:
    if entitlement.entitled:
        return {}
    message, help_ = REFUSALS[entitlement.reason]
    return {
        "message": message,
        "help": help_.format(kind=entitlement.kind, until=entitlement.until),
    }


def _revision(answer: dict[str, Json]) -> int:
    """Return 53 bits: what a number in JavaScript holds."""
    return int.from_bytes(sha256(dumps(answer)).digest()[:8], "big") >> 11
