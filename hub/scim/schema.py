"""Attributes, schemas and resource types, with the characteristics of RFC 7643 §2."""

from __future__ import annotations

import enum
from functools import cached_property
from typing import TYPE_CHECKING

from attrs import Factory, field, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Type(enum.StrEnum):
    """What a value is made of (RFC 7643 §2.3)."""

    STRING = "string"
    BOOLEAN = "boolean"
    DECIMAL = "decimal"
    INTEGER = "integer"
    DATE_TIME = "dateTime"
    BINARY = "binary"
    REFERENCE = "reference"
    COMPLEX = "complex"


class Mutability(enum.StrEnum):
    """When a value may be written (RFC 7643 §7)."""

    READ_ONLY = "readOnly"
    READ_WRITE = "readWrite"
    IMMUTABLE = "immutable"
    WRITE_ONLY = "writeOnly"


class Returned(enum.StrEnum):
    """When a value is shown (RFC 7643 §7)."""

    ALWAYS = "always"
    NEVER = "never"
    DEFAULT = "default"
    REQUEST = "request"


class Uniqueness(enum.StrEnum):
    """Among whom a value is unique (RFC 7643 §7)."""

    NONE = "none"
    SERVER = "server"
    GLOBAL = "global"


def _by_name(attributes: Iterable[Attribute]) -> Mapping[str, Attribute]:
    return {attribute.name.lower(): attribute for attribute in attributes}


def _is_plain(attribute: Attribute) -> bool:
    shown = attribute.returned in {Returned.ALWAYS, Returned.DEFAULT}
    # What is only written is never kept, and what nobody writes is not either where it is told on request.
    told = attribute.mutability is Mutability.READ_ONLY and not shown
    return told or attribute.mutability is Mutability.WRITE_ONLY or (shown and attribute.plain)


def _lasting(attributes: Iterable[Attribute]) -> tuple[Attribute, ...]:
    return tuple(each for each in attributes if each.mutability is Mutability.IMMUTABLE or each.lasting)


# Attributes, schemas and resource types are the same only when they are the same object:
# that makes them keys of caches at no cost.
@frozen(kw_only=True, eq=False)
class Attribute:
    """One attribute or sub-attribute, and all that RFC 7643 §7 says about it."""

    name: str
    description: str
    type: Type = Type.STRING
    multi_valued: bool = False
    required: bool = False
    case_exact: bool = False
    mutability: Mutability = Mutability.READ_WRITE
    returned: Returned = Returned.DEFAULT
    uniqueness: Uniqueness = Uniqueness.NONE
    canonical_values: tuple[str, ...] = ()
    closed: bool = False
    """Whether no other values than the canonical ones are taken: to RFC 7643 §7 they are suggestions."""
    reference_types: tuple[str, ...] = ()
    sub_attributes: tuple[Attribute, ...] = ()
    elements_max: int = 1000
    """How many values a multi-valued one holds."""
    advertised: bool = True
    """Whether /Schemas tells of it; what it does not tell of is accepted all the same."""
    searchable: bool = True
    """Whether resources are found and sorted by it: not by what is worked out for an answer."""
    subs: Mapping[str, Attribute] = field(
        init=False, repr=False, default=Factory(lambda self: _by_name(self.sub_attributes), takes_self=True)
    )
    """The sub-attributes by their names in lower case."""

    def sub(self, name: str) -> Attribute | None:
        """Return the sub-attribute *name*, whatever its case."""
        return self.subs.get(name.lower())

    @property
    def joint(self) -> str:
        """What a path has between its name and a sub-attribute's: an extension has a URN (RFC 7644 §3.10)."""
        return ":" if ":" in self.name else "."

    @cached_property
    def plain(self) -> bool:
        """Whether who is shown a value of it is shown all that is kept of it."""
        return all(map(_is_plain, self.sub_attributes))

    @cached_property
    def demands(self) -> bool:
        """Whether a value of it may lack something: one of its parts, or of theirs, is required."""
        return any(sub.required or sub.demands for sub in self.sub_attributes)

    @cached_property
    def lasting(self) -> tuple[Attribute, ...]:
        """The sub-attributes that are set once, or have parts that are."""
        return _lasting(self.sub_attributes)


@frozen(kw_only=True, eq=False)
class Schema:
    """A named set of attributes, identified by a URN."""

    id: str
    name: str
    description: str
    attributes: tuple[Attribute, ...]
    by_name: Mapping[str, Attribute] = field(
        init=False, repr=False, default=Factory(lambda self: _by_name(self.attributes), takes_self=True)
    )
    """The attributes by their names in lower case."""


@frozen(kw_only=True, eq=False)
class Place:
    """Where in a document an attribute stands: under the extension *urn*, or at the root."""

    urn: str | None
    attribute: Attribute
    sub: Attribute | None = None

    @property
    def searchable(self) -> bool:
        """Whether resources are found and sorted by what stands there."""
        return self.attribute.searchable and (self.sub is None or self.sub.searchable)


@frozen(kw_only=True, eq=False)
class ResourceType:
    """A kind of resource: its schema, its extensions, its endpoint (RFC 7643 §6)."""

    name: str
    description: str
    endpoint: str
    common: tuple[Attribute, ...]
    schema: Schema
    extensions: tuple[Schema, ...] = ()
    by_urn: Mapping[str, Attribute] = field(
        init=False,
        repr=False,
        default=Factory(lambda self: _by_name(map(_as_attribute, self.extensions)), takes_self=True),
    )
    """The extensions by their URNs in lower case, each as the complex attribute that it is in a document."""
    by_name: Mapping[str, Attribute] = field(
        init=False,
        repr=False,
        default=Factory(
            lambda self: {**_by_name((*self.common, *self.schema.attributes)), **self.by_urn}, takes_self=True
        ),
    )
    """What stands at the root of a document by its name in lower case."""
    required: tuple[str, ...] = field(
        init=False,
        repr=False,
        default=Factory(
            lambda self: tuple(a.name for a in self.schema.attributes if a.required), takes_self=True
        ),
    )
    """The names of the attributes without which there is no such resource."""

    @cached_property
    def plain(self) -> bool:
        """Whether a plain answer shows all that is kept: then a stored document answers as it lies."""
        return all(map(_is_plain, self.by_name.values()))

    @cached_property
    def demanding(self) -> tuple[Attribute, ...]:
        """What at the root of a document may lack a part that is required."""
        return tuple(attribute for attribute in self.by_name.values() if attribute.demands)

    @cached_property
    def lasting(self) -> tuple[Attribute, ...]:
        """What at the root of a document is set once, or has parts that are."""
        return _lasting(self.by_name.values())

    @cached_property
    def unique(self) -> tuple[Place, ...]:
        """Where attributes stand whose values no other resource may have, but for `id` and `userName`."""
        own = [Place(urn=None, attribute=each) for each in self.schema.attributes if each.name != "userName"]
        added = [Place(urn=each.id, attribute=a) for each in self.extensions for a in each.attributes]
        return tuple(each for each in (*own, *added) if each.attribute.uniqueness is not Uniqueness.NONE)

    def find(self, name: str, *, schema: str | None = None, sub: str | None = None) -> Place | None:
        """Return where *name*, perhaps qualified by a *schema* and narrowed to a *sub*, stands."""
        if schema is None or schema.lower() == self.schema.id.lower():
            urn, attribute = None, self.by_name.get(name.lower())
        elif extension := self.by_urn.get(schema.lower()):
            urn, attribute = extension.name, extension.sub(name)
        else:
            # The grammar takes the last part of an extension's own URN for a name.
            urn, attribute = None, self.by_urn.get(f"{schema}:{name}".lower())
        if attribute is None:
            return None
        if sub is None:
            return Place(urn=urn, attribute=attribute)
        inner = attribute.sub(sub)
        return None if inner is None else Place(urn=urn, attribute=attribute, sub=inner)


#: Some clients say inside an extension, too, which schema it is of: heard, and not kept.
_SCHEMAS = Attribute(
    name="schemas",
    description="The extension's own URN.",
    type=Type.REFERENCE,
    multi_valued=True,
    case_exact=True,
    mutability=Mutability.WRITE_ONLY,
    reference_types=("uri",),
    advertised=False,
)


def _as_attribute(extension: Schema) -> Attribute:
    return Attribute(
        name=extension.id,
        description=extension.description,
        type=Type.COMPLEX,
        sub_attributes=(*extension.attributes, _SCHEMAS),
        searchable=any(attribute.searchable for attribute in extension.attributes),
    )
