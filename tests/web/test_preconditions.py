"""Conditions in headers, and versions in answers (RFC 7644 §3.14, RFC 9110 §13.1)."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.engine.asking.conditions import NO_CONDITIONS, Conditions
from hub.engine.asking.requests import Answer
from hub.scim.errors import InvalidSyntax
from hub.web.preconditions import conditions
from tests.web.asking import BASE


def tags(*values):
    """Return the tags of these values."""
    return frozenset(f'"{value}"' if value != "*" else value for value in values)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (b'W/"1"', tags("1")),
        (b'"1"', tags("1")),
        (b'W/"1", "2-ab" ,W/"3"', tags("1", "2-ab", "3")),
        (b' , W/"1",,', tags("1")),
        (b'""', tags("")),
        (b'"a,b"', tags("a,b")),
        (b" * ", tags("*")),
    ],
)
def test_read(value, found):
    """A star, or tags with commas between; weak or not makes no difference."""
    assert Conditions(match=found) == conditions({b"if-match": value})
    assert Conditions(none_match=found) == conditions({b"if-none-match": value})


@pytest.mark.parametrize(
    "value",
    [b"", b" ", b",", b"1", b'W/1"', b'w/"1"', b'"1', b'"1""2"', b'"1" "2"', b'*, "1"', b"**", b'"a b"'],
)
def test_malformed(value):
    """What is no list of tags is 400, and the header is named."""
    with pytest.raises(InvalidSyntax, match="If-Match"):
        conditions({b"if-match": value})


@given(st.binary(max_size=40))
def test_any_bytes(value):
    """Whatever a header holds, it is read or refused."""
    with suppress(InvalidSyntax):
        assert conditions({b"if-none-match": value}).none_match


async def test_the_service_hears_them(house):
    """Both headers reach the service; several lines are one list."""
    lines = [(b"if-match", b'W/"1"'), (b"if-none-match", b"*"), (b"If-Match".lower(), b'"2"')]
    client = house.client()
    await client.ask("DELETE", f"{BASE}/Users/u1", headers=lines)
    await client.ask("DELETE", f"{BASE}/Users/u1")

    expected = Conditions(match=tags("1", "2"), none_match=tags("*"))
    assert [expected, NO_CONDITIONS] == house.service.conditions


async def test_malformed_is_a_scim_error(house):
    """Nothing is done on a condition that cannot be read."""
    heard = await house.client().ask("DELETE", f"{BASE}/Users/u1", headers=[(b"if-match", b"1")])

    assert (400, "invalidSyntax") == (heard.status, heard.json["scimType"])
    assert [] == house.service.asked


@pytest.mark.parametrize("status", [200, 201, 204, 304])
async def test_the_version_is_told(house, status):
    """ETag goes with every answer about one resource, also with one that has no body."""
    body = b"{}" if status in {200, 201} else None
    house.service.outcome = Answer(status=status, body=body, tag='W/"7-0a"')
    heard = await house.client().ask("GET", f"{BASE}/Users/u1")

    assert (status, 'W/"7-0a"', body or b"") == (heard.status, heard.headers["etag"], heard.body)
    assert (body is None) == ("content-type" not in heard.headers)


async def test_options_say_what_is_served(house):
    """204 with Allow and nothing else; the service is not asked."""
    heard = await house.client().ask("OPTIONS", f"{BASE}/Users/u1")

    assert (204, b"") == (heard.status, heard.body)
    assert "GET, HEAD, PUT, PATCH, DELETE, OPTIONS" == heard.headers["allow"]
    assert [] == house.service.asked
    assert [] == house.kept
