"""A token that stands for a user reads this user, and nothing else (RFC 7644 §3.11)."""

from __future__ import annotations

import pytest

from hub.engine.asking.requests import Answer
from hub.spi import Inbound, Verb
from tests.web.asking import BASE


@pytest.fixture
def mine(house):
    """A client whose token stands for the user u1."""
    house.service.user = "u1"
    return house.client()


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_it_reads_the_user(house, mine, method):
    """/Me is that user, with the attributes asked for."""
    await mine.ask(method, f"{BASE}/Me?attributes=userName")

    assert [Inbound(verb=Verb.READ, id="u1", query={"attributes": "userName"})] == house.service.asked


async def test_the_answer_says_where_the_user_is(house, mine):
    """Location is that of the user, and the version is there."""
    house.service.outcome = Answer(status=200, body=b"{}", location="https://hub/Users/u1", tag='W/"3"')
    heard = await mine.ask("GET", f"{BASE}/Me")

    assert ("https://hub/Users/u1", 'W/"3"') == (heard.headers["location"], heard.headers["etag"])


@pytest.mark.parametrize("name", ["Schemas", "ResourceTypes", "ServiceProviderConfig"])
async def test_it_reads_what_the_hub_says_of_itself(mine, name):
    """Discovery is open to it."""
    assert 200 == (await mine.ask("GET", f"{BASE}/{name}")).status


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *(("PUT", "/Me"), ("PATCH", "/Me"), ("DELETE", "/Me"), ("POST", "/Me")),
        *(("GET", "/Users"), ("GET", "/Users/u1"), ("DELETE", "/Users/u1"), ("GET", "/Groups/g1")),
        *(("POST", "/Users"), ("POST", "/Bulk"), ("POST", "/.search"), ("POST", "/Users/.search")),
        *(("GET", ""), ("GET", "?filter=id%20pr")),
    ],
)
async def test_everything_else_is_forbidden(house, mine, method, path):
    """403 in a sentence that says what the token is for, before any body is read."""
    heard = await mine.ask(method, f"{BASE}{path}")

    assert 403 == heard.status
    assert "/Me" in heard.json["detail"]
    assert [] == house.service.asked


async def test_it_is_told_how_it_may_ask(mine):
    """OPTIONS names the methods by which /Me is served, and none that is refused whatever it says."""
    heard = await mine.ask("OPTIONS", f"{BASE}/Me")

    assert (204, "GET, HEAD, OPTIONS") == (heard.status, heard.headers["allow"])


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])
async def test_the_connection_is_nobody(client, method):
    """A token that stands for the connection has no /Me: 501."""
    assert 501 == (await client.ask(method, f"{BASE}/Me")).status
