"""A path or a query that could be read two ways, or not at all, is refused."""

from __future__ import annotations

import pytest

from hub.scim.errors import InvalidFilter
from hub.scim.parsing import parse_filter

pytestmark = pytest.mark.input

#: Below the connection; `{user}` is somebody's id.
PATHS = [
    "/Users%2f{user}", "/Users%2F{user}", "/Users/%2e%2e/Users", "/Users/../Users", "/./Users", "/Users/.",
    "/Users/%00", "/Users/{user}%00", "/Users%00/{user}", "//Users", "/Users//{user}", "/Users/{user}//",
    "/Users/%5c{user}", "/Users/%0a", "/Users/%zz", "/Users/%", "/Users/%ff", "/Users/{user}%0d%0aX:%20y",
]  # fmt: skip
ELSEWHERE = [
    "/users", "/USERS", "/Users/{user}/name", "/User/{user}", "/Groups/{user}/members", "/Schemas/a/b",
    "/ServiceProviderConfig/x", "/__class__", "/Users.json", "/v2/Users", "/${{7*7}}", "/admin",
]  # fmt: skip
FILTERS = [
    'userName eq "ann@a.example" and (active eq true or not (title pr))',
    'emails[type eq "work" and value co "@a.example"] or name.familyName sw "O\\"Malley\\u00e9"',
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber gt "7"',
    'meta.lastModified ge "2011-05-13T04:42:34Z" and externalId ne null',
]


NO_FILTERS = [
    "", " ", "(", "()", "not", 'userName eq "\x00"', 'userName eq "a" or', "1 eq 1", 'userName LIKE "a"',
    'userName eq "a" && active eq true', "userName eq \"a' OR 1=1 --", "(" * 3000, "not (" * 200,
    'userName eq "a" and ' * 60 + "active eq true", 'title eq "' + "x" * 5000 + '"', "active gt true",
    'active eq "maybe"', 'meta.created gt "yesterday"', 'members[value eq "x"',
]  # fmt: skip
OTHER_METHODS = [
    ("DELETE", "/Users"),
    ("PUT", "/Users"),
    ("POST", "/Schemas"),
    ("POST", "/Users/x"),
    ("TRACE", "/Users"),
    ("BREW", "/Users/x"),
]
QUERIES = [
    "startIndex=x",
    "count=1.5",
    "count=",
    "startIndex=99999999999999999999",
    "count=1&count=2",
    "filter=%ff",
    "access_token=x",
    "&".join("a" * 200),
]


async def test_hidden_paths_are_refused(target):
    """An encoded slash, a dot segment, NUL, a doubled slash: 400 invalidSyntax, whatever the method."""
    for path in PATHS:
        for method in ("GET", "DELETE", "PUT"):
            answer = await target.wire.send(method, path.format(user=target.user))

            assert (400, "invalidSyntax") == answer.refusal, (method, path)


async def test_unknown_paths_are_not_found(target):
    """What is served is served at one path; everything else is 404, with a SCIM body and no redirect."""
    for path in ELSEWHERE:
        for method in ("GET", "POST", "DELETE"):
            answer = await target.wire.send(method, path.format(user=target.user))

            assert (404, None) == answer.refusal, (method, path)


async def test_other_methods_are_refused(target):
    """A path that is served says which methods it answers."""
    for method, path in OTHER_METHODS:
        answer = await target.wire.send(method, path)

        assert (405, None) == answer.refusal
        assert "GET" in answer.headers["allow"]


async def test_filters_cut_short_are_refused(target):
    """Each beginning of a filter is a filter, or it is 400 invalidFilter; never anything else."""
    for text in (whole[:length] for whole in FILTERS for length in range(1, len(whole))):
        answer = await target.wire.send("GET", f"/Users?filter={encoded(text)}")

        if answer.status == 200:
            assert not target.connected.connection.strict or parses(text), text
        else:
            assert (400, "invalidFilter") == answer.refusal, text


async def test_other_filters_are_refused(target):
    """What is no filter, is too long or too deep, or compares what cannot be compared: 400 invalidFilter."""
    for text in NO_FILTERS:
        answer = await target.wire.send("GET", f"/Users?filter={encoded(text)}")

        assert (400, "invalidFilter") == answer.refusal, text


async def test_other_queries_are_refused(target):
    """A parameter that is no number, that stands twice, or that is not UTF-8, is 400 with a scimType."""
    for query in QUERIES:
        status, kind = (await target.wire.send("GET", f"/Users?{query}")).refusal

        assert 400 == status
        assert kind in {"invalidValue", "invalidSyntax", "sensitive"}, query


def encoded(text: str) -> str:
    """Return *text* as a query has it, every byte escaped."""
    return "".join(f"%{byte:02x}" for byte in text.encode())


def parses(text: str) -> bool:
    """Say whether *text* is a filter."""
    try:
        parse_filter(text)
    except InvalidFilter:
        return False
    return True
