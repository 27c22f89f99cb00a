"""Pages by cursor while resources come, go and change: what stays is told exactly once."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.teams import Profile
from tests.protocol.provider import Provider, patch
from tests.scale import scale

#: How lists are asked for: unsorted, by a value that all have, by one that some have and many share.
ORDERS: list[dict[str, str]] = [
    {},
    {"sortOrder": "descending"},
    {"sortBy": "userName"},
    {"sortBy": "title"},
    {"sortBy": "title", "sortOrder": "descending"},
    {"sortBy": "meta.created", "sortOrder": "descending"},
    {"sortBy": "active"},
    {"filter": "userName pr", "sortBy": "title"},
    {"filter": 'userName co "a" or title ne "Cook"'},
]

TITLES = ["Cook", "cook", "Guide", "", "Äpfel", "z" * 5000]

#: One of them, by its place: in a failure the last would be all there is to be read.
TITLE = st.integers(0, len(TITLES) - 1)

STEPS = st.lists(
    st.lists(
        st.one_of(
            st.tuples(st.just("come"), TITLE),
            st.tuples(st.just("go"), st.integers(0, 50)),
            st.tuples(st.just("move"), st.integers(0, 50)),
        ),
        max_size=4,
    ),
    max_size=12,
)


class Book:
    """Users who stay as they are, and others who come, move and go between the pages."""

    def __init__(self, provider: Provider, staying: list[int]) -> None:
        self.provider = provider
        self.made = 0
        self.others: list[str] = []
        self.staying: set[str] = set()
        for number, title in enumerate(staying):
            self.staying.add(self.come(title))
            if number % 2:
                self.others.append(self.come(title))

    def come(self, title: int) -> str:
        """Make somebody with a title, and return their id."""
        self.made += 1
        said = {"title": TITLES[title]} if TITLES[title] else {}
        return str(self.provider.user(f"{self.made * 7919 % 997:03}a{self.made}", **said)["id"])

    def disturb(self, what: str, how: int) -> None:
        """Have somebody come, go, or change what lists are sorted by."""
        if what == "come":
            self.others.append(self.come(how))
        elif self.others:
            id = self.others[how % len(self.others)]
            if what == "go":
                self.others.remove(id)
                self.provider.ask("DELETE", f"/Users/{id}")
            else:
                title = patch({"op": "replace", "path": "title", "value": TITLES[how % 3]})
                self.provider.ask("PATCH", f"/Users/{id}", title)


def walk(book: Book, way: str, cursor: str, query: dict[str, str], steps: list[Any]) -> list[list[str]]:
    """Return the pages from *cursor* on, each as ids, with one of *steps* done after each."""
    pages, left = list[list[str]](), list(steps)
    while True:
        told = book.provider.get("/Users", cursor=cursor, **query)
        pages.append([each["id"] for each in told["Resources"]])
        assert told["itemsPerPage"] == len(pages[-1]) <= int(query["count"])
        for step in left.pop(0) if left else ():
            book.disturb(*step)
        if way not in told:
            return pages
        cursor = told[way]


def last_cursor(book: Book, query: dict[str, str]) -> str | None:
    """Return the cursor that leads back from the last page, None where there is but one page."""
    cursor: str | None = ""
    back: str | None = None
    while cursor is not None:
        told = book.provider.get("/Users", cursor=cursor, **query)
        back, cursor = told.get("previousCursor"), told.get("nextCursor")
    return back


@pytest.mark.laws
@pytest.mark.parametrize("order", ORDERS, ids=lambda order: " ".join(order.values()) or "plain")
@settings(
    max_examples=scale(6, trust=300),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    staying=st.lists(TITLE, min_size=1, max_size=9),
    steps=STEPS,
    count=st.integers(1, 4),
)
def test_what_stays_is_told_once(house, order, staying, steps, count):
    """Forward: each user who stays as they are is on exactly one page, whoever comes, goes or moves."""
    book = Book(Provider.new(house, Profile.STRICT), staying)
    pages = walk(book, "nextCursor", "", {**order, "count": str(count)}, steps)
    seen = [id for page in pages for id in page if id in book.staying]

    assert sorted(book.staying) == sorted(seen)


@pytest.mark.laws
@pytest.mark.parametrize("order", ORDERS, ids=lambda order: " ".join(order.values()) or "plain")
@settings(
    max_examples=scale(4, trust=300),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    staying=st.lists(TITLE, min_size=3, max_size=9),
    steps=STEPS,
    count=st.integers(1, 4),
)
def test_backward_too(house, order, staying, steps, count):
    """From the end back to the beginning: the same, in the same order as forward."""
    book = Book(Provider.new(house, Profile.STRICT), staying)
    query = {**order, "count": str(count)}
    forward = [id for page in walk(book, "nextCursor", "", query, []) for id in page]
    cursor = last_cursor(book, query)
    if cursor is None:
        return
    last = forward[: -((len(forward) - 1) % count + 1)]
    pages = walk(book, "previousCursor", cursor, query, steps)
    seen = [id for page in reversed(pages) for id in page if id in book.staying]

    assert [id for id in last if id in book.staying] == seen


def test_a_cursor_of_who_is_gone_leads_on(house):
    """A place is a place, also when whoever stood there has left."""
    provider = Provider.new(house, Profile.STRICT)
    ids = sorted(provider.user(name)["id"] for name in "abcdef")
    first = provider.get("/Users", cursor="", count="2")
    for id in ids[:4]:
        provider.ask("DELETE", f"/Users/{id}")
    told = provider.get("/Users", cursor=first["nextCursor"], count="2")

    assert ids[4:] == [each["id"] for each in told["Resources"]]
    assert 2 == told["totalResults"]
    assert {"nextCursor", "previousCursor"}.isdisjoint(told)


def test_nobody_left(house):
    """Where all that a cursor leads to are gone, the page is empty and the last."""
    provider = Provider.new(house, Profile.STRICT)
    ids = sorted(provider.user(name)["id"] for name in "abcd")
    first = provider.get("/Users", cursor="", count="2")
    for id in ids[2:]:
        provider.ask("DELETE", f"/Users/{id}")
    told = provider.get("/Users", cursor=first["nextCursor"], count="2")

    assert ([], 2) == (told["Resources"], told["totalResults"])
    assert "nextCursor" not in told


def test_nobody_left_before(house):
    """Going back to nobody, the page is empty, the first, and leads on to the others."""
    provider = Provider.new(house, Profile.STRICT)
    ids = sorted(provider.user(name)["id"] for name in "abcde")
    for order in ({}, {"sortBy": "title", "sortOrder": "descending"}):
        first = provider.get("/Users", cursor="", count="1", **order)
        second = provider.get("/Users", cursor=first["nextCursor"], count="1", **order)
        provider.ask("DELETE", f"/Users/{first['Resources'][0]['id']}")
        ids.remove(first["Resources"][0]["id"])
        told = provider.get("/Users", cursor=second["previousCursor"], count="1", **order)
        onward = provider.get("/Users", cursor=told["nextCursor"], count="1", **order)

        assert ([], len(ids)) == (told["Resources"], told["totalResults"])
        assert "previousCursor" not in told
        assert second["Resources"] == onward["Resources"]


def test_of_all_kinds_by_cursor(house):
    """The root is walked as well, sorted by what one kind has."""
    provider = Provider.new(house, Profile.STRICT)
    ids = {provider.user(name)["id"] for name in "abcde"} | {provider.group(name)["id"] for name in "GHI"}
    for order in ({}, {"sortBy": "userName"}, {"sortBy": "displayName", "sortOrder": "descending"}):
        found, cursor = list[str](), ""
        while cursor is not None:
            told = provider.get("", cursor=cursor, count="3", **order)
            found += [each["id"] for each in told["Resources"]]
            cursor = told.get("nextCursor")

        assert sorted(ids) == sorted(found)
        assert 8 == told["totalResults"]
