"""Requests that nobody thought of: made by chance, each broken somewhere, all refused."""

from __future__ import annotations

import json
import random
from collections.abc import AsyncIterator
from statistics import median
from time import perf_counter
from typing import Any

import pytest
from attrs import frozen

from hub.teams import Profile
from tests.input.broken_bodies import ALONE, Request, Way, broken_bulk, broken_json, broken_operations
from tests.input.broken_questions import (
    broken_condition,
    broken_head,
    broken_me,
    broken_order,
    broken_query,
    broken_search,
)
from tests.input.club import Club, founded
from tests.running import Desk
from tests.scale import scale
from tests.wire import ERROR, Heard

pytestmark = [pytest.mark.input, pytest.mark.timeout(14_400)]

WAYS: list[Way] = [
    *ALONE, broken_json, broken_bulk, broken_operations, broken_query, broken_order, broken_search,
    broken_condition, broken_me, broken_head,
]  # fmt: skip

#: Status → the scimTypes that it may come with (RFC 7644 §3.12, RFC 9865 §2.1).
KINDS: dict[int, set[str | None]] = {
    400: {
        "invalidFilter", "tooMany", "mutability", "invalidSyntax", "invalidPath", "noTarget", "invalidValue",
        "invalidVers", "sensitive", "invalidCursor", "expiredCursor", "invalidCount",
    },
    409: {"uniqueness", None},
    **{status: {None} for status in (401, 403, 404, 405, 412, 413, 415, 431)},
}  # fmt: skip

#: A request that takes so many times as long as one does, and so many seconds, three times in a row, is an
#: outlier. Once may be the machine's fault: it has others to serve.
TIMES, SECONDS, TRIES = 60, 0.25, 3


@frozen(kw_only=True)
class Timed:
    """A request and how long it took, seconds."""

    request: Request
    seconds: float


@pytest.fixture(params=list(Profile))
async def club(hub: Desk, request: pytest.FixtureRequest) -> AsyncIterator[Club]:
    """A club of each profile, the same afterwards as before."""
    club = await founded(hub, request.param)
    before = await club.digest()
    yield club
    for wire in (club.wire, club.other, club.me):
        await wire.close()
    assert before == await club.digest()
    assert [] == await club.connected.problems()


async def test_nothing_malformed_is_taken(club):
    """Each is answered with 4xx and a SCIM body, soon; nothing is stored, whatever it was."""
    chance = random.Random(7)
    timed = []
    for number in range(scale(2_000, trust=250_000) // 4):  # two databases, two profiles
        request = WAYS[number % len(WAYS)](chance, club)
        heard, seconds = await asked(club, request)
        timed.append(Timed(request=request, seconds=seconds))

        check(request, heard)

    limit = max(SECONDS, TIMES * median(each.seconds for each in timed))
    slow = [each.request for each in timed if each.seconds > limit]
    assert [] == [request for request in slow if await is_slow(club, request, limit)]


async def test_what_is_broken_is_what_is_refused(club):
    """The same requests unbroken are answered: what refuses the others is what is wrong with them."""
    good, _ = club.cursors[0]
    user = f"/Users/{club.user}"
    heard = [
        await club.wire.send("GET", good),
        await club.wire.send(
            "POST", "/.search", {"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]}
        ),
        await club.wire.send("GET", user, if_match='W/"99", W/"2"'),
        await club.me.send("GET", "/Me"),
    ]

    assert [200] * 4 == [each.status for each in heard], [each.body for each in heard]


async def test_cursors_that_are_none_of_a_query(club):
    """RFC 9865 §2.1: cut, forged, expired, of another connection, kind, filter, order or count."""
    expected = [kind for _, kind in club.cursors[1:]]
    heard = [await club.wire.send("GET", query) for query, _ in club.cursors[1:]]

    assert [(400, kind) for kind in expected] == [each.refusal for each in heard]


async def asked(club: Club, request: Request) -> tuple[Heard, float]:
    """Return what is heard of *request*, and after how many seconds."""
    method, path, body, headers = request
    place = path or ("/Users" if method == "POST" else f"/Users/{club.user}")
    started = perf_counter()
    heard = await club.wire.send(method, place, body, **headers)
    return heard, perf_counter() - started


async def is_slow(club: Club, request: Request, limit: float) -> bool:
    """Say whether *request* takes longer than *limit*, seconds, whenever it is asked."""
    return limit < min([(await asked(club, request))[1] for _ in range(TRIES - 1)])


def check(request: Request, heard: Heard) -> None:
    """Make sure that *request* was refused: as a whole or, a bulk request, in each of its operations."""
    _, path, body, _ = request
    if path != "/Bulk" or heard.status != 200:
        assert 400 <= heard.status < 500, (request, heard.body)
        status, kind = heard.refusal
        assert kind in KINDS[status], (request, heard.body)
        return
    entries = heard.json["Operations"]
    assert len(body["Operations"]) == len(entries)
    for operation, entry in zip(body["Operations"], entries, strict=True):
        check_entry(operation, entry)


def check_entry(operation: Any, entry: dict[str, Any]) -> None:
    """Make sure that one operation of a bulk request was refused."""
    error, shown = entry.get("response", {}), json.dumps([operation, entry])[:2000]

    assert [ERROR] == error.get("schemas"), shown
    assert entry["status"] == error["status"]
    assert error.get("scimType") in KINDS[int(entry["status"])], shown
    assert 10 < len(error["detail"])
