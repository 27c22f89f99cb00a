"""Everything that is measured: reads, writes, groups, on users by the thousand."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar
from urllib.parse import quote

from . import people
from .fill import PAGE, SPARES, Filled
from .wire import Request
from .work import Work

ONE = re.compile(rb'"totalResults": ?1\b')
MADE = re.compile(rb'"status": ?"201"')
MANY = 100

T = TypeVar("T")

#: So many are changed before the first of them is changed back, so that nobody is changed twice at once.
APART = SPARES


GET = Work(
    name="GET by id",
    requests=lambda filled: (("GET", f"/Users/{filled.users[number]}", b"") for number in _anyone(filled)),
    shows=lambda raw: b'"userName"' in raw,
)


ENTITLED = Work(
    name="may this person sign in?",
    requests=lambda filled: (
        ("GET", f"/entitlements?user={quote(people.name(number))}", b"") for number in _anyone(filled)
    ),
    shows=lambda raw: b'"entitled":' in raw,  # true, but of whom a work before has deactivated
    of_product=True,
)


def _equal(name: str, where: Callable[[int], str]) -> Work:
    return Work(
        name=name,
        requests=lambda filled: (_search(f"filter={quote(where(number))}") for number in _anyone(filled)),
        shows=lambda raw: bool(ONE.search(raw)),
    )


USER_NAME = _equal("`userName eq`", lambda number: f'userName eq "{people.name(number)}"')
EXTERNAL_ID = _equal("`externalId eq`", lambda number: f'externalId eq "{people.external_id(number)}"')
EMAIL = _equal(
    '`emails[type eq "work" and value eq …]`',
    lambda number: f'emails[type eq "work" and value eq "{people.name(number)}"]',
)


def _page(name: str, query: Callable[[Filled], str], *, shows: bytes = b"") -> Work:
    return Work(
        name=name,
        requests=lambda filled: itertools.repeat(_search(f"{query(filled)}&count={PAGE}")),
        shows=lambda raw: raw.count(b'"userName"') == PAGE and shows in raw,
    )


FIRST = _page("list, first page by index", lambda _: "startIndex=1")
LAST = _page("list, last page by index", lambda filled: f"startIndex={len(filled.users) - PAGE + 1}")
# a server without cursors (RFC 9865) may let the parameter be and answer with a page all the same
FIRST_CURSOR = _page("list, first page by cursor", lambda _: "cursor=", shows=b'"nextCursor"')
LAST_CURSOR = _page(
    "list, last page by cursor",
    lambda filled: f"cursor={quote(filled.cursor or 'unknown')}",
    shows=b'"nextCursor"',
)


def _scan(where: str, name: str) -> Work:
    return Work(
        name=name,
        requests=lambda _: itertools.repeat(_search(f"count={PAGE}&filter={quote(where)}")),
        shows=lambda raw: b'"userName"' in raw,
        at_once=1,
    )


UNINDEXED = (
    _scan('name.familyName co "ily 77"', "page of `name.familyName co …`"),
    _scan('title eq "Engineer 7"', "page of `title eq …`"),
    _scan('phoneNumbers[type eq "mobile" and value ew "77"]', "page of `phoneNumbers[… value ew …]`"),
)

CREATE = Work(
    name="create, with a seat",
    requests=lambda filled: (
        ("POST", "/Users", people.body(people.user(number))) for number in filled.numbers
    ),
    shows=lambda raw: b'"id"' in raw,
)

BULK = Work(
    name=f"Bulk of {MANY} creates",
    requests=lambda filled: (
        ("POST", "/Bulk", people.body(people.bulk([people.user(n) for n in numbers])))
        for numbers in iter(lambda: list(itertools.islice(filled.numbers, MANY)), [])
    ),
    shows=lambda raw: len(MADE.findall(raw)) == MANY,
    at_once=1,
)


def _replaced(filled: Filled) -> Iterator[Request]:
    for turn, number in enumerate(_anyone(filled)):
        changed = people.user(number, nickName=f"Nick {turn}")
        yield "PUT", f"/Users/{filled.users[number]}", people.body(changed)


def _switched(filled: Filled) -> Iterator[Request]:
    for number, off in _there_and_back(_anyone(filled)):
        change = people.patch("replace", "active", value=not off)
        yield "PATCH", f"/Users/{filled.users[number]}", people.body(change)


PUT = Work(name="PUT, one field changed", requests=_replaced, shows=lambda raw: b'"Nick ' in raw)
PATCH = Work(name="PATCH, deactivate or reactivate", requests=_switched, shows=lambda _: True)


def _joined(filled: Filled, members: int) -> Iterator[Request]:
    path = f"/Groups/{filled.groups[members]}"
    for id, joins in _there_and_back(itertools.cycle(filled.spares)):
        change = (
            people.patch("add", "members", value=[{"value": id}])
            if joins
            else people.patch("remove", f'members[value eq "{id}"]')
        )
        yield "PATCH", f"{path}?excludedAttributes=members", people.body(change)


def member(members: int) -> Work:
    """Return the work of putting one user into a group of *members*, and taking them out again."""
    return Work(
        name=f"one member in or out, M = {members:,}",
        requests=lambda filled: _joined(filled, members),
        shows=lambda raw: b'"members"' not in raw,
        members=members,
    )


def group(members: int, *, whole: bool = False) -> Work:
    """Return the work of reading a group of *members*, *whole* or without them."""
    query = "" if whole else "?excludedAttributes=members"
    return Work(
        name=f"GET group {'whole' if whole else 'without members'}, M = {members:,}",
        requests=lambda filled: itertools.repeat(("GET", f"/Groups/{filled.groups[members]}{query}", b"")),
        shows=lambda raw: raw.count(b'"value"') >= (members if whole else 0) and b'"displayName"' in raw,
        at_once=1 if whole else 16,
        members=members,
    )


def _portal(name: str, path: Callable[[Filled], str], shows: bytes) -> Work:
    return Work(
        name=f"portal: {name}",
        requests=lambda filled: (("GET", path(filled), b"") for _ in itertools.repeat(None)),
        shows=lambda raw: shows in raw,
        at_once=1,
        of_portal=True,
    )


#: Pages of administrators: a search that finds one, and one that finds everybody.
PORTAL = (
    _portal("overview", lambda _: "", b"<svg"),
    _portal("people", lambda _: "/people", b'rel="next"'),
    _portal("search, one found", lambda filled: f"/people?q=user{filled.size - 1}%40", b"Family"),
    _portal("search, all found", lambda _: "/people?q=family", b'rel="next"'),
    _portal("search, nobody found", lambda _: "/people?q=engineer", b"Nobody fits"),
    _portal("who has no seat", lambda _: "/people?condition=seatless", b"Nobody fits"),
    _portal("one person", lambda filled: f"/people/{filled.persons[0]}", b"vouched for by"),
    _portal("groups", lambda _: "/groups", b"Group of"),
    _portal("largest group", lambda filled: f"/groups/{filled.groups[max(filled.groups)]}", b'rel="next"'),
)

#: Those whose cost must not grow with the number of users.
LOOKUPS = (USER_NAME, EXTERNAL_ID, EMAIL)
WRITES = (CREATE, PUT, PATCH)
PAGES = (FIRST, LAST, FIRST_CURSOR, LAST_CURSOR)


def all_works(groups: Sequence[int]) -> list[Work]:
    """Return everything that is measured where there are *groups* of so many members."""
    return [
        *(GET, ENTITLED, *LOOKUPS, *PAGES, *UNINDEXED, *WRITES, BULK),
        *(member(each) for each in groups),
        *(group(each) for each in groups),
        *(group(each, whole=True) for each in groups),
        *PORTAL,
    ]


def reads(groups: Sequence[int]) -> list[Work]:
    """Return the works that only read, and are no scan, where there are *groups* of so many members."""
    return [GET, *LOOKUPS, *PAGES, *(group(each) for each in groups)]


def _search(query: str) -> Request:
    return "GET", f"/Users?{query}", b""


def _anyone(filled: Filled) -> Iterator[int]:
    """Yield the numbers of all users in groups, again and again, in an order that no cache expects."""
    numbers = list(range(filled.size))
    random.Random(filled.size).shuffle(numbers)
    return itertools.cycle(numbers)


def _there_and_back(each: Iterator[T]) -> Iterator[tuple[T, bool]]:
    while turn := list(itertools.islice(each, APART)):
        yield from ((one, True) for one in turn)
        yield from ((one, False) for one in turn)
