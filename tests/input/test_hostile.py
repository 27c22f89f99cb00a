"""Hostile but well-formed: text stays text, ids are never confused, and nobody writes what is the hub's."""

from __future__ import annotations

import pytest

from hub.teams import Profile
from tests.input.conftest import GROUP, USER, made

pytestmark = pytest.mark.input

TEXTS = [
    "${7*7}", "{{7*7}}", "#{7*7}", "<%= 7*7 %>", "{0.__class__.__mro__}", "%(asctime)s %s %n", "%00", "{}",
    "$1", "$(id)", "`id`", "'; DROP TABLE resources; --", '" or 1=1', "../../etc/passwd", "\\..\\..",
    "__proto__", "constructor.prototype", "<script>alert(1)</script>", "a\tb\r\nSet-Cookie: x=y",
    "\u202eevil", "\ufeffann", "\U0001f600", "I\u0307", "\u00df", "e\u0301", "null", "true",
    "NaN", "-1", "1e5",
]  # fmt: skip


async def test_text_stays_text(hub):
    """What anybody writes comes back as it was written, is found by itself, and is never evaluated."""
    target = await made(hub, Profile.TOLERANT)
    for number, text in enumerate(TEXTS):
        user = {"schemas": [USER], "userName": f"{number} {text}", "externalId": text, "title": text}
        answer = await target.wire.send("POST", "/Users", user)
        assert 201 == answer.status, (text, answer.body)
        read = (await target.wire.send("GET", f"/Users/{answer.json['id']}")).json

        assert (user["userName"], text, text) == (read["userName"], read["externalId"], read["title"])
    await target.wire.close()


async def test_escapes_inside_of_text_are_text(hub):
    """A role folded up as JSON text brings in nothing that a body may not say; in a Bulk, all is done."""
    target = await made(hub, Profile.TOLERANT)
    texts = [f'{{"value": "x{escape}"}}' for escape in ("\\ud800", "\\u0000", "\\u001f", "\\b")]
    users = [{"schemas": [USER], "userName": f"eve {text}", "roles": [{"value": text}]} for text in texts]
    operations = [
        {
            "method": "POST",
            "path": "/Users",
            "bulkId": str(number),
            "data": {**user, "userName": f"bob {number}"},
        }
        for number, user in enumerate(users)
    ]
    bulk = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations}

    answers = [await target.wire.send("POST", "/Users", user) for user in users]
    entries = (await target.wire.send("POST", "/Bulk", bulk)).json["Operations"]

    assert [(201, text) for text in texts] == [
        (answer.status, answer.json["roles"][0]["value"]) for answer in answers
    ]
    assert ["201"] * len(texts) == [entry["status"] for entry in entries]
    await target.wire.close()


async def test_an_id_is_only_an_id(target):
    """A name that looks like somebody's id finds nobody; an id of another kind is nobody's."""
    for path in (f"/Users/{target.group}", f"/Groups/{target.user}", f"/Users/{target.user.upper()}x",
                 f"/Users/{target.connected.connection.id}", f"/Users/{target.connected.team.id}",
                 f"/Users/{target.user}%20", "/Users/ann@a.example", "/Users/*", "/Users/%25"):  # fmt: skip
        for method in ("GET", "DELETE"):
            assert (404, None) == (await target.wire.send(method, path)).refusal, (method, path)


@pytest.mark.parametrize("name", ["id", "meta", "groups", "schemas"])
async def test_what_is_the_hubs_cannot_be_written(hub, name):
    """Whoever sends an id, dates, groups or schemas of their own gets the hub's."""
    target = await made(hub, Profile.TOLERANT)
    forged = {
        "id": target.user,
        "meta": {
            "resourceType": "Group",
            "created": "1970-01-01T00:00:00Z",
            "location": "http://evil.example",
        },
        "groups": [{"value": target.group, "display": "Admins"}],
        "schemas": [USER, "urn:example:admin"],
    }[name]
    user = {"schemas": [USER], "userName": "eve", name: forged}

    made_user = (await target.wire.send("POST", "/Users", user)).json
    changed = (await target.wire.send("PUT", f"/Users/{made_user['id']}", user)).json
    operation = {"op": "replace", "value": {name: forged, "title": "Guide"}}
    patch = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation]}
    patched = (await target.wire.send("PATCH", f"/Users/{made_user['id']}", patch)).json

    for answer in (made_user, changed, patched):
        assert forged != answer.get(name)
        assert [USER] == answer["schemas"]
        assert made_user["id"] == answer["id"] != target.user
    members = (await target.wire.send("GET", f"/Groups/{target.group}")).json["members"]
    assert [target.user] == [member["value"] for member in members]
    await target.wire.close()


@pytest.mark.parametrize(
    "name", ["team", "team_id", "connection_id", "person", "seat", "__class__", "version", "held"]
)
async def test_no_other_name_means_anything(hub, name):
    """Names that the house uses inside mean nothing outside: kept by nobody."""
    target = await made(hub, Profile.TOLERANT)
    other = await made(hub, Profile.TOLERANT)
    before = await other.digest()
    user = {"schemas": [USER], "userName": "eve", name: other.connected.team.id}

    answer = await target.wire.send("POST", "/Users", user)

    assert 201 == answer.status
    assert name not in answer.json
    assert before == await other.digest()
    await target.wire.close()
    await other.wire.close()


async def test_a_group_is_no_user(target):
    """A body of the other kind is refused, for what it lacks."""
    answer = await target.wire.send("POST", "/Users", {"schemas": [GROUP], "displayName": "G"})

    assert (400, "invalidValue") == answer.refusal
    assert {"userName", USER} & {*answer.json["detail"].split()}
