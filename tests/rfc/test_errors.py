"""RFC 7644 §3.12: errors, their statuses and their words; §2 and §7: who may ask, and how."""

from __future__ import annotations

import pytest

from hub.teams import Profile, State
from tests.author import BY
from tests.rfc.provider import PATCH, USER, Provider, refused


async def test_section_2_no_token_is_401(hub, provider):
    """§2: without its token, or with that of another connection, one sentence and what to send instead."""
    other = await hub.connection("generic", profile=Profile.STRICT)
    for token in ("", "Bearer wrong", f"Bearer {other.token}", "Basic YTpi"):
        answer = await hub.client(provider.connected.url, token).get("Users")
        assert (401, None) == refused(answer)
        assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_section_3_12_403_and_503(hub, provider):
    """§3.12: an administrator turned the connection off; or holds it, which is over some time."""
    engine, connection = hub.house, provider.connected.connection
    body = {"schemas": [USER], "userName": "bjensen"}
    await engine.connections.set_state(connection, State.PAUSED, by=BY)
    paused = await provider.ask("POST", "/Users", body)
    await engine.connections.set_state(connection, State.OFF, by=BY)
    off = await provider.ask("GET", "/Users")

    assert ((503, None), True) == (refused(paused), paused.headers["retry-after"].isdigit())
    assert (403, None) == refused(off)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{", "invalidSyntax"),
        (b"[]", "invalidSyntax"),
        (b'{"userName": "a", "userName": "b"}', "invalidSyntax"),
    ],
)
async def test_section_3_12_what_is_no_message(provider, body, kind):
    """§3.12: a body that is no JSON object, or says one thing twice, is invalidSyntax."""
    headers = {"content-type": "application/scim+json"}
    answer = await provider.connected.client.post("Users", content=body, headers=headers)

    assert (400, kind) == refused(answer)


async def test_section_3_12_the_keywords(provider: Provider):
    """§3.12, table 9: each word that can be provoked by one request, over the wire."""
    made = await provider.user("bjensen")
    path, user = f"/Users/{made['id']}", {"schemas": [USER], "userName": "bjensen"}

    def patch(**operation: object) -> dict[str, object]:
        return {"schemas": [PATCH], "Operations": [operation]}

    assert {
        "invalidFilter": 400,
        "uniqueness": 409,
        "mutability": 400,
        "invalidSyntax": 400,
        "invalidPath": 400,
        "noTarget": 400,
        "invalidValue": 400,
        "sensitive": 400,
    } == {
        kind: status
        for status, kind in [
            await provider.refusal("GET", "/Users", filter="userName is"),
            await provider.refusal("POST", "/Users", user),
            await provider.refusal("PATCH", path, patch(op="replace", path="id", value="mine")),
            await provider.refusal("POST", "/Users", {**user, "shoeSize": "44"}),
            await provider.refusal("PATCH", path, patch(op="remove", path="shoeSize")),
            await provider.refusal("PATCH", path, patch(op="remove", path='emails[type eq "work"]')),
            await provider.refusal("POST", "/Users", {"schemas": [USER]}),
            await provider.refusal("GET", "/Users", access_token="x"),
        ]
    }


async def test_section_3_12_a_body_that_is_too_large(provider):
    """§3.12: 413."""
    body = {"schemas": [USER], "userName": "bjensen", "title": "x" * 1024 * 1024}

    assert (413, None) == await provider.refusal("POST", "/Users", body)


async def test_section_3_12_too_many_operations(provider):
    """A PATCH of more operations than the setting allows is 413, as a Bulk is."""
    made = await provider.user("bjensen")
    operation = {"op": "remove", "path": "title"}
    body = {"schemas": [PATCH], "Operations": [operation] * 1001}

    assert (413, None) == await provider.refusal("PATCH", f"/Users/{made['id']}", body)
