"""RFC 7644 §3.4.1, §3.4.2, §3.4.2.5 and §3.9: what is read, and how much of it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rfc.provider import ENTERPRISE, LIST, NOBODY, USER, Provider

JENSEN = {
    "externalId": "bjensen",
    "name": {"formatted": "Ms. Barbara J Jensen III", "familyName": "Jensen", "givenName": "Barbara"},
    "emails": [{"value": "bjensen@example.com", "type": "work", "primary": True}],
    "title": "Tour Guide",
    ENTERPRISE: {"employeeNumber": "701984", "department": "Tour Operations"},
}


@pytest.fixture
async def jensen(provider: Provider) -> dict[str, Any]:
    """A user with something of everything."""
    return await provider.user("bjensen", **JENSEN)


async def test_section_3_4_1_a_known_resource(provider, jensen):
    """§3.4.1: 200 with the resource, its address and its version; what is not there is 404."""
    answer = await provider.ask("GET", f"/Users/{jensen['id']}")

    assert (200, jensen) == (answer.status_code, answer.json())
    assert jensen["meta"]["version"] == answer.headers["etag"]
    assert jensen["meta"]["location"] == answer.headers["location"]
    assert (404, None) == await provider.refusal("GET", f"/Users/{NOBODY}")
    assert (404, None) == await provider.refusal("GET", f"/Groups/{jensen['id']}")


async def test_section_3_4_2_a_list(provider, jensen):
    """§3.4.2: a ListResponse of all, with the attributes asked for and those always returned."""
    other = await provider.user("jsmith")
    told = await provider.get("/Users", attributes="userName")

    assert [LIST] == told["schemas"]
    assert (2, 2, 1) == (told["totalResults"], told["itemsPerPage"], told["startIndex"])
    assert [
        {"schemas": [USER, ENTERPRISE], "id": jensen["id"], "userName": "bjensen"},
        {"schemas": [USER], "id": other["id"], "userName": "jsmith"},
    ] == sorted(told["Resources"], key=lambda each: str(each["userName"]))


async def test_section_3_4_2_nothing_is_found(provider, jensen):
    """§3.4.2: 200 with a total of nothing where nothing matches."""
    told = await provider.get("/Users", filter='userName eq "nobody"')

    assert 0 == told["totalResults"]
    assert not told.get("Resources")


async def test_section_3_4_2_1_the_root(provider, jensen):
    """§3.4.2.1: at the root, all kinds of resources are one list."""
    await provider.group("Tour Guides", jensen["id"])
    told = await provider.get("")

    assert {"User", "Group"} == {each["meta"]["resourceType"] for each in told["Resources"]}
    assert ["Tour Guides"] == await provider.names("", filter='meta.resourceType eq "Group"')


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ({"attributes": "userName"}, {"schemas", "id", "userName"}),
        ({"attributes": "USERNAME,title"}, {"schemas", "id", "userName", "title"}),
        ({"attributes": "emails.value"}, {"schemas", "id", "emails"}),
        ({"attributes": f"{USER}:userName"}, {"schemas", "id", "userName"}),
        ({"attributes": f"{ENTERPRISE}:department"}, {"schemas", "id", ENTERPRISE}),
        (
            {"excludedAttributes": f"emails,name,meta,externalId,title,{ENTERPRISE}"},
            {"schemas", "id", "userName", "active"},
        ),
        (
            {"excludedAttributes": "id,schemas,userName"},
            {"schemas", "id", "meta", "externalId", "active", "name", "emails", "title", ENTERPRISE},
        ),
    ],
)
async def test_section_3_4_2_5_attributes(provider, jensen, asked, shown):
    """§3.4.2.5, §3.9: the same choice for one and for a list; id and schemas are always there."""
    one = await provider.get(f"/Users/{jensen['id']}", **asked)
    [each] = (await provider.get("/Users", **asked))["Resources"]

    assert shown == {*one}
    assert one == each


async def test_section_3_4_2_5_parts(provider, jensen):
    """§3.4.2.5, §3.10: of a complex attribute only the parts asked for are shown."""
    path = f"/Users/{jensen['id']}"
    chosen = await provider.get(path, attributes=f"emails.value,name.familyName,{ENTERPRISE}:department")
    rest = await provider.get(path, excludedAttributes="name.formatted")

    assert [{"value": "bjensen@example.com"}] == chosen["emails"]
    assert {"familyName": "Jensen"} == chosen["name"]
    assert {"department": "Tour Operations"} == chosen[ENTERPRISE]
    assert {"familyName": "Jensen", "givenName": "Barbara"} == rest["name"]


async def test_section_3_9_of_an_answer_to_a_write(provider, jensen):
    """§3.9: attributes and excludedAttributes choose what PUT, PATCH and POST answer with, too."""
    body = {"schemas": [USER], "userName": "bjensen", "title": "Guide"}
    put = await provider.ask("PUT", f"/Users/{jensen['id']}", body, attributes="title")
    posted = await provider.ask("POST", "/Users", {**body, "userName": "bj2"}, excludedAttributes="title")

    assert {"schemas", "id", "title"} == {*put.json()}
    assert {"schemas", "id", "userName", "active", "meta"} == {*posted.json()}
