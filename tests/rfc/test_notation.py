"""RFC 7644 §3.10 and §3.11, §3.13: how attributes, oneself and the protocol's version are written."""

from __future__ import annotations

import pytest

from tests.author import BY
from tests.rfc.provider import ENTERPRISE, NOBODY, USER, Provider


async def test_section_3_10_with_and_without_its_schema(provider):
    """§3.10: with its URN or without, an attribute of the core is the same in filters, paths and choices."""
    made = await provider.user("bjensen", name={"familyName": "Jensen"})
    path = f"/Users/{made['id']}"
    for name in ("name.familyName", f"{USER}:name.familyName", f"{USER.lower()}:NAME.familyname"):
        assert ["bjensen"] == await provider.names(filter=f'{name} eq "Jensen"')
        assert {"familyName": "Jensen"} == (await provider.get(path, attributes=name))["name"]
    after = await provider.changed(
        path, {"op": "replace", "path": f"{USER}:name.familyName", "value": "Smith"}
    )

    assert {"familyName": "Smith"} == after["name"]


async def test_section_3_10_of_an_extension(provider):
    """§3.10: an attribute of an extension is called with its URN everywhere, its parts too."""
    boss = await provider.user("boss")
    made = await provider.user("bjensen", **{ENTERPRISE: {"employeeNumber": "701984"}})
    manager = {"op": "add", "path": f"{ENTERPRISE}:manager.value", "value": boss["id"]}
    after = await provider.changed(f"/Users/{made['id']}", manager)

    assert boss["id"] == after[ENTERPRISE]["manager"]["value"]
    assert ["bjensen"] == await provider.names(filter=f'{ENTERPRISE}:employeeNumber eq "701984"')
    assert ["bjensen"] == await provider.names(filter=f'{ENTERPRISE}:manager.value eq "{boss["id"]}"')
    assert (400, "invalidFilter") == await provider.refusal("GET", "/Users", filter="employeeNumber pr")


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "POST"])
async def test_section_3_11_a_connection_is_nobody(provider, method):
    """§3.11: 501 to a token that stands for no user."""
    assert (501, None) == await provider.refusal(method, "/Me", None if method in {"GET", "DELETE"} else {})


async def test_section_3_11_a_token_of_a_user(hub, provider):
    """§3.11: a token that stands for a user reads them at /Me, which tells where they are."""
    made = await provider.user("bjensen", active=True)
    connected = provider.connected
    _, token = await hub.house.tokens.create(connected.connection, user=made["id"], by=BY)
    answer = await hub.client(connected.url, f"Bearer {token}").get("Me")

    assert (200, made) == (answer.status_code, answer.json())
    assert made["meta"]["location"] == answer.headers["location"]


async def test_section_3_13_the_version_stands_in_the_path(provider):
    """§3.13: everything lies below /v2; nothing else is spoken."""
    url = provider.connected.url
    other = await provider.connected.client.get(url.replace("/scim/v2/", "/scim/v1/") + "/Users")

    assert "/scim/v2/" in url
    assert 404 == other.status_code


async def test_section_3_2_endpoints_and_methods(provider: Provider):
    """§3.2: what an endpoint does not serve is 405, with what it serves in Allow; what is none is 404."""
    wrong = await provider.ask("DELETE", "/Users")

    assert (405, "GET, HEAD, POST, OPTIONS") == (wrong.status_code, wrong.headers["allow"])
    assert (404, None) == await provider.refusal("GET", "/Devices")
    assert (404, None) == await provider.refusal("GET", f"/Users/{NOBODY}/emails")
