"""References by bulkId: found, put in order, and replaced by ids (RFC 7644 §3.7.2)."""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import unquote

from hub.scim.strictjson import Json

_PREFIX = "bulkId:"
_IN_PATH = re.compile(r"(?<=/)bulkId(?::|%3[Aa])([^/?]+)")


def found(value: Json) -> Iterator[str]:
    """Yield the bulkIds that *value* refers to, wherever in it."""
    match value:
        case str() if value.startswith(_PREFIX):
            yield value.removeprefix(_PREFIX)
        case dict():
            for inner in value.values():
                yield from found(inner)
        case list():
            for inner in value:
                yield from found(inner)
        case _:
            return


def put(value: Json, made: Mapping[str, str]) -> Json:
    """Return *value* with the ids *made* in place of the bulkIds."""
    match value:
        case str() if value.startswith(_PREFIX):
            return made[value.removeprefix(_PREFIX)]
        case dict():
            return {name: put(inner, made) for name, inner in value.items()}
        case list():
            return [put(inner, made) for inner in value]
        case _:
            return value


def in_path(path: str) -> list[str]:
    """Return the bulkIds that *path* refers to: `x` in `/Users/bulkId:x`."""
    return [unquote(bulk_id) for bulk_id in _IN_PATH.findall(path)]


def in_path_put(path: str, made: Mapping[str, str]) -> str:
    """Return *path* with the ids *made* in place of the bulkIds."""
    return _IN_PATH.sub(lambda reference: made[unquote(reference[1])], path)


def ordered(count: int, edges: Iterable[tuple[int, int]]) -> Iterator[int]:
    """Yield the numbers below *count* by *edges* (before, after): the lowest first that waits for none."""
    followers: list[list[int]] = [[] for _ in range(count)]
    waits_for = [0] * count
    for before, after in edges:
        followers[before].append(after)
        waits_for[after] += 1
    ready = [number for number in range(count) if not waits_for[number]]
    while ready:
        yield (done := heapq.heappop(ready))
        for number in followers[done]:
            waits_for[number] -= 1
            if not waits_for[number]:
                heapq.heappush(ready, number)
