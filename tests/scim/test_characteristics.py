"""What RFC 7643 §7 says about an attribute holds for a team's own at every level."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hub.scim.catalog import GROUP_TYPE, USER_TYPE
from hub.scim.definitions import read_schema
from hub.scim.errors import InvalidPath, InvalidSyntax, InvalidValue, Mutability, NoTarget, ScimError
from hub.scim.expressions import Path
from hub.scim.parsing import parse_path
from hub.scim.patch import patch, replace
from hub.scim.reading import Operation, read_resource
from hub.scim.schema import Attribute, Returned, Schema, Type
from hub.scim.schema import Mutability as Characteristic
from hub.scim.strictjson import Json
from hub.scim.writing import project
from tests.scale import scale
from tests.scim.made import URN, definitions, kind_with, objects_of, user, value_of, writable

BOTH = pytest.mark.parametrize("strict", [False, True], ids=["tolerant", "strict"])


def text(name: str, **facts: Json) -> Json:
    """Return the definition of a text."""
    return {"name": name, **facts}


def complex_(name: str, *subs: Json, **facts: Json) -> Json:
    """Return the definition of a complex attribute."""
    return {"name": name, "type": "complex", "subAttributes": [*subs], **facts}


KIND = kind_with(
    read_schema(
        {
            "id": URN,
            "attributes": [
                text("badge", required=True),
                text("born", mutability="immutable"),
                text("level", canonicalValues=["Gold", "Silver"]),
                text("code", canonicalValues=["A", "B"], caseExact=True),
                text("seen", mutability="readOnly"),
                text("codes", multiValued=True, mutability="immutable"),
                complex_(
                    "desk",
                    text("room", required=True),
                    text("key", mutability="immutable"),
                    text("seen", mutability="readOnly"),
                    text("side", canonicalValues=["left", "right"]),
                ),
                complex_(
                    "cards",
                    text("value", required=True),
                    text("number", mutability="immutable"),
                    text("type", canonicalValues=["door", "lift"]),
                    multiValued=True,
                ),
            ],
        }
    )
)


def change(op: str, path: str | None = None, value: object = None) -> Any:
    """Return an operation on what the extension holds, or on the resource."""
    return Operation(op=op, path=parse_path(f"{URN}:{path}") if path else None, value=value)  # type: ignore[arg-type]


def held(**values: object) -> dict[str, Any]:
    """Return a User that holds a badge, and these *values*, of the extension."""
    return user(**{URN: {"badge": "1", **values}})


def read(values: object, *, strict: bool) -> Any:
    """Return what is kept of *values*, sent as the extension."""
    return read_resource(KIND, user(**{URN: values}), strict=strict).get(URN)


def patched(before: Any, *operations: Any, strict: bool) -> Any:
    """Return what the extension of *before* holds after *operations*."""
    return patch(KIND, before, operations, strict=strict).get(URN)


# required


@BOTH
@pytest.mark.parametrize(
    ("values", "place"),
    [
        ({"level": "Gold"}, f"{URN}:badge"),
        ({"badge": "1", "desk": {"key": "7"}}, f"{URN}:desk.room"),
        ({"badge": "1", "cards": [{"value": "x"}, {"type": "door"}]}, f"{URN}:cards[1].value"),
    ],
)
def test_required(values, place, strict):
    """RFC 7643 §2.2: what is present has what it must have; what is absent lacks nothing."""
    with pytest.raises(InvalidValue) as refusal:
        read(values, strict=strict)

    assert f"{place} is required" == refusal.value.detail
    assert user() == read_resource(KIND, user(), strict=strict)


@BOTH
@pytest.mark.parametrize(
    ("operation", "place"),
    [
        (change("remove", "badge"), "badge"),
        (change("replace", "badge", None), "badge"),
        (change("remove", "desk.room"), "desk.room"),
        (change("replace", "desk", {"room": None}), "desk.room"),
        (change("replace", None, {URN: {"desk": {"room": None}}}), "desk.room"),
        (change("replace", "desk", {"room": None, "side": "left"}), "desk.room"),
    ],
)
def test_required_is_not_removed(operation, place, strict):
    """RFC 7644 §3.5.2.2: to take away what is required is an error of mutability."""
    with pytest.raises(Mutability) as refusal:
        patched(held(desk={"room": "1", "key": "7"}), operation, strict=strict)

    assert f"{URN}:{place} is required and cannot be removed" == refusal.value.detail


def test_required_is_not_removed_from_an_element():
    """§3.5.2.2: nor from an element of a list; an element that never had it was not valid."""
    before = held(cards=[{"value": "x", "type": "door"}, {"value": "y"}])
    with pytest.raises(Mutability, match=r"cards\[0\]\.value is required and cannot be removed"):
        patched(before, change("remove", 'cards[type eq "door"].value'), strict=True)
    with pytest.raises(InvalidValue, match=r"cards\[2\]\.value is required$"):
        patched(before, change("add", "cards", [{"type": "lift"}]), strict=True)


@BOTH
def test_required_of_what_goes_whole(strict):
    """What is taken away whole lacks nothing, and a PATCH is judged by its end."""
    before = held(desk={"room": "1"})

    assert patched(before, change("remove", "desk"), strict=strict) == {"badge": "1"}
    assert user() == patch(KIND, before, [Operation(op="remove", path=parse_path(URN))], strict=strict)
    again = patched(before, change("remove", "badge"), change("add", "badge", "2"), strict=strict)
    assert {"badge": "2", "desk": {"room": "1"}} == again


# canonicalValues, caseExact


@BOTH
def test_canonical_values(strict):
    """RFC 7643 §7: a team's own values are all, found without case and kept as the schema spells them."""
    assert {"badge": "1", "level": "Gold"} == read({"badge": "1", "level": "gOLD"}, strict=strict)
    assert {"badge": "1", "code": "A"} == read({"badge": "1", "code": "A"}, strict=strict)
    for wrong, place in (
        ({"level": "Lead"}, f"{URN}:level must be one of Gold, Silver"),
        ({"code": "a"}, f"{URN}:code must be one of A, B"),
        ({"cards": [{"value": "x", "type": "roof"}]}, f"{URN}:cards[0].type must be one of door, lift"),
    ):
        with pytest.raises(InvalidValue) as refusal:
            read({"badge": "1", **wrong}, strict=strict)
        assert place == refusal.value.detail


@BOTH
def test_canonical_values_by_patch(strict):
    """A PATCH writes what a POST would."""
    before = held(desk={"room": "1"}, cards=[{"value": "x", "type": "door"}])

    assert "Silver" == patched(before, change("add", "level", "SILVER"), strict=strict)["level"]
    assert "left" == patched(before, change("add", "desk.side", "Left"), strict=strict)["desk"]["side"]
    moved = patched(before, change("replace", 'cards[value eq "x"].type', "LIFT"), strict=strict)
    assert [{"value": "x", "type": "lift"}] == moved["cards"]
    with pytest.raises(InvalidValue, match="must be one of left, right"):
        patched(before, change("replace", "desk", {"side": "up"}), strict=strict)


def test_canonical_values_by_the_filter_of_a_path():
    """What a filter describes is written as the schema spells it, or refused."""
    created = patched(held(), change("add", 'cards[type eq "DOOR"].value', "x"), strict=False)
    assert [{"type": "door", "value": "x"}] == created["cards"]
    before = held(cards=[{"value": "x", "type": "door"}])
    again = patched(before, change("replace", 'cards[type eq "Door"]', {"value": "y"}), strict=False)
    assert [{"type": "door", "value": "y"}] == again["cards"]
    with pytest.raises(InvalidValue, match="must be one of door, lift"):
        patched(held(), change("add", 'cards[type eq "roof"].value', "x"), strict=False)


def test_canonical_values_of_scim_itself():
    """RFC 7643 §7: they are suggestions to who is tolerant; who is strict takes no others."""
    body = {**user(), "emails": [{"value": "a@x.example", "type": "Work"}, {"value": "b", "type": "boat"}]}

    assert ["Work", "boat"] == [
        each["type"] for each in read_resource(USER_TYPE, body, strict=False)["emails"]
    ]
    with pytest.raises(InvalidValue, match=r"emails\[1\]\.type must be one of work, home, other"):
        read_resource(USER_TYPE, body, strict=True)
    body["emails"] = body["emails"][:1]
    assert "work" == read_resource(USER_TYPE, body, strict=True)["emails"][0]["type"]


# mutability


@BOTH
def test_read_only(strict):
    """RFC 7644 §3.3, §3.5.1: what is read-only is ignored in a body, and refused as the path of a PATCH."""
    said = {"badge": "1", "seen": "x", "desk": {"room": "1", "seen": "x"}}

    assert {"badge": "1", "desk": {"room": "1"}} == read(said, strict=strict)
    for path in ("seen", "desk.seen"):
        with pytest.raises(Mutability, match=f"{path} is read-only"):
            patched(held(desk={"room": "1"}), change("replace", path, "x"), strict=strict)


def test_read_only_in_the_value_of_a_patch():
    """RFC 7644 §3.5.2: strictly, it is refused there too, with its path."""
    for value in ({"seen": "x"}, {"desk": {"seen": "x"}}):
        operation = change("add", None, {URN: value})
        assert {"badge": "1"} == patched(held(), operation, strict=False)
        with pytest.raises(Mutability, match=f"{URN}:(desk.)?seen is read-only"):
            patched(held(), operation, strict=True)


SET_ONCE = [
    ("born", "2001", "2002"),
    ("codes", ["a", "b"], ["a"]),
    ("desk.key", "7", "8"),
]


@BOTH
@pytest.mark.parametrize(("path", "first", "other"), SET_ONCE)
def test_immutable_by_patch(path, first, other, strict):
    """RFC 7643 §7: a first value may be set, the same again, and no other."""
    blank = held(desk={"room": "1"})
    once = patch(KIND, blank, [change("add", path, first)], strict=strict)

    assert once == patch(KIND, once, [change("replace", path, first)], strict=strict)
    for operation in (change("replace", path, other), change("remove", path)):
        with pytest.raises(Mutability) as refusal:
            patch(KIND, once, [operation], strict=strict)
        assert f"{URN}:{path} is set once and cannot be changed" == refusal.value.detail


def test_immutable_goes_with_nothing_around_it():
    """To take away what holds it would take it away too."""
    for before, path in ((held(born="2001"), None), (held(desk={"room": "1", "key": "7"}), "desk")):
        operation = change("remove", path) if path else Operation(op="remove", path=parse_path(URN))
        with pytest.raises(Mutability, match="set once"):
            patch(KIND, before, [operation], strict=True)


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize(("path", "first", "other"), SET_ONCE)
def test_immutable_by_put(path, first, other, keep):
    """RFC 7644 §3.5.1: a PUT gives the same value, or a first one, or says nothing of it."""
    name, _, sub = path.partition(".")

    def given(value: object) -> dict[str, Any]:
        return held(**{name: {"room": "1", sub: value} if sub else value})

    blank = held(desk={"room": "1"}) if sub else held()
    once = replace(KIND, blank, given(first), keep_omitted=keep)

    assert given(first) == once == replace(KIND, once, given(first), keep_omitted=keep)
    assert once == replace(KIND, once, blank, keep_omitted=keep)
    with pytest.raises(Mutability, match=f"{path} is set once"):
        replace(KIND, once, given(other), keep_omitted=keep)


@pytest.mark.parametrize("keep", [False, True])
def test_what_holds_something_immutable_stays_whole(keep):
    """Whoever leaves it out of a PUT, since they do not know it, loses nothing that it may not be without."""
    once = held(born="2001", level="Gold", desk={"room": "1", "key": "7", "side": "left"})
    left = {"born": "2001", "badge": "1", "desk": {"room": "1", "key": "7"}}

    after = replace(KIND, once, user(title="Guide"), keep_omitted=keep)

    assert (once[URN] if keep else left) == after[URN]
    assert "Guide" == after["title"]


def test_immutable_parts_of_elements():
    """Elements come and go; a part of one that stays is set once, and stays where it is not named."""
    before = held(cards=[{"value": "x", "type": "door"}])
    once = patch(KIND, before, [change("add", 'cards[value eq "x"].number', "7")], strict=True)
    [card] = once[URN]["cards"]

    assert {"value": "x", "type": "door", "number": "7"} == card
    assert {"badge": "1"} == patched(once, change("remove", 'cards[value eq "x"]'), strict=True)
    fresh = change("replace", "cards", [{"value": "x", "number": "8"}])
    assert [{"value": "x", "number": "8"}] == patched(once, fresh, strict=True)["cards"]
    for strict in (False, True):
        other = change("replace", 'cards[number eq "7"]', {"value": "y"})
        assert [{"value": "y", "number": "7"}] == patched(once, other, strict=strict)["cards"]
    for operation in (
        change("replace", 'cards[value eq "x"]', {"value": "x", "number": "8"}),
        change("replace", 'cards[value eq "x"].number', "8"),
        change("replace", "cards.number", "8"),
        change("remove", 'cards[value eq "x"].number'),
        change("add", 'cards[value eq "x"]', {"number": "8"}),
        change("add", "cards", [{"value": "x", "type": "door", "number": "8"}]),
    ):
        with pytest.raises(Mutability, match=r"cards\.number is set once"):
            patched(once, operation, strict=True)
    assert once[URN] == patched(once, change("add", "cards", [card]), strict=True)


# uniqueness, returned


def test_unique():
    """Where the values stand that the store keeps apart; ids and userNames it keeps apart anyway."""
    schema = read_schema(
        {
            "id": URN,
            "attributes": [
                text("badge", uniqueness="server"),
                text("cards", uniqueness="global", multiValued=True),
                text("room"),
            ],
        }
    )

    assert () == USER_TYPE.unique == GROUP_TYPE.unique
    assert [(URN, "badge"), (URN, "cards")] == [
        (place.urn, place.attribute.name) for place in kind_with(schema).unique
    ]


@pytest.mark.parametrize("returned", [*Returned])
def test_plain(returned):
    """A stored document answers as it lies unless something in it is not shown by default."""
    shown = returned in {Returned.ALWAYS, Returned.DEFAULT}
    for attribute in (text("a", returned=returned), complex_("a", text("b", returned=returned))):
        assert shown is kind_with(read_schema({"id": URN, "attributes": [attribute]})).plain
    assert USER_TYPE.plain
    assert GROUP_TYPE.plain


# Laws


@st.composite
def made(draw: st.DrawFn) -> tuple[Any, Any]:
    """Draw the definition of an extension, and a document that has it."""
    definition = draw(definitions)
    values = draw(objects_of(read_schema(definition).attributes))
    assume(values)
    return definition, user(**{URN: values})


@settings(max_examples=scale(50, trust=5_000))
@given(made(), st.booleans())
def test_what_is_kept_reads_as_itself(made, strict):
    """What keeps to its schema is taken as it is, by POST, by PUT on itself, by no PATCH."""
    definition, document = made
    kind = kind_with(read_schema(definition))

    assert document == read_resource(kind, document, strict=strict)
    assert document == replace(kind, document, document, keep_omitted=False)
    assert document == patch(kind, document, [], strict=strict)


#: A value that no type takes, for each.
WRONG: dict[Type, Any] = {kind: True if kind is not Type.BOOLEAN else "true" for kind in Type}


def _drawn(schema: Schema, data: st.DataObject, having: Any) -> Attribute:
    """Draw one of the attributes of *schema* of which *having* is true."""
    chosen = [each for each in schema.attributes if having(each)]
    assume(chosen)
    attribute: Attribute = data.draw(st.sampled_from(chosen))
    return attribute


def violations(attribute: Attribute, *, strict: bool) -> Iterator[tuple[Any, type[ScimError]]]:
    """Yield values that *attribute* does not take, each with what it is refused by."""
    one: list[tuple[Any, type[ScimError]]] = [(WRONG[attribute.type], InvalidValue)]
    if attribute.canonical_values:
        one.append(("Tin", InvalidValue))
    if attribute.type is Type.COMPLEX and strict:
        one.append(({"no-such-name": 1}, InvalidSyntax))
    for value, refusal in one:
        yield ([value], refusal) if attribute.multi_valued else (value, refusal)
    if attribute.multi_valued:
        yield {"a": 1}, InvalidValue


@settings(max_examples=scale(50, trust=5_000))
@given(made(), st.data(), st.booleans())
def test_each_violation_is_refused(made, data, strict):
    """Whatever characteristic is broken in a document, the answer has the RFC's scimType for it."""
    definition, document = made
    schema = read_schema(definition)
    kind, attribute = kind_with(schema), _drawn(schema, data, writable)
    others = {name: value for name, value in document[URN].items() if name != attribute.name}

    for value, refusal in violations(attribute, strict=strict):
        with pytest.raises(refusal):
            read_resource(kind, user(**{URN: {**others, attribute.name: value}}), strict=strict)
    if attribute.required and others:
        with pytest.raises(InvalidValue):
            read_resource(kind, user(**{URN: others}), strict=strict)


@settings(max_examples=scale(50, trust=5_000))
@given(made(), st.data(), st.booleans())
def test_each_violation_by_patch_is_refused(made, data, strict):
    """Read-only, or set once: a PATCH that changes it is an error of mutability."""
    definition, document = made
    schema = read_schema(definition)
    kind = kind_with(schema)
    attribute = _drawn(schema, data, lambda each: each.mutability is not Characteristic.READ_WRITE)
    path = Path(schema=URN, name=attribute.name)
    operations = [Operation(op="remove", path=path)]
    if writable(attribute):
        document[URN].setdefault(attribute.name, data.draw(value_of(attribute)))
        other = data.draw(value_of(attribute))
        if other != document[URN][attribute.name] and attribute.type is not Type.COMPLEX:
            operations.append(Operation(op="replace", path=path, value=other))
    else:
        assume(attribute.mutability is Characteristic.READ_ONLY)

    for operation in operations:
        with pytest.raises(Mutability):
            patch(kind, document, [operation], strict=strict)


PARTS = kind_with(
    read_schema(
        {
            "id": URN,
            "attributes": [
                complex_("desk", *(text(each, returned=each) for each in Returned)),
                complex_("desks", *(text(each, returned=each) for each in Returned), multiValued=True),
            ],
        }
    )
)
DESK = {each.value: each.value for each in Returned}


@pytest.mark.parametrize("name", ["desk", "desks"])
@pytest.mark.parametrize(
    ("asked", "parts"),
    [
        ({}, ["always", "default"]),
        ({"attributes": URN}, ["always", "default"]),
        ({"attributes": "%s"}, ["always", "default"]),
        ({"attributes": "%s.request"}, ["always", "request"]),
        ({"attributes": "%s.never"}, ["always"]),
        ({"attributes": "%s.default"}, ["always", "default"]),
        ({"attributes": "userName"}, []),
        ({"excluded": "%s.default"}, ["always"]),
        ({"excluded": "%s.always"}, ["always", "default"]),
        ({"excluded": "%s"}, []),
        ({"excluded": URN}, []),
    ],
)
def test_parts_that_are_returned(name, asked, parts):
    """RFC 7643 §7: what is always returned of a value is, where anything of the value is."""
    document = user(**{URN: {"desk": DESK, "desks": [DESK, DESK]}})
    wish = {key: value.replace("%s", f"{URN}:{name}") for key, value in asked.items()}

    shown: Any = project(PARTS, document, **{"attributes": None, "excluded": None, **wish})
    found = shown.get(URN, {}).get(name, [])

    assert [{part: part for part in parts}] * (2 if name == "desks" else 1) == (
        found if isinstance(found, list) else [found]
    ) or (found == [] == parts)


@settings(max_examples=scale(50, trust=5_000))
@given(made(), st.data())
def test_what_is_returned(made, data):
    """RFC 7643 §7: always, never, on request, by default; whatever else is asked for or left out."""
    definition, document = made
    schema = read_schema(definition)
    kind = kind_with(schema)
    attribute = _drawn(schema, data, lambda each: each.name in document[URN])
    named = f"{URN}:{attribute.name}"

    def shows(attributes: str | None = None, excluded: str | None = None, **more: Any) -> bool:
        shown: Any = project(kind, document, attributes=attributes, excluded=excluded, **more)
        return attribute.name in shown.get(URN, {})

    # An object of which every part is hidden is hidden, too.
    assume(attribute.plain)
    always, asked, default = (
        attribute.returned is each for each in (Returned.ALWAYS, Returned.REQUEST, Returned.DEFAULT)
    )
    assert (always or default) is shows() is shows(excluded="userName")
    # Who names an extension names all its attributes.
    assert (always or default or asked) is shows(named) is shows(URN)
    assert always is shows("userName") is shows(excluded=named) is shows(excluded=URN) is shows(named, named)
    assert (always or default or asked) is shows(specified=frozenset([attribute]))


def test_a_path_that_finds_nothing():
    """Strictly, a filter that chooses nothing is noTarget, and a name that means nothing invalidPath."""
    with pytest.raises(NoTarget):
        patched(held(), change("replace", 'cards[value eq "x"].type', "door"), strict=True)
    with pytest.raises(InvalidPath):
        patched(held(), change("replace", "nonsense", "x"), strict=True)
