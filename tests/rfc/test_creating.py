"""RFC 7644 §3.3: resources are made by POST."""

from __future__ import annotations

import re

from tests.rfc.provider import GROUP, MEDIA_TYPE, USER

BABS = {
    "schemas": [USER],
    "userName": "bjensen",
    "externalId": "bjensen",
    "name": {"formatted": "Ms. Barbara J Jensen III", "familyName": "Jensen", "givenName": "Barbara"},
}


async def test_section_3_3_a_user(provider):
    """§3.3: 201, the whole resource, and its address in Location, Content-Location's meta and ETag."""
    answer = await provider.ask("POST", "/Users", BABS)
    made = answer.json()
    meta = made["meta"]

    assert 201 == answer.status_code
    assert answer.headers["content-type"].startswith(MEDIA_TYPE)
    assert BABS == {name: made[name] for name in BABS}
    assert f"{provider.connected.url}/Users/{made['id']}" == answer.headers["location"] == meta["location"]
    assert ("User", answer.headers["etag"]) == (meta["resourceType"], meta["version"])
    assert meta["created"] == meta["lastModified"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", meta["created"])


async def test_section_3_3_it_is_there_afterwards(provider):
    """§3.3: what was answered is what is found at its address."""
    made = await provider.make("/Users", BABS)

    assert made == await provider.get(f"/Users/{made['id']}")


async def test_section_3_3_read_only_is_ignored(provider):
    """§3.3: what only the hub may say is let be in a body."""
    made = await provider.make(
        "/Users", {**BABS, "id": "mine", "meta": {"version": 'W/"mine"'}, "groups": []}
    )

    assert "mine" != made["id"]
    assert 'W/"mine"' != made["meta"]["version"]


async def test_section_3_3_twice_is_a_conflict(provider):
    """§3.3: a second of the same name is 409 uniqueness, whatever the case of it."""
    await provider.make("/Users", BABS)

    assert (409, "uniqueness") == await provider.refusal("POST", "/Users", BABS)
    assert (409, "uniqueness") == await provider.refusal("POST", "/Users", {**BABS, "userName": "BJensen"})


async def test_section_3_3_1_the_type_is_that_of_the_endpoint(provider):
    """§3.3.1: meta.resourceType is told by where it was made, and the endpoint takes no other."""
    group = await provider.make("/Groups", {"schemas": [GROUP], "displayName": "Tour Guides"})

    assert "Group" == group["meta"]["resourceType"]
    assert (400, "invalidSyntax") == await provider.refusal("POST", "/Groups", BABS)


async def test_section_3_8_both_media_types(provider):
    """§3.8: JSON is taken by either name, and answered by SCIM's; anything else is 415."""
    for number, media_type in enumerate(("application/scim+json", "application/json")):
        body = {"schemas": [USER], "userName": f"user{number}"}
        answer = await provider.ask("POST", "/Users", body, headers={"content-type": media_type})
        assert (201, True) == (answer.status_code, answer.headers["content-type"].startswith(MEDIA_TYPE))
    wrong = await provider.ask("POST", "/Users", BABS, headers={"content-type": "text/plain"})

    assert 415 == wrong.status_code
