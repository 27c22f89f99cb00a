"""A body that is not what it should be is refused, by name and place, and nothing is stored."""

from __future__ import annotations

import json

import pytest

from hub.scim.catalog import ENTERPRISE_USER, USER
from hub.scim.schema import Attribute, Mutability, Type
from tests.input.conftest import GROUP as GROUP_URN
from tests.input.conftest import USER as USER_URN

pytestmark = pytest.mark.input

PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
LIMIT = 1024 * 1024

#: Not JSON, or JSON that two readers could read apart.
MALFORMED = {
    "empty": b"",
    "cut short": b'{"userName": "eve"',
    "two values": b'{"userName": "eve"} {}',
    "a comment": b'{"userName": "eve" /* who */}',
    "single quotes": b"{'userName': 'eve'}",
    "a comma too many": b'{"userName": "eve",}',
    "a key twice": b'{"userName": "eve", "userName": "ann@a.example"}',
    "a key twice in another case": b'{"userName": "eve", "USERNAME": "ann@a.example"}',
    "a key twice inside": b'{"userName": "eve", "name": {"givenName": "a", "GivenName": "b"}}',
    "NUL": b'{"userName": "eve\x00"}',
    "NUL, escaped": b'{"userName": "eve\\u0000"}',
    "a control character": b'{"userName": "eve\\u0007"}',
    "half a surrogate": b'{"userName": "eve\\ud800"}',
    "surrogates in disorder": b'{"userName": "\\udc00\\ud800"}',
    "half a surrogate as a key": b'{"userName": "eve", "\\udfff": 1}',
    "not UTF-8": b'{"userName": "\xff\xfe"}',
    "overlong UTF-8": b'{"userName": "\xc0\x80"}',
    "UTF-16": '{"userName": "eve"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"userName": "eve"}',
    "not a number": b'{"userName": "eve", "x": NaN}',
    "infinity": b'{"userName": "eve", "x": -Infinity}',
    "a number past any": b'{"userName": "eve", "x": 1e999}',
    "a very long number": b'{"userName": "eve", "x": ' + b"9" * 5000 + b"}",
    "a number past 64 bits": b'{"userName": "eve", "x": 9223372036854775808}',
    "deep lists": b'{"userName": "eve", "x": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    "deep objects": b'{"x": ' * 400 + b"1" + b"}" * 400,
    "a list": b"[]",
    "a text": b'"eve"',
    "null": b"null",
}


async def test_malformed_json_is_refused(target):
    """What is not one JSON object, read the same by everybody, is 400 invalidSyntax, wherever it is sent."""
    user, group = f"/Users/{target.user}", f"/Groups/{target.group}"
    asked = [("POST", "/Users"), ("PUT", user), ("PATCH", user), ("POST", "/Groups"), ("PATCH", group)]
    for name, body in MALFORMED.items():
        for method, path in asked:
            answer = await target.wire.send(method, path, body)

            assert (400, "invalidSyntax") == answer.refusal, (name, method, path)


def wrong_values(attribute: Attribute) -> list[object]:
    """Return values that *attribute* cannot have."""
    scalars: list[object] = [True, 7, 1.5, "eve"]
    right: dict[Type, type | tuple[type, ...]] = {
        Type.STRING: str,
        Type.REFERENCE: str,
        Type.BOOLEAN: (bool, str),  # as text, a boolean is put right where that is done
        Type.COMPLEX: (),
    }
    fitting = right.get(attribute.type, ())
    wrong = [value for value in scalars if not isinstance(value, fitting)]
    return wrong if attribute.multi_valued else [*wrong, [["eve"]], [1, 2]]


ATTRIBUTES = [
    (prefix, attribute)
    for prefix, schema in (("", USER), (ENTERPRISE_USER.id, ENTERPRISE_USER))
    for attribute in schema.attributes
    if attribute.mutability is not Mutability.READ_ONLY
]


async def test_wrong_types_are_refused_by_name(target):
    """A value of a wrong type is 400 invalidValue, and the sentence names the attribute."""
    strict = target.connected.connection.strict
    for urn, attribute in ATTRIBUTES:
        for value in wrong_values(attribute):
            if attribute.name == "manager" and value in ("eve", [["eve"]], [1, 2]) and not strict:
                continue  # a manager given as a bare id, or as a list of one, is put right
            said = {attribute.name: value}
            user = {"schemas": [USER_URN], "userName": "eve", **said}
            if urn:
                user = {"schemas": [USER_URN, urn], "userName": "eve", urn: said}
            path = f"{urn}:{attribute.name}" if urn else attribute.name
            change = {"schemas": [PATCH], "Operations": [{"op": "replace", "path": path, "value": value}]}
            for method, body in [("POST", user), ("PUT", user), ("PATCH", change)]:
                place = "/Users" if method == "POST" else f"/Users/{target.user}"
                answer = await target.wire.send(method, place, body)

                assert (400, "invalidValue") == answer.refusal, (method, value, answer.body)
                assert attribute.name in answer.json["detail"]


OPERATIONS = [
    ({"op": "move", "path": "title", "value": "x"}, "invalidSyntax", "Operations[0].op"),
    ({"path": "title", "value": "x"}, "invalidSyntax", "Operations[0].op"),
    ({"op": ["add"], "path": "title", "value": "x"}, "invalidSyntax", "Operations[0].op"),
    ({"op": "add", "path": 7, "value": "x"}, "invalidSyntax", "Operations[0].path"),
    ({"op": "add", "path": "title"}, "invalidSyntax", "Operations[0].value"),
    ({"op": "add", "value": "x"}, "invalidValue", "Operations[0].value"),
    ({"op": "remove"}, "noTarget", "Operations[0]"),
    ({"op": "replace", "path": "emails[", "value": "x"}, "invalidPath", ""),
    ({"op": "replace", "path": "emails[type eq]", "value": "x"}, "invalidPath", ""),
    ({"op": "replace", "path": "title eq 1", "value": "x"}, "invalidPath", ""),
    ({"op": "replace", "path": "__class__", "value": "x"}, "invalidPath", ""),
    ({"op": "replace", "path": "name.__class__.__init__", "value": "x"}, "invalidPath", ""),
    ({"op": "replace", "path": "id", "value": "x"}, "mutability", "id"),
    ({"op": "replace", "path": "meta.created", "value": "x"}, "mutability", "meta"),
    ({"op": "remove", "path": "userName"}, "mutability", "userName"),
]


async def test_operations_are_refused_by_place(target):
    """An operation that cannot be done is named by its place, with the scimType that RFC 7644 has for it."""
    for operation, kind, word in OPERATIONS:
        body = {"schemas": [PATCH], "Operations": [operation]}
        answer = await target.wire.send("PATCH", f"/Users/{target.user}", body)

        assert (400, kind) == answer.refusal, (operation, answer.body)
        assert word in answer.json["detail"]


async def test_one_bad_operation_undoes_the_others(target):
    """A PATCH is all or nothing (RFC 7644 §3.5.2)."""
    good = {"op": "replace", "path": "title", "value": "Guide"}
    body = {"schemas": [PATCH], "Operations": [good, good, {"op": "move"}]}

    answer = await target.wire.send("PATCH", f"/Users/{target.user}", body)

    assert (400, "invalidSyntax") == answer.refusal
    assert "Operations[2]" in answer.json["detail"]


async def test_too_much_is_refused(target):
    """A body past the limit is 413, whether its length is told or not; and so are too many operations."""
    user = json.dumps({"schemas": [USER_URN], "userName": "eve", "title": "x" * LIMIT}).encode()
    parts = (user[:LIMIT], user[LIMIT:])
    chunked = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
    many = [{"op": "replace", "path": "title", "value": "x"}] * 1001

    assert (413, None) == (await target.wire.send("POST", "/Users", user)).refusal
    await target.wire.close()
    told = {"transfer-encoding": "chunked", "content-length": ""}
    assert (413, None) == (await target.wire.send("POST", "/Users", chunked, **told)).refusal
    await target.wire.close()
    body = {"schemas": [PATCH], "Operations": many}
    assert (413, None) == (await target.wire.send("PATCH", f"/Users/{target.user}", body)).refusal


async def test_other_media_types_are_refused(target):
    """Only JSON is read, whatever the bytes look like."""
    body = {"schemas": [USER_URN], "userName": "eve"}
    for media_type in ("text/plain", "application/xml", "multipart/form-data", "x"):
        answer = await target.wire.send("POST", "/Users", body, **{"content-type": media_type})

        assert (415, None) == answer.refusal, media_type


NO_MEMBERS = [
    "eve",
    7,
    [7],
    ["eve"],
    [{}],
    [{"value": 7}],
    [{"value": ""}],
    [{"display": "Ann"}],
    [{"value": "nobody"}],
    [[{"value": "nobody"}]],
]


async def test_members_are_resources_of_the_connection(target):
    """A member that is no id, or the id of nothing, is 400 invalidValue by POST, PUT and PATCH."""
    for members in NO_MEMBERS:
        group = {"schemas": [GROUP_URN], "displayName": "H", "members": members}
        operation = {"op": "add", "path": "members", "value": members}
        change = {"schemas": [PATCH], "Operations": [operation]}
        for method, body in [("POST", group), ("PUT", group), ("PATCH", change)]:
            place = "/Groups" if method == "POST" else f"/Groups/{target.group}"
            answer = await target.wire.send(method, place, body)

            assert (400, "invalidValue") == answer.refusal, (method, members, answer.body)
            assert "members" in answer.json["detail"]
