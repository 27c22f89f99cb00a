"""The product's API on the wire: what it takes, what it refuses and in which words, and what may be kept."""

from __future__ import annotations

import json

import pytest

from hub.engine.values.errors import StoreAway
from hub.scim.errors import Unavailable
from tests.described import faults, said
from tests.web.asking import BASE, TOKEN

ROOT = "/api/v1/teams/t1"
ASK = f"{ROOT}/entitlements"
ONE = f"{ASK}?user=ann%40a.example"
WRONG = [None, "", "Bearer", "Bearer wrong", "Basic cmlnaHQ=", "right", "Bearer \xe9"]


def problem(heard, method="get"):
    """Return status and detail of a refusal, which must be a problem of RFC 9457, and never kept."""
    body = heard.json
    assert "application/problem+json" == heard.headers["content-type"]
    assert "no-store" == heard.headers["cache-control"]
    assert heard.status == body["status"]
    assert body["type"].startswith("urn:provisioning-hub:problem:")
    assert [] == faults(body, said(method, heard.status, "application/problem+json"))
    return heard.status, body["detail"]


async def test_an_answer_may_be_kept_as_long_as_it_says(house):
    """Who asked may keep it, nobody else, and not a moment longer; its revision is its tag."""
    heard = await house.client().ask("GET", ONE)

    assert (200, "application/json") == (heard.status, heard.headers["content-type"])
    assert "private, max-age=300, must-revalidate" == heard.headers["cache-control"]
    assert 'W/"7"' == heard.headers["etag"]
    assert {"max_age": 300, "revision": 7, "person": "ann@a.example"} == heard.json
    assert ["ann@a.example"] == house.questions.asked


async def test_a_refusal_is_not_kept(house):
    """An answer of max_age 0 is asked for anew each time."""
    house.questions.outcome = {"max_age": 0, "revision": 8}
    heard = await house.client().ask("GET", f"{ASK}?person=p1")

    assert "private, max-age=0, must-revalidate" == heard.headers["cache-control"]
    assert ["p1"] == house.questions.asked


@pytest.mark.parametrize(
    ("known", "status"), [('W/"7"', 304), ('"7"', 304), ('"1", W/"7"', 304), ('W/"6"', 200), ("*", 200)]
)
async def test_what_is_known_is_not_sent_again(house, known, status):
    """A tag that If-None-Match names is answered 304, which says anew how long it may be kept.

    `*` names none: whoever was let in before would go on, whatever happened meanwhile.
    """
    heard = await house.client().ask("GET", ONE, headers=[(b"if-none-match", known.encode())])

    assert status == heard.status
    assert (status == 304) is (heard.body == b"")
    assert ('W/"7"', "private, max-age=300, must-revalidate") == (
        heard.headers["etag"],
        heard.headers["cache-control"],
    )


async def test_head_is_get_without_a_body(house):
    """HEAD says what GET would."""
    client = house.client()
    head, get = [await client.ask(method, ONE) for method in ("HEAD", "GET")]

    assert (200, b"") == (head.status, head.body)
    assert get.headers == head.headers


async def test_many_are_answered_in_their_order(house):
    """A list is asked for at once, whoever stands twice is answered twice, and nothing is kept."""
    heard = await house.client().send("POST", ASK, {"users": ["b", "a", "b"]}, media_type="application/json")

    assert (200, "no-store") == (heard.status, heard.headers["cache-control"])
    assert ["b", "a", "b"] == [each["person"] for each in heard.json]
    assert [] == (await house.client().send("POST", ASK, {"users": []}, media_type="application/json")).json


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("", "user"),
        ("?user=", "user"),
        ("?user=a&user=a", "user"),
        ("?user=a&person=p", "person"),
        ("?subject=s", "subject"),
        ("?USER=a", "USER"),
        ("?user=a&debug=1", "debug"),
        ("?user=a%00", "user"),
        ("?person=a%0Ab%1F", "person"),
    ],
)
async def test_the_parameter_at_fault_is_named(house, query, parameter):
    """One that is missing, unknown, given twice, empty or unreadable is a 400 with its name."""
    heard = await house.client().ask("GET", f"{ASK}{query}")

    assert 400 == problem(heard)[0]
    assert parameter == heard.json["parameter"]
    assert parameter in heard.json["detail"] or "one parameter" in heard.json["detail"]
    assert [] == house.questions.asked


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ([], "users"),
        ({}, "users"),
        ({"users": "a"}, "users"),
        ({"users": ["a"] * 501}, "users"),
        ({"users": ["a", ""]}, "users[1]"),
        ({"users": ["a", "b", 7]}, "users[2]"),
        ({"users": [None]}, "users[0]"),
        ({"users": ["a"], "since": 1}, "since"),
    ],
)
async def test_the_member_at_fault_is_named(house, body, parameter):
    """A body that is something else is a 400 with the place, and nobody is asked for."""
    heard = await house.client().send("POST", ASK, body, media_type="application/json")

    assert 400 == problem(heard)[0]
    assert parameter == heard.json["parameter"]
    assert [] == house.questions.asked


async def test_as_many_as_there_may_be(house):
    """500 people are not too many."""
    heard = await house.client().send("POST", ASK, {"users": ["a"] * 500}, media_type="application/json")

    assert (200, 500) == (heard.status, len(heard.json))


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        (b"{", "application/json", 400),
        (b'{"users": [], "users": []}', "application/json", 400),
        (b'{"users": ["\\u0000"]}', "application/json", 400),
        (b"{}", "text/plain", 415),
        (b"{}", "application/scim+json", 415),
        (b'{"users": [' + b" " * 2**20 + b"]}", "application/json", 413),
    ],
)
async def test_bodies_pass_the_guards_of_scim(house, body, media_type, status):
    """What no SCIM request may have in its body, no other may: it is refused before anybody is asked for."""
    heard = await house.client().send("POST", ASK, body, media_type=media_type)

    assert status == problem(heard, "post")[0]
    assert [] == house.questions.asked


@pytest.mark.parametrize(
    ("target", "headers"),
    [
        (f"{ASK}/../entitlements?user=a", []),
        (f"{ROOT}//entitlements?user=a", []),
        (f"{ROOT}%2Fentitlements?user=a", []),
        (f"{ASK}?user=a&access_token=x", []),
        (f"{ASK}?user=%FF", []),
        (ONE, [(b"authorization", b"Bearer other")]),
    ],
)
async def test_heads_pass_the_guards_of_scim(house, target, headers):
    """A path, a query or a header that could be read two ways is a 400."""
    heard = await house.client().ask("GET", target, headers=headers)

    assert 400 == problem(heard)[0]
    assert [] == house.questions.asked


async def test_a_slow_body_is_given_up(house):
    """Who takes their time has so much and no more."""
    house.set("server", body_seconds=0.05)
    heard = await house.client().ask(
        "POST", ASK, headers=[(b"content-length", b"9")], chunks=[b"{", 0.5, b"}"]
    )

    assert 408 == problem(heard, "post")[0]


async def test_a_key_has_its_own_pace(house):
    """A 429 says when to come again, and the questions hear nothing of it; refusals count."""
    house.set("rate", requests_per_second=25)
    client = house.client()
    heard = [await client.ask("GET", ONE if number % 2 else ASK) for number in range(60)]
    late = [one for one in heard if one.status == 429]

    assert late
    assert {"1"} == {one.headers["retry-after"] for one in late}
    assert {429} == {problem(one)[0] for one in late}
    assert len(house.questions.asked) < 30
    assert 200 == (await client.ask("GET", f"{BASE}/Users/1")).status  # a connection's pace is its own


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE"])
async def test_other_methods_are_told_the_right_ones(house, method):
    """405 says by which methods the path is served, and so does the answer to OPTIONS."""
    client = house.client()
    heard, asked = await client.ask(method, ASK), await client.ask("OPTIONS", ASK)

    assert 405 == problem(heard)[0]
    assert (204, b"") == (asked.status, asked.body)
    assert "HEAD, GET, POST, OPTIONS" == heard.headers["allow"] == asked.headers["allow"]


@pytest.mark.parametrize(
    "target",
    [ROOT, f"{ROOT}/", f"{ROOT}/nothing", f"{ASK}/1", "/api", "/api/", "/api/v1", "/api/v2/teams/t1"],
)
async def test_nothing_else_is_served(house, target):
    """Any other path below the prefix is a 404 in the API's own words."""
    assert 404 == problem(await house.client().ask("GET", target))[0]


@pytest.mark.parametrize("team", ["t2", "nobody", "%F0%9F%A6%8A", "x" * 4000, "%7Bteam%7D"])
async def test_whose_team_it_is_not_learns_nothing(house, team):
    """Another team, one that is not there, another path and a wrong token: one answer, to the byte."""
    client = house.client()
    heard = [
        await client.ask("GET", f"/api/v1/teams/{team}/entitlements?user=a"),
        await client.ask("PUT", f"/api/v1/teams/{team}"),
        await client.ask("POST", ASK, authorization="Bearer wrong", chunks=[b"{"]),
        *[await client.ask("GET", f"{ASK}?nothing=1", authorization=wrong) for wrong in WRONG],
    ]

    assert {401} == {problem(one)[0] for one in heard}
    assert 1 == len({one.body for one in heard})
    assert {'Bearer realm="api"'} == {one.headers["www-authenticate"] for one in heard}
    assert [] == house.questions.asked


async def test_without_a_database_nobody_is_let_in(house):
    """A database that is away is a 503 that says when to come again, and no answer that could be kept."""
    house.questions.outcome = Unavailable("the hub cannot reach its database", retry_after=30)
    heard = await house.client().ask("GET", ONE)

    assert 503 == problem(heard)[0]
    assert "30" == heard.headers["retry-after"]


async def test_a_fault_tells_a_reference_and_no_more(house, logged):
    """What nobody foresaw is a 500 that names the line in the log."""
    house.questions.outcome = StoreAway("secret")
    heard = await house.client().ask("GET", ONE)
    _, detail = problem(heard)

    assert 500 == heard.status
    assert "secret" not in heard.body.decode()
    assert "hx_1" in detail


async def test_a_request_is_a_line_in_the_log_and_no_exchange(house, logged):
    """Whose team asked what is logged; whom they asked for is not, nor is it kept."""
    await house.client().ask("GET", ONE)
    await house.client().ask("GET", ONE, authorization=None)

    assert [("t1", "getEntitlement", 200), (None, "GET", 401)] == [
        (line.get("team"), line["operation"], line["status"]) for line in logged
    ]
    assert "ann" not in json.dumps(logged)
    assert [] == house.kept


async def test_the_description_needs_no_token(house):
    """What there is to ask is no secret."""
    heard = await house.client().ask("GET", "/api/v1/openapi.json", authorization=None)

    assert (200, "3.1.0") == (heard.status, heard.json["openapi"])
    assert [] == house.questions.credentials


async def test_the_header_is_handed_on_as_it_came(house):
    """What a token is, the engine says."""
    await house.client().ask("GET", ONE)

    assert [("t1", TOKEN)] == house.questions.credentials
