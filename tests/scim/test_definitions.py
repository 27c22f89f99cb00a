"""A team's own schemas are read from the form of RFC 7643 §7, completely or not at all."""

from __future__ import annotations

import copy

import pytest
from attrs import evolve
from hypothesis import given

from hub.scim.catalog import ENTERPRISE_USER, SEAT_USER, USER
from hub.scim.definitions import ATTRIBUTES_MAX, SchemaError, read_schema
from hub.scim.discovery import definition
from hub.scim.schema import Mutability, Returned, Type, Uniqueness
from tests.scim.made import URN, definitions
from tests.scim.strategies import jsons


def schema(*attributes, **more):
    """Return the definition of a schema with *attributes*."""
    return {"id": URN, "name": "Acme", "attributes": [*attributes], **more}


def attribute(name="badge", **facts):
    """Return the definition of an attribute."""
    return {"name": name, **facts}


def complex_(*subs, **facts):
    """Return the definition of a complex attribute."""
    return attribute("desk", type="complex", subAttributes=[*subs], **facts)


def faults(body):
    """Return what is wrong with *body*."""
    with pytest.raises(SchemaError) as refusal:
        read_schema(body)
    assert str(refusal.value) == "\n".join(refusal.value.faults)
    return refusal.value.faults


def assert_told(said, told):
    """See that all that was *said* of an attribute is *told*, of what it is made of aside."""
    own = {name: value for name, value in said.items() if name != "subAttributes"}
    assert own == {name: told[name] for name in own}


def test_defaults():
    """RFC 7643 §2.2: what is left out."""
    [badge] = read_schema({"id": URN, "attributes": [{"name": "badge"}]}).attributes

    assert (Type.STRING, False, False, False) == (
        badge.type,
        badge.multi_valued,
        badge.required,
        badge.case_exact,
    )
    assert (Mutability.READ_WRITE, Returned.DEFAULT, Uniqueness.NONE) == (
        badge.mutability,
        badge.returned,
        badge.uniqueness,
    )
    assert () == badge.canonical_values == badge.reference_types == badge.sub_attributes
    assert badge.advertised


def test_defaults_of_a_schema():
    """RFC 7643 §7: name and description may be left out; names of members have no case."""
    read = read_schema({"ID": URN, "Attributes": [{"Name": "badge", "MULTIVALUED": True}]})

    assert (URN, "User", "") == (read.id, read.name, read.description)
    assert read.attributes[0].multi_valued


def test_case_of_references():
    """RFC 7643 §2.3.6, §2.3.7: references and binaries have case, whether that is said or not."""
    told = schema(
        attribute("page", type="reference", referenceTypes=["uri"]), attribute("key", type="binary")
    )

    assert [True, True] == [each.case_exact for each in read_schema(told).attributes]


def test_canonical_values_are_all():
    """A team that lists values wants no others."""
    told = schema(attribute(canonicalValues=["Gold"]), attribute("other"))

    assert [True, False] == [each.closed for each in read_schema(told).attributes]


WRONG_ATTRIBUTES = [
    (attribute(""), "name: must be at most 64 letters"),
    ({}, "name: must be at most 64 letters"),
    (attribute("9lives"), "name: must be at most 64 letters"),
    (attribute("a.b"), "name: must be at most 64 letters"),
    (attribute("a b"), "name: must be at most 64 letters"),
    (attribute("ä"), "name: must be at most 64 letters"),
    (attribute("$ref"), "name: must be at most 64 letters"),
    (attribute("a$b"), "name: must be at most 64 letters"),
    (attribute("badge\n"), "name: must be at most 64 letters"),
    (attribute("x" * 65), "name: must be at most 64 letters"),
    (attribute(7), "name: must be at most 64 letters"),
    (attribute("Password"), "name: the hub takes no credentials"),
    (attribute("Schemas"), "name: Schemas means something else"),
    (attribute("value"), "name: value means something else"),
    (attribute(type="text"), "type: must be one of string, boolean"),
    (attribute(type="String"), "type: must be one of"),
    (attribute(type=["string"]), "type: must be one of"),
    (attribute(description="x" * 1001), "description: must be a text of at most 1000"),
    (attribute(multiValued="true"), "multiValued: must be true or false"),
    (attribute(required=1), "required: must be true or false"),
    (attribute(caseExact="no"), "caseExact: must be true or false"),
    (attribute(type="integer", caseExact=True), "caseExact: only a text has case"),
    (attribute(type="binary", caseExact=False), "caseExact: references and binaries"),
    (attribute(mutability="readonly"), "mutability: must be one of readOnly, readWrite, immutable"),
    (attribute(mutability="writeOnly"), "mutability: the hub keeps nothing that nobody could read"),
    (attribute(mutability="readOnly", required=True), "required: nobody can give"),
    (complex_(attribute(mutability="readOnly"), required=True), "required: nobody can give"),
    (attribute(returned="sometimes"), "returned: must be one of always, never, default, request"),
    (attribute(uniqueness="team"), "uniqueness: must be one of none, server, global"),
    (attribute(type="boolean", uniqueness="server"), "uniqueness: neither complex"),
    (complex_(attribute(), uniqueness="global"), "uniqueness: neither complex"),
    (attribute(canonicalValues="Gold"), "canonicalValues: must be a list"),
    (attribute(canonicalValues=["Gold", 1]), "canonicalValues: must be a list"),
    (attribute(canonicalValues=[""]), "canonicalValues: must be a list"),
    (attribute(canonicalValues=["x" * 256]), "canonicalValues: must be a list"),
    (
        attribute(canonicalValues=[str(n) for n in range(101)]),
        "canonicalValues: must be a list of at most 100",
    ),
    (attribute(canonicalValues=["Gold", "GOLD"]), "canonicalValues: two of them are the same"),
    (attribute(type="integer", canonicalValues=["1"]), "canonicalValues: only a string has them"),
    (attribute(type="reference"), "referenceTypes: must say what"),
    (attribute(type="reference", referenceTypes=["Device"]), "referenceTypes: must say what"),
    (attribute(referenceTypes=["User"]), "referenceTypes: only a reference has them"),
    (attribute(subAttributes=[attribute()]), "subAttributes: only a complex attribute has them"),
    (attribute(type="complex"), "subAttributes: must be a list of one attribute or more"),
    (attribute(type="complex", subAttributes={}), "subAttributes: must be a list of one"),
    (complex_(complex_(attribute())), "subAttributes[0].type: a sub-attribute is not complex"),
    (complex_(attribute(multiValued=True)), "subAttributes[0].multiValued: a sub-attribute has one value"),
    (complex_(attribute(uniqueness="server")), "subAttributes[0].uniqueness: a part of a value"),
    (complex_(attribute("passphrase")), "subAttributes[0].name: the hub takes no credentials"),
    (complex_(attribute("a"), attribute("A")), "subAttributes[1].name: A is there already"),
    (complex_("badge"), "subAttributes[0]: must be an object"),
    (attribute(colour="red"), "colour: RFC 7643 §7 knows nothing"),
]


@pytest.mark.parametrize(("wrong", "fault"), WRONG_ATTRIBUTES)
def test_wrong_attributes(wrong, fault):
    """Each fault is told with its place, and no other."""
    [found] = faults(schema(attribute("first"), wrong))

    assert found.startswith(f"attributes[1].{fault}")


WRONG_SCHEMAS = [
    (None, "a schema must be a JSON object"),
    ([], "a schema must be a JSON object"),
    (schema(attribute(), id=None), "id: must be a URN"),
    (schema(attribute(), id="https://acme.example/User"), "id: must be a URN"),
    (schema(attribute(), id="urn:acme"), "id: must be a URN"),
    (schema(attribute(), id="urn:example:acme:2.0"), "id: must be a URN"),
    (schema(attribute(), id='urn:example:a"b:User'), "id: must be a URN"),
    (schema(attribute(), id="urn:example:a b:User"), "id: must be a URN"),
    (schema(attribute(), id="urn:example:a[b]:User"), "id: must be a URN"),
    (schema(attribute(), id="urn:example:ä:User"), "id: must be a URN"),
    (schema(attribute(), id=f"{URN}\n"), "id: must be a URN"),
    (schema(attribute(), id=USER.id), "id: belongs to a schema that every team has"),
    (schema(attribute(), id=USER.id.upper()), "id: belongs to a schema that every team has"),
    (schema(attribute(), id=f"{USER.id}:more"), "id: belongs to a schema that every team has"),
    (schema(attribute(), id=SEAT_USER.id), "id: belongs to a schema that every team has"),
    (schema(attribute(), id=ENTERPRISE_USER.id), "id: belongs to a schema that every team has"),
    (schema(attribute(), id="urn:ietf:params:scim:api:messages:2.0:Error"), "id: belongs to a schema"),
    (schema(attribute(), name=["Acme"]), "name: must be a text"),
    (schema(attribute(), description=7), "description: must be a text"),
    (
        schema(attribute(), schemas=[USER.id]),
        "schemas: must name urn:ietf:params:scim:schemas:core:2.0:Schema",
    ),
    (schema(attribute(), owner="me"), "owner: RFC 7643 §7 knows nothing"),
    (schema(), "attributes: must be a list of one attribute or more"),
    (schema(attributes="badge"), "attributes: must be a list of one attribute or more"),
    (
        schema(attribute("a"), attribute("b"), attribute("A")),
        "attributes[2].name: A is there already, in attributes[0]",
    ),
    (
        schema(*[attribute(f"a{n}") for n in range(ATTRIBUTES_MAX - 1)], complex_(attribute("b"))),
        f"attributes: at most {ATTRIBUTES_MAX} with their sub-attributes, not {ATTRIBUTES_MAX + 1}",
    ),
]


@pytest.mark.parametrize(("body", "fault"), WRONG_SCHEMAS)
def test_wrong_schemas(body, fault):
    """Each fault is told with its place, and no other."""
    [found] = faults(body)

    assert found.startswith(fault)


def test_all_faults_at_once():
    """Who mends a schema mends it once."""
    body = schema(attribute("a b", type="text"), attribute("ok"), complex_(attribute(required=0)), id="acme")

    assert [
        "id",
        "attributes[0].type",
        "attributes[0].name",
        "attributes[2].subAttributes[0].required",
    ] == [fault.partition(": ")[0] for fault in faults(body)]


def test_a_reference_beside_a_value():
    """RFC 7643 §2.4: `$ref` is the one name with a dollar, and a part's."""
    told = complex_(attribute("value"), attribute("$ref", type="reference", referenceTypes=["User"]))

    assert ["value", "$ref"] == [each.name for each in read_schema(schema(told)).attributes[0].sub_attributes]


def test_what_discovery_tells_is_read():
    """RFC 7643 §7: one form for what is told and what is read."""
    told = definition(evolve(ENTERPRISE_USER, id=URN))

    assert told == definition(read_schema(told))


@given(definitions)
def test_read_is_told(body):
    """What is read is told again as it was said, with what was left out; nothing given is changed."""
    kept = copy.deepcopy(body)
    told = definition(read_schema(body))

    assert kept == body
    assert told == definition(read_schema(told))
    for said, again in zip(body["attributes"], told["attributes"], strict=True):
        assert_told(said, again)
        for part, told_part in zip(
            said.get("subAttributes", []), again.get("subAttributes", []), strict=True
        ):
            assert_told(part, told_part)


@given(jsons)
def test_anything(body):
    """Whatever it is, it is a schema or every fault of it is told."""
    for value in (body, schema(body), schema(attribute(type=body)), schema(complex_(body)), schema(id=body)):
        try:
            read_schema(value)
        except SchemaError as error:
            assert error.faults  # noqa: PT017
