"""RFC 7644 §3.5.1: a resource replaced by PUT."""

from __future__ import annotations

import pytest

from tests.rfc.provider import ENTERPRISE, NOBODY, USER

BEFORE = {
    "externalId": "bjensen",
    "name": {"familyName": "Jensen", "givenName": "Barbara"},
    "nickName": "Babs",
    "roles": [],
    "emails": [{"value": "bjensen@example.com"}, {"value": "babs@jensen.example"}],
}
PUT = {
    "schemas": [USER],
    "userName": "bjensen",
    "externalId": "bjensen",
    "name": {"formatted": "Ms. Barbara J Jensen III", "familyName": "Jensen", "middleName": "Jane"},
    "roles": [],
    "emails": [{"value": "bjensen@example.com"}, {"value": "babs@jensen.example"}],
}


@pytest.fixture
async def jensen(provider):
    """A user."""
    return await provider.user("bjensen", **BEFORE)


async def test_section_3_5_1_the_example(provider, jensen):
    """§3.5.1: 200 and the resource afterwards; what the body leaves out is gone."""
    answer = await provider.ask("PUT", f"/Users/{jensen['id']}", PUT)
    after = answer.json()

    assert (200, after) == (answer.status_code, await provider.get(f"/Users/{jensen['id']}"))
    assert PUT["name"] == after["name"]
    assert PUT["emails"] == after["emails"]
    assert {"schemas", "id", "userName", "externalId", "active", "name", "emails", "meta"} == {*after}
    assert jensen["meta"]["version"] != after["meta"]["version"] == answer.headers["etag"]
    assert jensen["meta"]["location"] == answer.headers["location"]
    assert jensen["meta"]["created"] == after["meta"]["created"]


async def test_section_3_5_1_read_only_is_ignored(provider, jensen):
    """§3.5.1: whatever is said of what only the hub writes changes nothing."""
    said = {**PUT, "id": NOBODY, "meta": {"created": "2001-01-01T00:00:00Z"}, "groups": [{"value": NOBODY}]}
    after = (await provider.ask("PUT", f"/Users/{jensen['id']}", said)).json()

    assert (jensen["id"], jensen["meta"]["created"]) == (after["id"], after["meta"]["created"])
    assert "groups" not in after


async def test_section_3_5_1_required(provider, jensen):
    """§3.5.1: what is required must be there, and is named."""
    without = {name: value for name, value in PUT.items() if name != "userName"}

    assert (400, "invalidValue") == await provider.refusal("PUT", f"/Users/{jensen['id']}", without)
    assert jensen == await provider.get(f"/Users/{jensen['id']}")


async def test_section_3_5_1_an_extension_comes_and_goes(provider, jensen):
    """§3.5.1: schemas follow what is there."""
    path = f"/Users/{jensen['id']}"
    more = {**PUT, "schemas": [USER, ENTERPRISE], ENTERPRISE: {"costCenter": "4130"}}
    came = (await provider.ask("PUT", path, more)).json()
    went = (await provider.ask("PUT", path, PUT)).json()

    assert ([USER, ENTERPRISE], {"costCenter": "4130"}) == (came["schemas"], came[ENTERPRISE])
    assert [USER] == went["schemas"]


async def test_section_3_5_1_it_makes_nothing(provider, jensen):
    """§3.5.1: PUT makes no resource; a name that is taken is 409."""
    other = await provider.user("jsmith")

    assert (404, None) == await provider.refusal("PUT", f"/Users/{NOBODY}", PUT)
    assert (409, "uniqueness") == await provider.refusal("PUT", f"/Users/{other['id']}", PUT)
