"""Plain JSON into documents and operations."""

import copy

import pytest
from hypothesis import given

from hub.scim.catalog import COMMON, ENTERPRISE_USER, GROUP, GROUP_TYPE, USER, USER_TYPE
from hub.scim.errors import InvalidPath, InvalidSyntax, InvalidValue, NoTarget, PayloadTooLarge, ScimError
from hub.scim.parsing import parse_path
from hub.scim.reading import PATCH_OP, Operation, read_patch, read_resource
from hub.scim.schema import Attribute, ResourceType, Schema, Type
from tests.scim.strategies import objects, users

BOTH = pytest.mark.parametrize("strict", [False, True], ids=["tolerant", "strict"])

# RFC 7643 §8.3, in part
FULL = {
    "schemas": [USER.id, ENTERPRISE_USER.id],
    "id": "2819c223-7f76-453a-919d-413861904646",
    "externalId": "701984",
    "userName": "bjensen@example.com",
    "name": {"formatted": "Ms. Barbara J Jensen, III", "familyName": "Jensen", "givenName": "Barbara"},
    "emails": [
        {"value": "bjensen@example.com", "type": "work", "primary": True},
        {"value": "babs@jensen.org", "type": "home"},
    ],
    "photos": [{"value": "https://photos.example.com/profilephoto/72930000000Ccne/F", "type": "photo"}],
    "active": True,
    "password": "t1meMa$heen",
    "groups": [{"value": "e9e30dba", "display": "Tour Guides"}],
    "x509Certificates": [{"value": "MIIDQzCCAqygAwIBAgICEAAwDQYJKoZIhvcNAQEFBQA="}],
    ENTERPRISE_USER.id: {
        "employeeNumber": "701984",
        "manager": {"value": "26118915", "displayName": "John Smith"},
    },
    "meta": {"resourceType": "User", "version": 'W/"3694e05e9dff591"'},
}


def user(**more):
    """Return the body of a small User, with *more*."""
    return {"schemas": [USER.id], "userName": "ann", **more}


def read(body, *, strict=False):
    """Read *body* as a User."""
    return read_resource(USER_TYPE, body, strict=strict)


@BOTH
def test_rfc_7643_8_3(strict):
    """The full user is read; what is the hub's to say and the password are left out (RFC 7644 §3.3)."""
    document = read(FULL, strict=strict)

    assert FULL.keys() - {"id", "meta", "groups", "password"} == document.keys()
    assert {"employeeNumber": "701984", "manager": {"value": "26118915"}} == document[ENTERPRISE_USER.id]


@given(users)
def test_what_is_kept_reads_as_itself(document):
    """A document is read as itself, strictly or not, and is never changed by it."""
    before = copy.deepcopy(document)

    assert document == read(document) == read(document, strict=True)
    assert before == document


@given(objects)
def test_any_object(body):
    """Whatever the body, it is read or refused."""
    try:
        document = read(body)
    except ScimError:
        return

    assert document == read(document, strict=False)


@BOTH
def test_names_have_no_case(strict):
    """RFC 7643 §2.1: names are found without case, and kept as the schema writes them."""
    body = {
        "SCHEMAS": [USER.id.upper(), ENTERPRISE_USER.id],
        "username": "ann",
        "Name": {"FAMILYNAME": "Lee"},
        "EMAILS": [{"Value": "a@x.example", "PRIMARY": True}],
        ENTERPRISE_USER.id.upper(): {"Department": "R&D", "Manager": {"VALUE": "u2"}},
    }

    assert {
        "schemas": [USER.id, ENTERPRISE_USER.id],
        "userName": "ann",
        "name": {"familyName": "Lee"},
        "emails": [{"value": "a@x.example", "primary": True}],
        ENTERPRISE_USER.id: {"department": "R&D", "manager": {"value": "u2"}},
    } == read(body, strict=strict)


@BOTH
@pytest.mark.parametrize("name", ["title", "name", "emails", "active", ENTERPRISE_USER.id])
@pytest.mark.parametrize("blank", [None, []])
def test_unassigned(strict, name, blank):
    """RFC 7643 §2.5: null, an empty list and absence are one."""
    assert user() == read(user(**{name: blank}), strict=strict)


@BOTH
def test_empty_elements(strict):
    """What holds nothing is nothing."""
    body = user(name={}, emails=[{}, None, {"value": None}], **{ENTERPRISE_USER.id: {"manager": {}}})

    assert user() == read({**body, "schemas": [USER.id]}, strict=strict)


def test_empty_text():
    """An empty text is no value, and an element that says it has none is none; strictly it is a text."""
    body = user(title="", name={"middleName": "", "givenName": "Ann"}, emails=[{"type": "work", "value": ""}])

    assert user(name={"givenName": "Ann"}) == read(body)
    assert body == read(body, strict=True)


@pytest.mark.parametrize("body", [None, [], "user", 1, True])
@BOTH
def test_not_an_object(body, strict):
    """A resource is an object."""
    with pytest.raises(InvalidSyntax, match="must be a JSON object"):
        read(body, strict=strict)


WRONG = {
    "userName": (1, "userName must be a text"),
    "displayName": (["Ann"], "displayName must be a text"),
    "title": ({"value": "x"}, "title must be a text"),
    "active": ("False", "active must be true or false"),
    "name": ("Ann", "name must be an object"),
    "nickName": (False, "nickName must be a text"),
    "profileUrl": (1, "profileUrl must be a URI"),
    "password": (12345678, "password must be a text"),
    "emails": ({"value": "a@x.example"}, "emails must be a list"),
    "phoneNumbers": (["555"], "phoneNumbers[0] must be an object"),
    "ims": ([{"value": "x"}, {"value": 1}], "ims[1].value must be a text"),
    "photos": ([{"primary": "true"}], "photos[0].primary must be true or false"),
    "x509Certificates": ([{"value": "no base64"}], "x509Certificates[0].value must be bytes in base64"),
    "roles": (True, "roles must be a list"),
    "schemas": ("urn:x", "schemas must be a list"),
    ENTERPRISE_USER.id.upper(): ("R&D", f"{ENTERPRISE_USER.id} must be an object"),
}


@BOTH
@pytest.mark.parametrize("name", WRONG)
def test_wrong_type(name, strict):
    """A value of another type is refused with its path, never turned into the right one."""
    value, place = WRONG[name]

    with pytest.raises(InvalidValue) as refusal:
        read({**user(), name: value}, strict=strict)

    assert place in refusal.value.detail


def test_a_value_is_not_repeated():
    """A refusal names the path and keeps the value to itself."""
    with pytest.raises(InvalidValue) as refusal:
        read(user(password=["hunter2"]))

    assert "hunter2" not in refusal.value.detail


@BOTH
@pytest.mark.parametrize("body", [{"schemas": [USER.id]}, {"schemas": [USER.id], "userName": None}])
def test_required(body, strict):
    """A User without a userName is none."""
    with pytest.raises(InvalidValue, match="userName is required"):
        read(body, strict=strict)


@BOTH
def test_required_and_blank(strict):
    """An empty userName is none (RFC 7643 §4.1.1), also where texts are taken to the letter."""
    with pytest.raises(InvalidValue, match="userName is required"):
        read(user(userName=""), strict=strict)


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"nonsense": 1}, "nonsense"),
        ({"name": {"nonsense": 1}}, "name.nonsense"),
        ({"emails": [{"nonsense": 1, "value": "x"}]}, "emails[0].nonsense"),
        ({"urn:example:other": {"a": 1}}, "urn:example:other"),
    ],
)
def test_unknown(more, place):
    """What no schema knows is let be, or refused with its path when strict."""
    assert "nonsense" not in str(read(user(**more)))
    with pytest.raises(InvalidSyntax) as refusal:
        read(user(**more), strict=True)

    assert place in refusal.value.detail


@pytest.mark.parametrize(
    ("schemas", "more", "fault"),
    [
        (None, {}, f"must name {USER.id}"),
        ([], {}, f"must name {USER.id}"),
        ([ENTERPRISE_USER.id], {}, f"must name {USER.id}"),
        ([USER.id], {ENTERPRISE_USER.id: {"department": "R&D"}}, f"must name {ENTERPRISE_USER.id}"),
        ([USER.id, "urn:Example:other"], {}, "names urn:Example:other"),
        ([USER.id, USER.id.upper()], {}, "twice"),
    ],
)
def test_schemas(schemas, more, fault):
    """RFC 7643 §3: a body says what it is; who is not strict looks for himself."""
    body = {**user(**more), "schemas": schemas}

    assert [USER.id, *more] == read(body)["schemas"]
    with pytest.raises(InvalidValue) as refusal:
        read(body, strict=True)

    assert fault in refusal.value.detail


@BOTH
def test_schemas_are_texts(strict):
    """Whatever it names, the list of schemas is a list of texts."""
    with pytest.raises(InvalidValue, match="schemas must be a list"):
        read(user(schemas=[USER.id, 1]), strict=strict)


@BOTH
def test_an_announced_extension_may_be_absent(strict):
    """A schema that is named without a value is not present."""
    assert user() == read(user(schemas=[USER.id, ENTERPRISE_USER.id]), strict=strict)


def test_two_primaries():
    """RFC 7643 §2.4: one value is primary; the first is believed."""
    body = user(emails=[{"value": "a", "primary": True}, {"value": "b", "primary": True}])

    assert [True, False] == [email["primary"] for email in read(body)["emails"]]
    with pytest.raises(InvalidValue, match="emails has 2 primary"):
        read(body, strict=True)


@BOTH
def test_absent_active_stays_absent(strict):
    """Who says nothing of access changes nothing about it."""
    assert "active" not in read(user(), strict=strict)


@BOTH
def test_too_many_values(strict):
    """An attribute holds a thousand values; the members of a group are limited by the body alone."""
    with pytest.raises(InvalidValue, match="emails holds at most 1000 values, not 1001"):
        read(user(emails=[{"value": str(n)} for n in range(1001)]), strict=strict)
    members = [{"value": str(n)} for n in range(5000)]
    group = {"schemas": [GROUP.id], "displayName": "Staff", "members": members}

    assert members == read_resource(GROUP_TYPE, group, strict=strict)["members"]


THING = ResourceType(
    name="Thing",
    description="of every type",
    endpoint="/Things",
    common=COMMON,
    schema=Schema(
        id="urn:example:Thing",
        name="Thing",
        description="of every type",
        attributes=tuple(
            Attribute(name=kind.value, description=kind.value, type=kind)
            for kind in Type
            if kind is not Type.COMPLEX
        ),
    ),
)


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("integer", [0, -5], [1.0, True, "1"]),
        ("decimal", [1, 1.5], [True, "1.5"]),
        ("dateTime", ["2011-05-13T04:42:34Z"], ["2011-05-13", "now", "2011-13-01T00:00:00Z", 2011]),
        ("binary", ["TUlJ", "TQ=="], ["T", "TUlJ\n!", 1]),
        ("boolean", [True, False], ["true", 0, 1]),
        ("string", ["x"], [1, True]),
        ("reference", ["https://a.example"], [1]),
    ],
)
@BOTH
def test_every_type(name, right, wrong, strict):
    """RFC 7643 §2.3: each type takes its own values and no other's."""
    for value in right:
        body = {"schemas": ["urn:example:Thing"], name: value}
        assert value == read_resource(THING, body, strict=strict)[name]
    for value in wrong:
        with pytest.raises(InvalidValue, match=f"^{name} must be"):
            read_resource(THING, {"schemas": ["urn:example:Thing"], name: value}, strict=strict)


def patch_of(*operations, **more):
    """Return a PatchOp of *operations*."""
    return {"schemas": [PATCH_OP], "Operations": list(operations), **more}


@BOTH
def test_rfc_7644_3_5_2(strict):
    """The shape of a PATCH: verbs, paths, values."""
    body = patch_of(
        {"op": "add", "path": "members", "value": [{"value": "u1"}]},
        {"op": "replace", "value": {"nickName": "Babs"}},
        {"op": "remove", "path": 'emails[type eq "work"].value'},
        {"op": "replace", "path": "title", "value": None},
        {"op": "remove", "path": "title", "value": None},
    )

    assert (
        Operation(op="add", path=parse_path("members"), value=[{"value": "u1"}]),
        Operation(op="replace", value={"nickName": "Babs"}),
        Operation(op="remove", path=parse_path('emails[type eq "work"].value')),
        Operation(op="replace", path=parse_path("title")),
        Operation(op="remove", path=parse_path("title")),
    ) == read_patch(body, strict=strict)


@BOTH
def test_names_of_members_have_no_case(strict):
    """Even the members of a message are found without case."""
    body = {"Schemas": [PATCH_OP], "operations": [{"OP": "remove", "Path": "title"}]}

    assert (Operation(op="remove", path=parse_path("title")),) == read_patch(body, strict=strict)


@BOTH
@pytest.mark.parametrize(
    ("body", "kind", "place"),
    [
        (None, InvalidSyntax, "the body must be"),
        ([], InvalidSyntax, "the body must be"),
        ({"schemas": [PATCH_OP]}, InvalidSyntax, "Operations must be a list"),
        (patch_of(), InvalidSyntax, "Operations must be a list"),
        ({"schemas": [PATCH_OP], "Operations": {}}, InvalidSyntax, "Operations must be a list"),
        (patch_of("remove"), InvalidSyntax, "Operations[0] must be"),
        (patch_of({"op": "remove", "path": "title"}, {}), InvalidSyntax, "Operations[1].op"),
        (patch_of({"op": "Add", "value": {}}), InvalidSyntax, "Operations[0].op"),
        (patch_of({"op": ["add"], "value": {}}), InvalidSyntax, "Operations[0].op"),
        (patch_of({"op": "add", "path": 1, "value": 1}), InvalidSyntax, "Operations[0].path"),
        (patch_of({"op": "add", "path": "a b", "value": 1}), InvalidPath, "character 3"),
        (patch_of({"op": "add", "path": "", "value": 1}), InvalidPath, "character 1"),
        (patch_of({"op": "add", "path": "title"}), InvalidSyntax, "Operations[0].value is missing"),
        (patch_of({"op": "replace"}), InvalidSyntax, "Operations[0].value is missing"),
        (patch_of({"op": "replace", "value": 1}), InvalidValue, "Operations[0].value must be an object"),
        (patch_of({"op": "add", "value": None}), InvalidValue, "Operations[0].value must be an object"),
        (patch_of({"op": "remove"}), NoTarget, "Operations[0] removes"),
        (patch_of({"op": "remove", "path": "title", "value": "x"}), InvalidSyntax, "must not have a value"),
    ],
)
def test_not_a_patch(body, kind, place, strict):
    """What is no PATCH is refused, and the operation at fault is named."""
    with pytest.raises(kind) as refusal:
        read_patch(body, strict=strict)

    assert place in refusal.value.detail


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"Operations": [{"op": "remove", "path": "title"}]}, "schemas must be"),
        (patch_of({"op": "remove", "path": "title"}, schemas=["urn:x"]), "schemas must be"),
        (patch_of({"op": "remove", "path": "title"}, id="u1"), "the body has no member id"),
        (patch_of({"op": "remove", "path": "title", "why": 1}), "Operations[0] has no member why"),
    ],
)
def test_strictly_not_a_patch(body, place):
    """What is beside the message is let be, or refused when strict."""
    assert 1 == len(read_patch(body, strict=False))
    with pytest.raises(InvalidSyntax) as refusal:
        read_patch(body, strict=True)

    assert place in refusal.value.detail


def test_too_many_operations():
    """A PATCH has so many operations and no more."""
    body = patch_of(*[{"op": "remove", "path": "title"}] * 3)

    assert 3 == len(read_patch(body, strict=True, operations_max=3))
    with pytest.raises(PayloadTooLarge, match="at most 2 operations, this one 3"):
        read_patch(body, strict=True, operations_max=2)
