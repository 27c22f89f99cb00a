"""A token that stands for a user (RFC 7644 §3.11)."""

from __future__ import annotations

import pytest

from hub.engine.asking.requests import REFUSED
from hub.scim.errors import Forbidden
from hub.spi import Inbound, Verb
from tests.protocol.provider import NOBODY, USER, patch, title


def test_it_reads_its_user(provider):
    """The user as at /Users/{id}, whose address and version come along; HEAD, attributes and 304 as there."""
    user = provider.user("ann@a.example", title="Guide")
    mine = provider.of_user(user["id"])
    answer = mine.ask("GET", "/Me")
    tag = user["meta"]["version"]

    assert (200, user) == (answer.status_code, answer.json())
    assert user["meta"]["location"] == answer.headers["location"] == f"{provider.base}/Users/{user['id']}"
    assert tag == answer.headers["etag"]
    some = {"schemas": [USER], "id": user["id"], "title": "Guide"}
    assert some == mine.get("/Me", attributes="title")
    assert (200, b"") == ((head := mine.ask("HEAD", "/Me")).status_code, head.content)
    assert head.headers["location"] == user["meta"]["location"]
    known = mine.ask("GET", "/Me", if_none_match=tag)
    assert (304, user["meta"]["location"]) == (known.status_code, known.headers["location"])


def test_nothing_else_is_open_to_it(provider):
    """403 for whatever else there is, also for itself by another name; nothing changes."""
    user, other = provider.user("ann@a.example"), provider.user("bob@a.example")
    mine = provider.of_user(user["id"])
    asked = [
        *((method, "/Me", title("Boss")) for method in ("PUT", "PATCH", "POST", "DELETE")),
        *((method, f"/Users/{user['id']}", title("Boss")) for method in ("GET", "PUT", "PATCH", "DELETE")),
        *(("GET", path, None) for path in ("", "/Users", "/Groups", f"/Users/{other['id']}")),
        ("POST", "/Users", {"schemas": [USER], "userName": "cid@a.example"}),
        ("POST", "/.search", {}),
        ("POST", "/Bulk", {}),
    ]

    assert {403} == {mine.ask(method, path, body).status_code for method, path, body in asked}
    assert 2 == provider.get("/Users")["totalResults"]
    assert user == provider.get(f"/Users/{user['id']}")
    assert 200 == mine.ask("GET", "/ServiceProviderConfig").status_code


@pytest.mark.parametrize(
    "inbound",
    [
        Inbound(verb=Verb.READ, id=NOBODY),
        Inbound(verb=Verb.SEARCH),
        Inbound(verb=Verb.SEARCH, kind="Resource"),
        Inbound(verb=Verb.CREATE, body={"userName": "bob"}),
    ],
)
def test_the_engine_sees_to_it_too(provider, inbound):
    """Whatever door a request comes by, a token of one user opens one user and no more."""
    user = provider.user("ann@a.example")
    mine, service = provider.of_user(user["id"]), provider.hub.house.service
    admission = provider.hub.run(service.admit(mine.way.connection.id, f"Bearer {mine.way.token}"))
    recording = provider.hub.house.keeper.begin()
    deletes = Inbound(verb=Verb.DELETE, id=user["id"])
    for asked in (inbound, deletes):
        with pytest.raises(Forbidden):
            provider.hub.run(service.answer(admission, asked, recording, base_url=provider.base))


def test_who_has_no_access_is_nobody(provider):
    """Deactivated, the user's token opens nothing from the next request on; reactivated, it does again."""
    user = provider.user("ann@a.example")
    mine = provider.of_user(user["id"])
    for active, status in ((False, 401), (True, 200)):
        change = patch({"op": "replace", "path": "active", "value": active})
        provider.ask("PATCH", f"/Users/{user['id']}", change)

        assert [status] * 2 == [mine.ask("GET", path).status_code for path in ("/Me", "/Schemas")]


def test_who_is_gone_takes_the_token_along(provider):
    """Deleted, there is neither; and the sentence is the one for any wrong token."""
    user = provider.user("ann@a.example")
    mine = provider.of_user(user["id"])
    provider.ask("DELETE", f"/Users/{user['id']}")
    refused = mine.ask("GET", "/Me")

    assert (401, REFUSED) == (refused.status_code, refused.json()["detail"])
    tokens = provider.hub.run(provider.hub.house.tokens.of(provider.way.connection))
    assert [None] == [token.user for token in tokens]


@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_the_connection_is_no_user(provider, method):
    """RFC 7644 §3.11: 501 where there is nobody whom /Me could be."""
    assert 501 == provider.ask(method, "/Me", title("Boss") if method == "PATCH" else None).status_code
