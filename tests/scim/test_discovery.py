"""What the hub says of itself."""

import pytest

from hub.scim.catalog import BUILT_IN, ENTERPRISE_USER, GROUP, RESOURCE_TYPES, SEAT_USER, USER
from hub.scim.definitions import read_schema
from hub.scim.discovery import Abilities, resource_types, schemas, service_provider_config
from hub.scim.extensions import Extension, types_of, written

BASE = "https://hub.example/scim/v2/c1"
ABILITIES = Abilities(
    results_max=1000, page_default=100, bulk_operations_max=50, bulk_bytes_max=65536, cursor_seconds=60
)


def told(schema):
    """Return the attributes that /Schemas tells of *schema*, by name."""
    [found] = [document for document in schemas(BUILT_IN, BASE) if document["id"] == schema.id]
    return {attribute["name"]: attribute for attribute in found["attributes"]}


def test_service_provider_config():
    """RFC 7643 §5: what is supported is said, with its limits, and what is not."""
    config = service_provider_config(BASE, ABILITIES)
    supported = {name for name, value in config.items() if isinstance(value, dict) and value.get("supported")}

    assert {"patch", "bulk", "filter", "sort", "etag"} == supported
    assert {"supported": False} == config["changePassword"]
    assert {"supported": True, "maxOperations": 50, "maxPayloadSize": 65536} == config["bulk"]
    assert 1000 == config["filter"]["maxResults"]
    assert ["oauthbearertoken"] == [scheme["type"] for scheme in config["authenticationSchemes"]]
    assert f"{BASE}/ServiceProviderConfig" == config["meta"]["location"]


def test_pagination():
    """RFC 9865 §4: both ways to page, how large a page is, and how long a cursor lives."""
    assert {
        "cursor": True,
        "index": True,
        "defaultPaginationMethod": "index",
        "defaultPageSize": 100,
        "maxPageSize": 1000,
        "cursorTimeout": 60,
    } == service_provider_config(BASE, ABILITIES)["pagination"]


def test_resource_types():
    """RFC 7643 §6: each kind has its endpoint, its schema, its extensions."""
    user, group = resource_types(BUILT_IN, BASE)

    assert ("User", "/Users", USER.id) == (user["id"], user["endpoint"], user["schema"])
    assert [
        {"schema": ENTERPRISE_USER.id, "required": False},
        {"schema": SEAT_USER.id, "required": False},
    ] == user["schemaExtensions"]
    assert ("Group", "/Groups", GROUP.id, []) == (
        group["id"],
        group["endpoint"],
        group["schema"],
        group["schemaExtensions"],
    )
    assert f"{BASE}/ResourceTypes/User" == user["meta"]["location"]


def test_schemas():
    """RFC 7643 §7: each schema once, found under its URN."""
    assert [USER.id, ENTERPRISE_USER.id, SEAT_USER.id, GROUP.id] == [
        document["id"] for document in schemas(BUILT_IN, BASE)
    ]
    assert f"{BASE}/Schemas/{GROUP.id}" == schemas(BUILT_IN, BASE)[3]["meta"]["location"]


@pytest.mark.parametrize("schema", [USER, GROUP, ENTERPRISE_USER, SEAT_USER])
def test_every_attribute_is_told_in_full(schema):
    """RFC 7643 §7: each characteristic is said, and nothing is null or empty."""
    attributes = list(told(schema).values())
    attributes += [sub for attribute in attributes for sub in attribute.get("subAttributes", [])]
    needed = {"name", "type", "multiValued", "description", "required", "mutability", "returned"}

    assert {a.name for a in schema.attributes if a.advertised} == told(schema).keys()
    for attribute in attributes:
        simple = {"caseExact", "uniqueness"} if attribute["type"] != "complex" else {"subAttributes"}
        assert needed | simple <= attribute.keys(), attribute["name"]
        assert all(value not in (None, [], "") for value in attribute.values()), attribute["name"]


def test_what_is_accepted_and_not_told():
    """One provider's check of the schema fails on emails.display, so nothing is said of it."""
    parts = {sub["name"] for sub in told(USER)["emails"]["subAttributes"]}

    assert {"value", "type", "primary"} == parts
    assert "display" in USER.by_name["emails"].subs
    assert "display" in {sub["name"] for sub in told(USER)["roles"]["subAttributes"]}
    assert "readOnly" == told(USER)["groups"]["mutability"]


def test_characteristics():
    """RFC 7643 §8.7.1: some that clients look for."""
    user = told(USER)

    assert (True, "server", False) == tuple(
        user["userName"][name] for name in ("required", "uniqueness", "caseExact")
    )
    assert ("writeOnly", "never") == (user["password"]["mutability"], user["password"]["returned"])
    assert ["external"] == user["profileUrl"]["referenceTypes"]
    assert ["work", "home", "other"] == next(
        sub["canonicalValues"] for sub in user["emails"]["subAttributes"] if sub["name"] == "type"
    )


def test_what_a_team_adds():
    """RFC 7643 §6, §7: a team's own schema is told like any other, and what it leaves out is left out."""
    urn = "urn:example:acme:2.0:User"
    schema = read_schema({"id": urn, "attributes": [{"name": "badge", "canonicalValues": ["Gold"]}]})
    types = types_of(written([Extension(kind="User", schema=schema)]))

    user, _ = resource_types(types, BASE)
    [found] = [document for document in schemas(types, BASE) if document["id"] == urn]

    assert {"schema": urn, "required": False} in user["schemaExtensions"]
    assert f"{BASE}/Schemas/{urn}" == found["meta"]["location"]
    assert "description" not in found
    assert [
        {
            "name": "badge",
            "type": "string",
            "multiValued": False,
            "required": False,
            "mutability": "readWrite",
            "returned": "default",
            "caseExact": False,
            "uniqueness": "none",
            "canonicalValues": ["Gold"],
        }
    ] == found["attributes"]


def test_each_answer_is_a_new_one():
    """Who changes an answer changes no other."""
    schemas(BUILT_IN, BASE)[0]["attributes"].clear()

    assert schemas(BUILT_IN, BASE)[0]["attributes"]
    assert 2 == len(RESOURCE_TYPES)
