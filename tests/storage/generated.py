"""Made-up resources of every type of attribute, and filters that ask about them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from random import Random
from typing import Any

from attrs import Factory, evolve, frozen

from hub.scim.catalog import BUILT_IN, COMMON
from hub.scim.expressions import And, Compare, Filter, Has, Not, Operator, Or, Path, Present
from hub.scim.match import KEYS, OPERATORS
from hub.scim.schema import Attribute, Mutability, ResourceType, Schema, Type, Uniqueness

TEXTS = ["ann", "Ann", "ANNA", "an", "n", "ß", "SS", "ss", "élodie", "ÉLODIE", "ﬁ", "fi", "İ", "𝒜", "\uffff"]
TEXTS += [
    "",
    " ",
    "a%b",
    "a_b",
    "a*b",
    "a?b",
    "[a]",
    "a[b",
    'quo"te',
    "back\\slash",
    "tab\there",
    "{}",
    "},{",
]
TEXTS += ["true", "null", "1", "'", "''", "$1", "ann'; --", '"emails.value":"ann"', "x" * 1200, "z\n"]
NUMBERS = [0, 1, -1, 7, 12, 2**53 + 1, 2**63 - 1, -(2**63)]
FLOATS = [0.5, 1.0, -1.0, 1.25, 0.1, 1e16, 2.0**60, -(2.0**63), 1e300, 12.0, 7.5, 5e-324]
MOMENTS = [
    "2011-05-13T04:42:34Z",
    "2011-05-13T06:42:34+02:00",
    "2011-05-13T04:42:34",
    "2011-05-13T04:42:34.5Z",
]
MOMENTS += [
    "2011-05-13T04:42:34.500000Z",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999Z",
    "2026-06-01T12:00:00Z",
]

VALUES: dict[Type, list[Any]] = {
    Type.STRING: TEXTS,
    Type.REFERENCE: ["https://a.example/x", "https://a.example/X", "../Users/1"],
    Type.BINARY: ["MIIB", "miib", "MII="],
    Type.BOOLEAN: [True, False],
    Type.INTEGER: NUMBERS,
    Type.DECIMAL: [*NUMBERS, *FLOATS],
    Type.DATE_TIME: MOMENTS,
}


def _each_type(prefix: str, **facts: Any) -> tuple[Attribute, ...]:
    exact = Attribute(name=f"{prefix}Exact", description="d", case_exact=True, **facts)
    named = [
        Attribute(
            name=f"{prefix}{each.value.title()}",
            description="d",
            type=each,
            case_exact=each in EXACT,
            **facts,
        )
        for each in Type
        if each is not Type.COMPLEX
    ]
    return (exact, *named)


EXACT = {Type.BINARY, Type.REFERENCE}
SUBS = (
    *_each_type(""),
    Attribute(name="tags", description="d", multi_valued=True),
    Attribute(name="value", description="d"),
    Attribute(name="primary", description="d", type=Type.BOOLEAN),
)
CUSTOM = Schema(
    id="urn:example:Every-thing_2.0:User",
    name="Everything",
    description="every type, alone and in lists",
    attributes=(
        *_each_type("one"),
        *_each_type("many", multi_valued=True),
        Attribute(name="thing", description="d", type=Type.COMPLEX, sub_attributes=SUBS),
        Attribute(name="things", description="d", type=Type.COMPLEX, multi_valued=True, sub_attributes=SUBS),
        # What is called as something at the root is something else.
        Attribute(name="title", description="d"),
    ),
)
UNIQUE = Attribute(name="badge", description="d", type=Type.INTEGER, uniqueness=Uniqueness.SERVER)
BADGE = Schema(id="urn:example:Badge", name="Badge", description="d", attributes=(UNIQUE,))
TYPES = {
    "User": evolve(BUILT_IN["User"], extensions=(*BUILT_IN["User"].extensions, CUSTOM, BADGE)),
    "Group": evolve(BUILT_IN["Group"], extensions=(evolve(CUSTOM, id="urn:example:Of-groups"),)),
}


@frozen(kw_only=True)
class Maker:
    """Makes up resources and filters by *chance*; filters often ask for what documents *hold*, by name."""

    chance: Random
    hold: Mapping[str, list[Any]] = Factory(dict)

    # ---- documents

    def document(self, resource_type: ResourceType) -> dict[str, Any]:
        """Return a document as the hub keeps it, but for its `id` and what must be unique."""
        core = self._parts(a for a in resource_type.schema.attributes if a.name not in BESIDE)
        parts = {
            each.id: self._parts(each.attributes) for each in resource_type.extensions if each is not BADGE
        }
        present = {urn: part for urn, part in parts.items() if part}
        external = {"externalId": self._pick(TEXTS)} if self._maybe() else {}
        return {"schemas": [resource_type.schema.id, *present], **core, **external, **present}

    def _parts(self, attributes: Iterable[Attribute]) -> dict[str, Any]:
        written = [a for a in attributes if a.mutability is not Mutability.READ_ONLY]
        return {a.name: self._value(a) for a in written if self._maybe(0.3)}

    def _value(self, attribute: Attribute) -> Any:
        if attribute.multi_valued:
            return [self._one(attribute) for _ in range(self.chance.randint(1, 3))]
        return self._one(attribute)

    def _one(self, attribute: Attribute) -> Any:
        if attribute.type is not Type.COMPLEX:
            return self._pick(VALUES[attribute.type])
        # A complex attribute is never kept without a part.
        while not (parts := self._parts(attribute.sub_attributes)):
            pass
        return parts

    # ---- filters

    def filter(self, resource_type: ResourceType) -> Filter:
        """Return a filter that may be asked of *resource_type*."""
        places = list(_places(resource_type))
        apart = [each for each in places if each[0].name in APART]
        return self._grown(
            lambda: self._term(resource_type, *self._pick(apart if self._maybe(0.4) else places)), 3
        )

    def _grown(self, leaf: Callable[[], Filter], depth: int) -> Filter:
        if depth == 0 or self._maybe():
            return leaf()
        inner = (self._grown(leaf, depth - 1), self._grown(leaf, depth - 1))
        grown: Filter = self._pick([And(terms=inner), Or(terms=inner), Not(term=inner[0])])
        return grown

    def _term(self, resource_type: ResourceType, path: Path, attribute: Attribute) -> Filter:
        path = self._spelt(path, resource_type)
        if path.sub is None and (attribute.type is Type.COMPLEX or self._maybe(0.2)) and self._maybe(0.7):
            return self._chosen(path, attribute)
        return self._compared(path, attribute)

    def _spelt(self, path: Path, resource_type: ResourceType) -> Path:
        own = None if path.name in COMMON_NAMES else resource_type.schema.id
        schema = path.schema or self._pick([None, own])
        said = self._pick([str.lower, str.upper, str])
        return evolve(path, schema=schema and said(schema), name=said(path.name))

    def _chosen(self, path: Path, attribute: Attribute) -> Filter:
        subs = attribute.sub_attributes or (evolve(attribute, name="value", multi_valued=False),)

        def leaf() -> Filter:
            sub = self._pick(subs)
            return self._compared(Path(name=sub.name), sub)

        return Has(path=evolve(path, where=self._grown(leaf, 2)))

    def _compared(self, path: Path, attribute: Attribute) -> Filter:
        value = attribute.sub("value") if attribute.type is Type.COMPLEX else attribute
        if value is None or self._maybe(0.15):
            return Present(path=path)
        if self._maybe(0.1):
            return Compare(path=path, operator=self._pick([Operator.EQ, Operator.NE]), value=None)
        operator = self._pick(sorted(OPERATORS[value.type]))
        return Compare(path=path, operator=operator, value=self._literal(value))

    def _literal(self, attribute: Attribute) -> Any:
        held = [each for each in self.hold.get(attribute.name, ()) if _fits(attribute, each)]
        value = self._pick(held if held and self._maybe(0.7) else VALUES[attribute.type])
        if not isinstance(value, str) or attribute.type in {Type.DATE_TIME, Type.BINARY}:
            return value
        return self._pick([value, value, value.upper(), value[:-1], value[1:], value[2:-1]])

    def _maybe(self, share: float = 0.5) -> bool:
        return self.chance.random() < share

    def _pick(self, choices: Any) -> Any:
        return self.chance.choice(choices)


#: What documents do not hold, or each of them in its own way.
BESIDE = {"userName", "password", "groups", "members"}
COMMON_NAMES = {each.name for each in COMMON}

#: What is not in a folded document, or not only there.
APART = {"id", "schemas", "meta", "externalId", "userName", "displayName", "groups", "members"}


def _fits(attribute: Attribute, value: Any) -> bool:
    try:
        KEYS[attribute.type](attribute, value)
    except (TypeError, ValueError):
        return False
    return True


def held_by(documents: Iterable[Any]) -> dict[str, list[Any]]:
    """Return name → the simple values that stand under it anywhere in *documents*."""
    found = defaultdict[str, list[Any]](list)

    def walk(name: str, value: Any) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                walk(key, inner)
        elif isinstance(value, list):
            for inner in value:
                walk(name, inner)
        else:
            found[name].append(value)

    for each in documents:
        walk("", each)
    return found


def _places(resource_type: ResourceType) -> Iterator[tuple[Path, Attribute]]:
    """Yield each path of the type, with the attribute that it names."""
    own = (*COMMON, *(a for a in resource_type.schema.attributes if a.name != "password"))
    for urn, attributes in [(None, own), *((each.id, each.attributes) for each in resource_type.extensions)]:
        for attribute in (each for each in attributes if each.searchable):
            yield Path(name=attribute.name, schema=urn), attribute
            for sub in attribute.sub_attributes:
                yield Path(name=attribute.name, schema=urn, sub=sub.name), sub
