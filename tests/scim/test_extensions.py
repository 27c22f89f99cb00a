"""What a team adds is kept as text, and becomes the types of its resources."""

from __future__ import annotations

import json

import pytest

from hub.scim.catalog import BUILT_IN, ENTERPRISE_USER, GROUP_TYPE, SEAT_USER, USER_TYPE
from hub.scim.definitions import read_schema
from hub.scim.discovery import definition, schemas
from hub.scim.extensions import NONE, Extension, overlapping, read, types_of, written

URN = "urn:example:acme:2.0:User"


def extension(kind="User", urn=URN):
    """Return a schema with one attribute, for resources of *kind*."""
    return Extension(kind=kind, schema=read_schema({"id": urn, "attributes": [{"name": "badge"}]}))


def test_nothing_added():
    """A team without schemas of its own has the built-in types themselves."""
    assert BUILT_IN is types_of(NONE)
    assert NONE == written(read(NONE))


def test_the_same_text_is_the_same_types():
    """Types are compared by identity: a text that is read anew gives those that caches know."""
    text = written([extension()])
    again = json.dumps(json.loads(text), separators=(",", ":"))

    assert again is not text
    assert types_of(text) is types_of(again)


def test_text_is_the_form_of_the_rfc():
    """What is kept is what /Schemas tells, with the kind it extends, and reads as it was written."""
    added = [extension(), extension("Group", "urn:example:acme:2.0:Group")]
    text = written(added)

    assert [{"kind": each.kind, "schema": definition(each.schema)} for each in added] == json.loads(text)
    assert text == written(read(text))


def test_only_its_kind_is_extended():
    """A User that is extended is a User still, and Groups are as they were."""
    types = types_of(written([extension()]))

    assert ["User", "Group"] == list(types)
    assert GROUP_TYPE is types["Group"]
    assert [ENTERPRISE_USER.id, SEAT_USER.id, URN] == [each.id for each in types["User"].extensions]
    place = types["User"].find("BADGE", schema=URN.upper())
    assert place is not None
    assert (URN, "badge") == (place.urn, place.attribute.name)
    assert USER_TYPE.find("badge", schema=URN) is None
    assert URN in {document["id"] for document in schemas(types, "https://hub.example")}


@pytest.mark.parametrize(
    ("urn", "found"),
    [
        ("urn:example:acme:2.0:User", None),
        ("urn:example:acme:2.0:User2", None),
        ("urn:example:acme:2.0:User:badge", URN),
        ("URN:example:acme:2.0:user:badge", URN),
        ("urn:example:acme", URN),
        ("urn:example:other:User", None),
    ],
)
def test_overlapping(urn, found):
    """RFC 7644 §3.10: what begins as another's URN would be an attribute of it, to a path."""
    assert found == overlapping(urn, ["urn:example:x:Y", URN])
