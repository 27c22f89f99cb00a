"""Writers that have seen the same version, at two nodes."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from tests.races.racing import USER, Door, Pair, patch, together
from tests.scale import scale

pytestmark = pytest.mark.races

USERS, WRITERS = scale(10, trust=2_000), 8


async def write(door: Door, number: int, path: str, name: str, *, tag: str | None) -> httpx2.Response:
    """Change a user at one node, if it is at the version *tag*."""
    title = f"title {number}"
    put = {"schemas": [USER], "userName": name, "title": title}
    change = patch({"op": "replace", "path": "title", "value": title})
    method, body = ("PUT", put) if number % 2 else ("PATCH", change)
    return await door.nodes[number // 2 % len(door.nodes)].request(
        method,
        f"/scim/v2/{door.connected.connection.id}/{path}",
        headers={
            "Authorization": f"Bearer {door.connected.token}",
            **({"If-Match": tag} if tag else {}),
        },
        json=body,
    )


async def raced(door: Door, number: int, *, seen: bool) -> tuple[list[int], dict[str, Any]]:
    """Have all writers change one user, if it is as they have *seen* it; return the answers and the user."""
    name = f"user-{number}@a.example"
    made = (await door.create(0, name)).json()
    path, tag = f"Users/{made['id']}", made["meta"]["version"] if seen else None
    answers = await together(write(door, writer, path, name, tag=tag) for writer in range(WRITERS))
    found: dict[str, Any] = (await door.send(0, "GET", path)).json()
    won = [shown(answer.json()) for answer in answers if answer.status_code == 200]
    assert shown(found) in won
    return sorted(answer.status_code for answer in answers), found


def shown(user: dict[str, Any]) -> tuple[str, str]:
    """Return what a write makes of a user, whichever node tells it."""
    return user["title"], user["meta"]["version"]


async def test_one_of_those_that_saw_the_same_wins(pair: Pair):
    """With one If-Match exactly one write is done: the others are told that there is a newer version."""
    door = await pair.door("entra", seats=USERS)
    for number in range(USERS):
        answers, found = await raced(door, number, seen=True)

        assert [200, *[412] * (WRITERS - 1)] == answers
        assert 'W/"2"' == found["meta"]["version"]


async def test_all_of_those_that_do_not_ask_are_done(pair: Pair):
    """A write without the header never fails for a concurrent one, and each makes a version."""
    door = await pair.door("entra", seats=USERS)
    for number in range(USERS):
        answers, found = await raced(door, number, seen=False)

        assert [200] * WRITERS == answers
        assert f'W/"{WRITERS + 1}"' == found["meta"]["version"]
