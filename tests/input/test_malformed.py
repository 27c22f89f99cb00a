"""Requests that nobody thought of: made by chance, each broken somewhere, all refused."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from time import perf_counter
from typing import Any

import pytest

from tests.input.conftest import USER, Target
from tests.input.test_bodies import MALFORMED, NO_MEMBERS, OPERATIONS, PATCH
from tests.input.test_paths import ELSEWHERE, NO_FILTERS, PATHS, QUERIES, encoded
from tests.scale import scale

pytestmark = [pytest.mark.input, pytest.mark.timeout(14_400)]

#: A request: method, path below the connection, body (bytes as they are), headers.
Request = tuple[str, str, Any, dict[str, str]]

GARBAGE: list[Any] = [
    None,
    True,
    -1,
    2**40,
    0.5,
    "",
    "\u0000",
    "\U0001f600",
    "x" * 3000,
    [],
    [[]],
    {},
    {"": ""},
    {"value": {}},
]
NAMES = ["__class__", "a.b.c", "", "constructor", "$ref", "urn:x:y", "emails[", "\u0131d", "userName ", "0"]
ANN = json.dumps({"schemas": [USER], "userName": "eve", "name": {"givenName": "E"}, "active": True}).encode()


def broken_json(chance: random.Random, target: Target) -> Request:
    """A body cut, with a byte put in that JSON has no place for, or malformed as known."""
    body = chance.choice(
        [
            ANN[: chance.randrange(len(ANN) - 1)],
            ANN[: (at := chance.randrange(len(ANN)))]
            + bytes([chance.choice(b"\x00\x01\x1f\xff\xc0")])
            + ANN[at:],
            chance.choice(list(MALFORMED.values())),
            chance.randbytes(chance.randrange(40)),
        ]
    )
    return chance.choice(["POST", "PUT", "PATCH"]), "", body, {}


def broken_user(chance: random.Random, target: Target) -> Request:
    """A user without a name, or with garbage for one, amid garbage."""
    user = {"schemas": [USER], **{chance.choice(NAMES): chance.choice(GARBAGE) for _ in range(3)}}
    wrong = chance.choice([None, True, 7, [], {}, ["eve"], {"value": "eve"}])
    return (
        chance.choice(["POST", "PUT"]),
        "",
        {**user, "userName": wrong} if chance.random() < 0.7 else user,
        {},
    )


def broken_patch(chance: random.Random, target: Target) -> Request:
    """Good operations, and somewhere among them one that is not."""
    good = [{"op": "replace", "path": "title", "value": "x"}] * chance.randrange(3)
    bad = chance.choice(
        [
            chance.choice(OPERATIONS)[0],
            {"op": chance.choice(["mov", "", None, 7, []]), "path": "title", "value": "x"},
            {"op": "replace", "path": f"emails[{chance.choice(NO_FILTERS[1:7])}].value", "value": "x"},
            chance.choice([None, 7, "x", [], {}]),
        ]
    )
    return "PATCH", "", {"schemas": [PATCH], "Operations": chance.sample([*good, bad], len(good) + 1)}, {}


def broken_group(chance: random.Random, target: Target) -> Request:
    """A group whose members are nobody."""
    members = chance.choice(NO_MEMBERS)
    operation = {"op": chance.choice(["add", "replace"]), "path": "members", "value": members}
    return "PATCH", f"/Groups/{target.group}", {"schemas": [PATCH], "Operations": [operation]}, {}


def broken_path(chance: random.Random, target: Target) -> Request:
    """A path that hides something, or leads nowhere."""
    path = chance.choice([*PATHS, *ELSEWHERE]).format(user=target.user)
    return chance.choice(["GET", "DELETE", "PUT", "PATCH"]), path, None, {}


def broken_query(chance: random.Random, target: Target) -> Request:
    """A filter that is none, or a number that is none."""
    wrong = f"filter={encoded(chance.choice(NO_FILTERS))}"
    text = "".join(chance.choice("()[]\"\\\u00e9\x7f' .:=<&;%") for _ in range(chance.randrange(1, 30)))
    odd = f"filter={encoded(text)}"
    return (
        "GET",
        f"/{chance.choice(['Users', 'Groups'])}?{chance.choice([wrong, odd, chance.choice(QUERIES)])}",
        None,
        {},
    )


def broken_head(chance: random.Random, target: Target) -> Request:
    """A token, a media type, a length or a method that is none."""
    headers = chance.choice(
        [
            {"authorization": f"Bearer {chance.choice(['', 'x', 'hub_', target.connected.token[:-1]])}"},
            {"content-type": chance.choice(["text/plain", "a/b;c=d", "application/json;charset=utf-16"])},
            {"content-encoding": "gzip"},
        ]
    )
    return chance.choice(["POST", "PUT", "PATCH"]), "", ANN, headers


WAYS: list[Callable[[random.Random, Target], Request]] = [
    broken_json, broken_user, broken_patch, broken_group, broken_path, broken_query, broken_head,
]  # fmt: skip


async def test_nothing_malformed_is_taken(target):
    """Each is answered with 4xx and a SCIM body, soon; nothing is stored, whatever it was."""
    chance = random.Random(7)
    seconds = []
    for number in range(scale(2_000, trust=250_000) // 4):  # two databases, two profiles
        method, path, body, headers = WAYS[number % len(WAYS)](chance, target)
        place = path or ("/Users" if method == "POST" else f"/Users/{target.user}")
        started = perf_counter()
        answer = await target.wire.send(method, place, body, **headers)
        seconds.append(perf_counter() - started)

        assert answer.refusal[0] in {400, 401, 404, 405, 409, 413, 415}, (method, place, body, answer.body)

    assert 0.5 > sorted(seconds)[len(seconds) * 99 // 100]
