"""Made-up filters, bodies and PATCHes, for laws."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from hub.scim.catalog import ENTERPRISE_USER, USER, USER_TYPE
from hub.scim.expressions import And, Compare, Has, Not, Operator, Or, Path, Present
from hub.scim.reading import Operation
from hub.scim.schema import Attribute, Mutability, Type

Strategy = st.SearchStrategy[Any]

WORDS = ["ann", "Ann", "BOB", "work", "home", "Straße", "x" * 40, 'quo"te', "back\\slash", "a.b@c.example"]
texts = st.one_of(
    st.sampled_from(WORDS), st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1)
)
numbers = st.one_of(st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False))
literals = st.one_of(st.none(), st.booleans(), numbers, texts)
names = st.from_regex(r"\$?[A-Za-z][A-Za-z0-9_-]{0,9}", fullmatch=True)
schemas = st.one_of(st.none(), st.sampled_from([USER.id, ENTERPRISE_USER.id, "http://a.example/2006/Group"]))
# A name in front of a parenthesis that is called `not` would be the operator.
paths = st.builds(Path, name=names, schema=schemas, sub=st.one_of(st.none(), names))


def _grown(leaves: Strategy) -> Strategy:
    def grow(inner: Strategy) -> Strategy:
        terms = st.lists(inner, min_size=2, max_size=3).map(tuple)
        return st.one_of(st.builds(And, terms=terms), st.builds(Or, terms=terms), st.builds(Not, term=inner))

    return st.recursive(leaves, grow, max_leaves=8)


terms = st.one_of(
    st.builds(Present, path=paths),
    st.builds(Compare, path=paths, operator=st.sampled_from(Operator), value=literals),
)
choices = st.builds(Path, name=names, schema=schemas, where=_grown(terms))
filters = _grown(st.one_of(terms, st.builds(Has, path=choices)))
patch_paths = st.one_of(
    paths, choices, st.builds(Path, name=names, schema=schemas, where=_grown(terms), sub=names)
)

VALUES: dict[Type, Strategy] = {
    Type.STRING: texts,
    Type.REFERENCE: st.just("https://a.example/x"),
    Type.BOOLEAN: st.booleans(),
    Type.BINARY: st.just("MIIB"),
    Type.INTEGER: st.integers(-(2**63), 2**63 - 1),
    Type.DECIMAL: st.one_of(st.integers(-9, 9), st.floats(allow_nan=False, allow_infinity=False)),
    Type.DATE_TIME: st.just("2011-05-13T04:42:34Z"),
}


def values_of(attribute: Attribute) -> Strategy:
    """Return what *attribute* may hold, of canonical values if it has them."""
    if attribute.type is Type.COMPLEX:
        one = parts_of(attribute.sub_attributes, 1)
    elif attribute.canonical_values:
        one = st.sampled_from(attribute.canonical_values)
    else:
        one = VALUES[attribute.type]
    return st.lists(one, min_size=1, max_size=3).map(_one_primary) if attribute.multi_valued else one


def parts_of(attributes: tuple[Attribute, ...], size_min: int = 0) -> Strategy:
    """Return objects with some of *attributes*."""
    written = {a.name: values_of(a) for a in attributes if a.mutability is Mutability.READ_WRITE}
    chosen = st.lists(st.sampled_from(sorted(written)), min_size=size_min, max_size=5, unique=True)
    return chosen.flatmap(lambda names: st.fixed_dictionaries({name: written[name] for name in names}))


def _one_primary(elements: list[Any]) -> list[Any]:
    seen = False
    for element in elements:
        if isinstance(element, dict) and element.get("primary"):
            element["primary"] = not seen
            seen = True
    return elements


def _document(core: dict[str, Any], extension: dict[str, Any], user_name: str) -> dict[str, Any]:
    extended = {ENTERPRISE_USER.id: extension} if extension else {}
    return {**core, **extended, "userName": user_name, "schemas": [USER.id, *extended]}


users = st.builds(_document, parts_of(USER.attributes), parts_of(ENTERPRISE_USER.attributes), texts)
"""Users as the hub keeps them: canonical, typed, strict."""

ATTRIBUTES = [a for a in USER.attributes if a.mutability is Mutability.READ_WRITE and a.name != "userName"]


@st.composite
def whole_attributes(draw: st.DrawFn) -> tuple[Attribute, Any]:
    """Draw an attribute of a User and a value for it."""
    attribute = draw(st.sampled_from(ATTRIBUTES))
    return attribute, draw(values_of(attribute))


jsons = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.just(""), texts),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2), st.dictionaries(st.sampled_from(WORDS), inner, max_size=2)
    ),
    max_leaves=4,
)
KNOWN_NAMES = [*USER_TYPE.by_name, "value", "type", "primary", "familyName", "department", "nonsense"]
objects = st.dictionaries(st.sampled_from(KNOWN_NAMES), jsons, max_size=3)
KNOWN_PATHS = st.builds(
    Path,
    name=st.sampled_from([a.name for a in USER.attributes]),
    sub=st.one_of(st.none(), st.sampled_from(["value", "type", "primary", "familyName"])),
    where=st.one_of(st.none(), st.just(Compare(path=Path(name="type"), operator=Operator.EQ, value="work"))),
)
odd_values = st.one_of(jsons, objects, st.lists(objects, max_size=2))
odd_operations = st.one_of(
    st.builds(Operation, op=st.sampled_from(["add", "replace"]), path=KNOWN_PATHS, value=odd_values),
    st.builds(Operation, op=st.just("remove"), path=KNOWN_PATHS),
    st.builds(Operation, op=st.sampled_from(["add", "replace"]), value=objects),
)
"""Operations that may be anything, near enough to the schema to go deep."""
