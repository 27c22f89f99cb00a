"""Bodies that nobody thought of, made by chance, each broken somewhere."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any, TypeAlias

from tests.input.club import CLUB, NOT_CHANGED, NOT_HELD, NOT_REPLACED, Club
from tests.input.conftest import USER
from tests.input.test_bodies import MALFORMED, NO_MEMBERS, OPERATIONS, PATCH
from tests.input.test_paths import ELSEWHERE, NO_FILTERS, PATHS

#: A request: method, path below the connection, body (bytes as they are), headers.
Request: TypeAlias = tuple[str, str, Any, dict[str, str]]
Way: TypeAlias = Callable[[random.Random, Club], Request]

BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"

GARBAGE: list[Any] = [
    None, True, -1, 2**40, 0.5, "", "\u0000", "\U0001f600", "x" * 3000, [], [[]], {}, {"": ""}, {"value": {}},
]  # fmt: skip
NAMES = ["__class__", "a.b.c", "", "constructor", "$ref", "urn:x:y", "emails[", "\u0131d", "userName ", "0"]
ANN = json.dumps({"schemas": [USER], "userName": "eve", "name": {"givenName": "E"}, "active": True}).encode()


def broken_json(chance: random.Random, target: Club) -> Request:
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
    places = [("POST", ""), ("PUT", ""), ("PATCH", ""), ("POST", "/Bulk"), ("POST", "/Users/.search")]
    return (*chance.choice(places), body, {})


def broken_user(chance: random.Random, target: Club) -> Request:
    """A user without a name, or with garbage for one, amid garbage."""
    user = {"schemas": [USER], **{chance.choice(NAMES): chance.choice(GARBAGE) for _ in range(3)}}
    wrong = chance.choice([None, True, 7, [], {}, ["eve"], {"value": "eve"}])
    body = {**user, "userName": wrong} if chance.random() < 0.7 else user
    return chance.choice(["POST", "PUT"]), "", body, {}


def broken_patch(chance: random.Random, target: Club) -> Request:
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


def broken_group(chance: random.Random, target: Club) -> Request:
    """A group whose members are nobody."""
    members = chance.choice(NO_MEMBERS)
    operation = {"op": chance.choice(["add", "replace"]), "path": "members", "value": members}
    return "PATCH", f"/Groups/{target.group}", {"schemas": [PATCH], "Operations": [operation]}, {}


def broken_extension(chance: random.Random, target: Club) -> Request:
    """Somebody with what the team's own schema forbids, new or changed."""
    if chance.random() < 0.4:
        operation, _ = chance.choice(NOT_CHANGED)
        return "PATCH", "", {"schemas": [PATCH], "Operations": [operation]}, {}
    method, wrong = chance.choice([("POST", NOT_HELD), ("PUT", NOT_REPLACED)])
    held, _ = chance.choice(wrong)
    return method, "", {"schemas": [USER, CLUB], "userName": f"eve{chance.random()}", CLUB: held}, {}


def broken_path(chance: random.Random, target: Club) -> Request:
    """A path that hides something, or leads nowhere."""
    path = chance.choice([*PATHS, *ELSEWHERE]).format(user=target.user)
    return chance.choice(["GET", "DELETE", "PUT", "PATCH"]), path, None, {}


def broken_bulk(chance: random.Random, target: Club) -> Request:
    """A bulk request around a good operation, of which nothing is done since the message is none."""
    good = {"method": "DELETE", "path": f"/Users/{target.user}"}
    body = chance.choice(
        [
            {"Operations": chance.choice([garbage for garbage in GARBAGE if garbage != [[]]])},
            {"Operations": [good], "failOnErrors": chance.choice(["1", -1, 0.5, True, [], {}])},
            {"Operations": [good] * 1001},
            {"Operations": [good, {**good, "data": _nested(chance.randrange(40, 400))}]},
            {"Operations": [good], "padding": "x" * 1024 * 1024},
            {"Operation": [good]},
            [good],
        ]
    )
    return "POST", "/Bulk", {"schemas": [BULK], **body} if isinstance(body, dict) else body, {}


def broken_operations(chance: random.Random, target: Club) -> Request:
    """A bulk request all of whose operations are broken, each in its own way or all of them together."""
    operations: list[Any] = [_operation(chance, target) for _ in range(chance.randrange(1, 6))]
    operations += chance.choice([[], _circle(chance.randrange(1, 30)), _strays(target), _twins()])
    chance.shuffle(operations)
    return "POST", "/Bulk", {"schemas": [BULK], "Operations": operations}, {}


#: The ways whose requests are refused as operations, too.
ALONE: list[Way] = [broken_user, broken_patch, broken_group, broken_extension, broken_path]


def _operation(chance: random.Random, target: Club) -> Any:
    """Return a request that is refused as one operation, or what is no operation at all."""
    user = f"/Users/{target.user}"
    if chance.random() < 0.3:
        good = {"method": "DELETE", "path": user}
        return chance.choice(
            [
                *(garbage for garbage in GARBAGE if garbage != "\u0000"),
                {**good, "method": chance.choice(["GET", "delete", "", None, 7, "POST", "PUT"])},
                {
                    **good,
                    "path": chance.choice([*PATHS[:9], "/Bulk", "/Me", "/.search", "", None, 7, "Users"]),
                },
                {**good, "path": f"http://hub.example{user}"},
                {**good, "path": f"{user}?access_token=x"},
                {**good, "bulkId": chance.choice([7, [], {}, "x" * 257])},
                {**good, "version": chance.choice(['W/"99"', "1", '"', 7, [], "x" * 257, 'W/"1" W/"1"'])},
                {"method": "POST", "path": "/Users", "data": {"schemas": [USER], "userName": "eve"}},
            ]
        )
    method, path, body, _ = chance.choice(ALONE)(chance, target)
    method = method if body is not None else "DELETE"
    place = path or ("/Users" if method == "POST" else user)
    operation = {"method": method, "path": place, "bulkId": f"b{chance.random()}"}
    return operation if body is None else {**operation, "data": body}


def _circle(size: int) -> list[Any]:
    return [_group(f"c{number}", f"bulkId:c{(number + 1) % size}") for number in range(size)]


def _strays(target: Club) -> list[Any]:
    name = {"op": "replace", "path": "title", "value": "bulkId:nobody"}
    return [
        _group("s", "bulkId:nobody"),
        {"method": "DELETE", "path": "/Users/bulkId:nobody"},
        {
            "method": "PATCH",
            "path": f"/Users/{target.user}",
            "data": {"schemas": [PATCH], "Operations": [name]},
        },
    ]


def _twins() -> list[Any]:
    return [_group("t", "bulkId:t"), _group("t", "nobody")]


def _group(bulk_id: str, member: str) -> Any:
    group = {"displayName": bulk_id, "members": [{"value": member}]}
    return {"method": "POST", "path": "/Groups", "bulkId": bulk_id, "data": group}


def _nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = {"a": [value]}
    return value
