"""Laws of the book: what entries add up to, and which cannot follow."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.ledger.book import Book, fold
from hub.ledger.entries import BOUGHT, FREE, Entry, Posting, held_by, holder
from hub.ledger.errors import LedgerError
from hub.ledger.moves import buy, settle

KINDS = ["standard", "viewer"]


def entry(number: int, *postings: Posting) -> Entry:
    """Return an entry of which only number and postings matter."""
    return Entry(
        team="t", number=number, at="2026-01-01T00:00:00.000Z", what="", reference="", postings=postings
    )


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from([None, *KINDS])), max_size=60))
def test_a_book_agrees_with_a_plain_list_of_who_holds_what(wishes):
    """Whatever people come to want, holders, held and free are what a dictionary says."""
    book, plain, number = Book(), {}, 2
    book.post(entry(1, *buy("standard", 50)))
    book.post(entry(2, *buy("viewer", 50)))
    for person, wanted in wishes:
        if postings := settle(person, held=plain.get(person), wanted=wanted):
            number += 1
            book.post(entry(number, *postings))
        plain[person] = wanted

    holding = {person: kind for person, kind in plain.items() if kind}
    assert holding == book.holders
    assert number == book.number
    for kind in KINDS:
        count = Counter(holding.values())[kind]
        assert (50, count, 50 - count) == (book.bought(kind), book.held(kind), book.free(kind))


@given(st.lists(st.sampled_from("abc"), max_size=30))
def test_postings_sum_to_zero(people):
    """What leaves one account arrives in another: all accounts together stay at nothing."""
    book, held = Book(), {}
    book.post(entry(1, *buy("standard", 3)))
    for number, person in enumerate(people, 2):
        wanted = None if held.get(person) else "standard"
        book.post(entry(number, *settle(person, held=held.get(person), wanted=wanted)))
        held[person] = wanted

    assert 0 == sum(book.balances.values()) + len(book.holders)


def test_settling_what_is_settled_moves_nothing():
    """A person who has what they want causes no posting, and so no entry."""
    assert () == settle("ann", held="standard", wanted="standard")
    assert () == settle("ann", held=None, wanted=None)


def test_a_swap_gives_back_before_it_takes():
    """One entry takes a person from one kind to another, and both kinds agree."""
    book = fold(
        [
            entry(1, *buy("standard", 1)),
            entry(2, *buy("viewer", 1)),
            entry(3, *settle("ann", held=None, wanted="viewer")),
            entry(4, *settle("ann", held="viewer", wanted="standard")),
        ]
    )

    assert {"ann": "standard"} == book.holders
    assert (0, 1) == (book.free("standard"), book.free("viewer"))


@pytest.mark.parametrize("number", [1, 3])
def test_entries_follow_without_a_gap(number):
    """An entry with any number but the next is refused, and named."""
    book = fold([entry(1, *buy("standard", 1))])

    with pytest.raises(LedgerError, match=f"entry {number} stands where 2 was expected"):
        book.post(entry(number, *buy("standard", 1)))


@pytest.mark.parametrize(
    "postings",
    [
        settle("ann", held=None, wanted="standard"),
        settle("ann", held=None, wanted="viewer"),
        settle("bob", held="standard", wanted=None),
        settle("ann", held="viewer", wanted=None),
        (Posting(source=FREE, target=held_by("bob"), seat="standard", count=2),),
    ],
    ids=["the same twice", "two kinds", "none to give", "another kind to give", "two at once"],
)
def test_nobody_holds_two_seats_or_gives_back_none(postings):
    """A person holds one seat or none, and gives back only what they hold."""
    book = fold([entry(1, *buy("standard", 9)), entry(2, *settle("ann", held=None, wanted="standard"))])

    with pytest.raises(LedgerError, match="entry 3"):
        book.post(entry(3, *postings))


@pytest.mark.parametrize("count", [0, -1])
def test_a_posting_moves_at_least_one_seat(count):
    """Nothing, and less, is no posting."""
    with pytest.raises(ValueError, match="count"):
        Posting(source=BOUGHT, target=FREE, seat="standard", count=count)


def test_an_entry_has_postings():
    """A line that moves nothing is not written."""
    with pytest.raises(ValueError, match="postings"):
        entry(1)


def test_an_account_knows_its_holder():
    """Only the accounts of people have a holder."""
    assert "ann" == holder(held_by("ann"))
    assert None is holder(FREE)
