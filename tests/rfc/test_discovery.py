"""RFC 7644 §4: what the hub says of itself; RFC 7643 §5 to §7: in which form."""

from __future__ import annotations

import json

import pytest

from hub.teams import Profile
from tests.author import BY
from tests.rfc.provider import ENTERPRISE, GROUP, LIST, SEAT, USER, Provider

SCHEMAS = "urn:ietf:params:scim:schemas:core:2.0"
TEACHER = "urn:example:params:scim:schemas:extension:school:2.0:Teacher"


async def test_section_4_service_provider_config(provider):
    """§4, RFC 7643 §5: every ability is told, and how one may ask."""
    told = await provider.get("/ServiceProviderConfig")

    assert [f"{SCHEMAS}:ServiceProviderConfig"] == told["schemas"]
    assert {
        "patch": True,
        "bulk": True,
        "filter": True,
        "changePassword": False,
        "sort": True,
        "etag": True,
    } == {
        name: told[name]["supported"]
        for name in ("patch", "bulk", "filter", "changePassword", "sort", "etag")
    }
    assert told["bulk"]["maxOperations"] > 0 < told["bulk"]["maxPayloadSize"]
    assert told["filter"]["maxResults"] > 0
    assert ["oauthbearertoken"] == [each["type"] for each in told["authenticationSchemes"]]


async def test_section_4_resource_types(provider):
    """§4, RFC 7643 §6: a list of the types, and each by its name."""
    told = await provider.get("/ResourceTypes")
    user = await provider.get("/ResourceTypes/User")

    assert ([LIST], 2) == (told["schemas"], told["totalResults"])
    assert user in told["Resources"]
    assert ("/Users", USER) == (user["endpoint"], user["schema"])
    assert [{"schema": urn, "required": False} for urn in (ENTERPRISE, SEAT)] == user["schemaExtensions"]
    assert (404, None) == await provider.refusal("GET", "/ResourceTypes/Device")


async def test_section_4_schemas(provider):
    """§4, RFC 7643 §7: a list of the schemas, and each by its URN."""
    told = await provider.get("/Schemas")
    user = await provider.get(f"/Schemas/{USER}")
    attributes = {each["name"]: each for each in user["attributes"]}

    assert {USER, GROUP, ENTERPRISE, SEAT} == {each["id"] for each in told["Resources"]}
    assert user in told["Resources"]
    assert {
        "name": "userName",
        "type": "string",
        "multiValued": False,
        "required": True,
        "caseExact": False,
        "mutability": "readWrite",
        "returned": "default",
        "uniqueness": "server",
    } == {name: value for name, value in attributes["userName"].items() if name != "description"}
    assert "binary" == attributes["x509Certificates"]["subAttributes"][0]["type"]
    assert (404, None) == await provider.refusal("GET", "/Schemas/urn:example:none")


@pytest.mark.parametrize("name", ["ServiceProviderConfig", "ResourceTypes", "Schemas"])
async def test_section_4_nothing_is_filtered(provider, name):
    """§4: a filter is 403, so that nobody takes all for what was found; other parameters are let be."""
    assert (403, None) == await provider.refusal("GET", f"/{name}", filter='id eq "User"')
    assert await provider.get(f"/{name}") == await provider.get(
        f"/{name}", sortBy="id", count=1, attributes="id"
    )


async def test_section_4_nothing_is_written(provider):
    """§4: they are read, and nothing else."""
    for name in ("ServiceProviderConfig", "ResourceTypes", "Schemas"):
        assert (405, None) == await provider.refusal("POST", f"/{name}", {})


async def test_rfc7643_section_3_3_a_schema_of_a_team(hub):
    """RFC 7643 §3.3: what a team adds is told, kept, found, changed, and held to its characteristics."""
    team = await hub.team()
    attributes = [
        {"name": "room", "type": "string", "caseExact": True, "uniqueness": "server"},
        {"name": "hired", "type": "dateTime", "mutability": "immutable"},
        {"name": "hours", "type": "integer", "required": True},
        {"name": "rate", "type": "decimal", "returned": "request"},
        {"name": "key", "type": "binary"},
    ]
    text = json.dumps({"id": TEACHER, "name": "Teacher", "attributes": attributes}).encode()
    await hub.house.schemas.add(team, text, kind="User", by=BY)
    team = await hub.house.teams.named(team.name)
    school = Provider(connected=await hub.connection("generic", profile=Profile.STRICT, team=team))
    told = {"room": "A1", "hired": "2011-08-01T21:32:44.882Z", "hours": 12, "rate": 1.5, "key": "aGk="}
    made = await school.make("/Users", body("ann", **told))
    path = f"/Users/{made['id']}"

    assert TEACHER in {each["id"] for each in (await school.get("/Schemas"))["Resources"]}
    assert told == made[TEACHER]
    assert {name: value for name, value in told.items() if name != "rate"} == (await school.get(path))[
        TEACHER
    ]
    assert ["ann"] == await school.names(filter=f'{TEACHER}:hours gt 11 and {TEACHER}:room eq "A1"')
    assert [] == await school.names(filter=f'{TEACHER}:room eq "a1"')
    assert (409, "uniqueness") == await school.refusal("POST", "/Users", body("bob", room="A1", hours=1))
    for wrong in (
        {},
        {"hours": "12"},
        {"hours": 1.5},
        {"hours": 1, "hired": "yesterday"},
        {"hours": 1, "key": "!"},
    ):
        assert (400, "invalidValue") == await school.refusal("POST", "/Users", body("cid", room="B", **wrong))
    later = {**body("ann", **told), TEACHER: {**told, "hired": "2012-08-01T21:32:44Z"}}
    assert (400, "mutability") == await school.refusal("PUT", path, later)


def body(name: str, **teacher: object) -> dict[str, object]:
    """Return a user who teaches."""
    return {"schemas": [USER, TEACHER], "userName": name, TEACHER: teacher}
