"""Replays a journey, a conversation of an identity provider as data, against any hub that listens.

A journey is a JSON file:

    title   what happens, in a sentence          source  links to where the provider says so
    given   {"users": 250}: made before          needs   what the connection must have: "rate limit"
    steps   send    [method, path and query, body]; a body may be {"like": name of one in _idp.json, …}
                    or {"patch": [operations]}
            headers that matter; null leaves one out
            answer  status, or: others that the provider tolerates, has, lacks, headers
            keep    {name: JSON pointer into the answer}, from then on written {name}
            then    {path: {has, lacks}}: what a GET says afterwards
            seats   {"held": 1}, after the step
            argued  why the hub answers otherwise than the provider is said to want
    seats   at the end

`has` maps JSON pointers to values, or to "*" (there, and not empty), {"members": [ids]}, {"length": 3},
{"contains": {…}}, {"empty": true}. `lacks` lists JSON pointers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx2

HERE = Path(__file__).parent
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
MISSING = object()

Seats = Callable[[], Awaitable[Mapping[str, int]]]


def journeys() -> list[Path]:
    """Return the files of all journeys; the folder is the provider, as the hub calls it."""
    return sorted(path for path in HERE.glob("*/*.json") if not path.name.startswith("_"))


def load(path: Path) -> dict[str, Any]:
    """Return the journey at *path*, with its provider's headers and bodies put in."""
    shared = json.loads((path.parent / "_idp.json").read_text(encoding="utf-8"))
    journey: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    journey["headers"] = {**shared["headers"], **journey.get("headers", {})}
    for step in journey["steps"]:
        match step["send"]:
            case [_, _, {"like": name, **others}]:
                step["send"][2] = {**shared["bodies"][name], **others}
            case [_, _, {"patch": operations}]:
                step["send"][2] = {"schemas": [PATCH_OP], "Operations": operations}
    return journey


async def replay(journey: dict[str, Any], client: httpx2.AsyncClient, seats: Seats) -> list[str]:
    """Return in sentences what *journey* expected and did not get; *client* is an empty connection's."""
    kept = {"token": client.headers["Authorization"].removeprefix("Bearer ")}
    unmet = [each async for each in _given(journey.get("given", {}), client)]
    for number, step in enumerate(journey["steps"], 1):
        method, path = filled(step["send"][0], kept), filled(step["send"][1], kept)
        unmet += [
            f"step {number} ({method} {path}): {each}" for each in await _played(journey, step, client, kept)
        ]
        if "seats" in step:
            unmet += [f"after step {number}: {each}" for each in _seats(step["seats"], await seats())]
    if "seats" in journey:
        unmet += [f"at the end: {each}" for each in _seats(journey["seats"], await seats())]
    return unmet


async def _given(state: Mapping[str, int], client: httpx2.AsyncClient) -> Any:
    """Make what is there before the journey."""
    for number in range(1, state.get("users", 0) + 1):
        body = {"schemas": [USER], "userName": f"user{number:03}@a.example", "active": True}
        answer = await client.post("Users", json=body)
        if answer.status_code != 201:
            yield f"user {number} of those given: {answer.status_code} {answer.text}"


async def _played(
    journey: dict[str, Any], step: dict[str, Any], client: httpx2.AsyncClient, kept: dict[str, str]
) -> list[str]:
    """Send what *step* sends, keep what it keeps, and return what was expected and not met."""
    answer = await _sent(client, step["send"], {**journey["headers"], **step.get("headers", {})}, kept)
    body = answer.json() if answer.content else None
    expected = filled(step["answer"], kept)
    unmet = list(_answered(answer, body, expected))
    if answer.is_success:
        kept.update({name: str(found(body, pointer)) for name, pointer in step.get("keep", {}).items()})
    for path, state in filled(step.get("then", {}), kept).items():
        seen = await _sent(client, ["GET", path], journey["headers"], kept)
        unmet += [f"then {path}: {each}" for each in _bodied(seen.json(), state)]
    return unmet


async def _sent(
    client: httpx2.AsyncClient, send: list[Any], headers: Mapping[str, str | None], kept: Mapping[str, str]
) -> httpx2.Response:
    method, path, *bodies = filled(send, kept)
    content = json.dumps(bodies[0]).encode() if bodies else None
    request = client.build_request(method, path.removeprefix("/"), content=content)
    for name, value in filled(headers, kept).items():
        if value is None:
            request.headers.pop(name, None)
        elif bodies or name.lower() != "content-type":
            request.headers[name] = value
    return await client.send(request)


def _answered(answer: httpx2.Response, body: Any, expected: Mapping[str, Any]) -> Iterator[str]:
    statuses = [expected["status"], *expected.get("or", [])]
    if answer.status_code not in statuses:
        yield f"answered {answer.status_code}, not {' or '.join(map(str, statuses))}: {answer.text[:300]}"
        return
    kind = answer.headers.get("Content-Type", "").partition(";")[0]
    if body is not None and kind != "application/scim+json":
        yield f"the body is called {kind!r}"
    for name in expected.get("headers", {}):
        if not answer.headers.get(name, "").isdecimal():
            yield f"{name} is {answer.headers.get(name)!r}, not a whole number"
    if body is not None:
        yield from _bodied(body, expected)


def _bodied(body: Any, expected: Mapping[str, Any]) -> Iterator[str]:
    for pointer, wanted in expected.get("has", {}).items():
        value = found(body, pointer)
        if not fits(value, wanted):
            yield f"{pointer} is {'missing' if value is MISSING else value!r}, not {wanted!r}"
    for pointer in expected.get("lacks", []):
        if found(body, pointer) is not MISSING:
            yield f"{pointer} is there: {found(body, pointer)!r}"


def _seats(expected: Mapping[str, int], seen: Mapping[str, int]) -> Iterator[str]:
    for account, count in expected.items():
        if seen.get(account) != count:
            yield f"{seen.get(account)} seats are {account}, not {count}"


def fits(value: Any, wanted: Any) -> bool:
    """Whether *value*, or MISSING, is what is *wanted* of it."""
    listed = value if isinstance(value, list) else []
    match wanted:
        case "*":
            return value not in (MISSING, None, "", [], {})
        case {"empty": True}:
            return value in (MISSING, None, "", [])
        case {"members": ids}:
            return bool(sorted(ids) == sorted(each["value"] for each in listed))
        case {"length": length}:
            return bool(len(listed) == length)
        case {"contains": dict(part)}:
            return any(part == {key: each.get(key, MISSING) for key in part} for each in listed)
        case {"contains": part}:
            return part in listed
    return type(value) is type(wanted) and bool(value == wanted)


def found(body: Any, pointer: str) -> Any:
    """Return what *pointer* (RFC 6901) leads to in *body*, or MISSING."""
    for key in pointer.split("/")[1:]:
        if isinstance(body, list) and key.isdecimal() and int(key) < len(body):
            body = body[int(key)]
        elif isinstance(body, dict) and key in body:
            body = body[key]
        else:
            return MISSING
    return body


def filled(template: Any, kept: Mapping[str, str]) -> Any:
    """Return *template* with each {name} that was kept put in, at any depth."""
    match template:
        case str():
            return re.sub(r"\{(\w+)\}", lambda name: kept.get(name[1], name[0]), template)
        case list():
            return [filled(each, kept) for each in template]
        case dict():
            return {filled(key, kept): filled(value, kept) for key, value in template.items()}
    return template
