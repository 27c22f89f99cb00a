"""The schemas against RFC 7643."""

import pytest

from hub.scim.catalog import COMMON, ENTERPRISE_USER, GROUP, GROUP_TYPE, RESOURCE_TYPES, USER, USER_TYPE
from hub.scim.schema import Mutability, Returned, Type


def _names(attributes):
    return {attribute.name for attribute in attributes}


def test_user():
    """RFC 7643 §4.1: what a User has."""
    assert {
        "userName", "name", "displayName", "nickName", "profileUrl", "title", "userType", "preferredLanguage",
        "locale", "timezone", "active", "password", "emails", "phoneNumbers", "ims", "photos", "addresses",
        "groups", "entitlements", "roles", "x509Certificates",
    } == _names(USER.attributes)  # fmt: skip
    assert ("userName",) == USER_TYPE.required


def test_group():
    """RFC 7643 §4.2: what a Group has."""
    assert {"displayName", "members"} == _names(GROUP.attributes)
    assert ("displayName",) == GROUP_TYPE.required


def test_enterprise_user():
    """RFC 7643 §4.3: what the enterprise extension adds."""
    assert {"employeeNumber", "costCenter", "organization", "division", "department", "manager"} == _names(
        ENTERPRISE_USER.attributes
    )


def test_common():
    """RFC 7643 §3.1: what every resource has, and who may write it."""
    assert {"schemas": "readOnly", "id": "readOnly", "externalId": "readWrite", "meta": "readOnly"} == {
        attribute.name: attribute.mutability.value for attribute in COMMON
    }


def test_password_goes_in_and_never_out():
    """RFC 7643 §4.1.1: a password is written, never returned."""
    password = USER.by_name["password"]

    assert (Mutability.WRITE_ONLY, Returned.NEVER) == (password.mutability, password.returned)


@pytest.mark.parametrize("kind", RESOURCE_TYPES)
def test_references_are_exact(kind):
    """RFC 7643 §2.3.7: references and binaries are compared with case, and references say to what."""
    attributes = list(kind.by_name.values())
    attributes += [sub for attribute in attributes for sub in attribute.sub_attributes]

    for attribute in attributes:
        assert attribute.case_exact or attribute.type not in {Type.REFERENCE, Type.BINARY}, attribute.name
        assert bool(attribute.reference_types) is (attribute.type is Type.REFERENCE), attribute.name
        assert bool(attribute.sub_attributes) is (attribute.type is Type.COMPLEX), attribute.name


def test_names_are_not_exact():
    """RFC 7643 §4.1: userName, addresses and names of groups have no case; externalId has."""
    assert not USER.by_name["username"].case_exact
    assert not USER.by_name["emails"].subs["value"].case_exact
    assert not GROUP.by_name["displayname"].case_exact
    assert USER_TYPE.by_name["externalid"].case_exact
