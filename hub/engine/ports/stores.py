"""The resources of a connection, and the way to each team's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

from hub.engine.values.places import SeatStatus
from hub.engine.values.resources import Member, Text
from hub.engine.values.scope import Scope
from hub.engine.values.searches import Found, Search

from .units import Work

if TYPE_CHECKING:
    from hub.teams import ApiKey, Connection, Team, Token

T = TypeVar("T")

#: Makes an id: random, 128 bits, time-ordered.
Ids = Callable[[], str]

#: Tells the time: RFC 3339, UTC, milliseconds.
Clock = Callable[[], str]


class Store(Protocol):
    """One connection's resources in one team; a store never reaches further."""

    async def write(self, work: Work[T], *, reference: str, shares: bool = False) -> T:
        """Run *work* in one transaction and return what it returned, or raise what it raised.

        *work* may be run again, so it has no effect outside its `Unit`. *reference* marks
        what it wrote, by which a commit that got no answer is recognised. Work that adds somebody new
        *shares* its commit with others of the connection that do. Raises `StoreAway`.
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
