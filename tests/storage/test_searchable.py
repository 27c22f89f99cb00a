"""What of a document filters read: folded, flat, in each database's way; and what an index holds."""

from __future__ import annotations

import json

import pytest

from hub.scim.catalog import ENTERPRISE_USER, GROUP_TYPE, USER_TYPE
from storage.keys import LENGTH_MAX
from storage.searchable import EMAILS, Key, folded, keys
from tests.storage.generated import CUSTOM, TYPES

ANN = {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
    "id": "u1",
    "userName": "Ann@A.example",
    "externalId": "Ann",
    "name": {"familyName": "STRAẞE"},
    "active": True,
    "emails": [{"value": "x@A.example", "type": "Home"}, {"value": "Y@a.example", "primary": True}],
    ENTERPRISE_USER.id: {"department": "Tours", "manager": {"value": "U2"}},
    "nonsense": "not of the schema",
}
SHORT = "~009e4b75cf7c"


def test_a_folded_document_is_flat():
    """Each value is under its whole path, folded where case does not count, and the primary element first."""
    single, lists = map(json.loads, folded(USER_TYPE, ANN, "sqlite"))

    assert {
        "userName": "ann@a.example",
        "externalId": "Ann",
        "name.familyName": "strasse",
        "active": True,
        f"{SHORT}.department": "tours",
        f"{SHORT}.manager.value": "U2",
    } == single
    assert {
        "emails+": [
            {"emails.value": "y@a.example", "emails.primary": True},
            {"emails.value": "x@a.example", "emails.type": "home"},
        ]
    } == lists


def test_the_other_database_reads_it_in_pieces():
    """Around each value are characters that no text holds, so that a piece of text is a whole value."""
    single, lists = folded(USER_TYPE, {**ANN, "title": ""}, "postgres")

    assert "\x1fuserName\x1eann@a.example\x1f" in single
    assert "\x1factive\x1etrue\x1f" in single
    assert "\x1ftitle\x1c\x1f" in single
    assert lists.startswith("\x1demails\x1d\x1femails.value\x1ey@a.example\x1f")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("oneDatetime", "2011-05-13T06:42:34.5+02:00", "2011-05-13T04:42:34.500000"),
        ("oneDecimal", 4.0, 4),
        ("oneDecimal", -0.0, 0),
        ("oneDecimal", 2.0**62, 2**62),
        ("oneDecimal", 0.1, 0.1),
        ("oneInteger", 2**63 - 1, 2**63 - 1),
        ("oneExact", "Ann", "Ann"),
        ("oneString", "Ann", "ann"),
    ],
)
def test_values_are_as_they_are_compared(name, value, said):
    """Moments are in UTC, and one number is one text, however it was written."""
    single, _ = folded(TYPES["User"], {CUSTOM.id: {name: value}}, "sqlite")

    assert [(said, type(said))] == [(each, type(each)) for each in json.loads(single).values()]


def test_an_index_holds_what_people_are_looked_up_by():
    """E-mail addresses, each once and folded; unique attributes; a digest of what is too long."""
    long = "x" * (LENGTH_MAX + 1)
    document = {
        **ANN,
        "emails": [*ANN["emails"], {"value": "X@a.EXAMPLE"}, {"type": "work"}, {"value": long}],
    }
    found = keys(TYPES["User"], {**document, "urn:example:Badge": {"badge": 7}})

    assert {("x@a.example", False), ("y@a.example", False)} < {(each.value, each.exclusive) for each in found}
    assert 3 == len([each for each in found if each.path == EMAILS])
    assert LENGTH_MAX > max(len(each.value) for each in found)
    assert Key(path="urn:example:Badge:badge", value="7", exclusive=True) in found
    assert frozenset() == keys(GROUP_TYPE, {"displayName": "Staff"})
