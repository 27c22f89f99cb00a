"""Ready-made rewrites, where their quirks' examples do not reach."""

from __future__ import annotations

import json
import re

import pytest

from hub.engine.answering.translate import hear
from hub.scim.reading import read_patch
from hub.scim.strictjson import FORBIDDEN
from hub.spi import Dialect, Inbound, Json, Verb
from hub.spi.expressions import LENGTH_MAX
from hub.spi.messages import create, on_operations, patch, search
from hub.spi.removals import TERMS_MAX, removals_by_value, removals_if_equal, removals_of_null
from hub.spi.rewrites import (
    ENTERPRISE,
    ENTERPRISE_NAMES,
    booleans,
    drop,
    drop_from_values,
    keys_as_paths,
    lists,
    qualified,
    unfolded,
    unwrapped,
    without_schemas,
    wrapped,
)

MANAGER = f"{ENTERPRISE}:manager"


def operation(op: str, path: str, *values: Json) -> Inbound:
    """Return the PATCH of one operation, with a value or without."""
    return patch({"op": op, "path": path, **dict(zip(["value"], values, strict=False))})


def members(*ids: str) -> list[dict[str, str]]:
    """Return members as they are listed."""
    return [{"value": id} for id in ids]


# A team's own schemas

OWN = "urn:example:acme:2.0:User"


@pytest.mark.parametrize(
    "message",
    [
        Inbound(
            verb=Verb.CREATE,
            body={OWN: {"manager": "Bob", "roles": {"a": 1}, "active": "true", "desk": {"primary": "false"}}},
        ),
        patch({"op": "add", "value": {OWN: {"manager": "Bob", "active": "True"}}}),
        operation("add", OWN, {"active": "True"}),
        operation("add", f"{OWN}:manager", "Bob"),
        operation("add", f"{OWN}:active", "True"),
        operation("add", f"{OWN}:cards", [{"value": "x"}]),
        operation("add", f"{OWN}:emails", {"value": "x"}),
        search(f'{OWN}:active eq "True" and {OWN}:manager eq "Bob"'),
        search(f'{OWN}:jobs[department eq "Tours" and (manager eq "Bob" or active eq "True")]'),
        operation("replace", f'{OWN}:jobs[active eq "True"].title', "x"),
    ],
)
def test_own_attributes_mean_what_they_say(message):
    """What a team calls as SCIM calls something else is no departure from it."""
    assert (message, ()) == hear(Dialect(name="anybody", title="Anybody"), message, strict=False)


# Removals: what is misread here empties groups


def test_members_listed_are_the_only_ones_removed():
    """A list beside `remove` becomes a filter in its path."""
    heard = removals_by_value("members")(operation("remove", "members", members("u1", "u2", "u1")))

    assert operation("remove", 'members[value eq "u1" or value eq "u2"]') == heard


@pytest.mark.parametrize(
    "value", [{"value": "u1"}, "u1", ["u1"], [{"value": "u1", "$ref": None, "display": "Ann"}]]
)
def test_one_member_is_listed_in_many_ways(value):
    """An object, a bare id, a list of either: each names one member."""
    assert operation("remove", 'members[value eq "u1"]') == removals_by_value("members")(
        operation("remove", "members", value)
    )


def test_a_value_that_says_its_type_is_only_the_one_of_that_type():
    """The same address at home stays; a member is who they are, whatever a provider takes them for."""
    rewrite = removals_by_value("emails", "members")
    work = [
        {"type": "work", "value": "x@a"},
        {"type": "", "value": "y@a"},
        {"type": 'a"', "value": "z"},
    ]

    assert rewrite(operation("remove", "emails", work)) == operation(
        "remove",
        'emails[value eq "x@a" and type eq "work" or value eq "y@a" or value eq "z" and type eq "a\\""]',
    )
    assert rewrite(operation("remove", "members", [{"type": "User", "value": "u1"}])) == operation(
        "remove", 'members[value eq "u1"]'
    )


@pytest.mark.parametrize("value", [[{"display": "Ann"}], [{"value": 1}], [None], {}, 7, True])
def test_a_list_that_names_nobody_for_certain_is_left_to_be_refused(value):
    """What cannot be read is never widened into removing everybody."""
    message = operation("remove", "members", value)

    assert message is removals_by_value("members")(message)


def test_removing_nobody_removes_nobody():
    """An empty list beside `remove` must not come through as a removal of all."""
    assert operation("add", "members", []) == removals_by_value("members")(operation("remove", "members", []))


def test_an_id_cannot_break_out_of_its_quotes():
    """A member's id is text, whatever it holds."""
    heard = removals_by_value("members")(
        operation("remove", "members", members('u1" or value pr or value eq "'))
    )

    assert operation("remove", 'members[value eq "u1\\" or value pr or value eq \\""]') == heard


def test_many_members_leave_in_several_operations():
    """A filter names so many and no more."""
    heard = removals_by_value("members")(
        operation("remove", "members", members(*map(str, range(2 * TERMS_MAX + 1))))
    )

    assert isinstance(heard.body, dict)
    assert isinstance(heard.body["Operations"], list)
    assert [TERMS_MAX, TERMS_MAX, 1] == [str(each).count("value eq") for each in heard.body["Operations"]]


def test_many_of_one_type_leave_in_paths_that_are_read():
    """A value with its type is two comparisons."""
    emails = [{"type": "work", "value": str(number)} for number in range(TERMS_MAX)]

    heard = removals_by_value("emails")(operation("remove", "emails", emails))

    assert 2 == len(read_patch(heard.body, strict=True))


@pytest.mark.parametrize(("many", "length"), [(26_000, 36), (100, 180)])
def test_as_many_members_leave_as_a_body_names(many, length):
    """As many ids as a body holds are no more operations than a PATCH has, and none has too long a path."""
    ids = [f"{number:0{length}}" for number in range(many)]

    heard = removals_by_value("members")(operation("remove", "members", [*ids]))

    read = [(each.op, str(each.path)) for each in read_patch(heard.body, strict=True)]
    assert {"remove"} == {op for op, _ in read}
    assert ids == re.findall(r"\d+", "".join(path for _, path in read))


def test_an_id_too_long_for_a_path_is_left_to_be_refused():
    """It stands in an operation of its own, and whatever reads that has a sentence for it."""
    heard = removals_by_value("members")(operation("remove", "members", ["1" * LENGTH_MAX, "2"]))

    assert isinstance(heard.body, dict)
    assert isinstance(heard.body["Operations"], list)
    assert 2 == len(heard.body["Operations"])


def test_null_beside_a_removal_is_no_value():
    """Null and absent are the same (RFC 7643 §2.5): all members go, as they were asked to."""
    assert operation("remove", "members") == removals_of_null()(operation("remove", "members", None))


@pytest.mark.parametrize(
    ("path", "value", "plain"),
    [
        ("title", "Guide", 'title[value eq "Guide"]'),
        ("name.givenName", "Ann", 'name[givenName eq "Ann"].givenName'),
        ('emails[type eq "work"].value', "a", 'emails[type eq "work" and value eq "a"].value'),
        ("emails[a pr or b pr].value", [{"value": "a"}], 'emails[(a pr or b pr) and value eq "a"].value'),
        ('emails[type eq "work"]', {"value": "a"}, 'emails[type eq "work" and value eq "a"]'),
        (f"{ENTERPRISE}:department", "Tours", f'{ENTERPRISE}:department[value eq "Tours"]'),
        ("active", True, "active[value eq true]"),
    ],
)
def test_a_single_value_goes_only_where_it_is_what_was_expected(path, value, plain):
    """The value that a removal carries is one more condition."""
    assert operation("remove", plain) == removals_if_equal()(operation("remove", path, value))


@pytest.mark.parametrize(
    ("path", "value"),
    [("emails", [{"value": "a"}]), ("title", {"a": 1}), ("title", ["a", "b"]), ("a b", "x"), ("title", [])],
)
def test_what_is_no_single_value_is_left_to_be_refused(path, value):
    """A removal that cannot be read as a condition stays as it was sent."""
    message = operation("remove", path, value)

    assert message is removals_if_equal()(message)


# Values


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ("271", {"value": "271"}),
        ([{"$ref": "x", "value": "271"}], {"$ref": "x", "value": "271"}),
        ({"managerId": "271"}, {"value": "271"}),
        ("", None),
        (" ", None),
        ({"value": ""}, None),
        ({"value": None}, None),
        ([""], None),
    ],
)
def test_a_manager_comes_in_many_forms(value, plain):
    """Each says the same person, or nobody; in an operation, a user, and the extension of either."""
    rewrite = wrapped("manager")

    assert operation("replace", MANAGER, plain) == rewrite(operation("replace", MANAGER, value))
    assert create(**{ENTERPRISE: {"Manager": plain}}) == rewrite(create(**{ENTERPRISE: {"Manager": value}}))
    assert patch({"op": "add", "value": {ENTERPRISE: {"manager": plain}}}) == rewrite(
        patch({"op": "add", "value": {ENTERPRISE: {"manager": value}}})
    )
    assert operation("add", ENTERPRISE.upper(), {"manager": plain}) == rewrite(
        operation("add", ENTERPRISE.upper(), {"manager": value})
    )


@pytest.mark.parametrize("text", ["False", "FALSE", "false"])
def test_text_becomes_a_boolean_wherever_a_boolean_belongs(text):
    """In operations with a path and without, in users, in the elements of lists, in any case."""
    rewrite = booleans("active", "primary")

    assert operation("replace", "active", False) == rewrite(operation("replace", "active", text))
    assert patch({"op": "replace", "value": {"Active": False}}) == rewrite(
        patch({"op": "replace", "value": {"Active": text}})
    )
    assert create(emails=[{"primary": False}, {}]) == rewrite(create(emails=[{"primary": text}, {}]))
    assert operation("add", "roles", [{"primary": False}]) == rewrite(
        operation("add", "roles", [{"primary": text}])
    )


@pytest.mark.parametrize(
    "message",
    [
        create(active="no"),
        create(active=0),
        create(title="False"),
        operation("replace", "roles[primary eq true].value", "False"),
        search('title eq "True"'),
        search('active eq "no"'),
    ],
)
def test_other_text_stays_text(message):
    """Only true and false are booleans, and only where one belongs."""
    assert message is booleans("active", "primary")(message)


def test_booleans_in_paths_are_compared_as_booleans():
    """A filter inside a path is a filter."""
    for literal in ('"True"', "'True'"):
        assert operation("replace", "roles[primary eq true].value", "x") == booleans("primary")(
            operation("replace", f"roles[primary eq {literal}].value", "x")
        )


def test_brackets_hold_parts_of_an_attribute():
    """What belongs to a team's own is its own behind them, too; whatever else comes after is as anywhere."""
    behind = search(f'title pr and {OWN}:jobs[title eq "x"].active eq "True"')
    assert behind is booleans("active")(behind)

    heard, _ = hear(
        Dialect(name="anybody", title="Anybody"),
        search(
            f'{OWN}:jobs[active eq "True"] and active eq "True" and emails[primary eq "True"] and manager pr'
        ),
        strict=False,
    )

    assert heard == search(
        f'{OWN}:jobs[active eq "True"] and active eq true and emails[primary eq true] and {MANAGER} pr'
    )


def test_a_value_of_paths_alone_leaves_no_empty_operation():
    """Where every key is a path, each is an operation, and nothing is left over."""
    assert operation("add", "name.givenName", "Ann") == keys_as_paths()(
        patch({"op": "add", "value": {"name.givenName": "Ann"}})
    )


@pytest.mark.parametrize("value", ["7", None, ["7"]])
def test_a_name_below_a_urn_without_a_version_is_a_path(value):
    """An extension is said as an object, so what is none is an attribute; an object may be either."""
    badge = "urn:acme:hr:badge"

    assert operation("replace", badge, value) == keys_as_paths()(
        patch({"op": "replace", "value": {badge: value}})
    )
    for spared in ({"urn:acme:hr": {"badge": value}}, {ENTERPRISE: value}, {"urn:acme": value}):
        message = patch({"op": "replace", "value": spared})
        assert message is keys_as_paths()(message)


def test_text_inside_of_text_is_taken_out_whole():
    """Folded once or twice, a role comes out flat; what is no object of the kind stays."""
    rewrite = unfolded("roles")
    twice = '{"value": "{\\"value\\": \\"25\\"}"}'

    assert create(roles=[{"value": "25", "type": "x"}]) == rewrite(
        create(roles=[{"value": twice, "type": "x"}])
    )
    for text in ('{"value": 25}', "{", "{}", "[1]", '{"a":' * 99999):
        message = create(roles=[{"value": text}])
        assert message is rewrite(message)


@pytest.mark.parametrize("name", ["value", "displayName"])
def test_text_inside_of_text_brings_in_nothing_that_no_body_may_hold(name):
    """Only here are its escapes read: with a control or half of a surrogate pair, it stays as it was sent."""
    for letter in map(chr, (*range(0x100), *range(0xD700, 0xE100))):
        message = create(roles=[{"value": json.dumps({"value": "x", name: letter})}])

        assert bool(FORBIDDEN.search(letter)) == (message is unfolded("roles")(message)), ascii(letter)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("emails", [{"value": "a"}]),
        ('emails[type eq "work"]', [{"value": "a"}]),
        ("name", [{"value": "a"}]),
        ("title", [{"value": "a", "type": "b"}]),
        ("title", [{"value": {"a": 1}}]),
        ("title", [{"value": "a"}, {"value": "b"}]),
    ],
)
def test_only_a_plain_value_is_unwrapped(path, value):
    """A list that is a list, or says more than a value, stays one."""
    message = operation("replace", path, value)

    assert message is unwrapped()(message)


def test_a_lone_object_is_a_list_of_one():
    """In a user, and in an operation on the attribute; an object that is meant as one stays."""
    rewrite = lists("emails")

    assert create(emails=[{"value": "a"}], name={}) == rewrite(create(emails={"value": "a"}, name={}))
    assert operation("add", "emails", [{"value": "a"}]) == rewrite(operation("add", "emails", {"value": "a"}))


def test_attributes_are_dropped_where_they_are_said():
    """From users in any case, from the values of path-less operations, and from nowhere else."""
    assert create(title="x") == drop("password")(create(title="x", Password="y"))
    assert patch({"op": "replace", "value": {}}) == drop_from_values("id")(
        patch({"op": "replace", "value": {"id": 1}})
    )
    spared = operation("replace", "name", {"id": 1})
    assert spared is drop_from_values("id")(spared)


def test_schemas_are_left_out_by_name():
    """Those named go, and the order of the others stays."""
    assert create(schemas=["a", "c"]) == without_schemas("b")(create(schemas=["a", "b", "c"]))


# Messages


@pytest.mark.parametrize("known", [{}, {ENTERPRISE: {"division": "North"}}])
def test_a_stray_attribute_joins_its_extension(known):
    """In a user and in a path-less value; what the extension says itself stays."""
    rewrite = qualified(ENTERPRISE_NAMES, ENTERPRISE)
    right: dict[str, Json] = {
        "title": "Guide",
        ENTERPRISE: {"Department": "Tours", **known.get(ENTERPRISE, {})},
    }
    stray = {"title": "Guide", "Department": "Tours", **known}

    assert create(**right) == rewrite(create(**stray))
    assert patch({"op": "add", "value": right}) == rewrite(patch({"op": "add", "value": stray}))


@pytest.mark.parametrize(
    ("extension", "after"),
    [
        (
            {ENTERPRISE.upper(): {"costCenter": "1"}},
            {ENTERPRISE.upper(): {"department": "X", "costCenter": "1"}},
        ),
        ({ENTERPRISE: None}, {ENTERPRISE: {"department": "X"}}),
    ],
)
def test_a_stray_attribute_takes_nothing_from_its_extension(extension, after):
    """Names of extensions have no case (RFC 7643 §2.1), and one that is null is empty."""
    rewrite = qualified(ENTERPRISE_NAMES, ENTERPRISE)

    assert create(**after) == rewrite(create(department="X", **extension))


def test_only_a_patch_has_operations():
    """A body with `Operations` that is no PATCH, or no list of them, is left alone."""
    never = on_operations(lambda _: pytest.fail("was asked"))
    for message in (
        Inbound(verb=Verb.CREATE, body={"Operations": [{"op": "add"}]}),
        Inbound(verb=Verb.PATCH, body={"Operations": {"op": "add"}}),
        Inbound(verb=Verb.PATCH, body=[{"op": "add"}]),
        Inbound(verb=Verb.PATCH, body={"Operations": [None, 7]}),
    ):
        assert message is never(message)
