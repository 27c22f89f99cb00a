"""Documents into answers."""

import copy
import json
import tracemalloc

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from hub.scim.catalog import COMMON, ENTERPRISE_USER, GROUP, GROUP_TYPE, USER, USER_TYPE
from hub.scim.errors import InvalidPath
from hub.scim.schema import Attribute, ResourceType, Returned, Type
from hub.scim.writing import list_response, project
from tests.scim.strategies import users

EXTENSION = ENTERPRISE_USER.id
ALWAYS = {"schemas": [USER.id, EXTENSION], "id": "u1"}
BABS = {
    **ALWAYS,
    "userName": "bjensen",
    "name": {"familyName": "Jensen", "givenName": "Barbara"},
    "emails": [{"value": "a@x.example", "type": "work"}, {"type": "home"}],
    EXTENSION: {"department": "R&D", "manager": {"value": "u2"}},
    "meta": {"resourceType": "User", "version": "1"},
}


def shown(attributes=None, excluded=None):
    """Return what is shown of Babs."""
    return project(USER_TYPE, BABS, attributes=attributes, excluded=excluded)


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ("userName", {"userName": "bjensen"}),
        ("USERNAME", {"userName": "bjensen"}),
        (f"{USER.id}:userName", {"userName": "bjensen"}),
        ("id", {}),
        ("", {}),
        (" , ", {}),
        ("nonsense", {}),
        ("nickName", {}),
        ("name", {"name": BABS["name"]}),
        ("name.familyName", {"name": {"familyName": "Jensen"}}),
        ("name.familyName, NAME.GIVENNAME", {"name": BABS["name"]}),
        ("name.familyName,name", {"name": BABS["name"]}),
        ("name,name.familyName", {"name": BABS["name"]}),
        ("name.middleName", {}),
        ("emails.value", {"emails": [{"value": "a@x.example"}]}),
        ("emails.display", {}),
        ("meta.version,userName", {"meta": {"version": "1"}, "userName": "bjensen"}),
        (EXTENSION, {EXTENSION: BABS[EXTENSION]}),
        (EXTENSION.lower(), {EXTENSION: BABS[EXTENSION]}),
        (f"{EXTENSION}:department", {EXTENSION: {"department": "R&D"}}),
        (f"{EXTENSION}:manager.value", {EXTENSION: {"manager": {"value": "u2"}}}),
        (f"{EXTENSION}:costCenter", {}),
    ],
)
def test_attributes(attributes, expected):
    """RFC 7644 §3.9: what is asked for is shown, and what is always returned."""
    assert {**ALWAYS, **expected} == shown(attributes)


@pytest.mark.parametrize(
    ("excluded", "gone"),
    [
        ("userName", ["userName"]),
        ("USERNAME,emails", ["userName", "emails"]),
        ("id,schemas", []),
        ("nonsense", []),
        ("name.familyName,name.givenName", ["name"]),
        ("name.familyName,name", ["name"]),
        (EXTENSION, [EXTENSION]),
        ("meta", ["meta"]),
    ],
)
def test_excluded(excluded, gone):
    """RFC 7644 §3.9: what is excluded is left out, unless it is always returned."""
    assert {name: value for name, value in BABS.items() if name not in gone} == shown(excluded=excluded)


@pytest.mark.parametrize(
    ("excluded", "name", "left"),
    [
        ("name.familyName", "name", {"givenName": "Barbara"}),
        ("emails.value", "emails", [{"type": "work"}, {"type": "home"}]),
        ("emails.type", "emails", [{"value": "a@x.example"}]),
        (f"{EXTENSION}:manager", EXTENSION, {"department": "R&D"}),
        (f"{EXTENSION}:manager.value", EXTENSION, {"department": "R&D"}),
    ],
)
def test_parts_are_excluded(excluded, name, left):
    """Parts can be left out, and what nothing is left of goes whole."""
    assert {**BABS, name: left} == shown(excluded=excluded)


def test_both():
    """What is asked for and excluded is not shown."""
    assert {**ALWAYS, "name": {"givenName": "Barbara"}} == shown("userName,name", "userName,name.familyName")


def test_members():
    """A group without its members is what a provider asks for most."""
    group = {
        "schemas": [GROUP.id],
        "id": "g1",
        "displayName": "Staff",
        "members": [{"value": "u1", "type": "User"}],
    }
    asked = {"attributes": None, "excluded": "members"}

    assert {"schemas": [GROUP.id], "id": "g1", "displayName": "Staff"} == project(GROUP_TYPE, group, **asked)
    asked = {"attributes": "members.value", "excluded": None}
    assert [{"value": "u1"}] == project(GROUP_TYPE, group, **asked)["members"]


def test_never_shown():
    """A password is not shown even if it were there and were asked for; neither is what no schema knows."""
    document = {**ALWAYS, "password": "t1meMa$heen", "nonsense": 1}

    for attributes in (None, "password,nonsense"):
        assert ALWAYS == project(USER_TYPE, document, attributes=attributes, excluded=None)


def test_shown_on_request():
    """RFC 7643 §7: what is returned on request is shown when it is named."""
    secret = Attribute(
        name="secret",
        description="asked for",
        returned=Returned.REQUEST,
        type=Type.COMPLEX,
        sub_attributes=(
            Attribute(name="id", description="always there", returned=Returned.ALWAYS),
            Attribute(name="word", description="asked for"),
        ),
    )
    kind = ResourceType(
        name="Box",
        description="with a secret",
        endpoint="/Boxes",
        common=COMMON,
        schema=evolve(USER, attributes=(secret,)),
    )
    box = {"id": "b1", "secret": {"id": "s1", "word": "xyzzy"}}

    assert {"id": "b1"} == project(kind, box, attributes=None, excluded=None)
    assert box == project(kind, box, attributes="secret", excluded=None)
    assert {"id": "b1", "secret": {"id": "s1"}} == project(
        kind, box, attributes="secret", excluded="secret.word"
    )


def test_no_choices():
    """Only names can be asked for."""
    with pytest.raises(InvalidPath, match="only names"):
        shown('emails[type eq "work"]')
    with pytest.raises(InvalidPath):
        shown(excluded="emails[")


NAMES = [
    "userName",
    "name",
    "name.familyName",
    "emails",
    "emails.value",
    EXTENSION,
    f"{EXTENSION}:manager",
    "id",
]
selections = st.lists(st.sampled_from(NAMES), max_size=4).map(",".join)


@given(users, selections)
def test_laws(document, names):
    """No wish shows all, twice shown is once shown, what is wished and what is left make the whole."""
    kept = copy.deepcopy(document)
    wanted = project(USER_TYPE, document, attributes=names, excluded=None)
    others = project(USER_TYPE, document, attributes=None, excluded=names)

    assert document == project(USER_TYPE, document, attributes=None, excluded=None)
    assert wanted == project(USER_TYPE, wanted, attributes=names, excluded=None)
    assert others == project(USER_TYPE, others, attributes=None, excluded=names)
    assert document.keys() == wanted.keys() | others.keys()
    assert kept == document


def test_list_response():
    """RFC 7644 §3.4.2: bytes are put together as they are."""
    page = list_response([b'{"id":"a"}', b'{"id":"b"}'], 7, 3, 2)

    assert {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": 7,
        "startIndex": 3,
        "itemsPerPage": 2,
        "Resources": [{"id": "a"}, {"id": "b"}],
    } == json.loads(page)


def test_of_a_long_list_there_is_one_copy():
    """A page may be long: beside the answer there is what it is made of, and no second copy."""
    resources = [b'{"id":"%d"}' % number + b" " * 100_000 for number in range(50)]
    tracemalloc.start()
    try:
        page = list_response(resources, 50, 1, 50)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert 50 == len(json.loads(page)["Resources"])
    assert peak < 1.5 * len(page)


def test_list_response_of_nothing():
    """RFC 7644 §3.4.2: nothing found is an answer like any other."""
    assert [] == json.loads(list_response([], 0, 1, 0))["Resources"]
