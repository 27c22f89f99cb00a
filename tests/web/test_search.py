"""A search by POST is the same search by GET (RFC 7644 §3.4.3)."""

from __future__ import annotations

import pytest

from hub.scim.searching import SEARCH_REQUEST
from hub.spi import Inbound, Verb
from hub.teams import Profile
from tests.web.asking import BASE

BODY = {
    "schemas": [SEARCH_REQUEST],
    "attributes": ["userName", "emails"],
    "filter": 'userName sw "J"',
    "sortBy": "userName",
    "startIndex": 1,
    "count": 10,
}
QUERY = {
    "attributes": "userName,emails",
    "filter": 'userName sw "J"',
    "sortBy": "userName",
    "startIndex": "1",
    "count": "10",
}


@pytest.mark.parametrize(
    ("path", "kind"), [("/Users/.search", "User"), ("/Groups/.search", "Group"), ("/.search/", "Resource")]
)
async def test_the_service_hears_the_same(house, path, kind):
    """Each kind, or all of them at the root; what stands in the URL beside it does not count."""
    heard = await house.client().send("POST", f"{BASE}{path}?filter=no", BODY)

    assert 200 == heard.status
    assert [Inbound(verb=Verb.SEARCH, kind=kind, query=QUERY, body=BODY)] == house.service.asked


async def test_the_cursor_may_be_empty(house):
    """RFC 9865 §3: an empty text in the body begins, as an empty parameter does."""
    await house.client().send("POST", f"{BASE}/Users/.search", {"cursor": "", "count": 10})

    assert {"cursor": "", "count": "10"} == house.service.asked[0].query


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"count": "10"}, "count"),
        ({"attributes": ["a", 1]}, "attributes[1]"),
        ([], "JSON object"),
        (b"{", ""),
    ],
)
async def test_a_wrong_type_is_named(house, body, place):
    """400 invalidSyntax with the member's name; the refusal is kept with what was asked."""
    heard = await house.client().send("POST", f"{BASE}/.search", body)

    assert (400, "invalidSyntax") == (heard.status, heard.json["scimType"])
    assert place in heard.json["detail"]
    assert [heard.json["detail"]] == [exchange.error for exchange in house.kept]
    assert [None if isinstance(body, bytes) else body] == [exchange.request for exchange in house.kept]


async def test_strict_wants_the_message_by_its_name(house):
    """In the strict profile a body without schemas is refused."""
    house.service.profile = Profile.STRICT
    client = house.client()

    assert 400 == (await client.send("POST", f"{BASE}/Users/.search", {"count": 1})).status
    assert 200 == (await client.send("POST", f"{BASE}/Users/.search", BODY)).status


async def test_it_is_a_read(house, logged):
    """A search changes nothing, so that it is kept only where reads are; the log names what was asked."""
    await house.client().send("POST", f"{BASE}/.search", BODY)

    assert [] == house.kept
    assert ["POST Resource"] == [line["operation"] for line in logged]


async def test_its_body_is_a_body_like_any(house):
    """Type and size are held to what holds for writes."""
    house.set("server", body_max=10)
    client = house.client()

    assert 413 == (await client.send("POST", f"{BASE}/.search", BODY)).status
    assert 415 == (await client.send("POST", f"{BASE}/.search", {}, media_type="text/plain")).status
