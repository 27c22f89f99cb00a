"""A resource spliced from stored text is the one that would have been built."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from hub.engine.ports import Member, Resource
from hub.engine.shape import as_bytes, as_document, as_text

NOW = "2026-01-01T00:00:00.000Z"
BASE = "https://hub.example/scim/v2/c"
DOCUMENTS = st.fixed_dictionaries(
    {"schemas": st.just(["urn:x"]), "id": st.just("r1"), "displayName": st.text(st.characters(codec="utf-8"))}
)
MEMBERS = st.lists(
    st.builds(Member, id=st.uuids().map(str), kind=st.sampled_from(["User", "Group"])), max_size=3
)


@given(DOCUMENTS, MEMBERS)
def test_bytes_and_document_are_the_same_resource(document, members):
    """Splicing text and building a document come to the same JSON, whatever stands in it."""
    resource = Resource(id="r1", kind="Group", document=document, created=NOW, modified=NOW)
    spliced = json.loads(as_bytes(as_text(resource), BASE, members))

    assert as_document(as_text(resource), BASE, members) == spliced
    assert document == {name: spliced[name] for name in document}
    assert f"{BASE}/Groups/r1" == spliced["meta"]["location"]
    assert len(members) == len(spliced.get("members", []))


def test_members_say_what_they_are_and_where():
    """RFC 7643 §4.2: a member has a value, a type and a reference."""
    resource = Resource(id="g", kind="Group", document={"schemas": []}, created=NOW, modified=NOW)
    document = as_document(as_text(resource), BASE, [Member(id="u", kind="User")])

    assert [{"value": "u", "$ref": f"{BASE}/Users/u", "type": "User"}] == document["members"]
