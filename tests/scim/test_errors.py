"""Refusals in the RFC's numbers and names."""

import pytest

from hub.scim import errors

# RFC 7644 tables 8 and 9, RFC 9865 table 3
KINDS = {
    "ExpiredCursor": (400, "expiredCursor"),
    "InvalidCount": (400, "invalidCount"),
    "InvalidCursor": (400, "invalidCursor"),
    "InvalidFilter": (400, "invalidFilter"),
    "InvalidPath": (400, "invalidPath"),
    "InvalidSyntax": (400, "invalidSyntax"),
    "InvalidValue": (400, "invalidValue"),
    "Mutability": (400, "mutability"),
    "NoTarget": (400, "noTarget"),
    "Sensitive": (400, "sensitive"),
    "TooMany": (400, "tooMany"),
    "Unauthorized": (401, None),
    "Forbidden": (403, None),
    "NotFound": (404, None),
    "MethodNotAllowed": (405, None),
    "Uniqueness": (409, "uniqueness"),
    "PreconditionFailed": (412, None),
    "PayloadTooLarge": (413, None),
    "UnsupportedMediaType": (415, None),
    "TooManyRequests": (429, None),
    "ServerFault": (500, None),
    "NotImplementedByHub": (501, None),
    "Unavailable": (503, None),
}


def test_every_kind_is_in_the_table():
    """No kind of refusal is without a number."""
    kinds = {name for name, value in vars(errors).items() if isinstance(value, type)}

    assert KINDS.keys() == kinds - {"ScimError", "ClassVar"}


@pytest.mark.parametrize("name", KINDS)
def test_status_and_type(name):
    """Status and scimType are facts of the class."""
    kind = getattr(errors, name)

    assert KINDS[name] == (kind.status, kind.scim_type)


def test_body():
    """RFC 7644 §3.12: the status is a string, scimType is there where the table has one."""
    assert {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
        "status": "400",
        "scimType": "mutability",
        "detail": "id is read-only",
    } == errors.Mutability("id is read-only").body()
    assert "scimType" not in errors.NotFound("nobody has this id").body()


@pytest.mark.parametrize("kind", [errors.TooManyRequests, errors.Unavailable])
def test_when_to_ask_again(kind):
    """Who is to come back is told when, in whole seconds."""
    refusal = kind("not now", retry_after=5)

    assert (5, "not now", "not now") == (refusal.retry_after, refusal.detail, str(refusal))
