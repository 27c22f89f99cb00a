"""Cursors are opaque, good for one query of one connection, and for a time (RFC 9865)."""

from __future__ import annotations

import base64
import re

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from hub import moments
from hub.engine.answering.cursors import Cursors
from hub.engine.values.scope import Scope
from hub.engine.values.searches import Mark, Search
from hub.scim.errors import ExpiredCursor, InvalidCount, InvalidCursor
from hub.scim.expressions import Path
from hub.scim.parsing import parse_filter

NOW = "2026-01-01T00:00:00.000Z"
OWNER = Scope(team="t1", connection="c1")
SEARCH = Search(
    kinds=("User",),
    where={"User": parse_filter('userName sw "J"')},
    sort=Path(name="name", sub="familyName"),
    count=10,
)
MARK = Mark(id="0190", key="jensen", before=True)

#: RFC 3986 §2.3: the letters that RFC 9865 §2 lets a cursor have.
UNRESERVED = re.compile(r"[A-Za-z0-9._~-]+")

KEYS = st.one_of(
    st.none(),
    st.booleans(),
    st.text(st.characters(codec="utf-8"), max_size=50),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
)
MARKS = st.none() | st.builds(Mark, id=st.uuids().map(str), key=KEYS, before=st.booleans())


def cursors(*, key: bytes = b"k" * 32, at: str = NOW, seconds: int = 60) -> Cursors:
    """Return the cursors of a hub with that key, at that moment."""
    return Cursors(key=key, clock=lambda: at, seconds=seconds)


@given(MARKS, st.none() | st.integers(0, 1000))
def test_opened_it_is_what_was_sealed(mark, count):
    """Any mark comes back as it was, its types too, in letters that need no escape in a URL."""
    cursor = cursors().seal(mark, OWNER, SEARCH, count)
    opened = cursors().open(cursor, OWNER, SEARCH, count)

    assert UNRESERVED.fullmatch(cursor)
    assert mark == opened
    assert type(mark and mark.key) is type(opened and opened.key)


def test_nothing_of_it_can_be_read():
    """RFC 9865 §5.2: neither the values it holds, nor that two cursors hold nearly the same."""
    one, other = (
        base64.urlsafe_b64decode(cursors().seal(evolve(MARK, id=id), OWNER, SEARCH, 10) + "==")
        for id in ("0190", "0191")
    )

    assert not any(word in one for word in (b"jensen", b"0190", b"2026"))
    assert sum(a == b for a, b in zip(one, other, strict=True)) < len(one) / 4


OTHERS = {
    "another team": (evolve(OWNER, team="t2"), SEARCH),
    "another connection": (evolve(OWNER, connection="c2"), SEARCH),
    "another kind": (OWNER, evolve(SEARCH, kinds=("Group",), where={"Group": SEARCH.where["User"]})),
    "more kinds": (
        OWNER,
        evolve(SEARCH, kinds=("User", "Group"), where=dict.fromkeys(("User", "Group"), SEARCH.where["User"])),
    ),
    "another filter": (OWNER, evolve(SEARCH, where={"User": parse_filter('userName sw "K"')})),
    "no filter": (OWNER, evolve(SEARCH, where={"User": None})),
    "another sort": (OWNER, evolve(SEARCH, sort=Path(name="userName"))),
    "no sort": (OWNER, evolve(SEARCH, sort=None)),
    "another order": (OWNER, evolve(SEARCH, descending=True)),
}


@pytest.mark.parametrize(("owner", "search"), OTHERS.values(), ids=OTHERS)
def test_it_is_bound(owner, search):
    """It opens nothing for anybody else, nor in another query."""
    cursor = cursors().seal(MARK, OWNER, SEARCH, 10)
    with pytest.raises(InvalidCursor):
        cursors().open(cursor, owner, search, 10)


def test_names_may_change_their_case():
    """RFC 9865 §2 itself asks for `userName` first and for `username` then."""
    cursor = cursors().seal(MARK, OWNER, SEARCH, 10)
    again = evolve(SEARCH, where={"User": parse_filter('username sw "J"')})

    assert MARK == cursors().open(cursor, OWNER, again, 10)


def test_another_key_opens_nothing():
    """Only nodes that share the key take each other's cursors."""
    with pytest.raises(InvalidCursor):
        cursors(key=b"x" * 32).open(cursors().seal(MARK, OWNER, SEARCH, 10), OWNER, SEARCH, 10)


@given(st.data())
def test_changed_it_is_none(data):
    """Any other letter anywhere, one more or one less, and it is refused in the same words."""
    cursor = cursors().seal(MARK, OWNER, SEARCH, 10)
    place = data.draw(st.integers(0, len(cursor) - 1))
    letter = data.draw(st.sampled_from("ABCyz019-_~.=+/ é"))
    ways = (
        cursor[:place] + letter + cursor[place + 1 :],
        cursor[:place] + cursor[place + 1 :],
        cursor + letter,
    )
    for changed in ways:
        if changed != cursor:
            assert refused() == refused(changed)


@pytest.mark.parametrize("cursor", ["x", "VZUTiyhEQJ94IR", "====", "\x00", "é", "A" * 22, "A" * 10_000])
def test_what_never_was_one(cursor):
    """400 invalidCursor in the same words, whatever it is."""
    assert refused() == refused(cursor)


def test_a_long_one_costs_nothing(monkeypatch):
    """What is longer than any cursor is not deciphered: a body could bring a million letters of it."""
    seen = []
    monkeypatch.setattr(Cursors, "_masked", lambda _, text, __: seen.append(len(text)) or text)
    for letters in (22, 4096, 1_000_000):
        refused("A" * letters)

    assert [0, 3056, 0] == seen


def refused(cursor: str = "AAAA") -> str:
    """Return why *cursor* is refused."""
    with pytest.raises(InvalidCursor) as error:
        cursors().open(cursor, OWNER, SEARCH, 10)
    return error.value.detail


def test_it_expires():
    """To the millisecond; then it is expired, and not merely invalid."""
    cursor = cursors(seconds=60).seal(MARK, OWNER, SEARCH, 10)

    assert MARK == cursors(at=moments.later(NOW, 59.999)).open(cursor, OWNER, SEARCH, 10)
    with pytest.raises(ExpiredCursor, match="60 seconds"):
        cursors(at=moments.later(NOW, 60)).open(cursor, OWNER, SEARCH, 10)


def test_expired_or_not_it_tells_strangers_nothing():
    """Somebody else's cursor is invalid, also when it is too old."""
    cursor = cursors().seal(MARK, OWNER, SEARCH, 10)
    with pytest.raises(InvalidCursor):
        cursors(at=moments.later(NOW, 600)).open(cursor, evolve(OWNER, connection="c2"), SEARCH, 10)


@pytest.mark.parametrize(("first", "then"), [(10, 11), (10, None), (None, 10), (0, None)])
def test_the_count_stays(first, then):
    """RFC 9865 table 3: the count is that of the first query."""
    with pytest.raises(InvalidCount):
        cursors().open(cursors().seal(MARK, OWNER, SEARCH, first), OWNER, SEARCH, then)
