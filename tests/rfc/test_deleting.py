"""RFC 7644 §3.6: a resource removed by DELETE."""

from __future__ import annotations

from tests.rfc.provider import PATCH, USER


async def test_section_3_6_it_is_gone(provider):
    """§3.6: 204, then 404 to everything; lists do not have it, and its name is free again."""
    jensen = await provider.user("bjensen", active=True)
    path = f"/Users/{jensen['id']}"
    answer = await provider.ask("DELETE", path)
    body = {"schemas": [USER], "userName": "bjensen"}
    change = {"schemas": [PATCH], "Operations": [{"op": "remove", "path": "title"}]}

    assert (204, b"") == (answer.status_code, answer.content)
    for method, said in (("GET", None), ("DELETE", None), ("PUT", body), ("PATCH", change)):
        assert (404, None) == await provider.refusal(method, path, said)
    assert [] == await provider.names()
    assert 0 == (await provider.connected.seats())["held"]
    assert jensen["id"] != (await provider.make("/Users", body))["id"]


async def test_section_3_6_groups_follow(provider):
    """§3.6: who is gone is nobody's member, and a group that is gone is nobody's group."""
    jensen, smith = [await provider.user(name) for name in ("bjensen", "jsmith")]
    group = await provider.group("Guides", jensen["id"], smith["id"])
    await provider.ask("DELETE", f"/Users/{jensen['id']}")

    assert {smith["id"]} == await provider.members(group["id"])
    await provider.ask("DELETE", f"/Groups/{group['id']}")
    assert "groups" not in await provider.get(f"/Users/{smith['id']}")
