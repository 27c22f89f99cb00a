"""HTTP becomes one message for the service, and nothing of HTTP gets further."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from hub.spi import Inbound, Verb
from tests.web.asking import BASE, TOKEN


@pytest.mark.parametrize(
    ("method", "path", "inbound"),
    [
        ("POST", "/Users", Inbound(verb=Verb.CREATE, kind="User", body={"a": 1})),
        ("PUT", "/Groups/g1", Inbound(verb=Verb.REPLACE, kind="Group", id="g1", body={"a": 1})),
        ("PATCH", "/Users/u1/", Inbound(verb=Verb.PATCH, kind="User", id="u1", body={"a": 1})),
        ("GET", "/Users/u1", Inbound(verb=Verb.READ, kind="User", id="u1")),
        ("GET", "/Groups/", Inbound(verb=Verb.SEARCH, kind="Group")),
        ("DELETE", "/Users/u%401", Inbound(verb=Verb.DELETE, kind="User", id="u@1")),
        ("GET", "/Users?count=0&x=1", Inbound(verb=Verb.SEARCH, kind="User", query={"count": "0"})),
        ("GET", "/Users?cursor", Inbound(verb=Verb.SEARCH, kind="User", query={"cursor": ""})),
        ("GET", "", Inbound(verb=Verb.SEARCH, kind="Resource")),
        ("GET", "/?filter=a", Inbound(verb=Verb.SEARCH, kind="Resource", query={"filter": "a"})),
        (
            "POST",
            "/Users/?attributes=id",
            Inbound(verb=Verb.CREATE, query={"attributes": "id"}, body={"a": 1}),
        ),
    ],
)
async def test_requests_become_messages(house, method, path, inbound):
    """Verb, kind, id, known parameters and body are all that the service hears."""
    await house.client().send(method, f"{BASE}{path}", {"a": 1})

    assert [inbound] == house.service.asked


async def test_the_base_url_is_the_one_that_was_asked(house):
    """Without a public URL, links name the host and scheme of the request, and the connection."""
    await house.client().ask("GET", f"{BASE}/Users", scheme="https")

    assert ["https://hub.example/scim/v2/c1"] == house.service.base_urls


async def test_the_public_url_wins(house):
    """Behind a proxy the operator says how the hub is called; no header does."""
    house.set("server", public_url="https://scim.example")
    forwarded = [(b"host", b"inside:1"), (b"x-forwarded-host", b"evil.example")]
    await house.client().ask("GET", f"{BASE}/Users", headers=forwarded)

    assert ["https://scim.example/scim/v2/c1"] == house.service.base_urls


async def test_a_host_that_is_none_is_refused(house):
    """A made-up host never gets into an answer."""
    heard = await house.client().ask("GET", f"{BASE}/Users", headers=[(b"host", b"evil/?")])

    assert 400 == heard.status
    assert heard.is_scim_error
    assert not house.service.asked


async def test_text_is_not_taken_for_json(house):
    """415 comes before the body is read, and after the token is."""
    client = house.client()
    heard = await client.send("POST", f"{BASE}/Users", {}, media_type="text/plain")
    compressed = await client.ask("POST", f"{BASE}/Users", headers=[(b"content-encoding", b"gzip")])

    assert 415 == heard.status == compressed.status
    assert heard.is_scim_error
    assert compressed.is_scim_error
    assert not house.service.asked


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "", 405),
        ("PUT", "/", 405),
        ("GET", "/users", 404),
        ("POST", "/Nothing", 404),
        ("PUT", "/Users", 405),
        ("TRACE", "/Users/1", 405),
        ("GET", "/Me", 501),
        ("PUT", "/Me", 501),
        ("TRACE", "/Me", 405),
        ("GET", "/Users/.search", 405),
        ("POST", "/Users/.search", 400),
        ("GET", "/Schemas?filter=id%20pr", 403),
        ("GET", "/ServiceProviderConfig?filter=", 403),
        ("GET", "/Schemas/urn:none", 404),
        ("GET", "/ResourceTypes/Device", 404),
        ("GET", "/Users?count=1&count=2", 400),
        ("GET", "/Users?access_token=x", 400),
    ],
)
async def test_each_refusal_is_a_scim_error(house, method, path, status):
    """404, 405, 501 and the rest have the SCIM body and media type, and touch nothing."""
    heard = await house.client().ask(method, f"{BASE}{path}")

    assert status == heard.status
    assert heard.is_scim_error
    assert not house.service.asked
    assert (status == 405) == ("allow" in heard.headers)


async def test_headers_too_large_are_scim_errors(client):
    """431 is a SCIM error too."""
    heard = await client.ask("GET", f"{BASE}/Users", headers=[(b"a", b"x" * 20_000)])

    assert 431 == heard.status
    assert heard.is_scim_error


@pytest.mark.parametrize("name", ["Schemas", "ResourceTypes"])
async def test_the_hub_describes_itself(client, name):
    """Lists are list responses, and each of their members can be had by its id."""
    whole = (await client.ask("GET", f"{BASE}/{name}")).json

    assert ["urn:ietf:params:scim:api:messages:2.0:ListResponse"] == whole["schemas"]
    assert len(whole["Resources"]) == whole["totalResults"] > 1
    for member in whole["Resources"]:
        assert member == (await client.ask("GET", f"{BASE}/{name}/{member['id']}")).json


async def test_what_it_can_do_is_told(client):
    """ServiceProviderConfig tells what is there."""
    told = (await client.ask("GET", f"{BASE}/ServiceProviderConfig?attributes=x")).json

    wanted = ("patch", "bulk", "filter", "sort", "etag")

    assert dict.fromkeys(wanted, True) == {name: told[name]["supported"] for name in wanted}


def test_a_real_client_is_never_redirected(house):
    """A slash at the end of a path is no reason to send a provider elsewhere."""
    with TestClient(house.client().app, headers={"authorization": TOKEN}) as client:
        for path in ("/Users/", "/Users", "/Users/1/", "/Schemas/", "/nothing/"):
            answer = client.get(f"{BASE}{path}", follow_redirects=False)

            assert answer.status_code in {200, 404}
            assert "application/scim+json; charset=utf-8" == answer.headers["content-type"]


def test_there_is_no_socket(house):
    """A WebSocket under the prefix is closed before it opens."""
    from starlette.websockets import WebSocketDisconnect

    client = TestClient(house.client().app)
    with pytest.raises(WebSocketDisconnect), client.websocket_connect(f"{BASE}/Users"):
        pass
