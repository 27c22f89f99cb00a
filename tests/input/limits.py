"""Requests past each limit, and how they are refused."""

from __future__ import annotations

from typing import Any

from attrs import field, frozen

from tests.input.club import CLUB, NOT_CHANGED, NOT_HELD, NOT_REPLACED
from tests.protocol.provider import GROUP, NOBODY, SEARCH, USER, patch

BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"


@frozen
class Case:
    """What is *asked*, method and path, and how it is refused: *expected* is a scimType, or a bare status.

    *place* is a word of the sentence.
    """

    name: str
    asked: str
    expected: str | int = 200
    place: str = ""
    body: Any = None
    headers: dict[str, str] = field(factory=dict)

    def __str__(self) -> str:
        """Return its name, as the identity of its test."""
        return self.name.replace(" ", "-")

    @property
    def refusal(self) -> tuple[int, str | None]:
        """Return the status and the scimType."""
        if isinstance(self.expected, int):
            return self.expected, None
        return 409 if self.expected == "uniqueness" else 400, self.expected


def title(count: int) -> list[dict[str, object]]:
    """Return *count* good operations of a PATCH."""
    return [{"op": "replace", "path": "title", "value": "x"}] * count


def operations(count: int, **more: object) -> dict[str, object]:
    """Return a bulk request of *count* operations."""
    one = {"method": "DELETE", "path": "/Users/<ann>", **more}
    return {"schemas": [BULK], "Operations": [one] * count}


def nested(depth: int) -> Any:
    """Return lists in lists, *depth* of them."""
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


def group(*members: str) -> dict[str, object]:
    """Return a group of these."""
    return {"schemas": [GROUP], "displayName": "H", "members": [{"value": member} for member in members]}


def user(**attributes: object) -> dict[str, object]:
    """Return somebody new."""
    return {"schemas": [USER], "userName": "eve", **attributes}


def clubber(held: dict[str, Any], name: str = "eve") -> dict[str, object]:
    """Return somebody with what the team's own schema defines."""
    return {"schemas": [USER, CLUB], "userName": name, CLUB: held}


SIZES = [
    Case("body", "POST /Users", 413, "20000", user(title="x" * 20000)),
    Case("body of a PUT", "PUT /Users/{ann}", 413, body=user(title="x" * 20000)),
    Case("search", "POST /.search", 413, "20000", {"filter": "x" * 20000}),
    Case("PATCH operations", "PATCH /Users/{ann}", 413, "3", patch(*title(4))),
    Case("Bulk operations", "POST /Bulk", 413, "maxOperations (3)", operations(4)),
    Case("Bulk payload", "POST /Bulk", 413, "5000", operations(1, data="x" * 5000)),
    Case("headers", "GET /Users", 431, "16384", headers={"x-padding": "x" * 16384}),
    Case("lines of headers", "GET /Users", 431, "100", headers={f"x-{n}": "x" for n in range(101)}),
    Case("long condition", "GET /Users/{ann}", 431, headers={"if-match": '"1",' * 5000}),
    Case("query parameters", "GET /Users?" + "&".join(f"p{n}=1" for n in range(101)), "invalidSyntax", "100"),
    Case("JSON depth", "POST /Users", "invalidSyntax", "deep", user(x=nested(32))),
    Case("JSON depth of a search", "POST /.search", "invalidSyntax", "deep", {"x": nested(32)}),
    Case("JSON depth of Bulk", "POST /Bulk", "invalidSyntax", "deep", operations(1, data=nested(30))),
    Case(
        "values of an attribute", "POST /Users", "invalidValue", "1000", user(roles=[{"value": "x"}] * 1001)
    ),
    Case(
        "names of attributes",
        "POST /Users/.search",
        "invalidPath",
        "16384",
        {"schemas": [SEARCH], "attributes": ["t," * 8300]},
    ),
]

FILTERS = [
    Case("filter length", f'''GET /Users?filter=title eq "{"x" * 200}"''', "invalidFilter", "200"),
    Case("filter terms", "GET /Users?filter=" + " or ".join(["title pr"] * 4), "invalidFilter", "3"),
    Case("filter depth", "GET /Users?filter=(((title pr)))", "invalidFilter", "2"),
    Case(
        "filter terms in brackets",
        "GET /Users?filter=emails[value pr and type pr] and title pr and title pr",
        "invalidFilter",
        "3",
    ),
    Case("filter of Groups", "GET /Groups?filter=(((displayName pr)))", "invalidFilter", "2"),
    Case("filter of the root", "GET /?filter=" + " or ".join(["id pr"] * 4), "invalidFilter", "3"),
    Case(
        "filter of a search",
        "POST /.search",
        "invalidFilter",
        "2",
        {"schemas": [SEARCH], "filter": "(((id pr)))"},
    ),
    Case("unknown attribute", 'GET /Users?filter=nothing eq "x"', "invalidFilter", "nothing"),
    Case("wrong type", 'GET /Users?filter=active eq "x"', "invalidFilter", "active"),
    Case("no order", "GET /Users?filter=active gt true", "invalidFilter", "active"),
    Case("no value", 'GET /Users?filter=name eq "x"', "invalidFilter", "name"),
    Case("filter of schemas", 'GET /Schemas?filter=id eq "x"', 403),
]

PAGES = [
    Case("count", "GET /Users?count=x", "invalidValue", "count"),
    Case("count past any", "GET /Users?count=4294967296", "invalidValue", "count"),
    Case("startIndex", "GET /Users?startIndex=1.5", "invalidValue", "startIndex"),
    Case("count with a cursor", "GET /Users?cursor=&count=4", "invalidCount", "3"),
    Case("another count", "GET /Users?cursor={cursor}&count=2", "invalidCount", "count"),
    Case("no cursor", "GET /Users?cursor=x", "invalidCursor"),
    Case("cursor of Users", "GET /Groups?cursor={cursor}&count=1", "invalidCursor"),
    Case(
        "cursor and startIndex",
        "GET /Users?cursor={cursor}&count=1&startIndex=1",
        "invalidValue",
        "startIndex",
    ),
    Case("sortBy", "GET /Users?sortBy=emails[", "invalidPath"),
    Case("sortBy what has no order", "GET /Users?sortBy=name", "invalidPath", "name"),
    Case("sortOrder", "GET /Users?sortBy=title&sortOrder=up", "invalidValue", "sortOrder"),
    Case("attributes", "GET /Users?attributes=emails[", "invalidPath"),
    Case("attributes of nobody", 'GET /Users?filter=id eq "x"&attributes=emails[', "invalidPath"),
    Case("a parameter twice", "GET /Users?count=1&count=1", "invalidSyntax", "count"),
    Case("a token", "GET /Users?access_token=x", "sensitive", "access_token"),
    Case("condition", "GET /Users/{ann}", "invalidSyntax", "If-None-Match", headers={"if-none-match": "1"}),
    Case("version", "DELETE /Users/{ann}", 412, headers={"if-match": 'W/"99"'}),
]

CHANGES = [
    Case(
        "members of a new group", "POST /Groups", "invalidValue", "members", group("<ann>", "<bob>", "<cid>")
    ),
    Case("members put", "PUT /Groups/{group}", "invalidValue", "members", group("<ann>", "<bob>", "<cid>")),
    Case(
        "one member more",
        "PATCH /Groups/{group}",
        "invalidValue",
        "members",
        patch({"op": "add", "path": "members", "value": [{"value": "<cid>"}]}),
    ),
    Case("unknown member", "POST /Groups", "invalidValue", "members", group(NOBODY)),
    Case(
        "unknown member added",
        "PATCH /Groups/{group}",
        "invalidValue",
        "members",
        patch({"op": "add", "path": "members", "value": [{"value": NOBODY}]}),
    ),
    Case("userName taken", "POST /Users", "uniqueness", "userName", user(userName="ANN")),
    Case("userName taken by PUT", "PUT /Users/{bob}", "uniqueness", "userName", user(userName="ann")),
    Case(
        "userName taken by PATCH",
        "PATCH /Users/{bob}",
        "uniqueness",
        "userName",
        patch({"op": "replace", "path": "userName", "value": "Ann"}),
    ),
    Case(
        "read-only",
        "PATCH /Users/{ann}",
        "mutability",
        "groups",
        patch({"op": "replace", "path": "groups", "value": []}),
    ),
    Case(
        "required",
        "PATCH /Users/{ann}",
        "mutability",
        "userName",
        patch({"op": "remove", "path": "userName"}),
    ),
    Case("no path", "PATCH /Users/{ann}", "noTarget", "Operations[0]", patch({"op": "remove"})),
    Case(
        "no such elements",
        "PATCH /Users/{ann}",
        "noTarget",
        "emails",
        patch({"op": "replace", "path": 'emails[value sw "x"].type', "value": "work"}),
    ),
    Case(
        "bad path",
        "PATCH /Users/{ann}",
        "invalidPath",
        body=patch({"op": "replace", "path": "emails[", "value": "x"}),
    ),
    Case("no name", "POST /Users", "invalidValue", "userName", {"schemas": [USER]}),
    Case("no JSON", "POST /Users", "invalidSyntax", "body", []),
    Case("nobody", f"GET /Users/{NOBODY}", 404),
    Case("nowhere", "GET /Nothing", 404),
    Case("no such method", "DELETE /Users", 405),
    Case("nobody's Me", "GET /Me", 501),
    Case("media type", "POST /Users", 415, body=user(), headers={"content-type": "text/plain"}),
    Case("no token", "GET /Users", 401, headers={"authorization": "Bearer no"}),
]

OWN = [
    *(
        Case(f"new {held}", "POST /Users", kind, next(iter(held)), body=clubber(held))
        for held, kind in NOT_HELD
    ),
    *(
        Case(f"put {held}", "PUT /Users/{ann}", kind, next(iter(held)), body=clubber(held, "ann"))
        for held, kind in NOT_REPLACED
    ),
    *(
        Case(f"{change['op']} {change['path']}", "PATCH /Users/{ann}", kind, body=patch(change))
        for change, kind in NOT_CHANGED
    ),
]
"""The characteristics of a schema of the team's own."""

AT_THE_LIMIT = [
    Case("filter length", f'''GET /Users?filter=title eq "{"x" * 189}"'''),
    Case("filter terms", "GET /Users?filter=" + " or ".join(["title pr"] * 3)),
    Case("filter depth", "GET /Users?filter=((title pr))"),
    Case("count with a cursor", "GET /Users?cursor=&count=3"),
    Case("another cursor", "GET /Users?cursor={cursor}&count=1"),
    Case("query parameters", "GET /Users?" + "&".join(f"p{n}=1" for n in range(100))),
    Case("condition", "GET /Users/{ann}", headers={"if-match": "*"}),
]
