"""What crosses between the engine and a store: resources, searches, people and their seats."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from hub.ledger.policies import Policy
from hub.scim.catalog import BUILT_IN, Types

if TYPE_CHECKING:
    from hub.scim.expressions import Filter, Path


#: How many members come along with a group; the others are read a page at a time.
MEMBERS_FIRST = 200


class StoreError(Exception):
    """Something the store says to whoever asked; each kind below means one thing."""


class NameTaken(StoreError):
    """Another resource of the connection has that name; the text is the name."""


class ValueTaken(StoreError):
    """Another resource of the connection has a value that must be unique; the arguments name attributes."""


class UnknownMembers(StoreError):
    """Members that the connection does not have; the arguments are their ids."""


class Overtaken(StoreError):
    """Others came in between, so that nothing of a work can land: it is worth beginning anew."""


class Outdated(StoreError):
    """What a write goes by has been changed since it was read: its connection, or its team."""


class StoreAway(StoreError):
    """The database did not answer in time, although it was asked again and again."""


@frozen(kw_only=True)
class Scope:
    """Whose data: one team's, and of its resources one connection's; *types* is what these are made of.

    *revision* is that of the connection by which a write goes (`Outdated`), None for one that goes by none.
    """

    team: str
    connection: str | None = None
    types: Types = BUILT_IN
    revision: int | None = None


@frozen(kw_only=True)
class Author:
    """Who does something as an administrator, such as `cli:ann`, and *why*, where they said."""

    name: str
    why: str | None = None


@frozen(kw_only=True)
class Note:
    """One line of a team's audit: who did what to whom or what, when and why, and what that changed."""

    at: str
    who: str
    action: str
    target: str
    person: str | None
    why: str | None
    changes: Mapping[str, Any]


@frozen(kw_only=True)
class Personal:
    """What an administrator said of a person: that they vouch for them, a name, why they are suspended."""

    by_hand: bool = False
    name: str | None = None
    suspended: str | None = None


@frozen(kw_only=True)
class Resource:
    """A SCIM resource as the store keeps it: *document* without members, groups or meta."""

    id: str
    kind: str
    document: Mapping[str, Any]
    created: str
    modified: str
    version: int = 1
    person: str | None = None
    groups: Sequence[Membership] = ()

    @property
    def active(self) -> bool:
        """Say whether it vouches for somebody: a User that says so. Silence lets nobody in."""
        return self.kind == "User" and self.document.get("active") is True

    def changed(self, document: Mapping[str, Any], *, at: str) -> Resource:
        """Return the next version, holding *document*."""
        return evolve(self, document=document, modified=at, version=self.version + 1)


@frozen(kw_only=True)
class Text:
    """A resource as it lies: its document as JSON text, neither parsed nor built.

    *groups* are a user's; *members* are a group's first `MEMBERS_FIRST`, None where they were not read;
    *seat* is the person's whom a user is about, None where it was not asked for.
    """

    id: str
    kind: str
    document: str
    created: str
    modified: str
    version: int = 1
    groups: Sequence[Membership] = ()
    members: Sequence[Member] | None = None
    seat: SeatStatus | None = None


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
class Membership:
    """A group that a user is in, itself (*direct*) or by a group within it."""

    group: str
    display: str
    direct: bool


@frozen(kw_only=True)
class Member:
    """A User or Group in a group, as a reader of the group sees it."""

    id: str
    kind: str


@frozen(kw_only=True)
class Mark:
    """A place between two resources of a list: right after, or *before*, the one with *key* and *id*.

    *key* is the value the list is sorted by, None where the resource has none or the list is in order of id.
    """

    id: str
    key: str | float | bool | None = None
    before: bool = False


@frozen(kw_only=True)
class Search:
    """What a list asks for: up to *count* resources of *kinds* that match their filter.

    *where* has a filter for each kind, None for all of the kind. *sort* is the attribute to sort by,
    None for the order of id. The page begins with the *start*th resource (1 is the first), or at *mark*.
    With *memberships*, users come with their groups, and groups with their first members.
    """

    kinds: tuple[str, ...]
    where: Mapping[str, Filter | None]
    sort: Path | None = None
    descending: bool = False
    start: int = 1
    count: int
    mark: Mark | None = None
    memberships: bool = True


@frozen(kw_only=True)
class Found:
    """A page of a search, how many there are in all, and the marks from which the pages beside it go on."""

    total: int
    page: Sequence[Text]
    previous: Mark | None = None
    next: Mark | None = None


@frozen(kw_only=True)
class SeatCount:
    """How many seats of a kind: paid for, held, lent beyond what is paid for, and waited for.

    *policy* is for whoever finds none left, *overflow* the kind that they are given then; a seat that
    comes free is kept for the same person for so many seconds of *grace*. *told* is the share in use,
    per cent, that was told of last.
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


@frozen(kw_only=True)
class Spot:
    """Where a person is: holding a seat of the kind *held*, waiting for one of the kind *waits*.

    Who holds one and waits for another gives the first back when the second comes.
    """

    held: str | None = None
    waits: str | None = None


@frozen(kw_only=True)
class Claimant:
    """A person as the seats know them: how many *claims* vouch for them, and their *spot*.

    One claim may be an administrator's (*by_hand*). *settle_at* is the moment until which the seat of
    somebody whom nobody vouches for is kept, or that of somebody who has none is undecided; *grace*, for
    how many seconds a seat of the kind that they hold is kept.
    """

    claims: int
    spot: Spot = Spot()
    by_hand: bool = False
    settle_at: str | None = None
    grace: int = 0


@frozen(kw_only=True)
class Tally:
    """How many *people* a connection vouches for, how many of them are *seated*, for how many it is *alone*.

    Of these, so many seats come free with it at once (*freed*). *by_hand* is for how many of the team an
    administrator vouches.
    """

    people: int
    seated: int
    alone: int
    freed: int
    by_hand: int


@frozen(kw_only=True)
class Vouching:
    """How many claims on a person are counted, and who makes them: active *users*, an administrator.

    *kept*: their seat is kept for a while, whoever vouches for them.
    """

    person: str
    counted: int
    users: int
    by_hand: bool
    kept: bool


@frozen(kw_only=True)
class Subject:
    """A person about whom rules are asked: their active *users*, with groups, and where they are.

    *settle_at* is the moment until which they are undecided.
    """

    person: str
    users: Sequence[Resource]
    spot: Spot
    settle_at: str | None = None


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


@frozen(kw_only=True)
class SignIn:
    """By what *address* somebody signed in with a *provider*, called by its title, first and last."""

    provider: str
    address: str
    first_at: str
    last_at: str
