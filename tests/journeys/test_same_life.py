"""One life told by two providers: both arrive at the same events and the same book."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys.runner import PATCH_OP, USER

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

#: What a telling is free to differ in: when it was told, through what, and under which numbers.
ITS_OWN = {"id", "at", "team", "connection", "resource", "person", "reference", "cause", "quirks", "version"}


async def told_by_okta(connection) -> None:
    """A wizard app: the whole user is put each time, and nobody is deleted but by hand."""
    ann = {
        "schemas": [USER],
        "userName": "ann@a.example",
        "name": {"givenName": "Ann", "familyName": "Lee"},
        "active": True,
    }
    known = await sent(connection, "POST", "Users", {**ann, "groups": [], "password": "made-up-7f2"})
    at, ann = (
        f"Users/{known['id']}",
        {**ann, "id": known["id"], "groups": [], "meta": {"resourceType": "User"}},
    )
    roe = {**ann, "name": {"givenName": "Ann", "familyName": "Roe"}}

    await sent(connection, "PUT", at, roe)
    await sent(connection, "PUT", at, {**roe, "active": False})
    await sent(connection, "PUT", at, roe)
    await sent(connection, "DELETE", at)


async def told_by_entra(connection) -> None:
    """Without the flag: one operation an attribute, with capital letters, and booleans as text."""
    ann = {
        "schemas": [USER, ENTERPRISE],
        "userName": "ann@a.example",
        "name": {"givenName": "Ann", "familyName": "Lee"},
        "active": "True",
        "meta": {"resourceType": "User"},
        "roles": [],
    }
    known = await sent(connection, "POST", "Users", ann)
    at = f"Users/{known['id']}"

    await sent(connection, "PATCH", at, patched("name.familyName", "Roe"))
    await sent(connection, "PATCH", at, patched("active", "False"))
    await sent(connection, "PATCH", at, patched("active", "True"))
    await sent(connection, "DELETE", at)


@pytest.mark.anyio
async def test_one_life_ends_in_the_same_events_and_the_same_book(hub):
    """Assigned, renamed, deactivated, reactivated, removed: nobody can tell who told it."""
    okta, entra = await hub.connection(idp="okta"), await hub.connection(idp="entra")

    await told_by_okta(okta)
    await told_by_entra(entra)

    assert normal(await okta.events()) == normal(await entra.events())
    assert normal(await okta.book()) == normal(await entra.book())
    assert await okta.seats() == await entra.seats()


@pytest.mark.anyio
async def test_a_life_is_these_events_in_this_order(hub):
    """Access and seat go together, and each step of a life is told once."""
    entra = await hub.connection(idp="entra")

    await told_by_entra(entra)

    names = [event["name"] for event in await entra.events()]
    assert [
        "user_provisioned",
        "user_updated",
        "user_deactivated",
        "user_reactivated",
        "user_deprovisioned",
    ] == [name for name in names if name.startswith("user_")]
    assert ["seat_taken", "seat_released"] * 2 == [name for name in names if name.startswith("seat_")]


async def sent(connection, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the answer's body; every step of these lives succeeds."""
    answer = await connection.client.request(method, path, json=body)

    assert answer.is_success, answer.text
    return answer.json() if answer.content else {}


def patched(path: str, value: str) -> dict[str, Any]:
    """Return the request to set one attribute, as it is sent without the flag."""
    return {"schemas": [PATCH_OP], "Operations": [{"op": "Replace", "path": path, "value": value}]}


def normal(value: Any) -> Any:
    """Return *value* without what a telling is free to differ in, and every person as the one they are."""
    match value:
        case dict():
            return {key: normal(each) for key, each in value.items() if key not in ITS_OWN}
        case list() | tuple():
            return [normal(each) for each in value]
        case str() if value.startswith("held:"):
            return "held:somebody"
    return value
