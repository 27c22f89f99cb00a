"""Documents after a PATCH or a PUT."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.scim.catalog import COMMON, ENTERPRISE_USER, GROUP, GROUP_TYPE, USER, USER_TYPE
from hub.scim.errors import (
    InvalidFilter,
    InvalidPath,
    InvalidValue,
    Mutability,
    NoTarget,
    ScimError,
    TooMany,
)
from hub.scim.expressions import Path
from hub.scim.parsing import parse_path
from hub.scim.patch import patch, replace
from hub.scim.reading import Operation, read_resource
from hub.scim.required import Lack
from hub.scim.schema import Attribute, ResourceType, Schema, Type
from hub.scim.schema import Mutability as Characteristic
from tests.scim.strategies import odd_operations, users, whole_attributes

BOTH = pytest.mark.parametrize("strict", [False, True], ids=["tolerant", "strict"])
EXTENSION = ENTERPRISE_USER.id
WORK = {"value": "bjensen@example.com", "type": "work", "primary": True}
HOME = {"value": "babs@jensen.org", "type": "home"}


def change(op, path=None, value=None):
    """Return an operation with the *path* as text."""
    return Operation(op=op, path=path and parse_path(path), value=value)


def user(**more):
    """Return a small User, with *more*."""
    urns = [urn for urn in more if urn.startswith("urn:")]
    return {"schemas": [USER.id, *urns], "userName": "bjensen", **more}


def patched(before, *operations, strict=False):
    """Return the User *before* after *operations*."""
    return patch(USER_TYPE, before, operations, strict=strict)


# RFC 7644 §3.5.2.1, add


@BOTH
def test_add_several_attributes(strict):
    """§3.5.2.1: without a path, the value is a set of attributes."""
    value = {"emails": [HOME], "nickName": "Babs"}

    assert user(emails=[HOME], nickName="Babs") == patched(user(), change("add", None, value), strict=strict)


@BOTH
def test_add_to_a_list(strict):
    """§3.5.2.1: a multi-valued attribute gains a value, in a list or alone."""
    for value in ([HOME], HOME):
        after = patched(user(emails=[WORK]), change("add", "emails", value), strict=strict)
        assert user(emails=[WORK, HOME]) == after


@BOTH
def test_add_what_is_there(strict):
    """§3.5.2.1: a value that is there already is not added."""
    assert user(emails=[WORK]) == patched(user(emails=[WORK]), change("add", "emails", [WORK]), strict=strict)


@BOTH
def test_add_over_a_single_value(strict):
    """§3.5.2.1: what holds one value holds the new one."""
    assert user(title="Boss") == patched(user(title="Clerk"), change("add", "title", "Boss"), strict=strict)


@BOTH
@pytest.mark.parametrize("op", ["add", "replace"])
def test_complex_value_is_merged(op, strict):
    """§3.5.2.1, §3.5.2.3: sub-attributes that the value does not name stay."""
    before = user(name={"familyName": "Jensen", "givenName": "Barbara"})
    after = patched(before, change(op, "name", {"FamilyName": "Lee"}), strict=strict)

    assert user(name={"familyName": "Lee", "givenName": "Barbara"}) == after


@BOTH
@pytest.mark.parametrize("op", ["add", "replace"])
def test_null_in_a_complex_value(op, strict):
    """RFC 7643 §2.5: a sub-attribute that is null becomes unassigned."""
    before = user(name={"familyName": "Jensen", "givenName": "Barbara"})

    assert user(name={"givenName": "Barbara"}) == patched(
        before, change(op, "name", {"familyName": None}), strict=strict
    )


# RFC 7644 §3.5.2.2, remove


@BOTH
def test_remove(strict):
    """§3.5.2.2: an attribute becomes unassigned; one that was so already stays so."""
    assert user() == patched(user(title="Boss"), change("remove", "title"), strict=strict)
    assert user() == patched(user(), change("remove", "title"), strict=strict)
    assert user() == patched(user(), change("remove", "name.familyName"), strict=strict)


@BOTH
def test_remove_a_choice(strict):
    """§3.5.2.2: the elements that match go, and no empty list is left behind."""
    work, home = change("remove", 'emails[type eq "work"]'), change("remove", 'emails[type eq "home"]')

    assert user(emails=[HOME]) == patched(user(emails=[WORK, HOME]), work, strict=strict)
    assert user() == patched(user(emails=[WORK, HOME]), work, home, strict=strict)


@BOTH
def test_remove_a_complex_choice(strict):
    """§3.5.2.2: a filter with several terms chooses."""
    path = 'emails[type eq "work" and value ew "example.com"]'

    assert user(emails=[HOME]) == patched(user(emails=[WORK, HOME]), change("remove", path), strict=strict)


@BOTH
def test_remove_the_last_part(strict):
    """An object of which nothing is left is nothing."""
    before = user(name={"familyName": "Jensen"}, **{EXTENSION: {"department": "R&D"}})
    after = patched(
        before,
        change("remove", "name.familyName"),
        change("remove", f"{EXTENSION}:department"),
        strict=strict,
    )

    assert user() == after


@BOTH
@pytest.mark.parametrize("operation", [change("remove", "userName"), change("replace", "userName", None)])
def test_remove_what_is_required(operation, strict):
    """§3.5.2.2: a required attribute that becomes unassigned is an error of mutability."""
    with pytest.raises(Mutability, match="userName is required"):
        patched(user(), operation, strict=strict)


@BOTH
def test_required_may_go_and_come_back(strict):
    """A PATCH is judged by its end."""
    assert {**user(), "userName": "babs"} == patched(
        user(), change("remove", "userName"), change("add", "userName", "babs"), strict=strict
    )


# RFC 7644 §3.5.2.3, replace


@BOTH
def test_replace_all_values(strict):
    """§3.5.2.3: without a filter all values are replaced."""
    assert user(emails=[HOME]) == patched(
        user(emails=[WORK]), change("replace", "emails", [HOME]), strict=strict
    )


@BOTH
def test_replace_a_choice(strict):
    """§3.5.2.3: the element that matches is replaced, not merged."""
    new = {"type": "work", "streetAddress": "911 Universal City Plaza", "locality": "Hollywood"}
    before = user(addresses=[{"type": "work", "region": "CA"}, {"type": "home", "locality": "Oslo"}])
    after = patched(before, change("replace", 'addresses[type eq "work"]', new), strict=strict)

    assert user(addresses=[new, {"type": "home", "locality": "Oslo"}]) == after


@BOTH
def test_replace_a_part_of_a_choice(strict):
    """§3.5.2.3: one sub-attribute of the element that matches is replaced."""
    before = user(addresses=[{"type": "work", "region": "CA", "streetAddress": "1 Main"}])
    after = patched(
        before,
        change("replace", 'addresses[type eq "work"].streetAddress', "1010 Broadway Ave"),
        strict=strict,
    )

    assert user(addresses=[{"type": "work", "region": "CA", "streetAddress": "1010 Broadway Ave"}]) == after


@BOTH
def test_replace_several_attributes(strict):
    """§3.5.2.3: without a path, each attribute of the value is replaced."""
    value = {"emails": [HOME], "nickName": "Babs", EXTENSION: {"department": "R&D"}}
    before = user(emails=[WORK], title="Boss", **{EXTENSION: {"division": "North"}})

    assert {
        **user(emails=[HOME], title="Boss", nickName="Babs"),
        "schemas": [USER.id, EXTENSION],
        EXTENSION: {"division": "North", "department": "R&D"},
    } == patched(before, change("replace", None, value), strict=strict)


@BOTH
def test_replace_where_nothing_is(strict):
    """§3.5.2.3: to replace what is not there is to add it."""
    assert user(title="Boss") == patched(user(), change("replace", "title", "Boss"), strict=strict)


def test_replace_a_choice_that_finds_nothing():
    """§3.5.2.3: a filter that matches nothing is noTarget, strictly."""
    for operation in (
        change("replace", 'emails[type eq "home"].value', "x"),
        change("add", 'emails[type eq "home"].value', "x"),
        change("replace", 'emails[type eq "home"]', {"value": "x"}),
        change("remove", 'emails[type eq "home"]'),
        change("replace", "ims.value", "x"),
    ):
        with pytest.raises(NoTarget, match="nothing matches"):
            patched(user(emails=[WORK]), operation, strict=True)


# What tolerance adds


@pytest.mark.parametrize("op", ["add", "replace"])
@pytest.mark.parametrize(
    ("path", "value", "element"),
    [
        ('emails[type eq "home"].value', "x", {"type": "home", "value": "x"}),
        ('emails[TYPE eq "home"]', {"Value": "x"}, {"type": "home", "value": "x"}),
        (
            'emails[type eq "home" and primary eq false].value',
            "x",
            {"type": "home", "primary": False, "value": "x"},
        ),
        ('emails[type eq "home"]', {"value": "x", "type": "other"}, {"type": "other", "value": "x"}),
        ('emails[type eq "home"].display', "Babs", {"type": "home", "display": "Babs"}),
    ],
)
def test_created_as_described(op, path, value, element):
    """An element that a conjunction of equalities does not find is created."""
    assert user(emails=[WORK, element]) == patched(user(emails=[WORK]), change(op, path, value))
    assert user(emails=[element]) == patched(user(), change(op, path, value))


def test_created_without_a_filter():
    """A part of a list that is empty makes an element of that part."""
    assert user(emails=[{"value": "x"}]) == patched(user(), change("replace", "emails.value", "x"))


@pytest.mark.parametrize("path", ['emails[type eq "home"].value', "emails.value", 'emails[type eq "home"]'])
def test_what_would_be_created_is_called_as_it_was_asked_for(path):
    """A value that does not fit is told where the path has it, once."""
    value = 7 if path.endswith("value") else {"value": 7}
    place = path.removesuffix(".value")

    with pytest.raises(InvalidValue) as refusal:
        patched(user(), change("replace", path, value))
    assert f"{place}.value must be a text" == refusal.value.detail


def test_created_and_primary():
    """A created element that is primary is so alone."""
    operation = change("add", 'emails[primary eq true and type eq "home"].value', "x")

    assert user(
        emails=[{**WORK, "primary": False}, {"type": "home", "primary": True, "value": "x"}]
    ) == patched(user(emails=[WORK]), operation)


def test_created_and_replaced():
    """To say it again is to say it of the same element, though the value does not repeat the filter."""
    operation = change("replace", 'emails[type eq "home"]', {"value": "x"})
    once = patched(user(emails=[WORK]), operation)

    assert user(emails=[WORK, {"type": "home", "value": "x"}]) == once == patched(once, operation)
    moved = change("replace", 'emails[type eq "home"]', {"value": "x", "type": "other"})
    assert user(emails=[WORK, {"type": "other", "value": "x"}]) == patched(once, moved)
    other = change("replace", 'emails[type ne "work"]', {"value": "y"})
    assert user(emails=[WORK, {"value": "y"}]) == patched(once, other)
    assert user(emails=[WORK, {"value": "x"}]) == patched(once, operation, strict=True)


@pytest.mark.parametrize(
    "where", ['type ne "work"', 'type eq "a" or type eq "b"', "display pr", 'not (type eq "work")']
)
def test_not_created(where):
    """A filter that describes no one element creates none."""
    with pytest.raises(NoTarget):
        patched(user(emails=[WORK]), change("replace", f"emails[{where}].value", "x"))


def test_not_created_in_a_single_value():
    """What holds one value has no elements to create."""
    for path, value in (('name[familyName eq "Lee"].givenName', "x"), ('title[value eq "Boss"]', "x")):
        with pytest.raises(NoTarget):
            patched(user(title="Clerk", name={"familyName": "Jensen"}), change("replace", path, value))


@pytest.mark.parametrize("blank", ["", None])
def test_blank_creates_nothing(blank):
    """To unassign what is not there is to do nothing."""
    before = user(emails=[WORK])

    assert before == patched(before, change("replace", 'emails[type eq "home"].value', blank))
    assert before == patched(before, change("replace", 'emails[type eq "home"]', blank))
    assert before == patched(before, change("remove", 'emails[type eq "home"]'))
    for path, value in (
        ('emails[type eq "home"]', {"value": blank}),
        ('emails[type eq "home"]', {"type": "home", "value": blank}),
        ('phoneNumbers[value eq ""].type', "work"),
    ):
        assert before == patched(before, change("replace", path, value))


@pytest.mark.parametrize("blank", ["", None])
@pytest.mark.parametrize("op", ["add", "replace"])
def test_blank_unassigns(op, blank):
    """An empty text or null unassigns, and an element without its value goes whole."""
    manager = {"manager": {"value": "u2"}, "department": "R&D"}
    full = user(
        title="Boss",
        name={"familyName": "Lee", "givenName": "Ann"},
        emails=[WORK, HOME],
        **{EXTENSION: manager},
    )

    for path, value, after in (
        ("title", blank, {"title": None}),
        ("name.familyName", blank, {"name": {"givenName": "Ann"}}),
        ('emails[type eq "work"].value', blank, {"emails": [HOME]}),
        ('emails[type eq "work"]', {"value": blank}, {"emails": [HOME]}),
        (f"{EXTENSION}:manager", blank, {EXTENSION: {"department": "R&D"}}),
        (f"{EXTENSION}:manager", {"value": blank}, {EXTENSION: {"department": "R&D"}}),
        (f"{EXTENSION}:manager.value", blank, {EXTENSION: {"department": "R&D"}}),
    ):
        expected = {name: item for name, item in {**full, **after}.items() if item is not None}
        assert expected == patched(full, change(op, path, value)), path


def test_blank_replaces_a_list_and_adds_nothing_to_it():
    """Nothing instead of a list is no list; nothing more leaves it as it is."""
    for blank in ("", None, []):
        assert user() == patched(user(emails=[WORK]), change("replace", "emails", blank))
        assert user(emails=[WORK]) == patched(user(emails=[WORK]), change("add", "emails", blank))


def test_strictly_an_empty_text_is_a_text():
    """Strictly, null unassigns and an empty text does not."""
    assert user(title="") == patched(user(title="Boss"), change("replace", "title", ""), strict=True)
    assert user() == patched(user(title="Boss"), change("replace", "title", None), strict=True)
    emails = [{"value": "", "type": "work"}]
    before = user(emails=[{"value": "x", "type": "work"}])
    assert user(emails=emails) == patched(before, change("replace", "emails.value", ""), strict=True)
    removed = patched(before, change("remove", "emails.value"), strict=True)
    assert user(emails=[{"type": "work"}]) == removed


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        (change("replace", "nonsense", "x"), InvalidPath),
        (change("remove", "nonsense"), InvalidPath),
        (change("replace", "name.nonsense", "x"), InvalidPath),
        (change("replace", "urn:example:other:title", "x"), InvalidPath),
        (change("replace", 'nonsense[type eq "x"].value', "x"), InvalidPath),
        (change("replace", None, {"nonsense": "x"}), InvalidPath),
        (change("replace", None, {"name": {"nonsense": "x"}}), InvalidPath),
        (change("replace", "name", {"nonsense": "x"}), InvalidPath),
        (change("add", None, {EXTENSION: {"nonsense": "x"}}), InvalidPath),
        (change("replace", None, {"id": "x"}), Mutability),
        (change("replace", None, {"meta": {"version": "x"}, "schemas": [], "groups": []}), Mutability),
        (change("replace", f"{EXTENSION}:manager", {"displayName": "x"}), Mutability),
    ],
)
def test_let_be(operation, kind):
    """Unknown things, and read-only ones that a value carries along, are let be; or refused, strictly."""
    assert user() == patched(user(), operation)
    with pytest.raises(kind):
        patched(user(), operation, strict=True)


@BOTH
@pytest.mark.parametrize(
    "operation",
    [
        change("replace", "id", "x"),
        change("replace", f"{USER.id}:id", "x"),
        change("add", "groups", [{"value": "g1"}]),
        change("remove", 'groups[value eq "g1"]'),
        change("replace", "meta.version", "x"),
        change("remove", "schemas"),
        change("replace", f"{EXTENSION}:manager.displayName", "x"),
    ],
)
def test_read_only(operation, strict):
    """RFC 7644 §3.5.2: a path to what only the hub writes is an error of mutability."""
    with pytest.raises(Mutability, match="is read-only"):
        patched(user(), operation, strict=strict)


@BOTH
def test_password_is_never_kept(strict):
    """A password may be changed, and is not there afterwards; it has to be a text all the same."""
    for operation in (
        change("replace", "password", "t1meMa$heen"),
        change("replace", None, {"password": "t1meMa$heen"}),
        change("remove", "password"),
    ):
        assert user() == patched(user(), operation, strict=strict)
    with pytest.raises(InvalidValue, match="password must be a text"):
        patched(user(), change("replace", "password", 1), strict=strict)


@BOTH
@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        ("active", "False", "active must be true or false"),
        ("title", 1, "title must be a text"),
        ("emails", {"value": "x"}, "emails must be a list"),
        ("emails", ["x"], "emails[0] must be an object"),
        ('emails[type eq "work"].value', 1, 'emails[type eq "work"].value must be a text'),
        ('emails[type eq "work"]', "x", 'emails[type eq "work"] must be an object'),
        ('emails[type eq "work"]', [WORK], 'emails[type eq "work"] must be an object'),
        ("name", "Babs", "name must be an object"),
        ("name.familyName", {"a": 1}, "name.familyName must be a text"),
        (EXTENSION, "R&D", "must be an object"),
        (f"{EXTENSION}:department", ["R&D"], "department must be a text"),
        (None, {"active": 1}, "active must be true or false"),
        (None, {"name": {"familyName": 1}}, "name.familyName must be a text"),
        (None, {EXTENSION: 1}, f"{EXTENSION} must be an object"),
    ],
)
def test_wrong_type(path, value, place, strict):
    """A value of another type is refused with its path."""
    with pytest.raises(InvalidValue) as refusal:
        patched(user(emails=[WORK]), change("replace", path, value), strict=strict)

    assert place in refusal.value.detail


def test_wrong_type_of_what_would_be_created():
    """An element to be made is typed like any other."""
    with pytest.raises(InvalidValue):
        patched(user(), change("replace", 'emails[type eq "home"].value', 1))
    with pytest.raises(InvalidValue, match="must be an object"):
        patched(user(), change("add", 'emails[type eq "home"]', "x"))


@BOTH
def test_filter_that_may_not_be_asked(strict):
    """A path's filter is held against the schema like any other (RFC 7644 table 9)."""
    for where in ('nonsense eq "x"', "primary gt true", 'primary eq "True"'):
        with pytest.raises(InvalidFilter):
            patched(user(emails=[WORK]), change("replace", f"emails[{where}].value", "x"), strict=strict)


@BOTH
def test_a_new_primary(strict):
    """RFC 7644 §3.5.2: the old primary value gives way to the new one."""
    before = user(emails=[WORK, HOME])
    swapped = user(emails=[{**WORK, "primary": False}, {**HOME, "primary": True}])
    added = {"value": "new@x.example", "primary": True}

    assert swapped == patched(
        before, change("replace", 'emails[type eq "home"].primary', True), strict=strict
    )
    assert swapped == patched(
        before, change("add", 'emails[type eq "home"]', {"primary": True}), strict=strict
    )
    assert swapped == patched(before, change("add", "emails", [{**HOME, "primary": True}]), strict=strict)
    assert user(emails=[{**WORK, "primary": False}, HOME, added]) == patched(
        before, change("add", "emails", [added]), strict=strict
    )
    assert before == patched(before, change("replace", 'emails[type eq "work"].primary', True), strict=strict)


@BOTH
def test_many_chosen_and_one_primary(strict):
    """When all are told to be primary, the first is that was not yet."""
    after = patched(user(emails=[WORK, HOME]), change("replace", "emails.primary", True), strict=strict)

    assert [False, True] == [email["primary"] for email in after["emails"]]


@BOTH
def test_all_elements(strict):
    """A part of a list without a filter is that part of each element."""
    after = patched(user(emails=[WORK, HOME]), change("replace", "emails.type", "other"), strict=strict)

    assert ["other", "other"] == [email["type"] for email in after["emails"]]


@BOTH
def test_extension(strict):
    """The extension is an object under its URN, changed in part or whole, and schemas tells of it."""
    department = change("add", f"{EXTENSION}:department", "R&D")
    whole = change("add", EXTENSION, {"department": "R&D"})
    after = user(**{EXTENSION: {"department": "R&D"}})

    assert after == patched(user(), department, strict=strict) == patched(user(), whole, strict=strict)
    assert user() == patched(after, change("remove", EXTENSION), strict=strict)
    assert user() == patched(after, change("remove", f"{EXTENSION}:department"), strict=strict)


@BOTH
def test_single_values_are_chosen_too(strict):
    """A filter over what holds one value says under which condition it is changed."""
    before = user(title="Boss", name={"familyName": "Lee"})

    assert user(name={"familyName": "Lee"}) == patched(
        before, change("remove", 'title[value eq "boss"]'), strict=strict
    )
    assert user(title="Boss") == patched(before, change("remove", 'name[familyName eq "Lee"]'), strict=strict)
    renamed = patched(before, change("replace", 'name[familyName eq "Lee"].familyName', "Kim"), strict=strict)
    assert user(title="Boss", name={"familyName": "Kim"}) == renamed


def test_single_value_of_another_kind():
    """A condition that does not hold changes nothing."""
    assert user(title="Boss") == patched(user(title="Boss"), change("remove", 'title[value eq "Clerk"]'))


@BOTH
def test_too_many_values(strict):
    """An attribute does not grow without end, however it is fed."""
    before = user(emails=[{"value": str(n)} for n in range(999)])
    feed = [change("add", "emails", [{"value": f"new {n}"}]) for n in range(2)]

    assert 1000 == len(patched(before, feed[0], strict=strict)["emails"])
    with pytest.raises(InvalidValue, match="emails holds at most 1000 values"):
        patched(before, *feed, strict=strict)
    with pytest.raises(InvalidValue, match="at most 1000"):
        patched(patched(before, feed[0]), change("add", 'emails[type eq "x"].value', "y"))


def test_group():
    """A group is renamed without a word about its members."""
    before = {"schemas": [GROUP.id], "displayName": "Staff"}
    operation = change("replace", None, {"id": "g1", "displayName": "Crew"})

    assert {**before, "displayName": "Crew"} == patch(GROUP_TYPE, before, [operation], strict=False)


# Laws


@given(users, whole_attributes())
def test_replace_is_idempotent(before, attribute_and_value):
    """What is replaced is there, and to replace it again changes nothing."""
    attribute, value = attribute_and_value
    operation = Operation(op="replace", path=Path(name=attribute.name), value=value)
    after = patched(before, operation, strict=True)

    assert after == patched(after, operation, strict=True)
    if attribute.multi_valued or not isinstance(value, dict):
        assert value == after[attribute.name]


@given(users, whole_attributes())
def test_add_is_idempotent(before, attribute_and_value):
    """To add again what was added changes nothing."""
    attribute, value = attribute_and_value
    operation = Operation(op="add", path=Path(name=attribute.name), value=value)
    after = patched(before, operation)

    assert after == patched(after, operation)


@given(users, whole_attributes())
def test_add_then_remove(before, attribute_and_value):
    """What is added to nothing and removed again has never been there."""
    attribute, value = attribute_and_value
    path = Path(name=attribute.name)
    bare = patched(before, Operation(op="remove", path=path))
    after = patched(bare, Operation(op="add", path=path, value=value), Operation(op="remove", path=path))

    assert attribute.name not in bare
    assert bare == after


@given(users, users)
def test_path_less_is_path_by_path(before, value):
    """A value without a path is as many operations as it has names."""
    names = [name for name in value if name not in {"schemas", EXTENSION}]
    one = patched(before, Operation(op="replace", value={name: value[name] for name in names}))
    many = [Operation(op="replace", path=Path(name=name), value=value[name]) for name in names]

    assert one == patched(before, *many)


@given(users, st.lists(odd_operations, max_size=4), st.booleans())
def test_any_operations(before, operations, strict):
    """Whatever is asked, the answer is a document that reads as itself, or a refusal; the input stays."""
    kept = copy.deepcopy((before, operations))
    try:
        after = patched(before, *operations, strict=strict)
    except ScimError:
        after = before

    assert after == read_resource(USER_TYPE, after, strict=strict)
    assert kept == (before, operations)


@given(users)
def test_nothing_asked(before):
    """No operation, no change."""
    assert before == patched(before)


# RFC 7644 §3.5.1, PUT


def put(before, after, *, keep_omitted=False):
    """Return the User *before* after a PUT of *after*."""
    return replace(USER_TYPE, before, after, keep_omitted=keep_omitted)


def test_put_clears():
    """§3.5.1: what is left out is cleared, but the names of the resource and its access stay."""
    before = user(
        id="u1", externalId="00u1", active=False, title="Boss", **{EXTENSION: {"department": "R&D"}}
    )

    assert user(id="u1", externalId="00u1", active=False, nickName="Babs") == put(
        before, user(nickName="Babs")
    )


def test_put_sets():
    """§3.5.1: what is given is set, access and externalId too."""
    before = user(id="u1", externalId="00u1", active=False)

    assert user(id="u1", externalId="00u2", active=True) == put(before, user(externalId="00u2", active=True))


def test_put_keeps():
    """By policy, what is left out stays, in the extension too."""
    before = user(title="Boss", emails=[WORK], **{EXTENSION: {"department": "R&D", "division": "North"}})
    after = user(emails=[HOME], **{EXTENSION: {"division": "South"}})

    assert user(
        title="Boss", emails=[HOME], **{EXTENSION: {"department": "R&D", "division": "South"}}
    ) == put(before, after, keep_omitted=True)
    assert before == put(before, user(), keep_omitted=True)


@given(users, users, st.booleans())
def test_put_laws(before, after, keep):
    """To put again changes nothing, to put what is there changes nothing, and nothing given is changed."""
    kept = copy.deepcopy((before, after))
    once = put(before, after, keep_omitted=keep)

    assert once == put(once, after, keep_omitted=keep)
    assert before == put(before, before, keep_omitted=keep)
    assert once == read_resource(USER_TYPE, once, strict=True)
    assert kept == (before, after)


BADGE = ResourceType(
    name="Badge",
    description="with a number set once",
    endpoint="/Badges",
    common=COMMON,
    schema=Schema(
        id="urn:example:Badge",
        name="Badge",
        description="with a number set once",
        attributes=(
            Attribute(name="number", description="set once", mutability=Characteristic.IMMUTABLE),
            Attribute(name="colour", description="as you like"),
        ),
    ),
)


@BOTH
def test_immutable(strict):
    """RFC 7643 §7: what is immutable is set once, by PATCH or PUT, and then agrees or is refused."""
    blank, badge, other = (
        {"schemas": ["urn:example:Badge"], **more} for more in ({}, {"number": "7"}, {"number": "8"})
    )

    assert badge == patch(BADGE, blank, [change("add", "number", "7")], strict=strict)
    assert badge == patch(BADGE, badge, [change("replace", "number", "7")], strict=strict)
    assert (
        badge
        == replace(BADGE, blank, badge, keep_omitted=strict)
        == replace(BADGE, badge, badge, keep_omitted=strict)
    )
    for operation in (change("replace", "number", "8"), change("remove", "number")):
        with pytest.raises(Mutability, match="number is set once"):
            patch(BADGE, badge, [operation], strict=strict)
    with pytest.raises(Mutability, match="number is set once"):
        replace(BADGE, badge, other, keep_omitted=strict)


CARDS = ResourceType(
    name="User",
    endpoint="/Users",
    description="",
    common=COMMON,
    schema=Schema(
        id="urn:example:card",
        name="Card",
        description="",
        attributes=(
            Attribute(
                name="cards",
                description="",
                type=Type.COMPLEX,
                multi_valued=True,
                sub_attributes=(
                    Attribute(name="value", description=""),
                    Attribute(name="number", description="", required=True),
                ),
            ),
        ),
    ),
)


def test_what_many_lack_is_looked_for_once(monkeypatch):
    """However many elements lack a required part, one is enough to refuse them all."""
    looked = []
    monkeypatch.setattr(Lack, "was_there", lambda self, _: looked.append(self.path))
    held = {"cards": [{"value": f"{n}", "number": "1"} for n in range(50)]}
    without = [{"value": f"{n}"} for n in range(50)]
    with pytest.raises(InvalidValue, match=r"cards\[0\].number"):
        patch(CARDS, held, [change("replace", "cards", without)], strict=False)

    assert ["cards[0].number"] == looked


@pytest.mark.parametrize("terms", [1, 40])
def test_operations_that_compare_too_much_are_refused(terms):
    """Within every other limit, one PATCH could keep the hub busy for minutes."""
    emails = [{"value": f"{number}@a.example"} for number in range(1000)]
    where = " or ".join(f'value eq "{number}@a.example"' for number in range(terms))
    operation = Operation(op="replace", path=parse_path(f"emails[{where}].display"), value="x")

    few = patch(USER_TYPE, {"userName": "ann", "emails": emails}, [operation], strict=False)
    assert "ann" == few["userName"]
    with pytest.raises(TooMany):
        patch(USER_TYPE, {"userName": "ann", "emails": emails}, [operation] * 300, strict=False)


def test_adding_one_by_one_to_many_is_an_effort_too():
    """Each addition looks through what is there."""
    emails = [{"value": f"{number}@a.example"} for number in range(900)]
    operation = Operation(op="add", path=parse_path("emails"), value=[{"value": "new@a.example"}])

    with pytest.raises(TooMany):
        patch(USER_TYPE, {"userName": "ann", "emails": emails}, [operation] * 300, strict=False)
