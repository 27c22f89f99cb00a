"""Types as a search of the root sees them (RFC 7644 §3.4.2.1)."""

from __future__ import annotations

import pytest

from hub.scim.catalog import BUILT_IN, ENTERPRISE_USER, GROUP, USER
from hub.scim.match import matches
from hub.scim.parsing import parse_filter
from hub.scim.widening import widened

WIDE = widened(BUILT_IN)
ANN = {"userName": "ann", "displayName": "Staff", "active": True}
STAFF = {"displayName": "Staff", "members": [{"value": "u1"}]}


@pytest.mark.parametrize(
    ("text", "user", "group"),
    [
        ('displayName eq "staff"', True, True),
        ('userName eq "ann"', True, False),
        ('userName ne "ann"', False, True),
        ("not (active eq true)", False, True),
        ('members eq "u1"', False, True),
        (f'{GROUP.id}:displayName eq "staff"', False, True),
        (f'{USER.id}:displayName eq "staff"', True, False),
        (f"{ENTERPRISE_USER.id}:department pr", False, False),
        (f'{ENTERPRISE_USER.id}:department ne "x"', True, True),
    ],
)
def test_what_a_kind_does_not_know_it_has_no_value_of(text, user, group):
    """An attribute of another kind is asked for without an error, and is absent."""
    where = parse_filter(text)

    assert (user, group) == (matches(WIDE["User"], ANN, where), matches(WIDE["Group"], STAFF, where))


def test_the_same_types_are_widened_once():
    """They key caches, as they do themselves."""
    assert widened(BUILT_IN) is widened(dict(BUILT_IN))
    assert ["User", "Group"] == list(WIDE)
