"""What the strict profile refuses as the RFCs have it, and the tolerant one takes: one table."""

from __future__ import annotations

import json
from typing import Any

import pytest
from attrs import frozen

from hub.teams import Profile
from tests.author import BY
from tests.inprocess import Bench
from tests.input.club import CLUB, SCHEMA
from tests.protocol.provider import GROUP, PATCH, SEARCH, USER, Provider, patch
from tests.wire import ERROR

#: How a request is read is no matter of the database.
pytestmark = [pytest.mark.input, pytest.mark.parametrize("house", ["sqlite"], indirect=True, scope="module")]

BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


@frozen
class Odd:
    """A request that departs from the RFCs: how and where strict refuses it, with what tolerant takes it."""

    name: str
    asked: str
    kind: str
    place: str
    taken: int
    body: Any = None

    def __str__(self) -> str:
        """Return its name, as the identity of its test."""
        return self.name.replace(" ", "-")


TITLE: dict[str, object] = {"op": "replace", "path": "title", "value": "x"}
LEAVE = {"method": "DELETE", "path": "/Users/nobody"}
TWO = [{"value": "a@b", "primary": True}, {"value": "c@d", "primary": True}]
EVE = {"schemas": [USER], "userName": "eve"}
ODD = [
    Odd("POST without schemas", "POST /Users", "invalidValue", USER, 201, {"userName": "eve"}),
    Odd("PUT without schemas", "PUT /Users/{id}", "invalidValue", USER, 200, {"userName": "ann"}),
    Odd("group without schemas", "POST /Groups", "invalidValue", GROUP, 201, {"displayName": "G"}),
    Odd("schemas of another", "POST /Users", "invalidValue", USER, 201, {**EVE, "schemas": [GROUP]}),
    Odd(
        "schemas of nothing",
        "POST /Users",
        "invalidValue",
        "urn:x:y",
        201,
        {**EVE, "schemas": [USER, "urn:x:y"]},
    ),
    Odd(
        "extension not named",
        "POST /Users",
        "invalidValue",
        ENTERPRISE,
        201,
        {**EVE, ENTERPRISE: {"division": "x"}},
    ),
    Odd("own extension not named", "POST /Users", "invalidValue", CLUB, 201, {**EVE, CLUB: {"tier": "Gold"}}),
    Odd("unknown attribute", "POST /Users", "invalidSyntax", "shoeSize", 201, {**EVE, "shoeSize": 43}),
    Odd(
        "unknown attribute put", "PUT /Users/{id}", "invalidSyntax", "shoeSize", 200, {**EVE, "shoeSize": 43}
    ),
    Odd("unknown part", "POST /Users", "invalidSyntax", "name.pet", 201, {**EVE, "name": {"pet": "x"}}),
    Odd(
        "unknown part of a list",
        "POST /Users",
        "invalidSyntax",
        "emails[0].x",
        201,
        {**EVE, "emails": [{"value": "a@b", "x": 1}]},
    ),
    Odd(
        "unknown part of an extension",
        "POST /Users",
        "invalidSyntax",
        "x",
        201,
        {**EVE, "schemas": [USER, CLUB], CLUB: {"x": 1}},
    ),
    Odd("two primary", "POST /Users", "invalidValue", "emails", 201, {**EVE, "emails": TWO}),
    Odd(
        "other canonical value",
        "POST /Users",
        "invalidValue",
        "emails[0].type",
        201,
        {**EVE, "emails": [{"value": "a@b", "type": "den"}]},
    ),
    Odd("PATCH without schemas", "PATCH /Users/{id}", "invalidSyntax", PATCH, 200, {"Operations": [TITLE]}),
    Odd("member of a PATCH", "PATCH /Users/{id}", "invalidSyntax", "x", 200, {**patch(TITLE), "x": 1}),
    Odd(
        "member of an operation",
        "PATCH /Users/{id}",
        "invalidSyntax",
        "Operations[0]",
        200,
        patch({**TITLE, "x": 1}),
    ),
    Odd(
        "op in capitals",
        "PATCH /Users/{id}",
        "invalidSyntax",
        "Operations[0].op",
        200,
        patch({**TITLE, "op": "Replace"}),
    ),
    Odd(
        "unknown path",
        "PATCH /Users/{id}",
        "invalidPath",
        "shoeSize",
        200,
        patch({"op": "replace", "path": "shoeSize", "value": 43}),
    ),
    Odd(
        "unknown name without a path",
        "PATCH /Users/{id}",
        "invalidPath",
        "shoeSize",
        200,
        patch({"op": "replace", "value": {"shoeSize": 43}}),
    ),
    Odd(
        "read-only without a path",
        "PATCH /Users/{id}",
        "mutability",
        "groups",
        200,
        patch({"op": "replace", "value": {"groups": []}}),
    ),
    Odd(
        "filter miss, replaced",
        "PATCH /Users/{id}",
        "noTarget",
        'emails[type eq "work"]',
        200,
        patch({"op": "replace", "path": 'emails[type eq "work"].value', "value": "a@b"}),
    ),
    Odd(
        "filter miss, removed",
        "PATCH /Users/{id}",
        "noTarget",
        "emails",
        200,
        patch({"op": "remove", "path": 'emails[type eq "work"]'}),
    ),
    Odd(
        "dotted name without a path",
        "PATCH /Users/{id}",
        "invalidPath",
        "name.givenName",
        200,
        patch({"op": "replace", "value": {"name.givenName": "A"}}),
    ),
    Odd(
        "list without a path",
        "PATCH /Users/{id}",
        "invalidPath",
        "emails[",
        200,
        patch({"op": "add", "value": {'emails[type eq "work"].value': "a@b"}}),
    ),
    Odd(
        "required in a list removed",
        "PATCH /Users/{id}",
        "mutability",
        "cards",
        200,
        patch({"op": "remove", "path": f'{CLUB}:cards[type eq "door"].value'}),
    ),
    Odd(
        "member that is none, removed",
        "PATCH /Groups/{group}",
        "noTarget",
        "members",
        204,
        patch({"op": "remove", "path": 'members[value eq "nobody"]'}),
    ),
    Odd(
        "members of no such type, removed",
        "PATCH /Groups/{group}",
        "noTarget",
        "members",
        204,
        patch({"op": "remove", "path": 'members[type eq "Group"]'}),
    ),
    Odd(
        "name of a member",
        "PATCH /Groups/{group}",
        "mutability",
        "members.display",
        204,
        patch({"op": "replace", "path": "members.display", "value": "x"}),
    ),
    Odd("search without schemas", "POST /.search", "invalidSyntax", SEARCH, 200, {"count": 1}),
    Odd("member of a search", "POST /.search", "invalidSyntax", "x", 200, {"schemas": [SEARCH], "x": 1}),
    Odd("unknown order", "GET /Users?sortBy=shoeSize", "invalidPath", "shoeSize", 200),
    Odd("Bulk without schemas", "POST /Bulk", "invalidSyntax", BULK, 200, {"Operations": [LEAVE]}),
    Odd(
        "member of a Bulk",
        "POST /Bulk",
        "invalidSyntax",
        "x",
        200,
        {"schemas": [BULK], "x": 1, "Operations": [LEAVE]},
    ),
]


@pytest.fixture(scope="module")
def providers(house: Bench) -> dict[Profile, Provider]:
    """Return a provider of each profile, with the team's own schema."""
    found = {profile: Provider.new(house, profile) for profile in Profile}
    for each in found.values():
        house.run(house.house.schemas.add(each.way.team, json.dumps(SCHEMA).encode(), kind="User", by=BY))
    return found


def answers(provider: Provider, odd: Odd) -> tuple[Any, Any, Any]:
    """Ask *odd* of somebody new; return the answer, and that person before and after."""
    held = {"cards": [{"value": "x", "type": "door"}]}
    made = provider.made("/Users", {"schemas": [USER, CLUB], "userName": "ann", CLUB: held})
    group = provider.made("/Groups", {"schemas": [GROUP], "displayName": "Staff"})
    method, _, path = odd.asked.format(id=made["id"], group=group["id"]).partition(" ")
    answer = provider.ask(method, path, odd.body)
    after = provider.ask("GET", f"/Users/{made['id']}")
    everybody = [
        f"/{kind}/{each['id']}"
        for kind in ("Users", "Groups")
        for each in provider.get(f"/{kind}")["Resources"]
    ]
    for place in everybody:
        provider.ask("DELETE", place)
    return answer, made, after.json()


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_strict_refuses(providers, odd):
    """400 with the scimType of RFC 7644 §3.12, a sentence that names the place, and nobody changed."""
    answer, before, after = answers(providers[Profile.STRICT], odd)
    error = answer.json()

    assert (400, odd.kind, [ERROR]) == (answer.status_code, error.get("scimType"), error["schemas"]), error
    assert odd.place.lower() in error["detail"].lower()
    assert before == after


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_tolerant_takes(providers, odd):
    """The same is done, as far as it can be understood."""
    answer, *_ = answers(providers[Profile.TOLERANT], odd)

    assert odd.taken == answer.status_code, answer.text
