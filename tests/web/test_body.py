"""A body is read whole, within a size and a time, or refused as SCIM."""

from __future__ import annotations

import time

import pytest

from tests.web.asking import BASE

USERS = f"{BASE}/Users"


async def test_a_body_may_come_in_pieces(house):
    """How a body was cut on the way says nothing about it."""
    heard = await house.client().ask("POST", USERS, chunks=[b'{"user', b"", b'Name":"a"', b"}"])

    assert 200 == heard.status
    assert {"userName": "a"} == house.service.asked[0].body


async def test_an_announced_length_past_the_limit_is_refused_unread(house):
    """A body that says it is too long is not read at all."""
    house.set("server", body_max=100)
    heard = await house.client().ask("POST", USERS, headers=[(b"content-length", b"101")])

    assert 413 == heard.status
    assert heard.is_scim_error


async def test_a_chunked_body_past_the_limit_is_cut(house):
    """A body of no announced length is counted as it comes, and cut soon after the limit."""
    taken = 0

    def endless():
        nonlocal taken
        while taken < 1_000_000:
            taken += 1000
            yield b"x" * 1000

    house.set("server", body_max=10_000)
    heard = await house.client().ask(
        "POST", USERS, headers=[(b"transfer-encoding", b"chunked")], chunks=Lazy(endless)
    )

    assert 413 == heard.status
    assert heard.is_scim_error
    assert taken <= 10_000 + 65_536 + 2_000
    assert not house.service.asked


async def test_a_body_of_exactly_the_limit_is_read(house):
    """The limit itself is allowed."""
    house.set("server", body_max=10)
    heard = await house.client().send("POST", USERS, b'{"a":"bc"}')

    assert 200 == heard.status


async def test_a_trickled_body_has_a_deadline(house):
    """The time is for the whole body, so a byte now and then keeps nothing open."""
    house.set("server", body_seconds=0.2)
    started = time.perf_counter()
    heard = await house.client().ask(
        "POST", USERS, chunks=[piece for _ in range(100) for piece in (b" ", 0.05)]
    )

    assert 408 == heard.status
    assert heard.is_scim_error
    assert time.perf_counter() - started < 2
    assert not house.service.asked


@pytest.mark.parametrize("length", [b"-1", b"1e3", b"0x10", b"9" * 19, b"", "²".encode("latin-1")])
async def test_a_length_that_is_none_is_refused(client, length):
    """Content-Length is digits, and not many."""
    heard = await client.ask("POST", USERS, headers=[(b"content-length", length)])

    assert 400 == heard.status
    assert heard.is_scim_error


async def test_a_client_that_leaves_is_not_answered(house, logged):
    """Half a body is no request: nothing is asked, nothing is kept, one line is logged."""
    sent = []

    async def leaves():
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    client = house.client()
    scope = {**BASE_SCOPE, "headers": [(b"authorization", b"Bearer right"), (b"content-length", b"9")]}
    await client.app(scope, leaves, send)

    assert [] == sent
    assert [] == house.kept
    assert [499] == [line["status"] for line in logged]


MALFORMED = [
    b"",
    b" ",
    b"{",
    b"[",
    b"{}{}",
    b"{'a':1}",
    b'{"a":1,}',
    b'{"a":1,"a":2}',
    b'{"active":false,"Active":true}',
    b'{"name":{"givenName":"a","GIVENNAME":"b"}}',
    b'{"a":NaN}',
    b'{"a":Infinity}',
    b'{"a":1e999}',
    b'{"a":9223372036854775808}',
    b'{"a":' + b"9" * 5000 + b"}",
    b'{"a":"\\u0000"}',
    b'{"a":"\x00"}',
    b'{"a":"\\ud800"}',
    b'{"a":"\\u0007"}',
    b'{"a":"\xff"}',
    b"\xef\xbb\xbf{}",
    '{"a":"b"}'.encode("utf-16"),
    b"[" * 100_000,
    b'{"a":' * 40 + b"1" + b"}" * 40,
    b"\x1f\x8b\x08\x00",
    b"<html>",
    b"a=b&c=d",
]


@pytest.mark.parametrize("body", MALFORMED, ids=range(len(MALFORMED)))
async def test_malformed_json_is_refused(house, body):
    """What two parsers could read apart, or no database could keep, never reaches the service."""
    heard = await house.client().send("POST", USERS, body)

    assert 400 == heard.status
    assert heard.is_scim_error
    assert "invalidSyntax" == heard.json["scimType"]
    assert not house.service.asked


async def test_reading_needs_no_body(house):
    """What stands behind a GET or a DELETE is not looked at."""
    client = house.client()
    for method in ("GET", "DELETE"):
        heard = await client.ask(method, f"{USERS}/1", headers=[(b"content-length", b"1")], chunks=[b"{"])

        assert 200 == heard.status
    assert [None, None] == [inbound.body for inbound in house.service.asked]


async def test_a_refusal_is_heard_by_who_still_sends(house):
    """A small body is taken in unread: a connection closed on it might lose the answer."""
    pieces = iter([b"x" * 10] * 5)
    heard = await house.client().ask(
        "POST", USERS, authorization=None, headers=[(b"content-length", b"50")], chunks=pieces
    )

    assert 401 == heard.status
    assert [] == list(pieces)


async def test_a_refusal_waits_for_nobody(house):
    """What is taken in unread has a size and a time of its own."""
    large = iter([b"x" * 1_000] * 200)
    announced = [(b"content-length", b"200000")]
    await house.client().ask("POST", USERS, authorization=None, headers=announced, chunks=large)
    started = time.perf_counter()
    await house.client().ask("POST", USERS, authorization=None, headers=announced, chunks=[60.0])

    assert len(list(large)) > 100
    assert time.perf_counter() - started < 5


class Lazy:
    """Pieces made only when they are asked for."""

    def __init__(self, pieces):
        self.pieces = pieces

    def __iter__(self):
        return self.pieces()


BASE_SCOPE = {
    "type": "http",
    "method": "POST",
    "scheme": "http",
    "path": USERS,
    "raw_path": USERS.encode(),
    "query_string": b"",
    "root_path": "",
}
