"""A team's own schema, from the operator's file to what providers send, find and are refused."""

from __future__ import annotations

import json

import pytest

from hub.teams import Profile
from tests.author import BY

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
URN = "urn:example:acme:2.0:User"
SCHEMA = {
    "id": URN,
    "name": "Acme",
    "attributes": [
        {"name": "badge", "required": True, "caseExact": True},
        {"name": "level", "canonicalValues": ["Gold", "Silver"]},
        {"name": "born", "type": "dateTime", "mutability": "immutable"},
        {"name": "note", "returned": "request"},
        {"name": "rank", "type": "integer", "mutability": "readOnly"},
        {"name": "code", "returned": "never"},
        {
            "name": "desks",
            "type": "complex",
            "multiValued": True,
            "subAttributes": [
                {"name": "room", "required": True},
                {"name": "floor", "type": "integer"},
                {"name": "key", "mutability": "immutable"},
            ],
        },
    ],
}
ACME = {
    "badge": "aB1",
    "level": "gold",
    "born": "2011-05-13T04:42:34Z",
    "note": "left-handed",
    "rank": 7,
    "code": "xyzzy",
    "desks": [{"room": "12", "floor": 1}, {"room": "7", "floor": 3}],
}
KEPT = {**ACME, "level": "Gold"}
SHOWN = {name: KEPT[name] for name in ("badge", "level", "born", "desks")}


@pytest.fixture(params=[Profile.TOLERANT, Profile.STRICT])
async def asked(hub, request):
    """A connection of a team that added the schema."""
    team = await hub.team()
    await hub.house.schemas.add(team, json.dumps(SCHEMA).encode(), kind="User", by=BY)
    return await hub.connection("generic", profile=request.param, team=team)


def user(name="ann", **more):
    """Return a User with what the schema adds."""
    return {"schemas": [CORE, URN], "userName": name, URN: ACME, **more}


async def created(asked, name="ann"):
    """Make a user and return it as it was answered."""
    answer = await asked.client.post("Users", json=user(name))
    assert 201 == answer.status_code, answer.text
    return answer.json()


async def patched(asked, id, *operations):
    """Return the answer to a PATCH."""
    body = {"schemas": [PATCH_OP], "Operations": [*operations]}
    return await asked.client.patch(f"Users/{id}", json=body)


async def test_it_is_told(asked):
    """RFC 7643 §6, §7: at /Schemas, under its URN, and with the resource type."""
    told = (await asked.client.get(f"Schemas/{URN}")).json()
    [user_type] = [
        each for each in (await asked.client.get("ResourceTypes")).json()["Resources"] if each["id"] == "User"
    ]

    assert [each["name"] for each in SCHEMA["attributes"]] == [each["name"] for each in told["attributes"]]
    assert {"schema": URN, "required": False} in user_type["schemaExtensions"]


async def test_other_teams_know_nothing_of_it(asked, hub):
    """What a team adds is its own."""
    other = await hub.connection("generic", profile=Profile.STRICT)

    assert 404 == (await other.client.get(f"Schemas/{URN}")).status_code
    assert 400 == (await other.client.post("Users", json=user())).status_code


async def test_returned(asked):
    """RFC 7643 §7: on request where it is asked for or was said just now, never where it is so."""
    made = await created(asked)
    get = f"Users/{made['id']}"

    assert {**SHOWN, "note": "left-handed"} == made[URN]
    assert SHOWN == (await asked.client.get(get)).json()[URN]
    named = (await asked.client.get(get, params={"attributes": f"{URN}:note,{URN}:code"})).json()
    assert {"note": "left-handed"} == named[URN]
    listed = (await asked.client.get("Users", params={"excludedAttributes": f"{URN}:desks"})).json()
    assert [{name: SHOWN[name] for name in ("badge", "level", "born")}] == [
        each[URN] for each in listed["Resources"]
    ]
    again = await patched(asked, made["id"], {"op": "replace", "path": f"{URN}:note", "value": "right"})
    assert {**SHOWN, "note": "right"} == again.json()[URN]
    assert (
        SHOWN == (await patched(asked, made["id"], {"op": "add", "path": "title", "value": "x"})).json()[URN]
    )


@pytest.mark.parametrize(
    ("where", "found"),
    [
        (f'{URN}:badge eq "aB1"', True),
        (f'{URN}:badge eq "AB1"', False),
        (f'{URN}:level eq "GOLD"', True),
        (f'{URN}:born gt "2011-05-13T04:42:33Z"', True),
        (f'{URN}:desks[room eq "12" and floor eq 1]', True),
        (f'{URN}:desks[room eq "12" and floor eq 3]', False),
        (f'{URN}:desks.floor gt 2 and {URN}:note co "hand"', True),
        (f"{URN}:rank pr", False),
        (f"not ({URN}:desks pr)", False),
    ],
)
async def test_found(asked, where, found):
    """RFC 7644 §3.4.2.2: what a team added is filtered by like anything else."""
    await created(asked)

    answer = await asked.client.get("Users", params={"filter": where})

    assert (200, int(found)) == (answer.status_code, answer.json().get("totalResults")), answer.text


@pytest.mark.parametrize(
    ("values", "scim_type"),
    [
        ({"level": "Gold"}, "invalidValue"),
        ({"badge": 1}, "invalidValue"),
        ({"badge": "1", "level": "Tin"}, "invalidValue"),
        ({"badge": "1", "born": "yesterday"}, "invalidValue"),
        ({"badge": "1", "desks": [{"floor": 1}]}, "invalidValue"),
        ({"badge": "1", "desks": {"room": "1"}}, "invalidValue"),
    ],
)
async def test_refused(asked, values, scim_type):
    """RFC 7644 §3.12: whatever breaks the schema is refused, and nothing is stored."""
    answer = await asked.client.post("Users", json=user(**{URN: values}))

    assert (400, scim_type) == (answer.status_code, answer.json()["scimType"])
    assert URN in answer.json()["detail"]
    assert 0 == (await asked.client.get("Users")).json()["totalResults"]


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "path": f"{URN}:rank", "value": 1},
        {"op": "replace", "path": f"{URN}:born", "value": "2012-05-13T04:42:34Z"},
        {"op": "remove", "path": f"{URN}:born"},
        {"op": "remove", "path": f"{URN}:badge"},
        {"op": "remove", "path": f'{URN}:desks[room eq "7"].room'},
        {"op": "remove", "path": URN},
    ],
)
async def test_what_may_not_change(asked, operation):
    """RFC 7644 §3.5.2: read-only, set once, required; the refusal leaves all as it was."""
    made = await created(asked)

    answer = await patched(asked, made["id"], operation)

    assert (400, "mutability") == (answer.status_code, answer.json()["scimType"])
    kept = (await asked.client.get(f"Users/{made['id']}")).json()
    assert (SHOWN, made["meta"]["version"]) == (kept[URN], kept["meta"]["version"])


async def test_put(asked):
    """RFC 7644 §3.5.1: what is set once stays or is the same; the rest is as it is put."""
    made = await created(asked)
    put = {"schemas": [CORE, URN], "userName": "ann", URN: {"badge": "2"}}

    answer = await asked.client.put(f"Users/{made['id']}", json=put)

    assert {"badge": "2", "born": KEPT["born"]} == answer.json()[URN]
    put[URN] = {"badge": "2", "born": "2012-01-01T00:00:00Z"}
    refused = await asked.client.put(f"Users/{made['id']}", json=put)
    assert (400, "mutability") == (refused.status_code, refused.json()["scimType"])


async def test_a_leaver_in_a_container_leaves(asked):
    """RFC 7643 §3.3: who is tolerant hears `active` under the core schema's URN, who is strict refuses it."""
    strict = asked.connection.strict
    for operation in (
        {"op": "replace", "value": {CORE: {"active": False}}},
        {"op": "replace", "value": {CORE: {"active": "False"}}},
        {"op": "replace", "path": CORE, "value": {"active": False}},
    ):
        made = await created(asked, name=str(operation))
        answer = await patched(asked, made["id"], operation)
        active = (await asked.client.get(f"Users/{made['id']}")).json()["active"]

        assert (400 if strict else 200, strict) == (answer.status_code, active), operation
    assert [] == await asked.problems()


async def test_unique(hub):
    """RFC 7643 §7: no two of a connection have one value of what is unique; case counts where it is exact."""
    team = await hub.team()
    attributes = [
        {"name": "badge", "uniqueness": "server"},
        {"name": "cards", "uniqueness": "global", "multiValued": True, "caseExact": True},
    ]
    text = json.dumps({"id": URN, "attributes": attributes}).encode()
    await hub.house.schemas.add(team, text, kind="User", by=BY)
    asked, other = [await hub.connection("generic", team=team) for _ in range(2)]

    async def made(name, values, by=asked):
        return (await by.client.post("Users", json=user(name, **{URN: values}))).json()

    first = await made("ann", {"badge": "B1", "cards": ["x", "y"]})
    assert "id" in first
    assert "uniqueness" == (await made("bob", {"badge": "b1"}))["scimType"]
    assert "uniqueness" == (await made("bob", {"cards": ["z", "y"]}))["scimType"]
    bob = await made("bob", {"badge": "B2", "cards": ["Y"]})
    assert {"badge": "B1"} == (await made("cat", {"badge": "B1"}, by=other))[URN]
    refused = await patched(asked, bob["id"], {"op": "add", "path": f"{URN}:cards", "value": "x"})
    assert (409, "uniqueness") == (refused.status_code, refused.json()["scimType"])
    freed = await patched(asked, first["id"], {"op": "remove", "path": f"{URN}:cards"})
    assert 200 == freed.status_code
    taken = await patched(asked, bob["id"], {"op": "add", "path": f"{URN}:cards", "value": "x"})
    assert ["Y", "x"] == taken.json()[URN]["cards"]
