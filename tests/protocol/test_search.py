"""Lists of one kind and of all, by GET and by POST (RFC 7644 §3.4.2, §3.4.3)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.protocol.provider import SEARCH, Provider


def names(told: dict[str, Any]) -> list[str]:
    """Return who is in a list, in its order."""
    return [each.get("userName") or each["displayName"] for each in told["Resources"]]


def searched(provider: Provider, path: str, **said: object) -> dict[str, Any]:
    """Return what a search by POST finds."""
    answer = provider.ask("POST", f"{path}/.search", {"schemas": [SEARCH], **said})
    assert 200 == answer.status_code, answer.text
    return dict(answer.json())


@pytest.fixture
def staffed(provider):
    """A connection with three users and two groups."""
    for name, title in (("cid", "Guide"), ("ann", "Cook"), ("bob", None)):
        provider.user(name, **({"title": title} if title else {}))
    for name in ("Staff", "Crew"):
        provider.group(name)
    return provider


@pytest.mark.parametrize(
    "said",
    [
        {"filter": 'userName sw "a" or title eq "GUIDE"', "sortBy": "userName", "sortOrder": "descending"},
        {"startIndex": 2, "count": 1, "sortBy": "userName"},
        {"attributes": ["userName", "meta.version"], "count": 2},
        {"excludedAttributes": ["title", "meta"]},
        {"count": 0},
    ],
)
def test_post_finds_what_get_finds(staffed, said):
    """The same message said in two ways has the same answer."""
    query = {name: ",".join(value) if isinstance(value, list) else str(value) for name, value in said.items()}

    assert staffed.get("/Users", **query) == searched(staffed, "/Users", **said)


def test_the_root_lists_all_kinds(staffed):
    """RFC 7644 §3.4.2.1: one list of users and groups, sorted by what any of them has."""
    told = staffed.get("", sortBy="userName")

    assert 5 == told["totalResults"]
    assert ["ann", "bob", "cid"] == names(told)[:3]
    assert {"Staff", "Crew"} == {*names(told)[3:]}
    assert told == searched(staffed, "", sortBy="userName")


@pytest.mark.parametrize(
    ("filter", "found"),
    [
        ('userName eq "ann"', {"ann"}),
        ('displayName eq "crew"', {"Crew"}),
        ('userName eq "ann" or displayName eq "crew"', {"ann", "Crew"}),
        ('meta.resourceType eq "Group"', {"Staff", "Crew"}),
        ("title pr", {"ann", "cid"}),
        ('not (title eq "Cook")', {"bob", "cid", "Staff", "Crew"}),
        ('not (displayName eq "Crew")', {"ann", "bob", "cid", "Staff"}),
        ('title ne "Cook" and meta.resourceType ne "User"', {"Staff", "Crew"}),
        ("members pr", set()),
    ],
)
def test_what_one_kind_lacks_has_no_value_there(staffed, filter, found):
    """A filter at the root is asked of all, each with the attributes that it has."""
    told = staffed.get("", filter=filter)

    assert (found, len(found)) == ({*names(told)}, told["totalResults"])
    assert told == searched(staffed, "", filter=filter)


def test_what_nobody_has_is_refused(staffed):
    """At the root an attribute that no kind has is 400 invalidFilter."""
    answer = staffed.ask("GET", "?filter=shoeSize%20pr")

    assert (400, "invalidFilter") == (answer.status_code, answer.json()["scimType"])


def test_each_is_shown_by_its_own_type(staffed):
    """Attributes at the root are those of each kind."""
    told = staffed.get("", attributes="userName,displayName")

    assert {("id", "schemas", "userName"), ("displayName", "id", "schemas")} == {
        tuple(sorted(each)) for each in told["Resources"]
    }


def test_sorted_both_ways(staffed):
    """RFC 7644 §3.4.2.3: without case; who has no value comes last ascending, and first descending."""
    assert ["ann", "cid", "bob"] == names(staffed.get("/Users", sortBy="title"))
    assert ["bob", "cid", "ann"] == names(staffed.get("/Users", sortBy="title", sortOrder="descending"))
    assert ["ann", "bob", "cid"] == names(staffed.get("/Users", sortBy="USERNAME"))


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("sortBy=shoeSize", "invalidPath"),
        ("sortBy=name", "invalidPath"),
        ("sortBy=password", "invalidPath"),
        ("sortBy=userName&sortOrder=up", "invalidValue"),
        ("cursor=&startIndex=1", "invalidValue"),
        ("startIndex=x", "invalidValue"),
    ],
)
def test_odd_questions(staffed, tolerant, query, kind):
    """400 with the RFC's word; of what no schema knows tolerant makes nothing."""
    answer = staffed.ask("GET", f"/Users?{query}")

    assert (400, kind) == (answer.status_code, answer.json()["scimType"])
    unknown = "shoeSize" in query
    assert (200 if unknown else 400) == tolerant.ask("GET", f"/Users?{query}").status_code


def test_quirks_are_put_right_in_a_search(tolerant):
    """What a dialect says in a query it may say in a body."""
    tolerant.user("ann")
    answer = tolerant.ask("POST", "/Users/.search", {"filter": "userName eq ann", "cursor": ""})

    assert (200, 1) == (answer.status_code, answer.json()["totalResults"])


@pytest.mark.parametrize(
    ("path", "allow"),
    [
        ("", "GET, HEAD, OPTIONS"),
        ("/Users", "GET, HEAD, POST, OPTIONS"),
        ("/Users/1", "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"),
        ("/.search", "POST, OPTIONS"),
        ("/Groups/.search", "POST, OPTIONS"),
        ("/Bulk", "POST, OPTIONS"),
        ("/Me", "GET, HEAD, OPTIONS"),
        ("/Schemas", "GET, HEAD, OPTIONS"),
    ],
)
def test_options(provider, path, allow):
    """Each path says by which methods it is served; any other is 405, and says it too."""
    answer = provider.ask("OPTIONS", path)
    wrong = provider.ask("TRACE", path)

    assert (204, allow, b"") == (answer.status_code, answer.headers["allow"], answer.content)
    assert (405, allow) == (wrong.status_code, wrong.headers["allow"])


def test_head_is_get_without_a_body(staffed):
    """The same headers, the length too, and nothing after them."""
    for path in ("", "/Users", "/Schemas"):
        get, head = (staffed.ask(method, path) for method in ("GET", "HEAD"))

        assert (200, b"") == (head.status_code, head.content)
        assert get.headers == head.headers


@pytest.mark.parametrize(
    "path", ["/Users?attributes=title", "/Users?excludedAttributes=userName,meta,groups"]
)
def test_a_write_is_answered_with_what_is_asked_for(provider, path):
    """RFC 7644 §3.9: attributes are chosen in answers to POST, PUT and PATCH, too."""
    body = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ann", "title": "Cook"}
    made = provider.ask("POST", path, body).json()
    one = path.replace("/Users", f"/Users/{made['id']}")
    change = {"op": "replace", "path": "title", "value": "Guide"}
    schemas = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]
    changed = provider.ask("PATCH", one, {"schemas": schemas, "Operations": [change]}).json()
    put = provider.ask("PUT", one, body).json()

    for answer in (made, changed, put):
        assert "userName" not in answer
        assert {"schemas", "id", "title"} <= {*answer}
        assert "meta" not in answer
    assert ["Cook", "Guide", "Cook"] == [answer["title"] for answer in (made, changed, put)]
