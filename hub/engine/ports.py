"""What the engine asks of a store, and who else it asks: protocols."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from .values import (
    Author,
    Claimant,
    Found,
    Member,
    Membership,
    Note,
    Personal,
    Refused,
    Resource,
    Scope,
    Search,
    SeatCount,
    SeatStatus,
    Subject,
    Tally,
    Text,
    Vouching,
    Waiting,
)

if TYPE_CHECKING:
    from hub.ledger.entries import Entry, Posting
    from hub.ledger.holdings import Holding, Period, Stay
    from hub.ledger.seals import Seal
    from hub.ledger.statement import Purchase
    from hub.scim.membership import MemberChange
    from hub.spi import Event
    from hub.teams import ApiKey, Connection, Team, Token

    from .batches import Progress
    from .dossiers import Dossier
    from .entitlements import Standing

T = TypeVar("T")

#: Where in the order of events one stands: (transaction, number).
Place = tuple[int, int]

#: Makes an id: random, 128 bits, time-ordered.
Ids = Callable[[], str]

#: Tells the time: RFC 3339, UTC, milliseconds.
Clock = Callable[[], str]


class Unit(Protocol):
    """One team's data inside one transaction. Whatever it writes lands whole or not at all."""

    @property
    def now(self) -> str:
        """Return the moment of the write."""

    async def lock(self, kind: str, id: str, *, groups: bool = False) -> Resource | None:
        """Return a resource, kept from every other writer until this one is done; *groups*: with a user's."""

    async def insert(self, resource: Resource, *, exclusive: bool) -> None:
        """Add *resource*; with *exclusive* no other of its kind may have its name (`NameTaken`)."""

    async def update(self, before: Resource, after: Resource, *, exclusive: bool) -> None:
        """Write *after* as the next version of *before* (`NameTaken` as for `insert`)."""

    async def flush(self) -> None:
        """Have done what was put off until now: what it is refused for is raised here, and not later."""

    async def finish(self) -> None:
        """Do the last of a write, too: what others wait for longest."""

    async def delete(self, resource: Resource) -> None:
        """Remove *resource* and its memberships."""

    async def members(self, group: str, *, after: str = "", count: int = 1000) -> Sequence[Member]:
        """Return up to *count* members of a group whose ids come after *after*, in order of id."""

    async def count_members(self, group: str, *, most: int) -> int:
        """Return how many members a group has or expects, and *most* where it is more."""

    async def change_members(
        self, group: str, change: MemberChange, *, known: bool = False
    ) -> tuple[list[str], list[str]]:
        """Apply *change*, which has no filter, by delta; return who came and who went.

        Raises `UnknownMembers`. Ids that are *known* are not looked up: whoever is gone meanwhile stays out.
        """

    async def known(self, values: AbstractSet[str]) -> dict[str, str]:
        """Return value → id of the resources that are called so: by id, by externalId, or by userName."""

    async def unknown(self, values: AbstractSet[str]) -> frozenset[str]:
        """Return those of *values* that nobody is called by, nor will be until this unit is done."""

    async def expect(self, group: str, change: MemberChange) -> bool:
        """Keep as pending, for a group, the values that *change* adds, and no longer those it takes away.

        Says whether any came to them.
        """

    async def expecting(self, newcomer: Resource) -> Sequence[str]:
        """Return the groups for which a value that *newcomer* is called by is pending, in order of id."""

    async def groups(self, user: str) -> Sequence[Membership]:
        """Return the groups that a user is in, in order of id."""

    async def statuses(self, users: Sequence[str]) -> Mapping[str, SeatStatus]:
        """Return the seats of the people whom *users* (by id) are about, by user."""

    async def arrive(self, newcomer: Resource, group: str) -> bool:
        """Let a locked group expect *newcomer* no longer; False where it did not (any more)."""

    async def claim(self, person: str, address: str | None, change: int) -> str:
        """Find whoever owns *address*, else make *person*, add *change* claims and return whom.

        The first to come with an address owns it.
        """

    async def claims(self, person: str, change: int) -> Claimant:
        """Add *change* (-1, 0, 1) to a person's claims and return how they stand then.

        The first user who vouches for somebody takes over what an administrator vouched for; and whoever
        had no claim, or has none left, is neither kept a seat for nor undecided any more.
        """

    async def claimant(self, person: str) -> Claimant:
        """Return how a person stands who is kept from every other writer already."""

    async def recount(self, person: str) -> Claimant | None:
        """Keep a person from every other writer, count their claims afresh, and return how they stand."""

    async def users(self, person: str) -> Sequence[Resource]:
        """Return the active users that vouch for a person, with their groups, oldest first."""

    async def settle_at(self, person: str, at: str) -> None:
        """Have a person's seat settled at that moment."""

    async def unsettled(self, person: str) -> None:
        """Have a person's seat settled soon."""

    async def unsettle_people(self, people: Sequence[str]) -> None:
        """Have the seats of all these settled soon."""

    async def unsettle(self, ids: Iterable[str]) -> None:
        """Have the seats of all settled soon whose users are *ids*, or are in those groups."""

    async def settled(self, person: str, *, until: str | None) -> None:
        """Note that a person's seat is settled for now, or until that moment."""

    async def take(self, kind: str) -> SeatCount | None:
        """Count one more seat of *kind* as held, if one is left and nobody waits; return how many there are.

        Locks the team's hottest row.
        """

    async def count(self, kind: str, *, held: int = 0, waiting: int = 0) -> SeatCount | None:
        """Add to how many hold a seat of *kind*, and to how many wait; return how many there are then.

        None where none is left to be held. Locks the kind; whoever counts several has them locked before.
        """

    async def kind(self, kind: str) -> SeatCount | None:
        """Return the seats of one kind, kept from every other writer until this one is done.

        Of several they are locked in this order: a kind, then that which it overflows into.
        """

    async def kinds(self) -> dict[str, SeatCount]:
        """Return the team's seats by kind, kept from every other writer until this one is done."""

    async def told(self, kind: str, percent: int) -> None:
        """Note the share of a locked kind in use that is told of with this write."""

    async def enqueue(self, person: str, kind: str) -> None:
        """Let *person* wait for a seat of *kind*, which is locked and counts them, behind all who do."""

    async def dequeue(self, person: str) -> None:
        """Let *person* wait no longer."""

    async def first(self, kind: str) -> str | None:
        """Return who has waited longest for a seat of *kind*."""

    async def refused(self, user_name: str, kind: str) -> None:
        """Note that a user of the connection was refused for want of a seat, unless they are in meanwhile."""

    async def let_in(self, user_name: str) -> None:
        """Forget that a user of the connection was ever refused."""

    async def seats(self) -> dict[str, SeatCount]:
        """Return the team's seats by kind."""

    async def buy(self, kind: str, count: int) -> None:
        """Add *count* to the seats of *kind* paid for."""

    async def give_up(self, kind: str, count: int) -> SeatCount | None:
        """Take *count* off the seats of *kind* paid for; return how many there are then, None for too few."""

    async def put_kind(self, kind: str, terms: SeatCount) -> None:
        """Change what becomes of whoever finds no seat of *kind* left, and for how long one is kept."""

    async def post(self, what: str, reference: str, postings: Sequence[Posting]) -> None:
        """Write the next entry of the team's book, and end and begin the holdings that it moves.

        It is never before the entry before it, whatever the clocks of several nodes say; and a holding
        begins and ends at the moment of an entry.
        """

    async def tell(self, events: Sequence[Event]) -> None:
        """Leave *events* for the relay."""

    def savepoint(self) -> AbstractAsyncContextManager[None]:
        """Enclose statements that may fail without losing what was done before them."""

    async def found(self, team: Team) -> None:
        """Add the team that this unit is for (`NameTaken`)."""

    async def team(self, *, alone: bool = True) -> Team:
        """Return the team that this unit is for; no other unit that asks so goes on until this one is done.

        An administrator's work begins with it: what it finds stays so. Not *alone*, nobody waits.
        """

    async def connections(self) -> Sequence[Connection]:
        """Return the team's connections, oldest first."""

    async def put(self, thing: Team | Connection | Token | ApiKey) -> None:
        """Change the team, or add one of its connections or tokens, or change it."""

    async def personal(self, person: str) -> Personal | None:
        """Keep a person from every other writer, and return what an administrator said of them."""

    async def put_personal(self, person: str, personal: Personal) -> None:
        """Change what an administrator said of a person; `recount` has their claims follow."""

    async def forget(self, person: str, names: AbstractSet[str]) -> None:
        """Forget by what a person was found, and that the team waits for, or refused, whoever has *names*."""

    async def note(
        self, by: Author, action: str, target: str, *, changes: Mapping[str, Any], person: str | None = None
    ) -> None:
        """Write into the team's audit what *by* did to *target*, which is about *person* where it is.

        *action* is called as the command is, `connection.on`; *changes* (JSON) never hold a secret.
        """


Work = Callable[[Unit], Awaitable[T]]


class Store(Protocol):
    """One connection's resources, in one team; there is no store for more than that."""

    async def write(self, work: Work[T], *, reference: str) -> T:
        """Run *work* in one transaction and return what it returned, or raise what it raised.

        *work* may be run again, so it has no effect outside its `Unit`. *reference* marks
        what it wrote, by which a commit that got no answer is recognised. Raises `StoreAway`.
        """

    async def text(self, kind: str, id: str, *, memberships: bool = True) -> Text | None:
        """Return a resource as it lies, with its memberships where wanted (see `Search`)."""

    async def search(self, search: Search) -> Found:
        """Return a page of resources that match, or raise `TooMany` where it takes too long to find them."""

    async def members(self, group: str, *, after: str = "", count: int = 1000) -> Sequence[Member]:
        """Return up to *count* members of a group whose ids come after *after*, in order of id."""

    async def statuses(self, users: Sequence[str]) -> Mapping[str, SeatStatus]:
        """Return the seats of the people whom *users* (by id) are about, by user: in one statement."""


class Registry(Protocol):
    """Teams, connections and tokens, and the way to each team's store."""

    def store(self, scope: Scope) -> Store:
        """Return the store of one connection, or of a team's own affairs."""

    async def team(self, *, id: str | None = None, name: str | None = None) -> Team | None:
        """Return a team by its id or its name."""

    async def teams(self) -> Sequence[Team]:
        """Return all teams, by name."""

    async def holders(self, team: str, urn: str) -> int:
        """Return how many of a team's resources hold attributes of the schema *urn*."""

    async def connection(self, id: str) -> Connection | None:
        """Return a connection."""

    async def connections(self, team: str | None = None) -> Sequence[Connection]:
        """Return the connections of one team, or all."""

    async def token(self, key_id: str) -> tuple[Token, Connection, Team] | None:
        """Return a token with all that a request needs to know of its owner."""

    async def tokens(self, connection: str) -> Sequence[Token]:
        """Return a connection's tokens, oldest first."""

    async def api_key(self, key_id: str) -> ApiKey | None:
        """Return a key of the API; it tells the team that it is of."""

    async def api_keys(self, team: str) -> Sequence[ApiKey]:
        """Return a team's keys of the API, oldest first."""


class Trail(Protocol):
    """The teams' audits, to be read."""

    def of(self, team: str, *, since: str = "", person: str | None = None) -> AsyncIterator[Note]:
        """Return a team's audit from the moment *since*, or what of it is about *person*, oldest first."""


class Dossiers(Protocol):
    """What is known of people, for administrators to read."""

    async def person(self, team: str, id: str) -> Dossier | None:
        """Return what is known of a person."""

    def of(self, team: str) -> AsyncIterator[Dossier]:
        """Return what is known of all of a team's people, a page at a time."""

    async def by_hand(self, team: str, after: str) -> Sequence[Dossier]:
        """Return a batch of people whom an administrator vouches for: by id, those *after* one."""

    async def active(self, team: str, connection: str, after: str) -> Sequence[str]:
        """Return a batch of the ids of a connection's active users: in order, those *after* one."""

    async def tally(self, team: str, connection: str) -> Tally:
        """Return how many people a connection vouches for."""

    async def alone(self, team: str, connection: str, *, count: int) -> Sequence[Dossier]:
        """Return up to *count* of the people for whom nobody but a connection vouches."""


class Traces(Protocol):
    """What was written about a person who is to be erased."""

    async def users(self, team: str, person: str) -> Sequence[tuple[str, Resource]]:
        """Return a person's users, active or not, each with its connection."""

    async def erase(self, team: str, person: str, pattern: re.Pattern[str], *, progress: Progress) -> int:
        """Take out of exchanges, events and audit what is about *person*, or what *pattern* finds in them.

        It looks through folded text. Returns how many say less now.
        """


class Standings(Protocol):
    """What is known of those who may sign in, in one statement however many are asked for."""

    async def named(self, team: str, names: Sequence[str]) -> Mapping[str, Sequence[Standing]]:
        """Return name → everybody who may be meant by it, for those *names* (folded) that mean anybody."""

    async def person(self, team: str, id: str) -> Sequence[Standing]:
        """Return the person with that id, if there is one."""


class Books(Protocol):
    """The teams' books and what they are held against, to be read."""

    def at_once(self) -> AbstractAsyncContextManager[Books]:
        """Return the books as they are at one moment, for who compares one part with another."""

    async def seats(self, team: str) -> dict[str, SeatCount]:
        """Return a team's seats by kind."""

    async def length(self, team: str) -> int:
        """Return the number of a team's latest entry, as the team counts them."""

    async def page(self, team: str, *, after: int) -> Sequence[Entry]:
        """Return a team's next entries after the number *after*, in order: a page, nothing at the end."""

    def entries(self, team: str) -> AsyncIterator[Entry]:
        """Return a team's entries in order, a page at a time."""

    def seals(self, team: str) -> AsyncIterator[Seal]:
        """Return the seals of a team's book in order, a page at a time."""

    async def holdings(self, team: str, *, after: str, upto: str) -> Sequence[Holding]:
        """Return a team's holdings that began after one moment and not after another."""

    def claims(self, team: str) -> AsyncIterator[Vouching]:
        """Return who vouches for each of a team's people, a page at a time."""

    async def waiting(self, team: str) -> dict[str, tuple[int, int]]:
        """Return kind → how many are counted as waiting for it, and how many wait."""

    async def told(self, team: str, references: Sequence[str]) -> AbstractSet[tuple[str, str, str]]:
        """Return (reference, event, person) of the events about seats that these *references* caused."""

    async def held(self, team: str, *, at: str) -> Mapping[str, int]:
        """Return kind → how many were held at a moment, of the kinds of which any were."""

    async def holders(self, team: str, *, at: str) -> Sequence[Holding]:
        """Return the holdings of a moment, by kind, the longest first."""

    async def purchases(self, team: str, *, upto: str) -> Mapping[str, Sequence[Purchase]]:
        """Return kind → when how many were bought and returned until a moment, in order."""

    async def moved(self, team: str, period: Period) -> tuple[Mapping[str, int], Mapping[str, int]]:
        """Return kind → how many came to it from another in a period, and how many went."""

    def stays(self, team: str, kind: str, period: Period) -> AsyncIterator[Iterable[Stay]]:
        """Return the holdings of a kind that began before the end of a period, and did not end before it.

        They come a page at a time, in order of their beginning.
        """


class Census(Protocol):
    """Who needs seats of a team, who waits for one, and who was refused."""

    def subjects(self, team: str) -> AsyncIterator[Sequence[Subject]]:
        """Return the people whose seats providers have a say in, a page at a time, in order of id."""

    async def subject(self, team: str, person: str) -> Subject | None:
        """Return one of these people."""

    def waiting(self, team: str, kind: str | None) -> AsyncIterator[Waiting]:
        """Return who waits, for one kind or for all, in order."""

    def refused(self, team: str) -> AsyncIterator[Refused]:
        """Return who was refused and is not in since, by connection and name."""


class Seals(Protocol):
    """The seals of the teams' books, to be added to."""

    async def unsealed(self, *, after: str, count: int) -> Sequence[str]:
        """Return up to *count* teams with entries not sealed yet, whose ids come after *after*, in order."""

    async def latest(self, team: str) -> Seal | None:
        """Return the latest seal of a team's book."""

    async def add(self, seal: Seal) -> bool:
        """Keep *seal*; False where another has sealed this block meanwhile."""


class Outbox(Protocol):
    """Events that were committed, and how far each listener has been told."""

    async def lease(self, listener: str, *, owner: str, seconds: float) -> bool:
        """Take or keep the sole right to tell *listener*; False where another has it."""

    async def pending(self, listener: str, *, count: int) -> Sequence[tuple[Place, Event]]:
        """Return the next events for *listener*, in order; none that could still be overtaken."""

    async def told(self, listener: str, place: Place, *, owner: str) -> bool:
        """Note that *listener* was told up to *place*; False where *owner* has lost the lease."""

    async def due(self, *, after: tuple[str, str], count: int) -> Sequence[tuple[str, str]]:
        """Return (team, person) of people whose seat is to be settled by now, in order, those *after* one."""

    async def waited_for(self, *, after: tuple[str, str], count: int) -> Sequence[tuple[str, str]]:
        """Return (team, kind) of seats that somebody waits for and that are left, in order, *after* one."""

    async def prune(self, *, before: str, listeners: Sequence[str]) -> int:
        """Delete events from before that moment that all *listeners* were told of."""


class Exchanges(Protocol):
    """Requests and answers as kept for people to look at."""

    async def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Keep *rows*."""

    async def of(self, connection: str, *, after: str = "", count: int = 50) -> Sequence[Mapping[str, Any]]:
        """Return a connection's exchanges after that reference, oldest first; else the newest."""

    async def prune(self, *, before: str, rows_max: int) -> int:
        """Delete what is older, and the oldest of what is too many."""
