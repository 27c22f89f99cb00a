"""A team seated by hand turns SCIM on: its provider finds everybody, or pushes them, and no seat moves."""

from __future__ import annotations

from typing import Any

import anyio
import pytest

from hub.teams import State
from tests.author import BY
from tests.journeys.runner import USER
from tests.running import DOMAIN, Connected, Desk
from tests.scale import TRUST

#: How many are adopted, and how many pushed without that: fewer, since each of these is asked for twice.
ADOPTED, PUSHED = 200, 200 if TRUST else 60

#: How many users an import reads at a time.
PAGE = 100

pytestmark = pytest.mark.anyio


def address(number: int) -> str:
    """Return the address of one of the people."""
    return f"p{number:03}@{DOMAIN}"


async def seated(hub: Desk, people: int) -> Connected:
    """Return a connection that is off, of a team of *people* who were each added and seated by hand."""
    connected = await hub.connection("okta", seats=people)
    await hub.house.connections.set_state(connected.connection, State.OFF, by=BY)

    async def seat(number: int) -> None:
        person = await hub.house.people.add(connected.team, address(number), by=BY)
        await hub.house.people.seat(connected.team, person, by=BY)

    async with anyio.create_task_group() as hands:
        for number in range(people):
            hands.start_soon(seat, number)
    assert {"bought": people, "held": people, "free": 0} == await connected.seats()
    return connected


async def turn_on(connected: Connected) -> list[dict[str, Any]]:
    """Turn the connection on, and return the book as it was until then."""
    book = await connected.book()
    await connected.house.connections.set_state(connected.connection, State.ON, by=BY)
    return book


async def imported(connected: Connected) -> dict[str, dict[str, Any]]:
    """Read everybody in pages, as the import of new users and profile updates does; by userName."""
    found, start = dict[str, dict[str, Any]](), 1
    while page := (await asked(connected, "GET", f"Users?startIndex={start}&count={PAGE}"))["Resources"]:
        found |= {user["userName"]: user for user in page}
        start += len(page)
    return found


async def asked(connected: Connected, method: str, path: str, body: object = None) -> dict[str, Any]:
    """Return the answer to a request; every one of these journeys succeeds."""
    answer = await connected.client.request(method, path, json=body)
    assert answer.is_success, answer.text
    answered: dict[str, Any] = answer.json()
    return answered


def profile(number: int, **more: object) -> dict[str, Any]:
    """Return what the provider knows of one of the people."""
    name = {"givenName": "Ann", "familyName": f"Lee {number}"}
    mail = [{"value": address(number), "type": "work", "primary": True}]
    return {
        "schemas": [USER], "userName": address(number), "name": name, "emails": mail,
        "displayName": f"Ann Lee {number}", "externalId": f"00u{number}", "active": True, **more,
    }  # fmt: skip


async def nothing_moved(connected: Connected, book: list[dict[str, Any]], people: int) -> None:
    """Assert that everybody is the provider's now, and has the seat that they had."""
    assert book == await connected.book()
    assert {"bought": people, "held": people, "free": 0} == await connected.seats()
    assert [] == await connected.problems()
    found = [each async for each in connected.house.people.of(connected.team)]
    assert {(1, False, "standard")} == {
        (each.standing.claims, each.standing.by_hand, each.standing.seat and each.standing.seat.kind)
        for each in found
    }
    assert people == len(found)


async def test_adopted_people_are_found_and_matched(hub: Desk):
    """The import finds all, each is matched by userName, its profile is put: no entry, no seat moves."""
    connected = await seated(hub, ADOPTED)
    told = await hub.house.adoption.adopt(connected.connection, by=BY, progress=lambda _: None)
    book = await turn_on(connected)

    assert ADOPTED == told.adopted
    found = await imported(connected)
    assert {address(number) for number in range(ADOPTED)} == set(found)
    for number in range(ADOPTED):
        id = found[address(number)]["id"]
        put = await asked(connected, "PUT", f"Users/{id}", profile(number, id=id, groups=[]))
        assert f"00u{number}" == put["externalId"]
    await nothing_moved(connected, book, ADOPTED)
    assert ADOPTED == (await asked(connected, "GET", "Users?startIndex=1&count=1"))["totalResults"]


async def test_people_who_were_not_adopted_are_taken_over(hub: Desk):
    """The provider looks for each, finds nobody, and creates them: no entry, no seat moves."""
    connected = await seated(hub, PUSHED)
    book = await turn_on(connected)

    assert {} == await imported(connected)
    for number in range(PUSHED):
        name = address(number).replace("@", "%40")
        path = f"Users?filter=userName%20eq%20%22{name}%22&startIndex=1&count=100"
        assert 0 == (await asked(connected, "GET", path))["totalResults"]
        await asked(connected, "POST", "Users", profile(number))
    await nothing_moved(connected, book, PUSHED)
