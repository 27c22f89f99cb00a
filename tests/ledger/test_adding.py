"""Two ways to add up a book agree, so that neither hides what is wrong with the other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.ledger import book as module
from hub.ledger.adding import Adder
from hub.ledger.book import Book, fold
from hub.ledger.entries import BOUGHT, FREE, Entry, Posting, held_by
from hub.ledger.errors import LedgerError
from hub.ledger.holdings import Holding
from hub.ledger.moves import buy, give_up, settle
from tests.ledger.clerk import KINDS, book
from tests.ledger.plainly import holdings

NOW = "2026-03-01T00:00:00.000Z"


def entry(number: int, what: str, *postings: Posting, at: str = NOW) -> Entry:
    """Return an entry."""
    return Entry(team="t", number=number, at=at, what=what, reference="r", postings=postings)


def added(entries):
    """Return *entries* added up, and the holdings that they ended."""
    adder = Adder()
    ended = [each for each in map(adder.add, entries) if each]
    return adder, ended


def assert_agreed(*books):
    """Add up each of *books* both ways, and compare all that comes of it."""
    for entries in books:
        _assert_agreed(entries)


def _assert_agreed(entries):
    adder, ended = added(entries)
    folded = fold(entries)
    for kind in KINDS:
        assert folded.bought(kind) == -adder.sums["bought", kind]
        assert folded.free(kind) == adder.sums["free", kind]
        assert folded.held(kind) == adder.sums["held", kind]
    assert folded.holders == {person: each.kind for person, each in adder.holdings.items()}
    assert holdings(entries) == [*ended, *adder.holdings.values()]


@given(st.integers(0, 2**32))
def test_both_ways_agree(seed):
    """Whatever a lawful book says, adding it up and folding it come to the same."""
    assert_agreed(book(seed))


@pytest.mark.parametrize("bug", ["no one gives back", "free seats are not counted", "kinds are mixed up"])
def test_a_bug_in_the_fold_is_seen(monkeypatch, bug):
    """Verification is no use if what it uses is wrong: the other way tells."""
    give, take = Book._give, Book._take

    def mixed(self, posting):
        give(self, posting)
        self.holders = dict.fromkeys(self.holders, KINDS[0])

    planted = {
        "no one gives back": ("_give", lambda *_: None),
        "free seats are not counted": (
            "_take",
            lambda self, posting: posting.target == FREE or take(self, posting),
        ),
        "kinds are mixed up": ("_give", mixed),
    }
    monkeypatch.setattr(module.Book, *planted[bug])

    with pytest.raises((AssertionError, LedgerError)):
        assert_agreed(*map(book, range(20)))


def test_an_entry_that_ends_a_holding_says_so():
    """Who released a seat, or moved to another, held one from an entry until this."""
    later = "2026-03-02T00:00:00.000Z"
    adder, ended = added(
        [
            entry(1, "bought", *buy("standard", 1)),
            entry(2, "taken", *settle("ann", held=None, wanted="standard")),
            entry(3, "moved", *settle("ann", held="standard", wanted="viewer"), at=later),
        ]
    )

    assert [Holding(person="ann", kind="standard", since=NOW, until=later)] == ended
    assert {"ann": Holding(person="ann", kind="viewer", since=later, until=None)} == adder.holdings


OUT = Posting(source=FREE, target=held_by("bob"), seat="standard")


@pytest.mark.parametrize(
    ("what", "postings"),
    [
        ("taken", settle("ann", held=None, wanted="standard")),
        ("taken", settle("ann", held=None, wanted="viewer")),
        ("taken", (Posting(source=FREE, target=held_by("bob"), seat="standard", count=2),)),
        ("taken", (OUT, Posting(source=FREE, target=held_by("cid"), seat="standard"))),
        ("taken", settle("ann", held="standard", wanted=None)),
        ("taken", buy("standard", 1)),
        ("released", settle("bob", held="standard", wanted=None)),
        ("released", settle("ann", held="viewer", wanted=None)),
        ("released", settle("bob", held=None, wanted="standard")),
        ("moved", settle("bob", held=None, wanted="standard")),
        ("moved", (*settle("ann", held="standard", wanted=None), OUT)),
        ("bought", give_up("standard", 1)),
        ("returned", buy("standard", 1)),
        ("bought", (Posting(source=BOUGHT, target=held_by("bob"), seat="standard"),)),
        ("given", buy("standard", 1)),
    ],
)
def test_what_cannot_follow_is_refused(what, postings):
    """Nobody holds two seats or gives back what they do not hold, and entries do what their name says."""
    adder, _ = added(
        [
            entry(1, "bought", *buy("standard", 9)),
            entry(2, "taken", *settle("ann", held=None, wanted="standard")),
        ]
    )

    with pytest.raises(LedgerError, match="entry 3"):
        adder.add(entry(3, what, *postings))


@pytest.mark.parametrize("number", [1, 3])
def test_entries_follow_without_a_gap(number):
    """An entry with any number but the next is refused, and named."""
    adder, _ = added([entry(1, "bought", *buy("standard", 1))])

    with pytest.raises(LedgerError, match=f"entry {number} stands where 2 was expected"):
        adder.add(entry(number, "bought", *buy("standard", 1)))
