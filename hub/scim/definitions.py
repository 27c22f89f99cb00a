"""A schema of a team's own, read strictly from the form that RFC 7643 §7 gives it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from hub.scim.catalog import BUILT_IN, ENTERPRISE_USER, SEAT_USER
from hub.scim.discovery import SCHEMA
from hub.scim.folding import fold
from hub.scim.schema import Attribute, Mutability, Returned, Schema, Type, Uniqueness
from hub.scim.strictjson import Json
from hub.scim.told import TEXT_MAX, Told

#: Attributes and sub-attributes of one schema.
ATTRIBUTES_MAX = 200

#: Characters of a name, and of a description.
NAME_MAX, DESCRIPTION_MAX = 64, 1000

#: RFC 8141 without what a filter takes for its own; the last part is a name that an attribute could have.
URN = re.compile(r"urn:[a-z0-9][a-z0-9-]{0,30}[a-z0-9]:([\w.~%+@/-]+:)*[a-z][\w-]*", re.ASCII | re.IGNORECASE)

#: RFC 7643 §2.1, of whose `$` the grammar of filters knows one use only.
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
REF = "$ref"

#: No schema of a team is a part of these, so that no path means two things.
TAKEN = (
    "urn:ietf:params:scim:schemas:core:",
    "urn:ietf:params:scim:api:",
    f"{ENTERPRISE_USER.id}:".lower(),
    f"{SEAT_USER.id}:".lower(),
)

#: The hub signs nobody in, and takes no secrets by another name either.
CREDENTIALS = frozenset({"password", "passwd", "passphrase"})

#: What an extension holds beside its attributes, and what would stand for it as a whole.
RESERVED = frozenset({"schemas", "value"})

EXACT = frozenset({Type.REFERENCE, Type.BINARY})
TARGETS = ("external", "uri", *BUILT_IN)

OF_SCHEMA = frozenset({"schemas", "id", "name", "description", "attributes", "meta"})
OF_ATTRIBUTE = frozenset(
    {
        "name", "type", "description", "multivalued", "required", "caseexact", "mutability", "returned",
        "uniqueness", "canonicalvalues", "referencetypes", "subattributes",
    }
)  # fmt: skip


class SchemaError(ValueError):
    """A schema that cannot be used: every fault at once, each `place: fault`."""

    def __init__(self, faults: Iterable[str]) -> None:
        """Keep the *faults*, in the order of the schema."""
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


def read_schema(body: Json) -> Schema:
    """Return the schema that *body* defines, or raise `SchemaError`.

    What it leaves out is as RFC 7643 §2.2 has it. Beyond the RFC: a sub-attribute has one value, since no
    path chooses among several; nothing is `writeOnly`, since nothing would read it; canonical values are
    all that is taken.
    """
    if not isinstance(body, dict):
        raise SchemaError(["a schema must be a JSON object"])
    told = Told.of(body, "", [])
    told.check_names(OF_SCHEMA)
    if SCHEMA not in told.texts("schemas", [SCHEMA]):
        told.fault("schemas", f"must name {SCHEMA}")
    id = _urn(told)
    schema = Schema(
        id=id,
        name=told.text("name", TEXT_MAX) or id.rpartition(":")[2],
        description=told.text("description", DESCRIPTION_MAX),
        attributes=_attributes(told, "attributes"),
    )
    count = sum(1 + len(attribute.sub_attributes) for attribute in schema.attributes)
    if count > ATTRIBUTES_MAX:
        told.fault("attributes", f"at most {ATTRIBUTES_MAX} with their sub-attributes, not {count}")
    if told.faults:
        raise SchemaError(told.faults)
    return schema


def _urn(told: Told) -> str:
    urn = told.members.get("id")
    if not isinstance(urn, str) or len(urn) > TEXT_MAX or not URN.fullmatch(urn):
        told.fault("id", "must be a URN whose last part is a name, such as urn:example:acme:2.0:User")
        return ""
    if f"{urn}:".lower().startswith(TAKEN):
        told.fault("id", "belongs to a schema that every team has")
    return urn


def _attributes(told: Told, member: str) -> tuple[Attribute, ...]:
    seen: dict[str, str] = {}
    attributes = []
    for each in told.objects(member):
        attribute = _attribute(each, sub=bool(told.place))
        attributes.append(attribute)
        first = seen.setdefault(attribute.name.lower(), each.place)
        if attribute.name and first != each.place:
            each.fault("name", f"{attribute.name} is there already, in {first.rstrip('.')}")
    return tuple(attributes)


def _attribute(told: Told, *, sub: bool) -> Attribute:
    told.check_names(OF_ATTRIBUTE)
    kind = told.word("type", Type.STRING)
    has_parts = not sub and (kind is Type.COMPLEX or bool(told.members.get("subattributes")))
    attribute = Attribute(
        name=_name(told, sub=sub),
        description=told.text("description", DESCRIPTION_MAX),
        type=kind,
        multi_valued=told.flag("multiValued"),
        required=told.flag("required"),
        case_exact=told.flag("caseExact", default=kind in EXACT),
        mutability=told.word("mutability", Mutability.READ_WRITE),
        returned=told.word("returned", Returned.DEFAULT),
        uniqueness=told.word("uniqueness", Uniqueness.NONE),
        canonical_values=told.texts("canonicalValues"),
        closed=bool(told.members.get("canonicalvalues")),
        reference_types=told.texts("referenceTypes"),
        sub_attributes=_attributes(told, "subAttributes") if has_parts else (),
    )
    for member, why, broken in (*RULES, *(SUB_RULES if sub else ())):
        if broken(attribute):
            told.fault(member, why)
    return attribute


def _name(told: Told, *, sub: bool) -> str:
    name = told.members.get("name")
    if (
        not isinstance(name, str)
        or len(name) > NAME_MAX
        or not (NAME.fullmatch(name) or (sub and name == REF))
    ):
        told.fault("name", f"must be at most {NAME_MAX} letters, digits, - and _, a letter first")
        return ""
    if name.lower() in CREDENTIALS:
        told.fault("name", "the hub takes no credentials")
    elif not sub and name.lower() in RESERVED:
        told.fault("name", f"{name} means something else in an extension")
    return name


def _alike(attribute: Attribute) -> bool:
    values = attribute.canonical_values
    return len({value if attribute.case_exact else fold(value) for value in values}) < len(values)


def _is_given_by_nobody(attribute: Attribute) -> bool:
    parts = attribute.sub_attributes
    return attribute.mutability is Mutability.READ_ONLY or (
        bool(parts) and all(map(_is_given_by_nobody, parts))
    )


Rule = tuple[str, str, Callable[[Attribute], bool]]

#: Characteristics that contradict each other: where, why, and how it is seen.
RULES: tuple[Rule, ...] = (
    ("subAttributes", "only a complex attribute has them",
     lambda a: bool(a.sub_attributes) and a.type is not Type.COMPLEX),
    ("canonicalValues", "only a string has them",
     lambda a: bool(a.canonical_values) and a.type is not Type.STRING),
    ("canonicalValues", "two of them are the same where case does not count",
     _alike),
    ("referenceTypes", "only a reference has them",
     lambda a: bool(a.reference_types) and a.type is not Type.REFERENCE),
    ("referenceTypes", f"must say what a reference leads to: {', '.join(TARGETS)}",
     lambda a: a.type is Type.REFERENCE and not (a.reference_types and {*a.reference_types} <= {*TARGETS})),
    ("caseExact", "only a text has case",
     lambda a: a.case_exact and a.type not in EXACT | {Type.STRING}),
    ("caseExact", "references and binaries are compared with case (RFC 7643 §2.3.6, §2.3.7)",
     lambda a: a.type in EXACT and not a.case_exact),
    ("mutability", "the hub keeps nothing that nobody could read",
     lambda a: a.mutability is Mutability.WRITE_ONLY),
    ("required", "nobody can give what is readOnly",
     lambda a: a.required and _is_given_by_nobody(a)),
    ("uniqueness", "neither complex attributes nor booleans can be unique",
     lambda a: a.uniqueness is not Uniqueness.NONE and a.type in {Type.COMPLEX, Type.BOOLEAN}),
)  # fmt: skip
SUB_RULES: tuple[Rule, ...] = (
    ("type", "a sub-attribute is not complex itself (RFC 7643 §2.3.8)",
     lambda a: a.type is Type.COMPLEX),
    ("multiValued", "a sub-attribute has one value: no path chooses among more",
     lambda a: a.multi_valued),
    ("uniqueness", "a part of a value is not unique by itself",
     lambda a: a.uniqueness is not Uniqueness.NONE),
)  # fmt: skip
