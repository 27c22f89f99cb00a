"""What is known of a person, and the sentence on why they have access, or have not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from .entitlements import Reason, decide

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hub.ledger.holdings import Holding

    from .entitlements import Entitlement, Standing


@frozen(kw_only=True)
class Vouching:
    """A user that vouches for a person, or did while it was *active*, with its *idp* and *connection*.

    *name* is what it says that they are called.
    """

    connection: str
    idp: str
    user: str
    user_name: str
    active: bool
    name: str | None = None


@frozen(kw_only=True)
class Queued:
    """A place in the queue for a seat of a *kind*: 1 is the next."""

    kind: str
    position: int
    since: str


@frozen(kw_only=True)
class Dossier:
    """What is known of a person in a team.

    *suspended* is why they are shut out; *holdings* come the oldest first.
    """

    standing: Standing
    name: str | None = None
    suspended: str | None = None
    addresses: tuple[str, ...] = ()
    vouching: tuple[Vouching, ...] = ()
    queued: Queued | None = None
    holdings: tuple[Holding, ...] = field(factory=tuple)

    @property
    def called(self) -> str:
        """Return what an administrator calls them: an address, else a userName, else their id."""
        names = (*self.addresses, *(each.user_name for each in self.vouching))
        return next(iter(names), self.standing.person)

    @property
    def title(self) -> str:
        """Return what people call them: the name given by the first who vouches, else as `called`."""
        users = sorted(self.vouching, key=lambda each: not each.active)
        return next((name for name in (*(each.name for each in users), self.name) if name), self.called)

    @property
    def vouchers(self) -> list[str]:
        """Return who vouches for them."""
        return self.vouched_by(lambda each: f"{each.idp} ({each.connection})")

    def vouched_by(self, name: Callable[[Vouching], str]) -> list[str]:
        """Return who vouches for them, users by the *name* that each is given."""
        return [
            *(["hand"] if self.standing.by_hand else []),
            *(name(each) for each in self.vouching if each.active),
        ]


#: Why somebody has access, or has not.
SENTENCES = {
    Reason.SEATED: "has access: a {kind} seat since {since}, vouched for by {vouchers}",
    Reason.OVERDRAFT: "has access: a {kind} seat since {since}, vouched for by {vouchers};"
    " more seats of the kind are held than were bought",
    Reason.NO_SEAT_NEEDED: "has access without a seat, as the rules say, vouched for by {vouchers}",
    Reason.WAITING: "has no access: number {position} in the queue for a {kind} seat since {since},"
    " vouched for by {vouchers}",
    Reason.SEAT_UNDECIDED: "has no access yet: which seat is theirs is still to be decided,"
    " vouched for by {vouchers}",
    Reason.GRACE: "has no access: nobody vouches for them any more; their {kind} seat is kept until {until}",
    Reason.SUSPENDED: "has no access: suspended by an administrator ({suspended}), vouched for by {vouchers}",
    Reason.REMOVED: "has no access: nobody vouches for them any more",
    Reason.NO_SEAT: "has no access: added by hand, and without a seat yet",
}

#: What is said beside that of somebody who holds one kind of seat, and waits for another.
BESIDE = "; number {position} in the queue for a {kind} seat since {since}"


def entitlement_of(dossier: Dossier, *, now: str) -> Entitlement:
    """Return whether a person may sign in *now*, as their product is told."""
    return decide([dossier.standing], now=now)


def sentence(dossier: Dossier, *, now: str) -> str:
    """Return in a sentence why a person has access *now*, or has not."""
    return f"{dossier.called} {why(dossier, dossier.vouchers, now=now)}."


def why(dossier: Dossier, vouchers: Sequence[str], *, now: str, moment: Callable[[str], str] = str) -> str:
    """Return the predicate of `sentence`: without its subject and full stop.

    *vouchers* are the names of those who vouch for the person; *moment* writes a moment out.
    """
    entitlement, queued = entitlement_of(dossier, now=now), dossier.queued
    place = dossier.standing.seat or queued
    said = SENTENCES[entitlement.reason].format(
        kind=place.kind if place else None,
        since=place and moment(place.since),
        position=queued.position if queued else None,
        until=entitlement.until and moment(entitlement.until),
        suspended=dossier.suspended,
        vouchers=" and ".join(vouchers),
    )
    if entitlement.seat is None or queued is None:
        return said
    return said + BESIDE.format(kind=queued.kind, since=moment(queued.since), position=queued.position)


def people(count: int) -> str:
    """Return how many people there are, in words: `1 person`, `2 people`."""
    return "1 person" if count == 1 else f"{count} people"
