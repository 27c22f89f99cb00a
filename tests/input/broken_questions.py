"""Questions that nobody thought of, made by chance, each broken somewhere: queries, searches, heads."""

from __future__ import annotations

import json
import random
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from hub.scim.catalog import USER_TYPE
from hub.scim.expressions import Operator
from hub.scim.match import EQUALITY, OPERATORS
from hub.scim.schema import Attribute, Type
from tests.input.broken_bodies import ANN, GARBAGE, Request
from tests.input.club import CLUB, SCHEMA, Club
from tests.input.test_bodies import PATCH
from tests.input.test_paths import NO_FILTERS, QUERIES, encoded

SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
TITLE = {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "title", "value": "x"}]}

NO_PATHS = [
    "", " ", "a b", "emails[", 'emails[type eq "work"]', "a.b.c", ".", "a.", '"',
    "'; DROP TABLE resources; --", '$."x"', "$.x[0]", "a\\b", "%", "\u00e9", "[0]", "a[b]c", ":",
    "x" * 4097, "userName desc", "title,",
]  # fmt: skip
NO_ORDER = ["name", "addresses", "x509Certificates", "password", f"{CLUB}:secret", f"{CLUB}:key", CLUB]
NO_NUMBERS = [
    "x",
    "1.5",
    "",
    "1e3",
    "0x10",
    "99999999999",
    "9" * 5000,
    "-" * 9,
    "1_0",
    "\u0663",
    "+1",
    " 1",
    "\u00bd",
]
NO_TAGS = [
    '"', "W/", 'W/"1', "1", '"1" "2"', ", ,", 'w/"1"', '*,"1"', '"1",*', 'W/"1"W/"2"', '"' * 4001, "**",
    'W/"1",' * 2000 + "x", "W/" * 4000, "'1'", "W/1", "\xe9",
]  # fmt: skip
OTHER_TAGS = ['W/"99"', '"x"', ", ".join(f'W/"{number}"' for number in range(100, 1100))]

#: What stands for a value of each kind, and the types that it is a value of.
VALUES: dict[str, set[Type]] = {
    '"x"': {Type.STRING, Type.REFERENCE, Type.BINARY},
    "7": {Type.INTEGER, Type.DECIMAL},
    "0.5": {Type.INTEGER, Type.DECIMAL},
    "true": {Type.BOOLEAN},
    '"2020-01-01T00:00:00Z"': {Type.STRING, Type.REFERENCE, Type.BINARY, Type.DATE_TIME},
    "null": set(),
}


def _compared() -> list[tuple[str, Type]]:
    """Return all that a filter of users can compare, each with its type."""
    found: list[tuple[str, Type]] = []

    def enter(path: str, attribute: Attribute) -> None:
        for sub in attribute.sub_attributes:
            found.append((f"{path}{attribute.joint}{sub.name}", sub.type))
            if attribute.joint == ".":
                found.append((f"{path}[{sub.name}", sub.type))  # closed where it is used
        if not attribute.sub_attributes:
            found.append((path, attribute.type))

    for name, attribute in USER_TYPE.by_name.items():
        enter(attribute.name if ":" not in name else name, attribute)
    own: list[dict[str, Any]] = SCHEMA["attributes"]  # type: ignore[assignment]
    found.extend((f"{CLUB}:{each['name']}", Type(each["type"])) for each in own if each["type"] != "complex")
    return found


COMPARED = [each for each in _compared() if each[1] is not Type.COMPLEX]
NOT_COMPARED = [
    'name eq "x"', "addresses pr and name co null", 'locker.room eq "A"', f'{CLUB}:locker eq "A"',
    'nothing eq "x"', "nothing pr", "emails.nothing pr", 'emails[nothing eq "x"]', "title.x pr",
    'title[value eq "x" and type pr]',
    'urn:x:y eq "x"', f"{CLUB}:nothing pr", 'members.value eq "x"', "id.x eq 1", "emails[emails.value pr]",
    "name.givenName.x pr", 'emails[value.x eq "x"]', f"emails[{CLUB}:tier pr]",
]  # fmt: skip
OVER = [
    f'title eq "{"x" * 4086}"',
    " or ".join(["title pr"] * 51),
    "(" * 21 + "title pr" + ")" * 21,
    "not (" * 20 + "emails[value pr]" + ")" * 20,
    "emails[" + " and ".join(["value pr"] * 51) + "]",
    f"title eq {'9' * 40}",
    'title eq "' + "\\" * 501 + '"',
]


def forbidden_filter(chance: random.Random) -> str:
    """Return a filter of good grammar that the schema of users has no sense for."""
    path, kind = chance.choice(COMPARED)
    close = "]" if "[" in path else ""
    operator = chance.choice(list(Operator))
    right = {text for text, types in VALUES.items() if kind in types} | (
        {"null"} if operator in EQUALITY else set()
    )
    value = chance.choice(
        [text for text in VALUES if text not in right or operator not in OPERATORS[kind]] or ["x"]
    )
    wrong = chance.choice([f"{path} {operator} {value}{close}", chance.choice(NOT_COMPARED)])
    good = 'userName eq "ann@a.example"'
    return chance.choice([wrong, f"{good} and {wrong}", f"{wrong} or {good}", f"not ({wrong})"])


def broken_filter(chance: random.Random) -> str:
    """Return a filter that is none, is past a limit, or asks for what cannot be asked."""
    odd = "".join(chance.choice("()[]\"\\\u00e9\x7f' .:=<&;%") for _ in range(chance.randrange(1, 30)))
    return chance.choice(
        [chance.choice(NO_FILTERS), chance.choice(OVER), odd, *[forbidden_filter(chance)] * 3]
    )


def broken_query(chance: random.Random, target: Club) -> Request:
    """A filter that is none, or a number that is none."""
    query = chance.choice([f"filter={encoded(broken_filter(chance))}", chance.choice(QUERIES)])
    return "GET", f"/Users?{query}", None, {}


def _asked(chance: random.Random) -> tuple[str, Any]:
    """Return a parameter and a value that it never has; numbers are texts."""
    return chance.choice(
        [
            ("sortBy", chance.choice([*NO_PATHS, *NO_ORDER])),
            ("sortOrder", chance.choice(["up", "", "DESC", "descending;", "ascending,descending", "\u0131"])),
            ("startIndex", chance.choice(NO_NUMBERS)),
            ("count", chance.choice(NO_NUMBERS)),
            ("attributes", f"title,{chance.choice(NO_PATHS[2:18])}"),
            ("excludedAttributes", f"{chance.choice(NO_PATHS[2:18])},title"),
            ("filter", broken_filter(chance)),
        ]
    )


def broken_order(chance: random.Random, target: Club) -> Request:
    """A parameter that is none, among others that are, or a cursor that is none of this query's."""
    if chance.random() < 0.3:
        path, _ = chance.choice(target.cursors[1:])
        return "GET", path, None, {}
    (name, value), beside = _asked(chance), chance.choice(["", "&count=1", "&startIndex=1", "&sortBy=title"])
    beside = "" if name in beside else beside
    place = "Users" if _asks_groups(value) else chance.choice(["Users", "Users", ""])
    return "GET", f"/{place}?{name}={quote(value)}{beside}", None, {}


def _asks_groups(value: str) -> bool:
    """Say whether *value* is a filter that has a sense where groups are asked."""
    return "members.value" in value


def broken_search(chance: random.Random, target: Club) -> Request:
    """The same by POST, or a message that is no SearchRequest."""
    path, (name, value) = chance.choice(["/.search", "/Users/.search", "/Groups/.search"]), _asked(chance)
    # of the order, a group has none of these
    path = "/Users/.search" if value in NO_ORDER or _asks_groups(value) else path
    if name in {"startIndex", "count"}:
        value = chance.choice(["1", 1.5, True, {}, [1], 2**40])
    if name in {"attributes", "excludedAttributes"}:
        value = chance.choice([[value], value, [7], {}, [None], [["title"]]])
    if name in {"sortBy", "sortOrder", "filter"} and chance.random() < 0.3:
        value = chance.choice([7, True, {}, [7]])
    message: Any = {"schemas": [SEARCH], name: value}
    if chance.random() < 0.2:
        message = {"schemas": [SEARCH], "cursor": chance.choice([7, {}, True, "x", "\u00e9", "A" * 9000])}
    if chance.random() < 0.2:
        where, _ = chance.choice(target.cursors[1:-1])
        split = urlsplit(where)
        path, query = (
            f"{split.path.rstrip('/')}/.search",
            dict(parse_qsl(split.query, keep_blank_values=True)),
        )
        count = {"count": int(query["count"])} if query.get("count", "").isdecimal() else {}
        if "count" in query and not count:
            count = {"count": 2**20}
        message = {"schemas": [SEARCH], **query, **count}
    if chance.random() < 0.1:
        message = chance.choice(
            [garbage for garbage in GARBAGE if garbage not in ({}, {"": ""}, {"value": {}})]
        )
    return "POST", path, message, {}


def broken_condition(chance: random.Random, target: Club) -> Request:
    """A good request under a condition that cannot be read, is huge, or does not hold."""
    method, body = chance.choice([("PATCH", TITLE), ("DELETE", None), ("GET", None)])
    name, tags = chance.choice([("if-match", NO_TAGS), ("if-none-match", NO_TAGS), ("if-match", OTHER_TAGS)])
    return method, f"/Users/{target.user}", body, {name: chance.choice(tags)}


def broken_me(chance: random.Random, target: Club) -> Request:
    """What who stands for one user may not ask, or may not ask so."""
    method, path, body = chance.choice(
        [
            *((method, "/Me", json.loads(ANN)) for method in ("POST", "PUT", "PATCH", "DELETE")),
            ("GET", f"/Me?attributes={quote(chance.choice(NO_PATHS[2:18]))}", None),
            ("GET", f"/Me?excludedAttributes={quote(chance.choice(NO_PATHS[2:18]))}", None),
            (
                "GET",
                f"/Me?{chance.choice(['access_token=x', 'attributes=a&attributes=b', 'attributes=%ff'])}",
                None,
            ),
            ("GET", f"/Me{chance.choice(['/x', '/.search', '%2f', '//', '/..'])}", None),
            ("TRACE", "/Me", None),
            ("GET", f"/Users/{target.user}", None),
            ("PATCH", f"/Users/{target.user}", TITLE),
            ("POST", "/Users/.search", {"schemas": [SEARCH]}),
            ("POST", "/Bulk", {"Operations": [{"method": "DELETE", "path": f"/Users/{target.user}"}]}),
            ("GET", "/Groups", None),
        ]
    )
    token = target.me.token if chance.random() < 0.9 else target.me.token[:-1]
    return method, path, body, {"authorization": f"Bearer {token}"}


def broken_head(chance: random.Random, target: Club) -> Request:
    """A token, a media type, a length or a method that is none."""
    headers = chance.choice(
        [
            {"authorization": f"Bearer {chance.choice(['', 'x', 'hub_', target.connected.token[:-1]])}"},
            {"content-type": chance.choice(["text/plain", "a/b;c=d", "application/json;charset=utf-16"])},
            {"content-encoding": "gzip"},
        ]
    )
    path = chance.choice(["", "/.search", "/Users/.search", "/Bulk"])
    return "POST" if path else chance.choice(["POST", "PUT", "PATCH"]), path, ANN, headers
