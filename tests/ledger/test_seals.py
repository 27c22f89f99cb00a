"""A head stands for every byte of the book up to it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from hub.ledger.entries import Entry, Posting
from hub.ledger.moves import buy
from hub.ledger.seals import canonical, following, seal
from tests.ledger.clerk import book

KEY = bytes(32)
NOW = "2026-06-01T12:00:00.000Z"

ENTRY = Entry(team="t", number=1, at=NOW, what="bought", reference="r", postings=buy("standard", 5))


def test_an_entry_is_hashed_as_documented():
    """Anybody can make the bytes of what `hub book show --json` tells."""
    expected = b'["t",1,"2026-06-01T12:00:00.000Z","bought","r",[["bought","free","standard",5]]]\n'

    assert expected.decode() in (Path(__file__).parents[2] / "docs/book.md").read_text()
    assert expected == canonical(ENTRY)
    assert hashlib.sha256(b'[1,""]\n' + expected).hexdigest() == seal([ENTRY], None, at=NOW, key=KEY).head


@pytest.mark.parametrize(
    "changed",
    [
        evolve(ENTRY, team="u"),
        evolve(ENTRY, number=2),
        evolve(ENTRY, at="2026-06-01T12:00:00.001Z"),
        evolve(ENTRY, what="returned"),
        evolve(ENTRY, reference="r2"),
        evolve(ENTRY, postings=buy("standard", 6)),
        evolve(ENTRY, postings=buy("viewer", 5)),
        evolve(ENTRY, postings=(Posting(source="free", target="bought", seat="standard", count=5),)),
    ],
)
def test_whatever_is_changed_changes_the_head(changed):
    """No part of an entry is left out."""
    assert seal([ENTRY], None, at=NOW, key=KEY).head != seal([changed], None, at=NOW, key=KEY).head


def test_a_head_stands_for_all_blocks_before():
    """The same block after another book has another head."""
    second = evolve(ENTRY, number=2)
    one = seal([ENTRY], None, at=NOW, key=KEY)
    other = seal([evolve(ENTRY, reference="x")], None, at=NOW, key=KEY)

    assert (2, 2) == ((after := seal([second], one, at=NOW, key=KEY)).number, after.last)
    assert after.head != seal([second], other, at=NOW, key=KEY).head


@given(st.integers(0, 2**32), st.integers(1, 10))
def test_sealing_goes_on_where_it_ended(seed, size):
    """The heads of a book are those of its blocks, however its entries come."""
    entries = book(seed)
    seals = [None]
    for start in range(0, len(entries), size):
        seals.append(seal(entries[start : start + size], seals[-1], at=NOW, key=KEY))
        hashing = following(seals[-2])
        for entry in entries[start : start + size]:
            hashing.add(entry)
        assert hashing.head == seals[-1].head


@pytest.mark.parametrize(
    "change", [{"team": "u"}, {"number": 2}, {"last": 2}, {"at": "x"}, {"head": "0" * 64}, {"signature": "é"}]
)
def test_a_signature_is_of_all_that_a_seal_says(change):
    """Whatever is changed of a seal, it is no longer signed; and with another key it never was."""
    signed = seal([ENTRY], None, at=NOW, key=KEY)

    assert signed.is_signed(KEY)
    assert not signed.is_signed(bytes([1]) * 32)
    assert not evolve(signed, **change).is_signed(KEY)


@given(st.text(), st.text())
def test_no_two_references_are_the_same_bytes(one, other):
    """Whatever a text holds, it does not run into what comes after it."""
    first, second = (canonical(evolve(ENTRY, reference=text)) for text in (one, other))

    assert (one == other) == (first == second)
    assert b"\n" not in first[:-1]
    assert one == json.loads(first)[4]
