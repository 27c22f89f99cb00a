"""The elements of a multi-valued attribute: which are the same, which are chosen, which one is primary."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeAlias

from hub.scim.errors import InvalidValue
from hub.scim.expressions import And, Compare, Filter, Operator, terms_of
from hub.scim.match import element_predicate
from hub.scim.schema import Attribute, Type
from hub.scim.strictjson import Json

Element: TypeAlias = dict[str, Json]
"""An element of a complex attribute."""


def joined(held: list[Json], new: list[Json]) -> list[Json]:
    """Return *held* and *new*; what speaks of an element that is there adds to it (RFC 7643 §2.4).

    It does when value and type are the same; when all is, if it has no value. At most one of *new*
    is primary, and then it alone is (RFC 7644 §3.5.2).
    """
    after = list(held)
    known: dict[Hashable, int] = {}
    for index, element in enumerate(after):
        for key in _keys(element):
            known.setdefault(key, index)
    primary = None
    for element in new:
        index = known.get(_keys(element)[0], len(after))
        if index == len(after):
            after.append(element)
            for key in _keys(element):
                known.setdefault(key, index)
        else:
            after[index] = _over(after[index], element)
        if is_primary(element):
            primary = index
    return after if primary is None else only_primary(after, primary)


def _keys(element: Json) -> tuple[Hashable, ...]:
    """Return what an element is known by; the first is what it asks for."""
    if not isinstance(element, dict):
        return (repr(element),)
    if "value" not in element:
        return (repr(sorted(element.items())),)
    value = repr(element["value"])
    return ((value, repr(element["type"])), value) if "type" in element else (value,)


def _over(element: Json, new: Json) -> Json:
    return {**element, **new} if isinstance(element, dict) and isinstance(new, dict) else new


def is_primary(element: Json) -> bool:
    """Return whether *element* says that it is the preferred one."""
    return isinstance(element, dict) and element.get("primary") is True


def only_primary(elements: list[Json], index: int) -> list[Json]:
    """Return *elements* where none but the one at *index* is primary."""
    return [
        {**element, "primary": False}
        if i != index and isinstance(element, dict) and is_primary(element)
        else element
        for i, element in enumerate(elements)
    ]


def one_primary(elements: list[Json], path: str, *, strict: bool) -> list[Json]:
    """Return *elements* with the first primary one as the only one, or refuse more when *strict*."""
    primaries = [index for index, element in enumerate(elements) if is_primary(element)]
    if len(primaries) < 2:
        return elements
    if strict:
        raise InvalidValue(f"{path} has {len(primaries)} primary values, and only one can be")
    return only_primary(elements, primaries[0])


def chooser(attribute: Attribute, where: Filter | None) -> Callable[[Json], bool]:
    """Return what says whether an element of *attribute* matches *where*; without one all do."""
    if where is None:
        return lambda _: True
    chooses = element_predicate(attribute, where)
    if attribute.type is Type.COMPLEX:
        return lambda element: isinstance(element, dict) and chooses(element)
    return lambda element: chooses({"value": element})


def described(attribute: Attribute, where: Filter | None) -> Element | None:
    """Return the element that *where*, a conjunction of `eq`, describes; None when there is none such."""
    if attribute.type is not Type.COMPLEX or not attribute.multi_valued:
        return None
    if where is None:
        return {}
    element: Element = {}
    for term in terms_of(where, And):
        if not isinstance(term, Compare) or term.operator is not Operator.EQ:
            return None
        sub = attribute.sub(term.path.name)
        assert sub is not None, "element_predicate would have refused it"
        element[sub.name] = term.value
    return element
