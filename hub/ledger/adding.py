"""Entries added up a second way: what verifies books shares no code with what writes them.

So nothing here uses `book` or `moves`: what is wrong with these shows, as a difference.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from attrs import Factory, define

from .errors import LedgerError
from .holdings import Holding

if TYPE_CHECKING:
    from .entries import Entry

#: What an entry of each name moves: from which account to which, `held` being that of some person.
SHAPES = {
    "bought": [("bought", "free")],
    "returned": [("free", "bought")],
    "taken": [("free", "held")],
    "released": [("held", "free")],
    "moved": [("held", "free"), ("free", "held")],
}


@define
class Adder:
    """One book's entries so far, added up."""

    number: int = 0
    #: (account, kind) → seats; the accounts of all people are one.
    sums: Counter[tuple[str, str]] = Factory(Counter)
    #: Person → what they hold.
    holdings: dict[str, Holding] = Factory(dict)

    def add(self, entry: Entry) -> Holding | None:
        """Add *entry* and return the holding that it ended, or raise `LedgerError` where it is wrong."""
        if entry.number != self.number + 1:
            raise LedgerError(f"entry {entry.number} stands where {self.number + 1} was expected")
        moves = [(_account(each.source), _account(each.target)) for each in entry.postings]
        if SHAPES.get(entry.what) != [(source, target) for (source, _), (target, _) in moves]:
            raise LedgerError(f"entry {entry.number}: its postings are not those of '{entry.what}'")
        people = {person for move in moves for _, person in move if person}
        if len(people) > 1:
            raise LedgerError(f"entry {entry.number}: it is about {len(people)} people")
        ended = None
        for posting, ((source, giver), (target, taker)) in zip(entry.postings, moves, strict=True):
            kind = posting.seat
            self.sums[source, kind] -= posting.count
            self.sums[target, kind] += posting.count
            if giver:
                ended = self._give_up(entry, giver, kind, posting.count)
            if taker:
                self._take(entry, taker, kind, posting.count)
        self.number = entry.number
        return ended

    def _give_up(self, entry: Entry, person: str, kind: str, count: int) -> Holding:
        held = self.holdings.pop(person, None)
        if held is None or held.kind != kind or count != 1:
            raise LedgerError(f"entry {entry.number}: {person} does not hold {count} {kind}")
        return Holding(person=person, kind=kind, since=held.since, until=entry.at)

    def _take(self, entry: Entry, person: str, kind: str, count: int) -> None:
        if person in self.holdings or count != 1:
            raise LedgerError(f"entry {entry.number}: {person} cannot take {count} {kind}")
        self.holdings[person] = Holding(person=person, kind=kind, since=entry.at, until=None)


def _account(text: str) -> tuple[str, str]:
    """Return which account it is, and whose, where it is a person's."""
    name, _, person = text.partition(":")
    return name, person
