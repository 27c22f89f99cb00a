"""What a write does to the people of a team, and to their seats."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from hub.engine.values.claimants import Claimant
from hub.engine.values.places import SeatCount, SeatStatus
from hub.engine.values.resources import Resource


class Claims(Protocol):
    """What a write does to the people of its team: who vouches for them, and when their seats are settled."""

    async def claim(self, person: str, address: str | None, change: int) -> str:
        """Find the person who owns *address*, else make *person*; add *change* claims, and return who it is.

        Whoever comes with an address first owns it.
        """

    async def claims(self, person: str, change: int) -> Claimant:
        """Add *change* (-1, 0, 1) to a person's claims and return how they stand then.

        The first user who vouches for somebody takes over what an administrator vouched for; and whoever
        had no claim, or has none left, is neither kept a seat for nor undecided any more.
        """

    async def claimant(self, person: str) -> Claimant:
        """Return how a person stands who is locked already."""

    async def recount(self, person: str) -> Claimant | None:
        """Lock a person, count their claims afresh, and return how they stand."""

    async def users(self, person: str) -> Sequence[Resource]:
        """Return the active users that vouch for a person, with their groups, oldest first."""

    async def settle_at(self, person: str, at: str) -> None:
        """Have a person's seat settled at that moment."""

    async def unsettled(self, person: str, *, by: str | None = None) -> None:
        """Mark a person for settling, soon; who is undecided is to be settled *by* then at the latest."""

    async def unsettle_people(self, people: Sequence[str]) -> None:
        """Mark all these people for settling, soon."""

    async def unsettle(self, ids: Iterable[str]) -> None:
        """Mark for settling whoever the users *ids* are about, and all who are in groups with these ids."""

    async def settled(self, person: str, *, until: str | None) -> None:
        """Note that a person's seat is settled for now, or until that moment."""


class Seats(Protocol):
    """What a write does to the seats of its team: how many are held, who waits for one, who was refused."""

    async def statuses(self, users: Sequence[str]) -> Mapping[str, SeatStatus]:
        """Return the seats of the people whom *users* (by id) are about, by user."""

    async def seats(self) -> dict[str, SeatCount]:
        """Return the team's seats by kind."""

    async def buy(self, kind: str, count: int) -> None:
        """Add *count* to the seats of *kind* paid for."""

    async def give_up(self, kind: str, count: int) -> SeatCount | None:
        """Take *count* off the seats of *kind* paid for; return how many there are then, None for too few."""

    async def put_kind(self, kind: str, terms: SeatCount) -> None:
        """Change what becomes of whoever finds no seat of *kind* left, and for how long one is kept."""

    async def take(self, kind: str) -> SeatCount | None:
        """Count one more seat of *kind* as held, if one is left and nobody waits; return how many there are.

        Locks the team's hottest row.
        """

    async def count(self, kind: str, *, held: int = 0, waiting: int = 0) -> SeatCount | None:
        """Add to how many hold a seat of *kind*, and to how many wait; return how many there are then.

        None where no seat is left. Locks the kind; who counts several kinds has locked them before.
        """

    async def kind(self, kind: str) -> SeatCount | None:
        """Return the seats of one kind, locked until this write is done.

        Several are locked in this order: first a kind, then the one that it overflows into.
        """

    async def kinds(self) -> dict[str, SeatCount]:
        """Return the team's seats by kind, locked until this write is done."""

    async def told(self, kind: str, percent: int) -> None:
        """Note that a share in use of a locked kind is announced with this write."""

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
