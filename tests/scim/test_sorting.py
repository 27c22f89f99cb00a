"""What a list can be sorted by (RFC 7644 §3.4.2.3)."""

from __future__ import annotations

import pytest

from hub.scim.catalog import COMMON, ENTERPRISE_USER, GROUP_TYPE, USER, USER_TYPE
from hub.scim.errors import InvalidPath, InvalidValue
from hub.scim.expressions import Path
from hub.scim.schema import Attribute, ResourceType, Returned, Schema, Type
from hub.scim.sorting import descends, sort_path

ENTERPRISE = ENTERPRISE_USER.id


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("userName", Path(name="userName")),
        ("USERNAME", Path(name="userName")),
        (f"{USER.id}:userName", Path(name="userName")),
        ("name.familyName", Path(name="name", sub="familyName")),
        ("emails", Path(name="emails", sub="value")),
        ("emails.Type", Path(name="emails", sub="type")),
        ("meta.lastModified", Path(name="meta", sub="lastModified")),
        ("active", Path(name="active")),
        ("id", Path(name="id")),
        (f"{ENTERPRISE}:department", Path(schema=ENTERPRISE, name="department")),
        (f"{ENTERPRISE.upper()}:manager", Path(schema=ENTERPRISE, name="manager", sub="value")),
        (
            f"{ENTERPRISE}:manager.displayName",
            Path(schema=ENTERPRISE, name="manager", sub="displayName"),
        ),
    ],
)
@pytest.mark.parametrize("strict", [True, False])
def test_an_attribute_in_the_schemas_words(text, path, strict):
    """Names in any case, qualified or not, come to one path; a complex attribute is sorted by its value."""
    assert path == sort_path([USER_TYPE], text, strict=strict)


@pytest.mark.parametrize("text", ["nobody", "name.nobody", "urn:x:nobody", "userName.value"])
def test_what_no_schema_knows(text):
    """Strict refuses it, tolerant sorts by nothing."""
    assert sort_path([USER_TYPE], text, strict=False) is None
    with pytest.raises(InvalidPath, match="sortBy"):
        sort_path([USER_TYPE], text, strict=True)


@pytest.mark.parametrize(
    "text",
    [
        *("name", "addresses", "meta", ENTERPRISE, "x509Certificates", "x509Certificates.value"),
        *("password", 'emails[type eq "work"]', 'emails[type eq "work"].value', "", " ", "user name", "a..b"),
    ],
)
@pytest.mark.parametrize("strict", [True, False])
def test_what_has_no_order(text, strict):
    """Neither an object without a value, nor bytes, nor what is never shown, nor what is no name."""
    with pytest.raises(InvalidPath):
        sort_path([USER_TYPE], text, strict=strict)


def test_what_is_never_shown_is_not_told_by_the_order():
    """A secret of a custom schema, or a part of one, sorts nothing: the order would tell it."""
    pin = Attribute(name="pin", description="A secret.", returned=Returned.NEVER)
    safe = Attribute(name="safe", description="Locked.", type=Type.COMPLEX, sub_attributes=(pin,))
    schema = Schema(id="urn:x:Box", name="Box", description="A box.", attributes=(pin, safe))
    box = ResourceType(name="Box", description="A box", endpoint="/Boxes", common=COMMON, schema=schema)
    for text in ("pin", "safe.pin"):
        with pytest.raises(InvalidPath, match="never shown"):
            sort_path([box], text, strict=False)


def test_among_several_types_one_has_to_know_it():
    """At the root, what one kind has sorts all: the others have no value there."""
    both = [USER_TYPE, GROUP_TYPE]

    assert Path(name="userName") == sort_path(both, "userName", strict=True)
    assert Path(name="members", sub="value") == sort_path(both, "members", strict=True)
    with pytest.raises(InvalidPath):
        sort_path(both, "nobody", strict=True)


def test_orders():
    """Ascending or descending, in these very words."""
    assert [False, True] == [descends("ascending"), descends("descending")]
    for text in ("", "Ascending", "desc", "1"):
        with pytest.raises(InvalidValue, match="sortOrder"):
            descends(text)
