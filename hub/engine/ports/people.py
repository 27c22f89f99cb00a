"""What is known of people: to be read, and to be erased."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Protocol

from hub.engine.values.claimants import Candidate, Tally
from hub.engine.values.places import Refused, Waiting
from hub.engine.values.resources import Resource

if TYPE_CHECKING:
    from hub.engine.values.dossiers import Dossier
    from hub.engine.values.entitlements import Standing

#: Is told how much of long work is done.
Progress = Callable[[object], object]


class Dossiers(Protocol):
    """What is known of people, for administrators to read."""

    async def person(self, team: str, id: str) -> Dossier | None:
        """Return what is known of a person."""

    async def some(self, team: str, ids: Sequence[str]) -> Sequence[Dossier]:
        """Return what is known of the people with these *ids* who are there, in that order."""

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


class Standings(Protocol):
    """What is known of those who may sign in: one statement, however many are asked for."""

    async def named(self, team: str, names: Sequence[str]) -> Mapping[str, Sequence[Standing]]:
        """Return for each of *names* (folded) that means anybody all whom it may mean."""

    async def person(self, team: str, id: str) -> Sequence[Standing]:
        """Return the person with that id, if there is one."""


class Census(Protocol):
    """Who needs seats of a team, who waits for one, and who was refused."""

    def candidates(self, team: str) -> AsyncIterator[Sequence[Candidate]]:
        """Return the people of whose seats rules decide, a page at a time, in order of id."""

    async def candidate(self, team: str, person: str) -> Candidate | None:
        """Return one of these people."""

    def waiting(self, team: str, kind: str | None) -> AsyncIterator[Waiting]:
        """Return who waits, for one kind or for all, in order."""

    def refused(self, team: str) -> AsyncIterator[Refused]:
        """Return who was refused and is not in since, by connection and name."""


class Traces(Protocol):
    """What was written about a person who is to be erased."""

    async def users(self, team: str, person: str) -> Sequence[tuple[str, Resource]]:
        """Return a person's users, active or not, each with its connection."""

    async def admins(self, team: str, person: str) -> AbstractSet[str]:
        """Return the ids of the admins who, in a sign-in, have turned out to be that person."""

    async def erase(self, team: str, person: str, pattern: re.Pattern[str], *, progress: Progress) -> int:
        """Take out of exchanges, events and audit what is about *person*, or what *pattern* finds in them.

        It looks through folded text. Returns how many say less now.
        """
