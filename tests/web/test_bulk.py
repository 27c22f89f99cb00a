"""A bulk request is many requests of their own, answered in one."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import anyio
import pytest
from attrs import define

from hub.engine.asking.conditions import NO_CONDITIONS, Conditions
from hub.engine.asking.requests import Admission, Answer
from hub.engine.values.errors import StoreAway
from hub.scim.bulk import BULK_REQUEST, BULK_RESPONSE
from hub.scim.errors import NotFound, Unavailable, Uniqueness
from hub.spi import Dialect, Inbound, Policy, Verb
from hub.teams import Profile
from tests.web.asking import BASE, TOKEN, Client, Heard
from tests.web.conftest import FakeService, House

ROOT = "http://hub.example/scim/v2/c1"

Told = Callable[[Inbound], Answer]


@define
class Office(FakeService):
    """Does whatever it is asked, unless the test has it *told* otherwise; remembers the conditions."""

    told: Told | None = None

    async def answer(
        self,
        admission: Admission,
        inbound: Inbound,
        recording: Any,
        *,
        base_url: str,
        conditions: Conditions = NO_CONDITIONS,
    ) -> Answer:
        """Make what is created, and agree to the rest."""
        await anyio.sleep(0)
        self.asked.append(inbound)
        self.conditions.append(conditions)
        if self.told:
            return self.told(inbound)
        return agreed(inbound, len(self.asked), base_url)


def agreed(inbound: Inbound, number: int, base_url: str = ROOT) -> Answer:
    """Return the answer of a hub in which all goes well; what is made has the *number* as its id."""
    match inbound.verb:
        case Verb.CREATE:
            return Answer(
                status=201, body=b"{}", location=f"{base_url}/{inbound.kind}s/{number}", tag='W/"1"'
            )
        case Verb.DELETE:
            return Answer(status=204)
        case _:
            return Answer(status=200, body=b"{}", tag='W/"2"')


def refusing(wrong: Callable[[Inbound], bool], error: Exception) -> Told:
    """Return what raises *error* for whoever is *wrong*, and agrees to the rest."""

    def told(inbound: Inbound) -> Answer:
        if wrong(inbound):
            raise error
        return agreed(inbound, 1)

    return told


@pytest.fixture
def office(house: House) -> Office:
    """The service behind the house."""
    house.service = Office()
    return house.service


def post(name: str, *members: str) -> dict[str, Any]:
    """Return the operation that makes *name*, referring to *members*."""
    data = {"userName": name, "members": [{"value": f"bulkId:{member}"} for member in members]}
    return {"method": "POST", "path": "/Groups" if members else "/Users", "bulkId": name, "data": data}


def delete(id: str) -> dict[str, Any]:
    """Return the operation that removes the user *id*."""
    return {"method": "DELETE", "path": f"/Users/{id}"}


async def bulk(house: House, *operations: Any, **rest: Any) -> Heard:
    """Ask the house for *operations* in one request."""
    body = {"schemas": [BULK_REQUEST], **rest, "Operations": [*operations]}
    return await house.client().send("POST", f"{BASE}/Bulk", body)


def statuses(heard: Heard) -> list[str]:
    """Return the status of each entry, in their order."""
    assert 200 == heard.status, heard.body
    assert [BULK_RESPONSE] == heard.json["schemas"]
    return [entry["status"] for entry in heard.json["Operations"]]


async def test_operations_become_messages(house, office):
    """Each is heard as if it had come alone: verb, kind, id, query and body."""
    await bulk(
        house,
        post("ann"),
        {"method": "PUT", "path": "/Groups/g1?attributes=id", "data": {"a": 1}},
        {"method": "PATCH", "path": "Users/u%401", "data": {"a": 2}},
        {**delete("u1/"), "data": {"ignored": True}},
    )

    assert [
        Inbound(verb=Verb.CREATE, body=post("ann")["data"]),
        Inbound(verb=Verb.REPLACE, kind="Group", id="g1", query={"attributes": "id"}, body={"a": 1}),
        Inbound(verb=Verb.PATCH, id="u@1", body={"a": 2}),
        Inbound(verb=Verb.DELETE, id="u1"),
    ] == office.asked


async def test_each_entry_tells_what_came_of_it(house, office):
    """Method, bulkId, version, location and status as text; no body, since all went well."""
    heard = await bulk(
        house, post("ann"), {"method": "PATCH", "path": "/Users/u1", "data": {"a": 2}}, delete("u2")
    )

    assert {
        "schemas": [BULK_RESPONSE],
        "Operations": [
            {
                "method": "POST",
                "bulkId": "ann",
                "version": 'W/"1"',
                "location": f"{ROOT}/Users/1",
                "status": "201",
            },
            {"method": "PATCH", "version": 'W/"2"', "location": f"{ROOT}/Users/u1", "status": "200"},
            {"method": "DELETE", "location": f"{ROOT}/Users/u2", "status": "204"},
        ],
    } == heard.json


async def test_references_are_ids_before_the_service_hears_them(house, office):
    """The group comes first and names who comes after; the answer is in the order of the request."""
    heard = await bulk(
        house, {"method": "PUT", "path": "/Users/bulkId:ann", "data": {}}, post("guides", "ann"), post("ann")
    )

    assert [("User", None), ("User", "1"), ("Group", None)] == [(one.kind, one.id) for one in office.asked]
    assert [{"value": "1"}] == office.asked[2].body["members"]
    assert ["200", "201", "201"] == statuses(heard)


async def test_a_failure_fails_nothing_else(house, office):
    """The entry has the error of a request of its own, and where the resource is; its neighbours are done."""
    office.told = refusing(lambda inbound: inbound.id == "u2", NotFound("there is no user u2"))
    heard = await bulk(house, delete("u1"), delete("u2"), delete("u3"))

    assert ["204", "404", "204"] == statuses(heard)
    assert {
        "method": "DELETE",
        "location": f"{ROOT}/Users/u2",
        "status": "404",
        "response": NotFound("there is no user u2").body(),
    } == heard.json["Operations"][1]


async def test_what_was_not_made_has_no_location(house, office):
    """RFC 7644 §3.7.3: all have one but POSTs that failed, and what was to be found by their bulkId."""
    office.told = refusing(lambda _: True, Uniqueness("that name is taken"))
    patch = {"method": "PATCH", "path": "/Users/bulkId:ann", "data": {}}
    heard = await bulk(house, post("ann"), patch, {**patch, "path": "/Groups/g", "data": {"x": "bulkId:ann"}})

    assert ["409", "409", "409"] == statuses(heard)
    assert [None, None, f"{ROOT}/Groups/g"] == [entry.get("location") for entry in heard.json["Operations"]]
    assert "bulkId:ann, which was not made" in heard.json["Operations"][1]["response"]["detail"]
    assert 1 == len(office.asked)


async def test_what_nobody_foresaw_is_one_operation_s(house, office, logged):
    """It is answered 500 with a reference and no internals, and the others go on."""
    office.told = refusing(lambda inbound: inbound.id == "u1", ZeroDivisionError("ann@a.example"))
    heard = await bulk(house, delete("u1"), delete("u2"))
    (fault,) = [line for line in logged if line["event"] == "fault"]

    assert ["500", "204"] == statuses(heard)
    assert fault["exchange"] in heard.json["Operations"][0]["response"]["detail"]
    assert "ann@" not in json.dumps(heard.json) + json.dumps(logged)


@pytest.mark.parametrize(("accepted", "kept"), [(None, 5), (9, 5), (2, 4), (1, 2), (0, 2)])
async def test_so_many_errors_end_it(house, office, accepted, kept):
    """After failOnErrors errors nothing more is begun, and what was not begun is not in the answer."""
    office.told = refusing(lambda inbound: inbound.id in {"e1", "e2"}, NotFound("there is no such user"))
    operations = [delete(id) for id in ("u1", "e1", "u2", "e2", "u3")]
    heard = await bulk(house, *operations, **({} if accepted is None else {"failOnErrors": accepted}))

    assert ["204", "404", "204", "404", "204"][:kept] == statuses(heard)
    assert kept == len(office.asked)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/Bulk", 400), ("PUT", "/Bulk", 405), ("POST", "/Users/u1", 405), ("DELETE", "/Users", 405),
        ("DELETE", "/ServiceProviderConfig", 405), ("GET", "/Users/u1", 400), ("DELETE", "/nothing", 404),
        ("DELETE", "/Users/a%2fb", 400), ("DELETE", "//Users/u1", 400), ("DELETE", "/Users/../Bulk", 400),
        ("DELETE", "/Users/u1?count=1&count=2", 400), ("DELETE", "/Users/a\u0000", 400),
        ("DELETE", "https://hub.example/Users/u1", 400), ("DELETE", "", 400),
    ],
)  # fmt: skip
async def test_operations_are_for_users_and_groups(house, office, method, path, status):
    """What leads elsewhere is refused in its entry, by the guards of any request, and reaches nobody."""
    operation = {"method": method, "path": path, "bulkId": "b", "data": {}}
    raw = json.dumps({"Operations": [operation, delete("u1")]}).replace("\\u0000", "%00").encode()
    heard = await house.client().send("POST", f"{BASE}/Bulk", raw)

    assert [str(status), "204"] == statuses(heard)
    assert 1 == len(office.asked)


@pytest.mark.parametrize("path", ["/.search", "/Users/.search", "/Me"])
@pytest.mark.parametrize("method", ["POST", "PATCH"])
async def test_neither_searches_nor_oneself(house, office, method, path):
    """A bulk request changes what has a path of its own; the rest is refused in its entry."""
    heard = await bulk(house, {"method": method, "path": path, "bulkId": "b", "data": {}}, delete("u1"))
    refused, done = statuses(heard)

    assert refused in {"400", "403", "405", "501"}
    assert "204" == done
    assert 1 == len(office.asked)


async def test_a_version_is_what_if_match_is(house, office):
    """It goes to the service as a condition; one that is no version is refused with its place."""
    heard = await bulk(
        house,
        {**delete("u1"), "version": 'W/"3"'},
        {**delete("u2"), "version": "three"},
        {**post("ann"), "version": 'W/"3"'},
    )

    assert [Conditions(match=frozenset({'"3"'})), NO_CONDITIONS] == office.conditions
    assert ["204", "400", "201"] == statuses(heard)
    assert heard.json["Operations"][1]["response"]["detail"].startswith("Operations[1].version must be")


async def test_too_many_operations(house, office):
    """413 names the limit, and nothing is begun (RFC 7644 §3.7.4)."""
    house.set("scim", bulk_operations_max=2)
    heard = await bulk(house, delete("u1"), delete("u2"), delete("u3"))

    assert 413 == heard.status
    assert heard.is_scim_error
    assert "maxOperations (2)" in heard.json["detail"]
    assert not office.asked


async def test_too_large_a_body(house, office):
    """A bulk request has a limit of its own, above and below that of others; 413 says it."""
    house.set("server", body_max=10)
    house.set("scim", bulk_bytes_max=1000)

    assert ["204"] == statuses(await bulk(house, delete("u1")))
    heard = await bulk(house, delete("u1"), x="x" * 1000)
    assert 413 == heard.status
    assert heard.is_scim_error
    assert "1000" in heard.json["detail"]
    assert 1 == len(office.asked)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"Operations":[]}', b'{"Operations":{}}'])
async def test_what_is_no_bulk_request(house, office, body):
    """It is refused as a whole, with a SCIM error, and kept as one exchange."""
    heard = await house.client().send("POST", f"{BASE}/Bulk", body)

    assert 400 == heard.status
    assert heard.is_scim_error
    assert [(400, f"{BASE}/Bulk")] == [(kept.status, kept.path) for kept in house.kept]


async def test_strict_takes_no_half_written_message(house, office):
    """Without its schema the strict profile refuses the request; the tolerant one takes it."""
    office.profile = Profile.STRICT
    heard = await house.client().send("POST", f"{BASE}/Bulk", {"Operations": [delete("u1")]})

    assert 400 == heard.status
    assert not office.asked


async def test_each_operation_is_an_exchange_of_its_own(house, office, logged):
    """What an administrator looks for is one row an operation; the request around them is a line in a log."""
    office.told = refusing(lambda inbound: inbound.id == "u2", NotFound("there is no user u2"))
    await bulk(house, post("ann"), delete("u2"), {"method": "NO", "path": "/Users"})

    assert [
        ("POST", f"{BASE}/Users", 200 + 1, None),
        ("DELETE", f"{BASE}/Users/u2", 404, "there is no user u2"),
        ("POST", f"{BASE}/Bulk", 400, "Operations[2].method must be POST, PUT, PATCH or DELETE"),
    ] == [(kept.method, kept.path, kept.status, kept.error) for kept in house.kept]
    assert post("ann")["data"] == house.kept[0].request
    assert 4 == len({line["exchange"] for line in logged})
    assert ["POST User", "DELETE User", "POST", "POST Bulk"] == [line["operation"] for line in logged]
    assert "1 of 3 operations" == logged[-1]["effect"]


@pytest.fixture
def stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no time pass, so that no bucket fills."""
    monkeypatch.setattr("hub.web.app.time.monotonic", lambda: 100.0)


async def test_each_operation_costs_what_a_request_costs(house, office, stopped):
    """Past the limit each is 429 in its entry and reaches nobody: the provider sends it again."""
    house.set("rate", requests_per_second=25)
    heard = await bulk(house, *(post(f"u{number}") for number in range(30)))

    assert ["201"] * 25 + ["429"] * 5 == statuses(heard)
    assert 25 == len(office.asked)


async def test_leavers_pass_where_newcomers_wait(house, office, stopped):
    """Removals have a bucket of their own, inside a bulk request as without one."""
    house.set("rate", requests_per_second=25, removals_per_second=25)
    heard = await bulk(house, *(post(f"u{number}") for number in range(26)), delete("u1"))

    assert ["201"] * 25 + ["429", "204"] == statuses(heard)


async def test_nothing_overtakes_what_was_refused(house, office, monkeypatch):
    """A bucket that fills again lets nothing through that was sent after what it held up."""
    house.set("rate", requests_per_second=25)
    ticks = iter([*[100.0] * 27, *[200.0] * 100])
    monkeypatch.setattr("hub.web.app.time.monotonic", lambda: next(ticks))
    heard = await bulk(house, *(post(f"u{number}") for number in range(30)))

    assert ["201"] * 25 + ["429"] * 5 == statuses(heard)


async def test_a_malformed_request_costs_one(house, office, stopped):
    """A refusal costs what an answer costs; the request around operations that were read costs nothing."""
    house.set("rate", requests_per_second=25)
    client = house.client()
    for _ in range(24):
        await client.send("POST", f"{BASE}/Bulk", {"Operations": 7})
    heard = await client.send("POST", f"{BASE}/Bulk", {"Operations": [post("a"), post("b")]})

    assert ["201", "429"] == statuses(heard)


async def test_a_database_that_is_away_is_waited_for_once(house, office):
    """What comes after is refused likewise and not begun: the provider sends it again."""

    def away(inbound: Inbound) -> Answer:
        if inbound.id == "u1":
            return agreed(inbound, 1)
        raise Unavailable("the hub cannot reach its database", retry_after=30) from StoreAway()

    office.told = away
    heard = await bulk(house, *(delete(f"u{number}") for number in range(1, 6)))

    assert ["204", "503", "503", "503", "503"] == statuses(heard)
    assert 2 == len(office.asked)


async def test_a_pause_is_no_reason_to_hold_leavers(house, office):
    """Unavailable for one who comes is not unavailable for one who goes."""
    paused = Unavailable("SCIM is paused for this team", retry_after=30)
    office.dialect = Dialect(name="plain", title="Plain", policy=Policy(unavailable_status=429))
    office.told = refusing(lambda inbound: inbound.verb is Verb.CREATE, paused)
    heard = await bulk(house, post("ann"), delete("u1"))

    assert ["429", "204"] == statuses(heard)


async def test_who_leaves_is_not_worked_for(house, office):
    """What was begun when the client left is done and noted; the rest is not begun, nothing is answered."""
    body = json.dumps({"Operations": [delete(f"u{number}") for number in range(9)]}).encode()
    sent = []

    async def receive() -> Any:
        if not office.asked and not sent:
            sent.append("body")
            return {"type": "http.request", "body": body, "more_body": False}
        while len(office.asked) < 3:
            await anyio.sleep(0)
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    await house.client().app(scope(), receive, send)

    assert ["body"] == sent
    assert 3 <= len(office.asked) < 9
    assert len(office.asked) == len(house.kept)


def scope() -> dict[str, Any]:
    """Return the scope of a bulk request."""
    return {
        "type": "http",
        "method": "POST",
        "scheme": "http",
        "path": f"{BASE}/Bulk",
        "raw_path": f"{BASE}/Bulk".encode(),
        "query_string": b"",
        "headers": [(b"host", b"hub.example"), (b"authorization", TOKEN.encode())],
    }


async def test_a_client_that_says_no_more_is_still_there(house, office):
    """Only one that has left is not answered; silence, or an end said twice, is none of that."""
    body = json.dumps({"Operations": [delete("u1"), delete("u2")]}).encode()
    heard = await Client(app=house.client().app).ask("POST", f"{BASE}/Bulk", chunks=[body[:9], body[9:]])

    assert ["204", "204"] == statuses(heard)
