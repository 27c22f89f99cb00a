"""A team's book held against everything that it should agree with."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from hub.ledger.book import Book
from hub.ledger.errors import LedgerError

if TYPE_CHECKING:
    from .ports import Books

#: Told the number of each entry that was read.
Progress = Callable[[int], object]


def silent(_: int) -> None:
    """Show no progress."""


async def problems_of(team: str, books: Books, *, progress: Progress) -> list[str]:
    """Return what is wrong with a team's book, first things first; nothing when it is whole.

    The entries are folded again, and the result held against the seats counted, the open
    holdings, and the claims on each person.
    """
    book = Book()
    try:
        async for entry in books.entries(team):
            book.post(entry)
            progress(entry.number)
    except LedgerError as error:
        return [str(error)]
    return [
        *await _counts(team, books, book),
        *await _holdings(team, books, book),
        *await _claims(team, books, book),
    ]


async def _counts(team: str, books: Books, book: Book) -> list[str]:
    problems = []
    for kind, count in (await books.seats(team)).items():
        says = {"bought": book.bought(kind), "held": book.held(kind), "free": book.free(kind)}
        counted = {"bought": count.bought, "held": count.held, "free": count.free}
        problems += [
            f"{kind}: the book says {says[name]} {name}, {counted[name]} are counted"
            for name in says
            if says[name] != counted[name]
        ]
    return problems


async def _holdings(team: str, books: Books, book: Book) -> list[str]:
    holdings = await books.holdings(team)
    return [
        f"person {person}: holds {holdings.get(person)}, the book says {book.holders.get(person)}"
        for person in sorted({*holdings, *book.holders})
        if holdings.get(person) != book.holders.get(person)
    ]


async def _claims(team: str, books: Books, book: Book) -> list[str]:
    problems = []
    async for person, counted, active in books.claims(team):
        if counted != active:
            problems.append(f"person {person}: {counted} claims are counted, {active} users are active")
        if not active and person in book.holders:
            problems.append(f"person {person}: holds a seat without an active user")
    return problems
