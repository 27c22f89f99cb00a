"""Whoever is to be settled, or waits for what came free, is not left until somebody looks by chance."""

from __future__ import annotations

import asyncio

import pytest

from hub.engine.rounds import relay as module
from hub.ledger.policies import Policy
from tests.author import BY
from tests.seated import PATCH, crew

#: How long a relay that is not woken sleeps, and within how long one that is has done its work, seconds.
ASLEEP, AWAKE = 600, 5


def patch(team, id, name, value):
    """Return the request that changes one attribute of a user."""
    operation = {"op": "replace", "path": name, "value": value}
    headers = {"authorization": f"Bearer {team.way.token}", "content-type": "application/scim+json"}
    return team.hub.client.patch(
        f"{team.way.path}/Users/{id}", json={"schemas": [PATCH], "Operations": [operation]}, headers=headers
    )


def done_at_once(team, monkeypatch, act, wanted):
    """Say that once *act* is done, the relay of this process, which slept, has seats held as *wanted*."""
    house, slept = team.hub.house, asyncio.Event()
    stirred, rest, resting = house.relay.stirred, module._rest, set()

    async def rested(seconds, event):
        resting.add(event)
        if {stirred.marked, stirred.freed} <= resting:
            slept.set()
        await rest(seconds, event)

    async def held():
        sql = "SELECT kind, held FROM seats WHERE team_id = $1 AND held > 0"
        return {row["kind"]: row["held"] for row in await house.database.rows(sql, team.team)}

    async def watched():
        relaying = asyncio.create_task(house.relay.run())
        try:
            async with asyncio.timeout(AWAKE):
                await slept.wait()
                await act()
                while wanted != await held():
                    await asyncio.sleep(0.01)
        finally:
            relaying.cancel()
            await asyncio.gather(relaying, return_exceptions=True)

    monkeypatch.setattr(module, "POLL_SECONDS", ASLEEP)
    monkeypatch.setattr(module, "_rest", rested)
    team.hub.run(watched())


def test_a_seat_that_comes_free_is_given_at_once(house, monkeypatch):
    """It is whose turn it is by the time that the provider looks."""
    team = crew(house, seats=1)
    team.kind("standard", policy="wait")
    ann, _ = team.make("ann"), team.make("bob")

    done_at_once(team, monkeypatch, lambda: patch(team, ann, "active", False), {"standard": 1})
    assert {"ann": "", "bob": "standard"} == team.spots()


@pytest.mark.parametrize("how", ["bought", "lent"])
def test_a_seat_that_is_bought_or_lent_is_given_at_once(house, monkeypatch, how):
    """As soon as the command, or the portal, has answered."""
    team = crew(house, seats=1)
    team.kind("standard", policy="wait")
    team.make("ann")
    team.make("bob")
    purchasing = house.house.purchasing
    acts = {
        "bought": lambda: purchasing.buy(team.way.team, "standard", 1, by=BY),
        "lent": lambda: purchasing.set_kind(
            team.way.team, "standard", policy=Policy.OVERDRAFT, overdraft=1, by=BY
        ),
    }

    done_at_once(team, monkeypatch, acts[how], {"standard": 2})


def test_who_is_marked_is_settled_at_once(house, monkeypatch):
    """And whoever waits for what they leave has it."""
    team = crew(house, seats=1)
    team.buy("viewer", 1)
    team.rule(('userType eq "Guest"', "viewer"))
    team.kind("standard", policy="wait")
    ann, _ = team.make("ann"), team.make("bob")

    done_at_once(
        team, monkeypatch, lambda: patch(team, ann, "userType", "Guest"), {"standard": 1, "viewer": 1}
    )
    assert {"ann": "viewer", "bob": "standard"} == team.spots()
