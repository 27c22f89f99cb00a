"""Every path of a connection needs its token, and who has none learns nothing."""

from __future__ import annotations

import pytest

from tests.web.asking import BASE, TOKEN

PATHS = [
    *("", "/", "/Users", "/Users/1", "/Users/.search", "/Groups", "/Groups/1", "/Groups/.search", "/.search"),
    *("/Bulk", "/Me", "/Schemas", "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User", "/ResourceTypes"),
    *("/ResourceTypes/User", "/ServiceProviderConfig", "/ServiceProviderConfig/1", "/nothing", "/a/b/c"),
]
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"]
WRONG = [
    None,
    "",
    "Bearer",
    "Bearer wrong",
    "bearer right2",
    "Basic cmlnaHQ=",
    "Bearer right ",
    "Bearer \xe9",
]


async def test_each_route_and_method_needs_the_token(house):
    """Without the right token every path and method answers alike, there or not, and no body is read."""
    client = house.client()
    answers = set()
    for path in PATHS:
        for method in METHODS:
            for authorization in WRONG:
                heard = await client.ask(method, f"{BASE}{path}", authorization=authorization, chunks=[b"{"])

                assert 401 == heard.status, (method, path, authorization)
                assert 'Bearer realm="scim"' == heard.headers["www-authenticate"]
                answers.add(heard.body)
    assert 1 == len(answers - {b""})  # to a HEAD nothing is said at all
    assert not house.service.asked


async def test_other_connections_answer_alike(client):
    """A connection that is not there, and another one's, cannot be told from a wrong token."""
    bodies = {
        (await client.ask("GET", f"/scim/v2/{connection}/Users", authorization=authorization)).body
        for connection in ("c1", "c2", "nobody", "%F0%9F%A6%8A", "x" * 5000)
        for authorization in (None, "Bearer wrong", TOKEN if connection != "c1" else "Bearer c2")
    }

    assert 1 == len(bodies)


async def test_refusal_is_a_scim_error(client):
    """The 401 is the error message of RFC 7644, and names the way out."""
    heard = await client.ask("GET", f"{BASE}/Users", authorization=None)

    assert heard.is_scim_error
    assert "Authorization" in heard.json["detail"]


async def test_the_header_is_handed_on_as_it_came(house):
    """Whether a token may come bare is the dialect's business, not the web's."""
    await house.client().ask("GET", f"{BASE}/Users", authorization="right")

    assert [("c1", "right")] == house.service.credentials


async def test_nobody_is_kept_who_was_not_let_in(house, logged):
    """A 401 is logged, and is nobody's exchange."""
    await house.client().ask("DELETE", f"{BASE}/Users/1", authorization=None)

    assert [] == house.kept
    assert [401] == [line["status"] for line in logged]


@pytest.mark.parametrize(
    "target", ["/scim", "/scim/", "/scim/v2", "/scim/v2/", "/scim/v1/c1/Users", "/scim/Users"]
)
async def test_the_prefix_alone_is_not_found(client, target):
    """Below the prefix, but of no connection: a SCIM 404, no redirect, no page."""
    heard = await client.ask("GET", target)

    assert 404 == heard.status
    assert heard.is_scim_error
