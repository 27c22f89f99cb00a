"""The requests of each work."""

from __future__ import annotations

import json
import re
from itertools import islice
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.bench import works
from tests.bench.fill import SPARES, Filled, groups_at

SIZE = 200


def filled() -> Filled:
    """Return what a server holds."""
    users = [f"u{number}" for number in range(SIZE + SPARES)]
    return Filled(size=SIZE, users=users, groups={100: "g100", 200: "g200"}, cursor="far", persons=("p",))


@pytest.mark.parametrize("work", works.all_works([100, 200]), ids=lambda work: work.name)
def test_each_work_has_requests_for_ever(work):
    """However fast a server is, there is always one more request, below its door, its body JSON."""
    made = list(islice(work.requests(filled()), SIZE + 1))

    assert SIZE + 1 == len(made)
    assert all(path[:1] in {"", "/"} and (not body or json.loads(body)) for _, path, body in made)


def test_all_users_are_asked_for_in_no_order():
    """No server profits from users who were just asked for: all come before one comes again."""
    asked = [path for _, path, _ in islice(works.GET.requests(filled()), SIZE)]
    in_order = [f"/Users/u{number}" for number in range(SIZE)]

    assert set(in_order) == set(asked)
    assert in_order != asked


@pytest.mark.parametrize("work", [works.PATCH, works.member(100)], ids=lambda work: work.name)
def test_nobody_is_changed_twice_at_once(work):
    """Who is changed is changed back, and as many others stand between the two as may be in flight."""
    made = islice(work.requests(filled()), 8 * SPARES)
    changed = [re.findall(rb"u\d+", path.encode() + body)[0] for _, path, body in made]

    assert SPARES <= len(set(changed))
    assert all(
        work.at_once == len(set(changed[start : start + work.at_once]))
        for start in range(len(changed) - work.at_once)
    )


def test_new_users_are_new():
    """Creates and Bulk never make the same user twice, nor one that is there."""
    held = filled()
    created = [json.loads(body)["userName"] for _, _, body in islice(works.CREATE.requests(held), 10)]
    ((_, _, body),) = islice(works.BULK.requests(held), 1)
    bulk = [operation["data"]["userName"] for operation in json.loads(body)["Operations"]]

    assert works.MANY == len(bulk)
    assert len(set(created + bulk)) == 10 + works.MANY
    assert f"user{SIZE + SPARES}@a.example" == created[0]


def test_last_page_is_a_whole_one():
    """The last page by index is as long as the first."""
    ((_, path, _),) = islice(works.LAST.requests(filled()), 1)

    assert {"startIndex": str(SIZE + SPARES - 99), "count": "100"} == dict(parse_qsl(urlsplit(path).query))


@pytest.mark.parametrize(
    ("size", "sizes"), [(1_000, [100, 1_000]), (10_000, [100, 10_000]), (100_000, [100, 10_000, 100_000])]
)
def test_groups_are_as_large_as_there_are_users(size, sizes):
    """At every size there is a group of everybody, so that a user is in as many groups at each."""
    assert sizes == groups_at(size, [100, 10_000, 100_000])


def test_page_without_a_cursor_is_no_page_by_cursor():
    """A server that lets the parameter be is not measured as one that has cursors."""
    page = b'{"totalResults": 200, "Resources": [' + b'{"userName": "a"},' * 100 + b"]}"

    assert works.FIRST.shows(page)
    assert not works.FIRST_CURSOR.shows(page)
    assert works.FIRST_CURSOR.shows(page + b'"nextCursor": "far"')
