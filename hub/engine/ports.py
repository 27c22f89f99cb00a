"""What the engine asks of a store: protocols, and the values that cross them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from attrs import evolve, frozen

from hub.scim.catalog import BUILT_IN, Types

if TYPE_CHECKING:
    from hub.ledger.entries import Entry, Posting
    from hub.scim.expressions import Filter, Path
    from hub.scim.membership import MemberChange
    from hub.spi import Event
    from hub.teams import Connection, Team, Token

T = TypeVar("T")

#: Where in the order of events one stands: (transaction, number).
Place = tuple[int, int]

#: Makes an id: random, 128 bits, time-ordered.
Ids = Callable[[], str]

#: Tells the time: RFC 3339, UTC, milliseconds.
Clock = Callable[[], str]


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


class UnknownKind(StoreError):
    """A kind of seat that the team never bought; the text is the kind."""


class StoreAway(StoreError):
    """The database did not answer in time, although it was asked again and again."""


@frozen(kw_only=True)
class Scope:
    """Whose data: one team's, and of its resources one connection's; *types* is what these are made of."""

    team: str
    connection: str | None = None
    types: Types = BUILT_IN


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

    *groups* are a user's; *members* are a group's first `MEMBERS_FIRST`, None where they were not read.
    """

    id: str
    kind: str
    document: str
    created: str
    modified: str
    version: int = 1
    groups: Sequence[Membership] = ()
    members: Sequence[Member] | None = None


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
    """How many seats of a kind: paid for, held, and lent beyond what is paid for."""

    bought: int
    held: int
    overdraft: int = 0

    @property
    def free(self) -> int:
        """Return how many nobody holds; below zero where more are held than paid for."""
        return self.bought - self.held


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

    async def arrive(self, newcomer: Resource, group: str) -> bool:
        """Let a locked group expect *newcomer* no longer; False where it did not (any more)."""

    async def claim(self, person: str, address: str | None, change: int) -> str:
        """Find whoever owns *address*, else make *person*, add *change* claims and return whom.

        The first to come with an address owns it.
        """

    async def claims(self, person: str, change: int) -> int:
        """Add *change* (-1, 0, 1) to a person's claims and return how many there are now."""

    async def recount(self, person: str) -> int:
        """Set a person's claims to the active users that vouch for them, and return how many."""

    async def held(self, person: str) -> str | None:
        """Return the kind of seat that *person* holds."""

    async def hold(self, person: str, kind: str) -> bool:
        """Open a holding; False where the person has one."""

    async def unhold(self, person: str) -> str | None:
        """Close a person's holding and return its kind, None where there was none."""

    async def take(self, kind: str) -> bool:
        """Count one more seat of *kind* as held, if one is left. Locks the team's hottest row."""

    async def give_back(self, kind: str) -> None:
        """Count one seat of *kind* less as held."""

    async def seats(self) -> dict[str, SeatCount]:
        """Return the team's seats by kind."""

    async def buy(self, kind: str, count: int) -> None:
        """Add *count* to the seats of *kind* paid for."""

    async def post(self, what: str, reference: str, postings: Sequence[Posting]) -> None:
        """Write the next entry of the team's book."""

    async def tell(self, events: Sequence[Event]) -> None:
        """Leave *events* for the relay."""

    async def unsettled(self, person: str, *, due: bool) -> None:
        """Note whether a person's seat is still to be settled."""

    def savepoint(self) -> AbstractAsyncContextManager[None]:
        """Enclose statements that may fail without losing what was done before them."""

    async def found(self, team: Team) -> None:
        """Add the team that this unit is for (`NameTaken`)."""


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


class Registry(Protocol):
    """Teams, connections and tokens, and the way to each team's store."""

    def store(self, scope: Scope) -> Store:
        """Return the store of one connection, or of a team's own affairs."""

    async def team(self, *, id: str | None = None, name: str | None = None) -> Team | None:
        """Return a team by its id or its name."""

    async def teams(self) -> Sequence[Team]:
        """Return all teams, by name."""

    async def put_schemas(self, team: Team, schemas: str) -> bool:
        """Give *team*, as it was read, other *schemas*; False where another changed them since."""

    async def holders(self, team: str, urn: str) -> int:
        """Return how many of a team's resources hold attributes of the schema *urn*."""

    async def connection(self, id: str) -> Connection | None:
        """Return a connection."""

    async def connections(self, team: str | None = None) -> Sequence[Connection]:
        """Return the connections of one team, or all."""

    async def put_connection(self, connection: Connection) -> None:
        """Add a connection, or change its state."""

    async def token(self, key_id: str) -> tuple[Token, Connection, Team] | None:
        """Return a token with all that a request needs to know of its owner."""

    async def tokens(self, connection: str) -> Sequence[Token]:
        """Return a connection's tokens, oldest first."""

    async def put_token(self, token: Token) -> None:
        """Add a token, or change when it ends."""


class Books(Protocol):
    """The teams' books, to be read."""

    def at_once(self) -> AbstractAsyncContextManager[Books]:
        """Return the books as they are at one moment, for who compares one part with another."""

    async def seats(self, team: str) -> dict[str, SeatCount]:
        """Return a team's seats by kind."""

    def entries(self, team: str) -> AsyncIterator[Entry]:
        """Return a team's entries in order, a page at a time."""

    async def holdings(self, team: str) -> dict[str, str]:
        """Return person → seat kind, of all open holdings."""

    def claims(self, team: str) -> AsyncIterator[tuple[str, int, int]]:
        """Return (person, claims counted, active resources), of all of a team's people."""


class Outbox(Protocol):
    """Events that were committed, and how far each listener has been told."""

    async def lease(self, listener: str, *, owner: str, seconds: float) -> bool:
        """Take or keep the sole right to tell *listener*; False where another has it."""

    async def pending(self, listener: str, *, count: int) -> Sequence[tuple[Place, Event]]:
        """Return the next events for *listener*, in order; none that could still be overtaken."""

    async def told(self, listener: str, place: Place, *, owner: str) -> bool:
        """Note that *listener* was told up to *place*; False where *owner* has lost the lease."""

    async def unsettled(self, *, count: int) -> Sequence[tuple[str, str]]:
        """Return (team, person) of people whose seat is still to be settled."""

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
