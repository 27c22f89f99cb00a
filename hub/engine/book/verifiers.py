"""Those who read a team's entries, a page at a time, and say where something else does not agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING

from attrs import define, field

from hub.ledger.adding import Adder
from hub.ledger.entries import holder
from hub.ledger.errors import LedgerError
from hub.ledger.seals import Hashing, Seal, following

if TYPE_CHECKING:
    from hub.engine.ports import Books
    from hub.ledger.entries import Entry
    from hub.ledger.holdings import Holding

#: How many problems are named; of the others it is said how many there are.
NAMED_MAX = 1000

#: Later than all moments.
FOR_EVER = "~"

#: The events of which at least one tells of an entry of each name.
EVENTS = {
    "taken": {"seat_taken"},
    "released": {"seat_released"},
    "moved": {"seat_taken", "seat_released"},
}


@define
class Findings:
    """The problems found: the first of them in words, and how many more there are."""

    _count: int = field(default=0, init=False)
    _named: list[str] = field(factory=list, init=False)

    def say(self, problem: str) -> None:
        """Add a problem."""
        self._count += 1
        if self._count <= NAMED_MAX:
            self._named.append(problem)

    @property
    def sentences(self) -> list[str]:
        """Return the problems, a sentence each."""
        more = self._count - len(self._named)
        return [*self._named, f"and {more} more"] if more else self._named


@define(kw_only=True)
class Balances:
    """Adds up the entries, and holds them against the seats counted and the holdings of all time.

    In memory are the holdings that last at the entry last read, and no others.
    """

    team: str
    books: Books
    found: Findings
    adder: Adder = field(factory=Adder, init=False)
    #: Whether the entries could be added up until now.
    added: bool = field(default=True, init=False)
    #: The latest moment of an entry.
    _at: str = field(default="", init=False)
    #: Holdings kept, of those that began until the moment *_fetched*, that no entry has ended yet.
    _kept: Counter[Holding] = field(factory=Counter, init=False)
    _fetched: str = field(default="", init=False)

    async def read(self, page: Sequence[Entry]) -> None:
        """Add up the entries of *page*."""
        if not self.added:
            return
        await self._fetch(max(entry.at for entry in page))
        try:
            for entry in page:
                if ended := self.adder.add(entry):
                    self._expect(ended)
                if entry.at < self._at:
                    self.found.say(f"entry {entry.number}: it is of {entry.at}, one before it of {self._at}")
                self._at = max(self._at, entry.at)
        except LedgerError as error:
            self.added = False
            self.found.say(str(error))

    async def end(self) -> None:
        """Hold what the entries came to against what is counted and kept."""
        if not self.added:
            return
        written = await self.books.length(self.team)
        if written != self.adder.number:
            self.found.say(f"the book ends with entry {self.adder.number}, {written} were written")
        await self._count()
        await self._fetch(FOR_EVER)
        for holding in self.adder.holdings.values():
            self._expect(holding)
        for holding in self._kept.elements():
            self.found.say(f"person {holding.person}: {_told(holding)} is kept, and not in the book")

    async def _count(self) -> None:
        sums, seats = self.adder.sums, await self.books.seats(self.team)
        for kind in sorted({*seats, *(kind for _, kind in sums)}):
            count = seats.get(kind)
            counted = {"bought": count.bought, "held": count.held, "free": count.free} if count else {}
            says = {"bought": -sums["bought", kind], "held": sums["held", kind], "free": sums["free", kind]}
            for name, number in says.items():
                if number != counted.get(name, 0):
                    self.found.say(
                        f"{kind}: the book says {number} {name}, {counted.get(name, 0)} are counted"
                    )

    async def _fetch(self, upto: str) -> None:
        """Read the holdings that began until the moment *upto*."""
        if upto > self._fetched:
            self._kept.update(await self.books.holdings(self.team, after=self._fetched, upto=upto))
            self._fetched = upto

    def _expect(self, holding: Holding) -> None:
        if not self._kept[holding]:
            self.found.say(f"person {holding.person}: {_told(holding)} is in the book, and not kept")
        elif self._kept[holding] == 1:
            del self._kept[holding]
        else:
            self._kept[holding] -= 1


@define(kw_only=True)
class Sealing:
    """Seals the entries again, and holds each head against the seal kept and the one exported earlier."""

    team: str
    books: Books
    found: Findings
    key: bytes
    #: Number → the seal exported; those met are taken out.
    exported: dict[int, Seal]
    _seals: AsyncIterator[Seal] | None = field(default=None, init=False)
    #: The seal that comes next, None where no more entries are sealed.
    _next: Seal | None = field(default=None, init=False)
    _hashing: Hashing = field(factory=lambda: following(None), init=False)

    async def read(self, page: Sequence[Entry]) -> None:
        """Seal the entries of *page*."""
        await self._begin()
        for entry in page:
            if self._next is None:
                return
            self._hashing.add(entry)
            if entry.number >= self._next.last:
                self._compare(self._next)
                self._hashing = following(self._next)
                await self._advance()

    async def end(self) -> None:
        """Say which seals have no entries, and which heads no seals."""
        await self._begin()
        if self._next:
            self.found.say(
                f"seal {self._next.number}: it closes entry {self._next.last}, the book ends before"
            )
        for seal in self.exported.values():
            self.found.say(f"head {seal.number}, of entry {seal.last}: {self._fault(seal, 'cut short')}")

    async def _begin(self) -> None:
        if self._seals is None:
            self._seals = self.books.seals(self.team)
            await self._advance()

    async def _advance(self) -> None:
        assert self._seals is not None
        self._next = await anext(self._seals, None)

    def _compare(self, seal: Seal) -> None:
        expected = self._hashing.number
        if seal.number != expected:
            self.found.say(f"seal {seal.number} stands where {expected} was expected")
        if seal.head != self._hashing.head:
            self.found.say(
                f"seal {seal.number}: the entries up to {seal.last} are not those sealed at {seal.at}"
            )
        if not seal.is_signed(self.key):
            self.found.say(f"seal {seal.number}: it is not signed with this hub's key")
        exported = self.exported.pop(seal.number, seal)
        if exported != seal:
            self.found.say(
                f"head {seal.number}, of entry {exported.last}: {self._fault(exported, 'rewritten')}"
            )

    def _fault(self, exported: Seal, what: str) -> str:
        if not exported.is_signed(self.key):
            return "it is not signed with this hub's key"
        return f"it is not in the book, which was {what}"


@define(kw_only=True)
class Telling:
    """Looks for the events that tell of the entries *since* a moment."""

    team: str
    books: Books
    found: Findings
    since: str

    async def read(self, page: Sequence[Entry]) -> None:
        """Look for the events of the entries in *page*."""
        recent = [entry for entry in page if entry.at >= self.since and entry.what in EVENTS]
        if not recent:
            return
        told = await self.books.told(self.team, [entry.reference for entry in recent])
        for entry in recent:
            accounts = {account for each in entry.postings for account in (each.source, each.target)}
            people = {person for account in accounts if (person := holder(account))}
            if not any(
                (entry.reference, name, person) in told for name in EVENTS[entry.what] for person in people
            ):
                self.found.say(f"entry {entry.number}: no event says that a seat was {entry.what}")

    async def end(self) -> None:
        """Add nothing: each page was held against its events when it was read."""


def _told(holding: Holding) -> str:
    return f"{holding.kind} from {holding.since} until {holding.until or 'now'}"
