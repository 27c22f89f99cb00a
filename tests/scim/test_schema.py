"""Lookups in schemas."""

import pytest

from hub.scim.catalog import ENTERPRISE_USER, GROUP_TYPE, USER, USER_TYPE


@pytest.mark.parametrize(
    ("name", "schema", "sub", "found"),
    [
        ("userName", None, None, (None, "userName", None)),
        ("USERNAME", None, None, (None, "userName", None)),
        ("id", None, None, (None, "id", None)),
        ("userName", USER.id, None, (None, "userName", None)),
        ("externalid", USER.id.upper(), None, (None, "externalId", None)),
        ("name", None, "FAMILYname", (None, "name", "familyName")),
        ("meta", None, "lastmodified", (None, "meta", "lastModified")),
        ("Department", ENTERPRISE_USER.id.lower(), None, (ENTERPRISE_USER.id, "department", None)),
        ("manager", ENTERPRISE_USER.id, "value", (ENTERPRISE_USER.id, "manager", "value")),
        ("User", ENTERPRISE_USER.id.removesuffix(":User"), None, (None, ENTERPRISE_USER.id, None)),
    ],
)
def test_found(name, schema, sub, found):
    """An attribute is found without case, with or without its schema (RFC 7643 §2.1, RFC 7644 §3.10)."""
    place = USER_TYPE.find(name, schema=schema, sub=sub)

    assert place is not None
    assert found == (place.urn, place.attribute.name, place.sub and place.sub.name)


@pytest.mark.parametrize(
    ("name", "schema", "sub"),
    [
        ("department", None, None),
        ("userName", ENTERPRISE_USER.id, None),
        ("userName", "urn:example:other", None),
        ("userName", None, "value"),
        ("name", None, "nonsense"),
        ("nonsense", None, None),
    ],
)
def test_not_found(name, schema, sub):
    """What stands elsewhere, or nowhere, is not found."""
    assert USER_TYPE.find(name, schema=schema, sub=sub) is None


def test_each_type_has_its_own():
    """A group has no user's attributes."""
    assert GROUP_TYPE.find("members") is not None
    assert GROUP_TYPE.find("userName") is None
    assert GROUP_TYPE.find("department", schema=ENTERPRISE_USER.id) is None
