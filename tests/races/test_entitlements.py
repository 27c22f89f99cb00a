"""Who was removed at one node is refused by the other, in the very next request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from attrs import evolve

from hub.teams import State
from tests.author import BY
from tests.races.racing import Door, Pair
from tests.scale import scale

pytestmark = pytest.mark.races

ROUNDS = scale(20, trust=2_000)
NAME = "ann@a.example"

#: Asks the node of that number whether somebody may sign in, and returns the answer.
Ask = Callable[[int], Awaitable[dict[str, Any]]]


async def question(pair: Pair, door: Door) -> Ask:
    """Return what asks the nodes for one person of *door*'s team, as its product does."""
    team = door.connected.team
    _, key = await pair.desk.house.tokens.create_api_key(team, by=BY)

    async def ask(node: int) -> dict[str, Any]:
        heard = await pair.nodes[node % 2].get(
            f"/api/v1/teams/{team.id}/entitlements",
            params={"user": NAME},
            headers={"Authorization": f"Bearer {key}"},
        )
        assert 200 == heard.status_code, heard.text
        answer: dict[str, Any] = heard.json()
        return answer

    return ask


async def test_every_node_knows_who_was_removed(pair):
    """However often a node has just let somebody in: deactivated or deleted at the other, they are out."""
    door = await pair.door("okta")
    ask = await question(pair, door)
    for turn in range(ROUNDS):
        made = await door.create(turn, NAME)
        assert 201 == made.status_code, made.text
        assert [True, True] == [(await ask(node))["entitled"] for node in (turn, turn + 1)]
        await door.switch(turn, made.json()["id"], NAME, active=False)
        off = await ask(turn + 1)
        await door.switch(turn + 1, made.json()["id"], NAME, active=True)
        on = await ask(turn)
        await door.send(turn, "DELETE", f"Users/{made.json()['id']}")
        gone = await ask(turn + 1)

        assert [(False, "removed"), (True, "seated"), (False, "removed")] == [
            (each["entitled"], each["reason"]) for each in (off, on, gone)
        ]


async def test_every_node_knows_who_was_shut_out_or_lost_their_seat(pair):
    """What an administrator does by a command, in a process of its own, counts at once, too."""
    door = await pair.door("okta")
    team, people = door.connected.team, pair.desk.house.people
    ask = await question(pair, door)
    made = await door.create(0, NAME)
    person = (await ask(0))["person"]

    await people.suspend(team, person, by=evolve(BY, why="lost laptop"))
    assert ["suspended", "suspended"] == [(await ask(node))["reason"] for node in (0, 1)]
    await people.unsuspend(team, person, by=BY)
    assert ["seated", "seated"] == [(await ask(node))["reason"] for node in (0, 1)]

    await door.send(0, "DELETE", f"Users/{made.json()['id']}")
    await pair.desk.house.connections.set_state(door.connected.connection, State.OFF, by=BY)
    await people.add(team, NAME, by=BY)
    await people.seat(team, person, by=BY)
    assert ["seated", "seated"] == [(await ask(node))["reason"] for node in (0, 1)]
    await people.unseat(team, person, by=BY)
    assert ["no_seat", "no_seat"] == [(await ask(node))["reason"] for node in (0, 1)]


async def test_every_node_knows_which_key_was_revoked(pair):
    """It opens nothing any more, wherever it has just been used."""
    door = await pair.door("okta")
    team, engine = door.connected.team, pair.desk.house
    kept, key = await engine.tokens.create_api_key(team, by=BY)
    path, headers = f"/api/v1/teams/{team.id}/entitlements", {"Authorization": f"Bearer {key}"}

    async def statuses() -> list[int]:
        heard = [await node.get(path, params={"user": NAME}, headers=headers) for node in pair.nodes]
        return [each.status_code for each in heard]

    before = await statuses()
    await engine.tokens.revoke(kept.key_id, by=BY)

    assert ([200, 200], [401, 401]) == (before, await statuses())
