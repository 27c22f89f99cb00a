"""Books by chance: people take, release and change seats, and kinds are bought and returned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from random import Random

from attrs import Factory, define

from hub.ledger.entries import Entry
from hub.ledger.holdings import Holding
from hub.ledger.moves import buy, give_up, settle
from hub.moments import written

KINDS = ("standard", "viewer")

#: When books begin: a midnight.
BEGIN = datetime(2026, 3, 1, tzinfo=UTC)

DAY = 86_400_000


@define(kw_only=True)
class Clerk:
    """Writes a book of *team* line by line; *pause* says how many milliseconds pass before the next.

    Of the lines about the team, that share is *trading*, of those about people who hold a seat, *moving*.
    """

    chance: Random
    people: Sequence[str]
    pause: Callable[[int], int]
    team: str = "t"
    trading: float = 0.05
    moving: float = 0.3
    number: int = 0
    #: Milliseconds since 1970.
    now: int = int(BEGIN.timestamp()) * 1000
    bought: Counter[str] = Factory(Counter)
    held: dict[str, Holding] = Factory(dict)

    @property
    def at(self) -> str:
        """Return the moment of the latest line."""
        return written(datetime.fromtimestamp(self.now / 1000, UTC))

    def line(self) -> tuple[Entry, Holding | None]:
        """Write the next line, and return it with the holding that it ended."""
        self.number += 1
        self.now += self.pause(self.now)
        if self.number <= len(KINDS):
            return self._bought(KINDS[self.number - 1], 1 + self.chance.randrange(len(self.people))), None
        if self.chance.random() < self.trading:
            return self._traded(self.chance.choice(KINDS)), None
        person = self.chance.choice(self.people)
        before = self.held.pop(person, None)
        wanted = self._wanted(before.kind if before else None)
        if wanted:
            self.held[person] = Holding(person=person, kind=wanted, since=self.at, until=None)
        what = "taken" if before is None else "moved" if wanted else "released"
        entry = self._entry(what, settle(person, held=before.kind if before else None, wanted=wanted))
        ended = before and Holding(person=person, kind=before.kind, since=before.since, until=self.at)
        return entry, ended

    def _wanted(self, held: str | None) -> str | None:
        others = [kind for kind in KINDS if kind != held]
        return self.chance.choice(others) if held is None or self.chance.random() < self.moving else None

    def _traded(self, kind: str) -> Entry:
        count = 1 + self.chance.randrange(1 + len(self.people) // 10)
        if self.chance.random() < 0.5 and count <= self.bought[kind]:
            self.bought[kind] -= count
            return self._entry("returned", give_up(kind, count))
        return self._bought(kind, count)

    def _bought(self, kind: str, count: int) -> Entry:
        self.bought[kind] += count
        return self._entry("bought", buy(kind, count))

    def _entry(self, what, postings) -> Entry:
        return Entry(
            team=self.team,
            number=self.number,
            at=self.at,
            what=what,
            reference=f"r{self.number}",
            postings=postings,
        )


def uneven(chance: Random) -> Callable[[int], int]:
    """Return pauses of all kinds, none at all and until midnight among them."""

    def pause(now: int) -> int:
        midnight = DAY - now % DAY
        return chance.choice([0, 0, 1, 999, 3_600_000, midnight - 1, midnight, 5 * DAY])

    return pause


def book(seed: int, *, count: int = 40, people: int = 5, team: str = "t") -> list[Entry]:
    """Return a book of up to *count* entries."""
    chance = Random(seed)
    clerk = Clerk(
        chance=chance, people=[f"{team}-p{n}" for n in range(people)], pause=uneven(chance), team=team
    )
    return [clerk.line()[0] for _ in range(chance.randrange(count + 1))]
