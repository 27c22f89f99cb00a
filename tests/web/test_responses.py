"""Whatever goes wrong under the prefix is answered as SCIM, and says no more than it should."""

from __future__ import annotations

import json

import pytest

from hub.engine.asking.requests import Answer
from hub.scim import errors
from hub.scim.errors import ScimError
from hub.spi import Dialect, Policy
from hub.web import responses
from tests.web.asking import BASE

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, ScimError)]
WAITING = (errors.TooManyRequests, errors.Unavailable)


def _raised(kind):
    return kind("Because.", retry_after=7) if kind in WAITING else kind("Because.")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
async def test_each_kind_is_a_scim_error(house, kind):
    """Status, scimType and sentence of each kind of error reach the provider as they are."""
    house.service.outcome = _raised(kind)
    heard = await house.client().send("PATCH", f"{BASE}/Users/1", {})

    assert kind.status == heard.status
    assert heard.is_scim_error
    assert "Because." == heard.json["detail"]
    assert kind.scim_type == heard.json.get("scimType")


@pytest.mark.parametrize("kind", WAITING, ids=lambda kind: kind.__name__)
async def test_waiting_is_told_in_whole_seconds(house, kind):
    """Retry-After is digits."""
    house.service.outcome = _raised(kind)
    heard = await house.client().ask("GET", f"{BASE}/Users/1")

    assert "7" == heard.headers["retry-after"]


@pytest.mark.parametrize("status", [503, 429])
async def test_the_dialect_says_what_unavailable_is_called(house, status):
    """A provider that retries nothing but 429 is answered 429, in the body too."""
    house.service.dialect = Dialect(name="x", title="X", policy=Policy(unavailable_status=status))
    house.service.outcome = errors.Unavailable("The database is away.", retry_after=1)
    heard = await house.client().ask("GET", f"{BASE}/Users/1")

    assert status == heard.status
    assert heard.is_scim_error
    assert "1" == heard.headers["retry-after"]


async def test_a_fault_says_nothing_of_the_inside(house, logged):
    """What nobody foresaw is a 500 with the exchange's reference; the log has the place, but no message."""
    house.service.outcome = KeyError("ann@a.example in table users")
    heard = await house.client().ask("GET", f"{BASE}/Users/1")
    fault, request = logged

    assert 500 == heard.status
    assert heard.is_scim_error
    assert b"ann" not in heard.body
    assert house.kept[0].reference in heard.json["detail"]
    assert house.kept[0].reference == fault["exchange"] == request["exchange"]
    assert "KeyError" in fault["trace"]
    assert any("conftest.py" in line for line in fault["trace"])
    assert "ann" not in json.dumps(logged)


def test_a_trace_tells_causes_without_their_words():
    """Each cause is named with its lines; what it said may name a person, and stays out."""
    error = RuntimeError("bob@a.example")
    error.__cause__ = ValueError("ann@a.example")
    told = responses.trace(error)

    assert ["RuntimeError", "ValueError"] == told


async def test_an_answer_is_sent_as_it_is(house):
    """Status, body and location are the service's."""
    house.service.outcome = Answer(
        status=201, body=b'{"id":"1"}', location="http://hub.example/scim/v2/c1/Users/1"
    )
    heard = await house.client().send("POST", f"{BASE}/Users", {"userName": "a"})

    assert 201 == heard.status
    assert b'{"id":"1"}' == heard.body
    assert "http://hub.example/scim/v2/c1/Users/1" == heard.headers["location"]
    assert "10" == heard.headers["content-length"]
    assert "application/scim+json; charset=utf-8" == heard.headers["content-type"]


async def test_nothing_to_say_has_no_type(house):
    """A 204 has neither a body nor headers about one."""
    house.service.outcome = Answer(status=204, body=None, location=None)
    heard = await house.client().ask("DELETE", f"{BASE}/Users/1")

    assert 204 == heard.status
    assert b"" == heard.body
    assert not {"content-type", "content-length"} & heard.headers.keys()


async def test_head_is_get_without_a_body(house):
    """HEAD answers what GET would, but for the bytes."""
    house.service.outcome = Answer(status=200, body=b'{"id":"1"}', location=None)
    heard = await house.client().ask("HEAD", f"{BASE}/Users/1")

    assert 200 == heard.status
    assert b"" == heard.body
    assert "10" == heard.headers["content-length"]


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_no_answer_is_kept_or_sniffed(client, method):
    """Answers hold people: no cache keeps them, no browser guesses at them."""
    for authorization in ("Bearer right", None):
        heard = await client.ask(method, f"{BASE}/Users", authorization=authorization, chunks=[b"{}"])

        assert "no-store" == heard.headers["cache-control"]
        assert "nosniff" == heard.headers["x-content-type-options"]
