"""A filter that names the hub's own addresses finds as they are kept what it would find as they are told."""

from __future__ import annotations

import pytest

from hub.scim.catalog import ENTERPRISE_USER, GROUP_TYPE, USER_TYPE
from hub.scim.expressions import Operator
from hub.scim.localising import localised
from hub.scim.match import matches
from hub.scim.parsing import parse_filter

BASE = "https://hub.example/scim/v2/c"
OTHER = "https://elsewhere.example/scim/v2/c"
RESTS = ["/", "/u1", "/Users/", "/Users/u1", "/Users/u2", "/Groups/g1", "/Users/u1/", "/users/U1"]


def told(base_url):
    """Return a user and a group with the hub's addresses, each below *base_url*."""
    manager = {"value": "u1", "$ref": f"{base_url}/Users/u1"}
    return {
        USER_TYPE: {
            "meta": {"location": f"{base_url}/Users/u1"},
            "groups": [{"$ref": f"{base_url}/Groups/{id}"} for id in ("g1", "g2")],
            "profileUrl": f"{BASE}/Users/u1",
            ENTERPRISE_USER.id: {"manager": manager},
        },
        GROUP_TYPE: {
            "meta": {"location": f"{base_url}/Groups/g1"},
            "members": [{"$ref": f"{base_url}/Users/{id}"} for id in ("u1", "u2")],
        },
    }


PATHS = [
    (USER_TYPE, "meta.location {}"),
    (USER_TYPE, "META.Location {}"),
    (USER_TYPE, f"{USER_TYPE.schema.id}:groups.$ref {{}}"),
    (USER_TYPE, "groups[$ref {} and $ref pr]"),
    (USER_TYPE, f"{ENTERPRISE_USER.id}:manager.$ref {{}}"),
    (USER_TYPE, f"not ({ENTERPRISE_USER.id}:manager[$ref {{}}])"),
    (USER_TYPE, "profileUrl {}"),
    (GROUP_TYPE, "members.$ref {} or not (meta.location pr)"),
    (GROUP_TYPE, "not (members[not ($ref {})])"),
]


@pytest.mark.parametrize(("kind", "path"), PATHS)
@pytest.mark.parametrize("operator", Operator)
def test_the_same_is_found(kind, path, operator):
    """Whatever is asked of an address, as a whole or as the beginning of it, by each operator."""
    for literal in [f"{BASE}{rest}" for rest in RESTS]:
        where = parse_filter(path.format(f'{operator} "{literal}"'))
        expected = matches(kind, told(BASE)[kind], where)

        assert expected == matches(kind, told("")[kind], localised(where, BASE)), literal


@pytest.mark.parametrize(
    "where",
    [
        f'meta.location eq "{OTHER}/Users/u1"',
        f'profileUrl eq "{BASE}/Users/u1"',
        f'urn:example:acme:2.0:User:manager.$ref eq "{BASE}/Users/u1"',
        f'meta.location eq "{BASE}er/Users/u1"',
        'meta.location ew "/Users/u1"',
        "meta.location pr",
        "active eq true",
    ],
)
def test_anything_else_stays(where):
    """Other addresses, and other attributes' values, are asked for as they are."""
    assert parse_filter(where) == localised(parse_filter(where), BASE)
