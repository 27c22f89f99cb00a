"""Made-up schemas, and documents of them, for laws."""

from __future__ import annotations

from typing import Any

from attrs import evolve
from hypothesis import strategies as st

from hub.scim.catalog import USER, USER_TYPE
from hub.scim.definitions import CREDENTIALS, RESERVED
from hub.scim.schema import Attribute, Mutability, ResourceType, Returned, Schema, Type, Uniqueness
from tests.scim.strategies import VALUES, texts

Strategy = st.SearchStrategy[Any]

URN = "urn:example:acme:2.0:User"

#: What is no attribute's name, and what a list makes more of than of any other part.
NO_NAMES = CREDENTIALS | RESERVED | {"primary"}
LETTERS = "abcxyzABCXYZ"
names = st.builds(str.__add__, st.sampled_from(LETTERS), st.text(f"{LETTERS}019_-", max_size=5)).filter(
    lambda name: name.lower() not in NO_NAMES
)
SIMPLE = [kind for kind in Type if kind is not Type.COMPLEX]
CHANGEABLE = [Mutability.READ_WRITE, Mutability.READ_ONLY, Mutability.IMMUTABLE]


@st.composite
def _attributes(draw: st.DrawFn, *, sub: bool = False) -> dict[str, Any]:
    kind = draw(st.sampled_from(SIMPLE if sub else [*Type]))
    told: dict[str, Any] = {"name": draw(names), "type": kind.value}
    mutability = draw(st.sampled_from(CHANGEABLE))
    optional: dict[str, Strategy] = {
        "description": st.text(min_size=1, max_size=20),
        "mutability": st.just(mutability.value),
        "required": st.booleans() if mutability is not Mutability.READ_ONLY else st.just(False),
        "returned": st.sampled_from([each.value for each in Returned]),
    }
    if kind is Type.STRING:
        optional["caseExact"] = st.booleans()
        optional["canonicalValues"] = st.just(["Gold", "Silver", "Blei"])
    if not sub:
        optional["multiValued"] = st.booleans()
        if kind not in {Type.COMPLEX, Type.BOOLEAN}:
            optional["uniqueness"] = st.sampled_from([each.value for each in Uniqueness])
    told |= draw(st.fixed_dictionaries({}, optional=optional))
    if kind is Type.REFERENCE:
        told["referenceTypes"] = draw(st.sampled_from([["User"], ["external"], ["User", "Group"]]))
    if kind is Type.COMPLEX:
        told["subAttributes"] = parts = draw(_lists(sub=True))
        if all(part.get("mutability") == Mutability.READ_ONLY for part in parts):
            told.pop("required", None)
    return told


def _lists(*, sub: bool = False) -> Strategy:
    return st.lists(
        _attributes(sub=sub),
        min_size=1,
        max_size=3 if sub else 5,
        unique_by=lambda each: each["name"].lower(),
    )


definitions: Strategy = st.fixed_dictionaries(
    {"id": st.just(URN), "attributes": _lists()},
    optional={
        "name": st.text(min_size=1, max_size=9),
        "description": st.text(min_size=1, max_size=9),
        "schemas": st.just(["urn:ietf:params:scim:schemas:core:2.0:Schema"]),
        "meta": st.just({"resourceType": "Schema"}),
    },
)
"""Definitions of schemas in the form of RFC 7643 §7."""


def kind_with(schema: Schema) -> ResourceType:
    """Return what a User is in a team that added *schema*."""
    return evolve(USER_TYPE, extensions=(*USER_TYPE.extensions, schema))


def user(**extensions: Any) -> dict[str, Any]:
    """Return a User with what stands under these URNs, as it is kept."""
    present = {urn: value for urn, value in extensions.items() if value}
    return {"schemas": [USER.id, *present], "userName": "ann", **present}


def writable(attribute: Attribute) -> bool:
    """Say whether *attribute* can be given a value."""
    parts = not attribute.sub_attributes or any(map(writable, attribute.sub_attributes))
    return parts and attribute.mutability is not Mutability.READ_ONLY


def value_of(attribute: Attribute) -> Strategy:
    """Return what *attribute* may hold: of its canonical values, with all its required parts."""
    if attribute.sub_attributes:
        one = objects_of(attribute.sub_attributes).filter(bool)
    elif attribute.canonical_values:
        one = st.sampled_from(attribute.canonical_values)
    else:
        one = VALUES.get(attribute.type, texts)
    return st.lists(one, min_size=1, max_size=2) if attribute.multi_valued else one


def objects_of(attributes: tuple[Attribute, ...]) -> Strategy:
    """Return objects with some of *attributes*, and with all that are required."""
    given = [attribute for attribute in attributes if writable(attribute)]
    return st.fixed_dictionaries(
        {each.name: value_of(each) for each in given if each.required},
        optional={each.name: value_of(each) for each in given if not each.required},
    )
