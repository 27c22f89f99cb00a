"""RFC 7643 §2 to §4 and §8: what resources look like, and what their values may be."""

from __future__ import annotations

import pytest

from tests.rfc.provider import ENTERPRISE, GROUP, USER

#: All that RFC 7643 §8.2 and §8.3 show of a user.
FULL = {
    "externalId": "701984",
    "name": {
        "formatted": "Ms. Barbara J Jensen, III",
        "familyName": "Jensen",
        "givenName": "Barbara",
        "middleName": "Jane",
        "honorificPrefix": "Ms.",
        "honorificSuffix": "III",
    },
    "displayName": "Babs Jensen",
    "nickName": "Babs",
    "profileUrl": "https://login.example.com/bjensen",
    "emails": [{"value": "bjensen@example.com", "type": "work", "primary": True}],
    "addresses": [
        {
            "type": "work",
            "streetAddress": "100 Universal City Plaza",
            "locality": "Hollywood",
            "region": "CA",
            "postalCode": "91608",
            "country": "US",
            "formatted": "100 Universal City Plaza\nHollywood, CA 91608 US",
            "primary": True,
        }
    ],
    "phoneNumbers": [{"value": "555-555-5555", "type": "work"}],
    "ims": [{"value": "someaimhandle", "type": "aim"}],
    "photos": [{"value": "https://photos.example.com/profilephoto/72930000000Ccne/F", "type": "photo"}],
    "userType": "Employee",
    "title": "Tour Guide",
    "preferredLanguage": "en-US",
    "locale": "en-US",
    "timezone": "America/Los_Angeles",
    "active": True,
    "entitlements": [{"value": "tours"}],
    "roles": [{"value": "guide", "primary": True}],
    "x509Certificates": [{"value": "MIIDQzCCAqygAwIBAgICEAAwDQYJKoZIhvcNAQEFBQAwTjELMAkGA1UEBhMCVVM="}],
    ENTERPRISE: {
        "employeeNumber": "701984",
        "costCenter": "4130",
        "organization": "Universal Studios",
        "division": "Theme Park",
        "department": "Tour Operations",
    },
}


async def test_section_8_2_and_8_3_a_full_user(provider):
    """§8.2, §8.3: all of it is kept as it was said; the password is taken and never seen again."""
    made = await provider.user("bjensen", password="t1meMa$heen", **FULL)

    assert FULL == {name: made[name] for name in FULL}
    assert {*FULL, "schemas", "id", "userName", "meta"} == {*made}
    assert made == await provider.get(f"/Users/{made['id']}")


async def test_section_8_1_a_minimal_user(provider):
    """§8.1, §4.1.1: a name is enough; nothing else is told but what the hub decides."""
    made = await provider.user("bjensen")

    assert {"schemas", "id", "userName", "active", "meta"} == {*made}
    assert {"resourceType", "created", "lastModified", "location", "version"} == {*made["meta"]}


async def test_section_8_4_a_group(provider):
    """§8.4, §4.2: a group tells its members with their type and address, a user its groups."""
    users = [await provider.user(name) for name in ("babs", "mandy")]
    group = await provider.group("Tour Guides", *(each["id"] for each in users))
    shown = await provider.get(f"/Groups/{group['id']}")
    [own] = (await provider.get(f"/Users/{users[0]['id']}"))["groups"]

    assert ([GROUP], "Tour Guides") == (shown["schemas"], shown["displayName"])
    assert {(each["id"], each["meta"]["location"], "User") for each in users} == {
        (each["value"], each["$ref"], each["type"]) for each in shown["members"]
    }
    assert (group["id"], "Tour Guides", "direct", group["meta"]["location"]) == (
        own["value"],
        own["display"],
        own["type"],
        own["$ref"],
    )


async def test_section_4_3_the_manager(provider):
    """§4.3: the manager is kept by id and told with a link; what a client says of link and name is let be."""
    boss = await provider.user("boss", displayName="John Smith")
    said = {"value": boss["id"], "$ref": "../Users/26118915", "displayName": "Somebody Else"}
    made = await provider.user("bjensen", **{ENTERPRISE: {"manager": said}})
    manager = made[ENTERPRISE]["manager"]
    part = await provider.get(f"/Users/{made['id']}", attributes=f"{ENTERPRISE}:manager.$ref")
    body = {"schemas": [USER, ENTERPRISE], "userName": "bjensen", ENTERPRISE: {"manager": said}}
    again = (await provider.ask("PUT", f"/Users/{made['id']}", body)).json()

    assert {"value": boss["id"], "$ref": boss["meta"]["location"]} == manager
    assert boss == (await provider.ask("GET", manager["$ref"])).json()
    assert {"manager": {"$ref": manager["$ref"]}} == part[ENTERPRISE]
    assert made == again == await provider.get(f"/Users/{made['id']}")


async def test_section_4_3_the_link_follows_the_manager(provider):
    """§4.3: another manager has another link; who is called by no id of the hub has none, as has nobody."""
    one, other = [await provider.user(name) for name in ("one", "other")]
    ann = await provider.user("ann", **{ENTERPRISE: {"manager": {"value": one["id"]}}})
    path = f"{ENTERPRISE}:manager"
    told = [
        (await provider.changed(f"/Users/{ann['id']}", each)).get(ENTERPRISE)
        for each in (
            {"op": "replace", "path": f"{path}.value", "value": other["id"]},
            {"op": "replace", "path": path, "value": {"value": "E-701984"}},
            {"op": "replace", "path": path, "value": {"value": one["id"]}},
            {"op": "remove", "path": f"{path}.value"},
        )
    ]

    assert [
        {"manager": {"value": other["id"], "$ref": other["meta"]["location"]}},
        {"manager": {"value": "E-701984"}},
        {"manager": {"value": one["id"], "$ref": one["meta"]["location"]}},
        None,
    ] == told


@pytest.mark.parametrize(
    "said",
    [
        {"title": 5},  # §2.3.1
        {"active": "true"},  # §2.3.2
        {"x509Certificates": [{"value": "no base64!"}]},  # §2.3.6
        {"profileUrl": True},  # §2.3.7
        {"name": "Barbara"},  # §2.3.8
        {"emails": {"value": "a@example.com"}},  # §2.4
        {"emails": [{"value": "a", "primary": True}, {"value": "b", "primary": True}]},  # §2.4
    ],
)
async def test_section_2_3_and_2_4_types(provider, said):
    """§2.3, §2.4: a value of another type is 400 invalidValue; so are two that are the primary one."""
    assert (400, "invalidValue") == await provider.refusal(
        "POST", "/Users", {"schemas": [USER], "userName": "bjensen", **said}
    )


async def test_section_2_5_unassigned(provider):
    """§2.5: null, an empty list and nothing said are the same."""
    made = await provider.user("bjensen", title=None, emails=[], name={"givenName": None})

    assert not {"title", "emails", "name"} & {*made}


async def test_section_2_1_names_have_no_case(provider):
    """§2.1: an attribute is the same in any case, and told in the schema's."""
    made = await provider.make("/Users", {"schemas": [USER], "USERNAME": "bjensen", "nickname": "Babs"})

    assert ("bjensen", "Babs") == (made["userName"], made["nickName"])


async def test_section_3_schemas(provider):
    """§3: a body says which schemas it is of, all of them and no other."""
    enterprise = {ENTERPRISE: {"costCenter": "4130"}}
    for schemas, more in (([], {}), ([GROUP], {}), ([USER], enterprise), ([USER, "urn:example:none"], {})):
        said = {"schemas": schemas, "userName": "bjensen", **more}
        assert (400, "invalidValue") == await provider.refusal("POST", "/Users", said)
