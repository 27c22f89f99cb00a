"""Spliced bytes say what a document says."""

from __future__ import annotations

import asyncio
import json
import tracemalloc

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from hub.engine.values.resources import Member, Membership, Resource
from hub.engine.values.shape import as_bytes, as_document, as_text, members_text, version_of, with_members
from hub.scim.catalog import ENTERPRISE_USER

URN = ENTERPRISE_USER.id
NOW = "2026-01-01T00:00:00.000Z"
BASE = "https://hub.example/scim/v2/c"
TEXT = st.text(st.characters(codec="utf-8"))
DOCUMENTS = st.fixed_dictionaries({"schemas": st.just(["urn:x"]), "id": st.just("r1"), "displayName": TEXT})
IDS = st.uuids().map(str)
MEMBERS = st.lists(st.builds(Member, id=IDS, kind=st.sampled_from(["User", "Group"])), max_size=3)
GROUPS = st.lists(st.builds(Membership, group=IDS, display=TEXT, direct=st.booleans()), max_size=3)


def resource(document=None, **facts):
    """Return a resource as the store keeps it."""
    facts = {"id": "r1", "kind": "Group", "created": NOW, "modified": NOW, **facts}
    return Resource(document=document or {"schemas": []}, **facts)


async def parts(pages):
    """Yield the members of each page that has any, as JSON."""
    for page in filter(None, pages):
        yield members_text(page, BASE).encode()


@given(DOCUMENTS, st.lists(MEMBERS, max_size=3), GROUPS)
def test_bytes_and_document_are_the_same_resource(document, pages, groups):
    """Splicing text and building a document come to the same JSON, whatever stands in it."""
    text = as_text(resource(document, groups=groups))
    found = [member for page in pages for member in page]
    spliced = json.loads(asyncio.run(with_members(as_bytes(text, BASE), parts(pages))))

    assert as_document(text, BASE, found) == spliced
    assert document == {name: spliced[name] for name in document}
    assert f"{BASE}/Groups/r1" == spliced["meta"]["location"]
    assert len(found) == len(spliced.get("members", []))
    assert len(groups) == len(spliced.get("groups", []))


async def test_of_many_members_there_is_one_copy():
    """Beside an answer of many members there is the page that is being put in, and no list of all pages."""
    page = [Member(id="0190a5c0-0000-7000-8000-000000000000", kind="User")] * 5_000
    tracemalloc.start()
    try:
        whole = await with_members(b"{}", parts([page] * 20))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 1.5 * len(whole)


@pytest.mark.parametrize("base_url", [BASE, 'https://"é\\.example'])
def test_links_are_kept_short_and_told_whole(base_url):
    """RFC 7643 §2.3.7: a link begins at the connection's address, whatever its letters; all else stays."""
    manager = {"value": "u2", "$ref": "/Users/u2"}
    others = {name: {"manager": manager} for name in ("urn:x", "urn:z")}  # a team's own, before and after
    said = {"schemas": [URN, "urn:x"], "title": f'"{URN}":{{"$ref":"/Users/u2', **others}
    document = {
        "urn:x": others["urn:x"],
        URN: {"department": "{", "manager": manager, "division": "}"},
        **said,
    }
    text = as_text(resource(document))
    told = as_document(text, base_url)

    assert told == json.loads(as_bytes(text, base_url))
    assert f"{base_url}/Users/u2" == told[URN]["manager"]["$ref"]
    assert said == {name: told[name] for name in said}
    alone = as_text(resource(said))
    assert said == {name: as_document(alone, base_url)[name] for name in said}


def test_members_say_what_they_are_and_where():
    """RFC 7643 §4.2: a member has a value, a type and a reference."""
    document = as_document(
        as_text(resource()), BASE, [Member(id="u", kind="User"), Member(id="g", kind="Group")]
    )

    assert [
        {"value": "u", "$ref": f"{BASE}/Users/u", "type": "User"},
        {"value": "g", "$ref": f"{BASE}/Groups/g", "type": "Group"},
    ] == document["members"]


def test_groups_say_what_they_are_called_and_how_the_user_came_there():
    """RFC 7643 §4.1.2: a membership has a value, a reference, a name to show, and is direct or indirect."""
    groups = [
        Membership(group="g", display="Staff", direct=True),
        Membership(group="h", display="All", direct=False),
    ]
    document = as_document(as_text(resource(id="u", kind="User", person="p", groups=groups)), BASE)

    assert [
        {"value": "g", "$ref": f"{BASE}/Groups/g", "display": "Staff", "type": "direct"},
        {"value": "h", "$ref": f"{BASE}/Groups/h", "display": "All", "type": "indirect"},
    ] == document["groups"]


def test_an_address_of_any_letters_is_said_as_json_says_it():
    """The address of the hub comes from a request, and is no part of the text that it stands in."""
    base = 'https://a"b\\c.example'

    assert (
        f"{base}/Users/u" == json.loads(f"[{members_text([Member(id='u', kind='User')], base)}]")[0]["$ref"]
    )


@pytest.mark.parametrize("change", [{"group": "h"}, {"display": "All"}, {"direct": False}])
def test_a_version_tells_of_groups(change):
    """Another group, name or way of being in it makes another version of what is shown."""
    one = Membership(group="g", display="Staff", direct=True)
    before, after, none = (
        version_of(as_text(resource(kind="User", person="p", groups=groups)))
        for groups in ([one], [evolve(one, **change)], [])
    )

    assert 3 == len({before, after, none})
