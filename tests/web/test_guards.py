"""Heads that two readers could read apart are refused; ordinary ones pass."""

from __future__ import annotations

import random
from urllib.parse import parse_qsl

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hub.scim.errors import InvalidSyntax, ScimError, Sensitive, UnsupportedMediaType
from hub.web import guards
from tests.web.asking import BASE

HIDDEN = [
    b"/scim/v2/c1%2FUsers",
    b"/scim/v2/c1%2fUsers",
    b"/scim%2Fv2/c1/Users",
    b"/scim/v2/c1/Users/..%2f..%2fc2",
    b"/scim/v2/c1/Users%5C1",
    b"/scim/v2/c1\\Users",
    b"/scim/v2/c1/Users/a%00",
    b"/scim/v2/c1/Users/a%0d%0a",
    b"/scim/v2/c1/Users/%7f",
    b"/scim/v2/c1/../c2/Users",
    b"/scim/v2/c1/./Users",
    b"/scim/v2/c1/%2e%2e/c2/Users",
    b"/scim/v2/c1/.%2E/c2/Users",
    b"/scim/v2/c1/Users/..",
    b"/scim/v2/c1/Users/.",
    b"/scim/v2//c1/Users",
    b"/scim/v2/c1//Users",
    b"/scim/v2/c1/Users//",
    b"//scim/v2/c1/Users",
    b"/scim/v2/c1/Users/%ff",
    b"/scim/v2/c1/Users/%c0%ae%c0%ae",
    b"/scim/v2/c1/Users/\xff",
    b"/scim/v2/c1/Users/%",
    b"/scim/v2/c1/Users/%4",
    b"/scim/v2/c1/Users/%zz",
    b"http://hub.example/scim/v2/c1/Users",
    b"scim/v2/c1/Users",
    b"*",
]


@pytest.mark.parametrize("raw", HIDDEN)
def test_hidden_paths_are_refused(raw):
    """A path is refused that a proxy in front could have read as another one."""
    with pytest.raises(InvalidSyntax):
        guards.segments(raw)


def test_plain_path_is_split_and_decoded():
    """A slash at the end says nothing, an escape stands for its letter, and is decoded once."""
    assert ("scim", "v2", "c1", "Users") == guards.segments(b"/scim/v2/c1/Users/")
    assert ("scim", "v2", "c1", "Users", "é@x") == guards.segments(b"/scim/v2/c1/Users/%C3%A9%40x")
    assert ("Users", "%2F", "...", ".search") == guards.segments(b"/Users/%252F/.../.search")


@given(st.binary())
def test_any_path_is_split_or_refused(raw):
    """No path makes the guard itself fail, and no segment it lets pass is empty, dotted or holds a slash."""
    try:
        found = guards.segments(raw)
    except InvalidSyntax:
        return

    assert not {"", ".", ".."} & set(found)
    assert not any("/" in segment or "\\" in segment or "\0" in segment for segment in found)


async def test_hidden_paths_are_scim_errors_before_anybody_is_asked(house):
    """What the guard refuses under the prefix is a SCIM 400 with a scimType, and no token is looked at."""
    client = house.client()
    for raw in HIDDEN[:-3]:
        heard = await client.ask("GET", raw)

        assert 400 == heard.status, raw
        assert heard.is_scim_error
        assert "invalidSyntax" == heard.json["scimType"]
    assert not house.service.credentials


async def test_no_mutation_of_a_path_opens_anything(house):
    """200 mutations of each path, with no token, are never answered 2xx, nor by a fault of the hub."""
    client = house.client()
    for path in ("", "/Users", "/Users/1", "/Groups", "/Schemas", "/ServiceProviderConfig", "/Bulk", "/Me"):
        for raw in _mutations(f"{BASE}{path}".encode(), 200):
            heard = await client.ask("GET", raw, authorization=None)

            assert heard.status in {400, 401, 404}, raw
    assert not house.service.asked


def _mutations(path: bytes, count: int) -> list[bytes]:
    rng = random.Random(path)
    scraps = [
        b"/",
        b"//",
        b"%2f",
        b"%00",
        b"..",
        b"/../",
        b"/./",
        b";",
        b"\\",
        b"%",
        b"?",
        b"%c0%af",
        b" ",
        b"#",
    ]
    scraps += [b"%09", b"*", b"@", b":8080", b"%25", b"..;/", b"\xc3\xa9", b".json", b"~", b"%2e", b"HEALTHZ"]
    found = []
    for _ in range(count):
        place = rng.randrange(len(path) + 1)
        found.append(path[:place] + rng.choice(scraps) + path[place + rng.randrange(3) :])
    return found


def test_headers_have_a_size():
    """Sixteen kilobytes or a hundred lines of headers are enough for anybody."""
    guards.headers([(b"a", b"x" * 16_383)])
    guards.headers([(b"a%d" % i, b"") for i in range(100)])

    with pytest.raises(guards.HeadersTooLarge):
        guards.headers([(b"a", b"x" * 16_384)])
    with pytest.raises(guards.HeadersTooLarge):
        guards.headers([(b"a%d" % i, b"") for i in range(101)])


@pytest.mark.parametrize("coding", [b"gzip", b"br", b"identity, gzip", b"chunked", b""])
def test_encoded_bodies_are_refused(coding):
    """A body that would have to be unpacked first is none of the hub's."""
    with pytest.raises(UnsupportedMediaType):
        guards.headers([(b"content-encoding", coding)])


def test_identity_is_no_encoding():
    """`Content-Encoding: identity` changes nothing."""
    assert b"Identity" == guards.headers([(b"content-encoding", b"Identity")])[b"content-encoding"]


def test_two_lengths_are_refused():
    """A request with Content-Length and Transfer-Encoding ends at two places."""
    with pytest.raises(guards.AmbiguousLength):
        guards.headers([(b"content-length", b"1"), (b"transfer-encoding", b"chunked")])


@pytest.mark.parametrize("name", [b"authorization", b"content-type", b"content-length", b"host"])
def test_headers_that_decide_stand_once(name):
    """Of two tokens, types, lengths or hosts, nobody can say which counts."""
    with pytest.raises(InvalidSyntax):
        guards.headers([(name, b"1"), (name, b"1")])


async def test_a_smuggled_request_closes_the_connection(client):
    """Whatever follows two lengths on the same connection is not read as a request."""
    heard = await client.ask(
        "POST", f"{BASE}/Users", headers=[(b"content-length", b"2"), (b"transfer-encoding", b"chunked")]
    )

    assert 400 == heard.status
    assert "close" == heard.headers["connection"]
    assert heard.is_scim_error


@pytest.mark.parametrize(
    "raw", [b"access_token=x", b"a=1&access%5Ftoken=x", b"ACCESS_TOKEN=", b"access_token"]
)
def test_tokens_in_a_query_are_refused(raw):
    """A token in a URL has leaked: it is refused even where it is right."""
    with pytest.raises(Sensitive):
        guards.query(raw)


def test_known_parameters_are_kept_and_others_let_be():
    """Only what SCIM knows of a query gets any further, whatever flags a provider adds."""
    raw = b"someFlag2020&filter=userName%20eq%20%22a%2Bb@x%22&count=&debug=1&debug=1"

    assert {"filter": 'userName eq "a+b@x"', "count": ""} == guards.query(raw)


@pytest.mark.parametrize(
    "raw", [b"count=1&count=2", b"filter=%ff", b"filter=\xff", b"&".join([b"%d=1" % i for i in range(101)])]
)
def test_ambiguous_queries_are_refused(raw):
    """A parameter given twice, bytes that are no text, and too many of them are 400."""
    with pytest.raises(InvalidSyntax):
        guards.query(raw)


@given(st.lists(st.sampled_from([b"a", b"=", b"&", b"+", b"%", b"%C3", b"%a9", b"\xc3", b"\xa9"])))
@example([b"\xc3", b"%a9"])
@example([b"%C3", b"\xa9"])
def test_queries_are_read_as_python_reads_them(pieces):
    """What a query means is what Python's own, slower, reader says."""
    raw = b"".join(pieces)
    try:
        meant = parse_qsl(raw.decode(), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        with pytest.raises(InvalidSyntax):
            guards.parameters(raw)
    else:
        assert meant == list(guards.parameters(raw))


@given(st.binary())
def test_any_query_is_read_or_refused(raw):
    """No query makes the guard itself fail."""
    try:
        found = guards.query(raw)
    except ScimError:
        return

    assert found.keys() <= guards.KNOWN


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        b"application/scim+json",
        b"application/json",
        b"Application/SCIM+JSON; charset=utf-8",
        b'application/json;charset="UTF-8"',
    ],
)
def test_json_is_taken_under_both_names(content_type):
    """Both media types of RFC 7644 §3.1 are taken, and none at all."""
    guards.media_type(content_type)


@pytest.mark.parametrize(
    "content_type",
    [b"text/plain", b"", b"application/xml", b"application/x-www-form-urlencoded", b"multipart/form-data",
     b"application/json; charset=utf-16", b"application/jsonp"],
)  # fmt: skip
def test_other_bodies_are_refused(content_type):
    """Whatever does not say that it is JSON in UTF-8 is not read."""
    with pytest.raises(UnsupportedMediaType):
        guards.media_type(content_type)


@pytest.mark.parametrize(
    "value", [b"hub.example", b"hub.example:8443", b"127.0.0.1:8080", b"[::1]:8080", None]
)
def test_hosts_pass(value):
    """A name or an address, with or without a port, is a host."""
    assert (value or b"localhost").decode() == guards.host(value)


@pytest.mark.parametrize("value", [b"", b"a/b", b"a@b", b"a b", b"a:b", b'"', b"\xe9", b"a?b"])
def test_what_is_no_host_stands_in_no_location(value):
    """A host that could bend a URL is refused."""
    with pytest.raises(InvalidSyntax):
        guards.host(value)
