"""Entries folded into balances."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from attrs import Factory, define

from .entries import BOUGHT, FREE, Entry, Posting, holder
from .errors import LedgerError


@define
class Book:
    """A team's entries so far, added up.

    The one value here that changes: it is the running sum of a fold over a book of any
    length, and nobody keeps it.
    """

    number: int = 0
    #: (account, seat kind) → seats, of the accounts that are nobody's.
    balances: Counter[tuple[str, str]] = Factory(Counter)
    #: person → the kind of seat held.
    holders: dict[str, str] = Factory(dict)

    def post(self, entry: Entry) -> None:
        """Add *entry*, or raise `LedgerError` for one that cannot follow."""
        if entry.number != self.number + 1:
            raise LedgerError(f"entry {entry.number} stands where {self.number + 1} was expected")
        for posting in entry.postings:
            try:
                self._give(posting)
                self._take(posting)
            except LedgerError as error:
                raise LedgerError(f"entry {entry.number}: {error}") from None
        self.number = entry.number

    def bought(self, seat: str) -> int:
        """Return how many seats of a kind the team has paid for."""
        return -self.balances[BOUGHT, seat]

    def free(self, seat: str) -> int:
        """Return how many seats of a kind nobody holds."""
        return self.balances[FREE, seat]

    def held(self, seat: str) -> int:
        """Return how many people hold a seat of a kind."""
        return sum(kind == seat for kind in self.holders.values())

    def _give(self, posting: Posting) -> None:
        person = holder(posting.source)
        if person is None:
            self.balances[posting.source, posting.seat] -= posting.count
        elif posting.count != 1 or self.holders.pop(person, None) != posting.seat:
            raise LedgerError(f"{person} gives back {posting.count} {posting.seat} without holding as many")

    def _take(self, posting: Posting) -> None:
        person = holder(posting.target)
        if person is None:
            self.balances[posting.target, posting.seat] += posting.count
        elif posting.count != 1 or person in self.holders:
            raise LedgerError(f"{person} takes {posting.count} {posting.seat} beside a seat already held")
        else:
            self.holders[person] = posting.seat


def fold(entries: Iterable[Entry]) -> Book:
    """Return the book that *entries* add up to, or raise `LedgerError` at the first bad one."""
    book = Book()
    for entry in entries:
        book.post(entry)
    return book
