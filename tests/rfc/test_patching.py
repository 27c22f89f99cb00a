"""RFC 7644 §3.5.2: a resource changed by PATCH, with the RFC's examples."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rfc.provider import NOBODY, PATCH, USER, Provider

WORK = {
    "type": "work",
    "streetAddress": "100 Universal City Plaza",
    "locality": "Hollywood",
    "primary": True,
}
HOME = {"type": "home", "streetAddress": "456 Hollywood Blvd", "locality": "Hollywood"}
EMAILS = [
    {"value": "bjensen@example.com", "type": "work", "primary": True},
    {"value": "babs@jensen.example", "type": "home"},
]


@pytest.fixture
async def jensen(provider: Provider) -> dict[str, Any]:
    """A user with addresses."""
    return await provider.user("bjensen", title="Guide", addresses=[WORK, HOME], emails=EMAILS)


@pytest.fixture
async def three(provider: Provider) -> list[str]:
    """The ids of three users."""
    return [(await provider.user(name))["id"] for name in ("babs", "james", "mary")]


async def test_section_3_5_2_answers(provider, jensen, three):
    """§3.5.2: 200 with the resource and where it is, or 204; 200 where attributes are asked for. Its ETag."""
    group = await provider.group("Guides")
    user = await provider.patch(f"/Users/{jensen['id']}", {"op": "add", "path": "nickName", "value": "Babs"})
    silent = await provider.patch(
        f"/Groups/{group['id']}", {"op": "add", "path": "members", "value": [{"value": three[0]}]}
    )
    body = {"schemas": [PATCH], "Operations": [{"op": "remove", "path": "members"}]}
    asked = await provider.ask("PATCH", f"/Groups/{group['id']}", body, attributes="displayName")

    assert (200, "Babs", user.json()["meta"]["version"]) == (
        user.status_code,
        user.json()["nickName"],
        user.headers["etag"],
    )
    assert user.json()["meta"]["location"] == user.headers["location"]
    assert group["meta"]["location"] == asked.headers["location"]
    assert (204, b"") == (silent.status_code, silent.content)
    assert silent.headers["etag"]
    assert (200, "Guides") == (asked.status_code, asked.json()["displayName"])


async def test_section_3_5_2_all_or_nothing(provider, jensen):
    """§3.5.2: where one operation fails, none is done."""
    path = f"/Users/{jensen['id']}"
    operations = [
        {"op": "replace", "path": "title", "value": "Chief"},
        {"op": "replace", "path": "active", "value": "maybe"},
    ]

    assert (400, "invalidValue") == await provider.refusal(
        "PATCH", path, {"schemas": [PATCH], "Operations": operations}
    )
    assert jensen == await provider.get(path)


async def test_section_3_5_2_a_new_primary(provider, jensen):
    """§3.5.2: who becomes the primary one takes it from who was."""
    chosen = {"op": "replace", "path": 'emails[type eq "home"].primary', "value": True}
    after = await provider.changed(f"/Users/{jensen['id']}", chosen)

    assert ["home"] == [each["type"] for each in after["emails"] if each.get("primary")]


async def test_section_3_5_2_1_add_a_member(provider, three):
    """§3.5.2.1: a member is added, said with a display and a $ref that the hub knows better."""
    group = await provider.group("Guides", three[0])
    member = {"display": "James Smith", "$ref": f"https://example.com/v2/Users/{three[1]}", "value": three[1]}
    await provider.changed(f"/Groups/{group['id']}", {"op": "add", "path": "members", "value": [member]})

    assert {*three[:2]} == await provider.members(group["id"])


async def test_section_3_5_2_1_add_without_a_path(provider, jensen):
    """§3.5.2.1: without a path the value names what is added; lists grow, single values change."""
    value = {"emails": [{"value": "babs@new.example", "type": "other"}], "nickName": "Babs"}
    after = await provider.changed(f"/Users/{jensen['id']}", {"op": "add", "value": value})

    assert [*EMAILS, *value["emails"]] == after["emails"]
    assert ("Babs", "Guide") == (after["nickName"], after["title"])


async def test_section_3_5_2_1_add_what_is_there(provider, jensen, three):
    """§3.5.2.1: a value that is there already changes nothing, not even when it was changed last."""
    group = await provider.group("Guides", *three)
    again = {"op": "add", "path": "members", "value": [{"value": three[0]}]}
    same = {"op": "add", "path": "emails", "value": [EMAILS[1]]}

    assert group["meta"] == (await provider.changed(f"/Groups/{group['id']}", again))["meta"]
    assert jensen == await provider.changed(f"/Users/{jensen['id']}", same)


async def test_section_3_5_2_2_remove_one_member(provider, three):
    """§3.5.2.2: the one that the filter chooses goes."""
    group = await provider.group("Guides", *three)
    await provider.changed(
        f"/Groups/{group['id']}", {"op": "remove", "path": f'members[value eq "{three[0]}"]'}
    )

    assert {*three[1:]} == await provider.members(group["id"])


async def test_section_3_5_2_2_remove_all_members(provider, three):
    """§3.5.2.2: without a filter all go, and the attribute is unassigned."""
    group = await provider.group("Guides", *three)
    after = await provider.changed(f"/Groups/{group['id']}", {"op": "remove", "path": "members"})

    assert not after.get("members")


async def test_section_3_5_2_2_remove_chosen_emails(provider, jensen):
    """§3.5.2.2: a filter of two parts."""
    path = 'emails[type eq "work" and value ew "example.com"]'
    after = await provider.changed(f"/Users/{jensen['id']}", {"op": "remove", "path": path})

    assert [EMAILS[1]] == after["emails"]


async def test_section_3_5_2_2_remove_and_add_in_one(provider, three):
    """§3.5.2.2: one member goes and others come, in one request."""
    group = await provider.group("Guides", three[0])
    await provider.changed(
        f"/Groups/{group['id']}",
        {"op": "remove", "path": f'members[value eq "{three[0]}"]'},
        {"op": "add", "path": "members", "value": [{"value": id} for id in three[1:]]},
    )

    assert {*three[1:]} == await provider.members(group["id"])


async def test_section_3_5_2_2_replace_the_members_in_two_steps(provider, three):
    """§3.5.2.2: all go, then others come."""
    group = await provider.group("Guides", three[0])
    await provider.changed(
        f"/Groups/{group['id']}",
        {"op": "remove", "path": "members"},
        {"op": "add", "path": "members", "value": [{"value": id} for id in three[1:]]},
    )

    assert {*three[1:]} == await provider.members(group["id"])


async def test_section_3_5_2_3_replace_all_members(provider, three):
    """§3.5.2.3: the list is exactly what is said."""
    group = await provider.group("Guides", three[0])
    value = [{"value": id} for id in three[1:]]
    await provider.changed(f"/Groups/{group['id']}", {"op": "replace", "path": "members", "value": value})

    assert {*three[1:]} == await provider.members(group["id"])


async def test_section_3_5_2_3_replace_an_address(provider, jensen):
    """§3.5.2.3: the chosen element is exactly what is said."""
    new = {"type": "work", "streetAddress": "911 Universal City Plaza", "country": "US", "primary": True}
    operation = {"op": "replace", "path": 'addresses[type eq "work"]', "value": new}
    after = await provider.changed(f"/Users/{jensen['id']}", operation)

    assert [new, HOME] == after["addresses"]


async def test_section_3_5_2_3_replace_a_street(provider, jensen):
    """§3.5.2.3: of the chosen element only the part that the path names changes."""
    path = 'addresses[type eq "work"].streetAddress'
    after = await provider.changed(
        f"/Users/{jensen['id']}", {"op": "replace", "path": path, "value": "1010 Broadway Ave"}
    )

    assert [{**WORK, "streetAddress": "1010 Broadway Ave"}, HOME] == after["addresses"]


async def test_section_3_5_2_3_replace_without_a_path(provider, jensen):
    """§3.5.2.3: the value names what is replaced; the rest stays."""
    value = {"emails": [{"value": "babs@new.example", "type": "other"}], "nickName": "Babs"}
    after = await provider.changed(f"/Users/{jensen['id']}", {"op": "replace", "value": value})

    assert value == {name: after[name] for name in value}
    assert jensen["addresses"] == after["addresses"]


async def test_section_3_5_2_3_replace_what_is_not_there(provider, jensen):
    """§3.5.2.3: what has no value gets one."""
    after = await provider.changed(
        f"/Users/{jensen['id']}", {"op": "replace", "path": "name.givenName", "value": "Barbara"}
    )

    assert {"givenName": "Barbara"} == after["name"]


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        # §3.5.2
        ({"op": "move", "path": "title", "value": "x"}, "invalidSyntax"),
        ({"op": "add", "path": "title"}, "invalidSyntax"),
        ({"op": "add", "path": "title", "value": "x", "from": "y"}, "invalidSyntax"),
        ({"op": "add", "path": "emails[", "value": "x"}, "invalidPath"),
        ({"op": "add", "path": "shoeSize", "value": "44"}, "invalidPath"),
        ({"op": "replace", "path": "id", "value": "mine"}, "mutability"),
        ({"op": "replace", "path": "meta.version", "value": "mine"}, "mutability"),
        ({"op": "replace", "path": "groups", "value": []}, "mutability"),
        ({"op": "replace", "path": "active", "value": "True"}, "invalidValue"),
        # §3.5.2.2
        ({"op": "remove"}, "noTarget"),
        ({"op": "remove", "path": "userName"}, "mutability"),
        ({"op": "remove", "path": 'emails[type eq "other"]'}, "noTarget"),
        # §3.5.2.3
        ({"op": "replace", "path": 'addresses[type eq "other"].locality', "value": "x"}, "noTarget"),
        ({"op": "replace", "path": 'addresses[type eq "other"]', "value": {"locality": "x"}}, "noTarget"),
    ],
)
async def test_section_3_5_2_refusals(provider, jensen, operation, kind):
    """Each mistake is 400 with the word that the RFC has for it, and changes nothing."""
    path = f"/Users/{jensen['id']}"
    body = {"schemas": [PATCH], "Operations": [operation]}

    assert (400, kind) == await provider.refusal("PATCH", path, body)
    assert jensen == await provider.get(path)


async def test_section_3_5_2_the_message(provider, jensen):
    """§3.5.2: the body says that it is a PatchOp; a resource that is not there is 404."""
    change = {"Operations": [{"op": "remove", "path": "title"}]}
    path = f"/Users/{jensen['id']}"

    assert (400, "invalidSyntax") == await provider.refusal("PATCH", path, change)
    assert (400, "invalidSyntax") == await provider.refusal("PATCH", path, {"schemas": [USER], **change})
    assert (404, None) == await provider.refusal("PATCH", f"/Users/{NOBODY}", {"schemas": [PATCH], **change})
