"""What a request does to a group's members."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.scim.catalog import GROUP
from hub.scim.errors import InvalidFilter, InvalidPath, InvalidSyntax, InvalidValue, Mutability
from hub.scim.membership import UNTOUCHED, MemberChange, chooser, of_put, split
from hub.scim.parsing import parse_path
from hub.scim.reading import Operation

ids = st.frozensets(st.sampled_from("abcdef"), max_size=4)


def change(op, path=None, value=None):
    """Return an operation with the *path* as text."""
    return Operation(op=op, path=path and parse_path(path), value=value)


def members(*named):
    """Return members as a client writes them."""
    return [{"value": id} for id in named]


def asked(*operations, additive=False):
    """Return the one step, or none, that *operations*, all about members, are."""
    rest, found = split(operations, additive=additive)
    assert rest == ()
    assert len(found) <= 1
    return found[0] if found else UNTOUCHED


def after(step, held):
    """Return who is a member after *step*, of those *held* before."""
    return step.added if step.reset else (held - step.removed) | step.added


def test_rfc_7644_3_5_2_1_add():
    """Figure 1 of §3.5.2.1: a member is added to a group."""
    value = [{"display": "Babs Jensen", "$ref": "https://example.com/v2/Users/2819c223", "value": "2819c223"}]

    assert MemberChange(added=frozenset({"2819c223"})) == asked(change("add", "members", value))


def test_rfc_7644_3_5_2_2_remove_one():
    """§3.5.2.2: a member goes, by its id."""
    path = 'members[value eq "2819c223"]'

    assert MemberChange(removed=frozenset({"2819c223"})) == asked(change("remove", path))


def test_rfc_7644_3_5_2_2_remove_all():
    """§3.5.2.2: all members go."""
    assert MemberChange(reset=True) == asked(change("remove", "members"))


def test_rfc_7644_3_5_2_2_remove_and_add():
    """§3.5.2.2: a member goes and another comes in one request."""
    found = asked(change("remove", 'members[value eq "a"]'), change("add", "members", members("b")))

    assert MemberChange(removed=frozenset("a"), added=frozenset("b")) == found


def test_rfc_7644_3_5_2_3_replace():
    """§3.5.2.3: exactly those named are members."""
    assert MemberChange(reset=True, added=frozenset("ab")) == asked(
        change("replace", "members", members("a", "b"))
    )


@pytest.mark.parametrize("value", [[], None])
def test_replaced_by_nobody(value):
    """An empty list is a list: nobody is left."""
    assert MemberChange(reset=True) == asked(change("replace", "members", value))


def test_additive():
    """Where replacing only adds, nobody goes; removing still removes."""
    assert MemberChange(added=frozenset("a")) == asked(
        change("replace", "members", members("a")), additive=True
    )
    assert UNTOUCHED == asked(change("replace", "members", []), additive=True)
    assert MemberChange(reset=True) == asked(change("remove", "members"), additive=True)


@pytest.mark.parametrize("op", ["add", "replace"])
@pytest.mark.parametrize("name", ["members", "Members"])
def test_path_less(op, name):
    """Without a path, members are taken out of the value and the rest is left in."""
    operation = Operation(op=op, value={"displayName": "Staff", name: members("a")})
    rest, found = split((operation,))

    assert (Operation(op=op, value={"displayName": "Staff"}),) == rest
    assert (MemberChange(reset=op == "replace", added=frozenset("a")),) == found
    assert ((), found) == split((Operation(op=op, value={name: members("a")}),))


def test_the_rest_is_left_alone():
    """What does not name the members never touches them."""
    operations = (
        change("replace", "displayName", "Staff"),
        change("replace", None, {"displayName": "Staff", "id": "g1"}),
        change("add", "urn:example:other:members", members("a")),
        change("remove", "externalId"),
    )

    assert (operations, ()) == split(operations)


@pytest.mark.parametrize(
    ("path", "removed"),
    [
        ('MEMBERS[VALUE eq "a"]', "a"),
        (f'{GROUP.id}:members[value eq "a"]', "a"),
        ('members[value eq "a" or (value eq "b" or value eq "c")]', "abc"),
        ('members[value eq "a"].value', "a"),
    ],
)
def test_chosen_by_id(path, removed):
    """A filter that names ids is a set of ids."""
    assert MemberChange(removed=frozenset(removed)) == asked(change("remove", path))


@pytest.mark.parametrize(
    "where",
    [
        'value sw "a"',
        "value pr",
        'value eq "a" and type eq "User"',
        'value eq "a" or type eq "X"',
        'not (value eq "a")',
    ],
)
def test_chosen_otherwise(where):
    """A filter that does not name ids waits for who can see the members."""
    path = f"members[{where}]"
    add = change("add", "members", members("b"))
    chosen, added = MemberChange(where=parse_path(path).where), MemberChange(added=frozenset("b"))

    assert (chosen, added) == split((change("remove", path), add))[1]
    assert (added, chosen) == split((add, change("remove", path)))[1]
    assert (added, chosen, added) == split((add, add, change("remove", path), add))[1]


@pytest.mark.parametrize("where", ["value eq 1", 'value.x eq "a"', 'bogus eq "a"', "type eq true"])
def test_chosen_by_what_no_member_has(where):
    """A filter that cannot be asked of a member is refused, whatever else the request says."""
    with pytest.raises(InvalidFilter):
        split((change("replace", "members", members("a")), change("remove", f"members[{where}]")))


def test_a_member_is_seen_by_id_and_type():
    """What a filter is held against is the member as an element of `members`."""
    chosen = chooser(parse_path('members[type eq "user" and value sw "a"]').where)

    assert chosen({"value": "ab", "type": "User"})
    assert not chosen({"value": "ab", "type": "Group"})


@pytest.mark.parametrize(
    "path", ["members.display", 'members[value eq "a"].display', "members.$ref", "members.type"]
)
@pytest.mark.parametrize("op", ["add", "replace", "remove"])
def test_names_of_members_are_not_the_clients(op, path):
    """Names and links of members are the hub's: to change them is to change nothing."""
    assert UNTOUCHED == asked(change(op, path, None if op == "remove" else "x"))


@pytest.mark.parametrize(
    ("operation", "refusal"),
    [
        (change("replace", "members.bogus", "x"), InvalidPath),
        (change("replace", 'members[value eq "a"].bogus', "x"), InvalidPath),
        (change("replace", "members.display", "x"), Mutability),
        (change("remove", "members.display"), Mutability),
        (change("replace", "members.value", "x"), Mutability),
        (change("replace", 'members[value eq "a"].value', "x"), Mutability),
        (change("add", 'members[value eq "a"]', {"value": "b"}), Mutability),
        (change("add", "members", [{"value": "a", "bogus": 1}]), InvalidSyntax),
        (change("add", "members", [{"value": "a", "type": 7}]), InvalidValue),
        (change("replace", None, {"members": {"value": "a", "bogus": 1}}), InvalidSyntax),
    ],
)
def test_strictly_a_member_has_what_its_schema_says(operation, refusal):
    """What no member has is no path, and who a member is cannot be changed (RFC 7644 §3.5.2)."""
    with pytest.raises(refusal):
        split((operation,), strict=True)
    split((operation,))


def test_strictly_somebody_must_be_chosen():
    """A removal says so, and is taken by itself; what only adds, or removes all, does not mind."""
    gone = change("remove", 'members[value eq "a"]')
    steps = (
        MemberChange(removed=frozenset("a"), must_find=True),
        MemberChange(added=frozenset("b")),
        MemberChange(removed=frozenset("a"), must_find=True),
    )

    assert steps == split((gone, change("add", "members", {"value": "b"}), gone), strict=True)[1]
    assert (MemberChange(reset=True),) == split((change("remove", "members"),), strict=True)[1]


def test_a_part_of_all_is_not_all():
    """A value for the part of all members that says who they are is one more member, and nobody goes."""
    assert MemberChange(added=frozenset("b")) == asked(change("replace", "members.value", "b"))


def test_one_for_another():
    """Replacing the chosen member by another one is a removal and an addition."""
    found = MemberChange(removed=frozenset("a"), added=frozenset("b"))

    assert found == asked(change("replace", 'members[value eq "a"]', {"value": "b"}))
    assert found == asked(change("replace", 'members[value eq "a"].value', "b"))
    assert MemberChange(added=frozenset("b")) == asked(change("add", 'members[value eq "a"]', {"value": "b"}))
    assert MemberChange(added=frozenset("b")) == asked(change("add", "members", {"value": "b"}))


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ("a", "members[0] must be an object"),
        (["a"], "members[0] must be an object"),
        ([{"value": "a"}, {}], "members[1].value"),
        ([{"value": ""}], "members[0].value"),
        ([{"value": None}], "members[0].value"),
        ([{"value": 1}], "members[0].value"),
        ([{"display": "Babs"}], "members[0].value"),
        ([None], "members[0] must be an object"),
    ],
)
def test_not_a_member(value, place):
    """A member without an id is refused, with its place."""
    for attempt in (
        lambda: split((change("add", "members", value),)),
        lambda: split((change("replace", None, {"members": value}),)),
        lambda: of_put({"members": value}),
    ):
        with pytest.raises(InvalidValue) as refusal:
            attempt()

        assert place in refusal.value.detail


def test_put():
    """A PUT names all members; to leave them out may mean something else by policy, an empty list may not."""
    assert MemberChange(reset=True, added=frozenset("ab")) == of_put(
        {"displayName": "x", "Members": members("a", "b")}
    )
    for body in ({}, {"members": None}, {"members": []}):
        assert MemberChange(reset=True) == of_put(body)
    assert UNTOUCHED == of_put({}, keep_omitted=True)
    assert MemberChange(reset=True) == of_put({"members": []}, keep_omitted=True)
    with pytest.raises(InvalidSyntax):
        of_put([])


operations = st.one_of(
    ids.map(lambda named: change("add", "members", members(*named))),
    ids.map(lambda named: change("replace", "members", members(*named))),
    st.sampled_from("abcdef").map(lambda id: change("remove", f'members[value eq "{id}"]')),
    st.just(change("remove", "members")),
)


def _naively(held, operation):
    named = frozenset(member["value"] for member in operation.value or ())
    match operation.op:
        case "add":
            return held | named
        case "replace":
            return named
        case _ if operation.path.where is None:
            return frozenset()
        case _:
            return held - {operation.path.where.value}


@given(st.lists(operations, max_size=6), ids)
def test_the_last_word_holds(changes, held):
    """One change does what its operations do, one after the other."""
    expected = held
    for operation in changes:
        expected = _naively(expected, operation)
    found = asked(*changes)

    assert expected == after(found, held)
    assert not found.added & found.removed


changes = st.one_of(
    st.builds(MemberChange, reset=st.just(value=True), added=ids),
    st.tuples(ids, ids).map(lambda pair: MemberChange(added=pair[0], removed=pair[1] - pair[0])),
)


@given(changes, changes, changes, ids)
def test_then(one, two, three, held):
    """Changes in a row are one change, however they are taken together; nothing is nothing."""
    assert after(two, after(one, held)) == after(one.then(two), held)
    assert one.then(two).then(three) == one.then(two.then(three))
    assert one == one.then(UNTOUCHED) == UNTOUCHED.then(one)
