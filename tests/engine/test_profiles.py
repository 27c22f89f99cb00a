"""Profiles: what users say, and which connection says it."""

from __future__ import annotations

from hub.engine.people.profiles import profile_of
from hub.engine.values.resources import Resource

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def said(connection, **document):
    """Return a user that says so."""
    return connection, Resource(id="u", kind="User", document=document, created="", modified="")


def test_each_attribute_with_its_sources():
    """What two say alike stands once with both, what they say differently twice; parts are named."""
    one = said("c1", userName="ann", displayName="Ann", name={"givenName": "Ann", "familyName": "Lee"})
    two = said("c2", userName="ann", displayName="Ann", name={"givenName": "Anne"}, title="")

    assert [
        ("displayName", [("Ann", ["c1", "c2"])]),
        ("name.givenName", [("Ann", ["c1"]), ("Anne", ["c2"])]),
        ("name.familyName", [("Lee", ["c1"])]),
    ] == [(trait.name, list(trait.values)) for trait in profile_of([one, two])]


def test_lists_and_extensions_are_told():
    """Elements by their value and kind, in text; an extension by its attributes; yes and no in words."""
    user = said(
        "c",
        schemas=["x"],
        id="u",
        emails=[{"value": "a@a", "type": "work", "primary": True}, {"value": "b@a"}],
        addresses=[{"locality": "Bern", "country": "CH", "type": "home"}],
        **{
            ENTERPRISE: {
                "department": "Sales",
                "manager": {"value": "m1", "$ref": "/Users/m1"},
                "vip": False,
                "none": None,
            }
        },
    )

    assert {
        "emails": ["a@a (work, primary)", "b@a"],
        "addresses": ["Bern, CH (home)"],
        "department": ["Sales"],
        "manager.value": ["m1"],
        "vip": ["no"],
    } == {trait.name: [value for value, _ in trait.values] for trait in profile_of([user])}
