"""Which address makes two users one person, and which does not."""

from __future__ import annotations

import pytest

from hub.engine.seats.people import address_of
from hub.teams import Connection


def address(document, *domains):
    """Return the address by which *document* is known to a connection that may assert *domains*."""
    connection = Connection(id="c", team="t", idp="generic", domains=domains)
    return address_of(connection, {"userName": "x", **document})


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"userName": "Ann@A.example"}, "ann@a.example"),
        ({"userName": "ann", "emails": [{"value": "ann@a.example"}]}, "ann@a.example"),
        ({"userName": "ann@b.example", "emails": [{"value": "ann@a.example"}]}, "ann@a.example"),
        (
            {"emails": [{"value": "old@a.example"}, {"value": "new@a.example", "primary": True}]},
            "new@a.example",
        ),
        ({"userName": "ann"}, None),
        ({"userName": "ann@b.example"}, None),
        ({"emails": [{"type": "work"}]}, None),
    ],
)
def test_a_user_is_known_by_an_address_of_an_asserted_domain(document, expected):
    """First the userName, then the primary e-mail, then others; folded, and of an asserted domain."""
    assert expected == address(document, "a.example")


def test_without_domains_nobody_is_known():
    """A connection that may assert nothing shares no person with another."""
    assert None is address({"userName": "ann@a.example"})
