"""A person's profile: what their users say, attribute by attribute, and which connection says it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import frozen

if TYPE_CHECKING:
    from hub.engine.values.resources import Resource

#: What is told elsewhere, or says nothing of somebody.
BESIDE = frozenset({"schemas", "id", "meta", "groups", "active", "externalId", "userName"})

#: What of an element of a list is told beside its value.
_MARKS = ("type", "display")


@frozen(kw_only=True)
class Trait:
    """What is said of one attribute, each *value* with the connections whose users say it."""

    name: str
    values: Sequence[tuple[str, Sequence[str]]]


def profile_of(users: Sequence[tuple[str, Resource]]) -> list[Trait]:
    """Return what *users*, each with its connection, say of a person: attributes in the order they come."""
    found: dict[tuple[str, str], dict[str, list[str]]] = {}
    for connection, user in users:
        for urn, name, value in _said(user.document):
            sources = found.setdefault((urn, name), {}).setdefault(value, [])
            if connection not in sources:
                sources.append(connection)
    return [Trait(name=name, values=[*said.items()]) for (_, name), said in found.items()]


def _said(document: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for name, value in document.items():
        if name in BESIDE:
            continue
        if ":" in name and isinstance(value, Mapping):
            yield from ((name, *said) for inner, each in value.items() for said in _texts(inner, each))
        else:
            yield from (("", *said) for said in _texts(name, value))


def _texts(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yield what an attribute says, as (name, text): of an object each part, of a list each element."""
    match value:
        case None | "":
            return
        case list():
            yield from ((name, _element(each)) for each in value)
        case Mapping():
            for part, inner in value.items():
                if part != "$ref":  # it says where the value is found
                    yield from _texts(f"{name}.{part}", inner)
        case bool():
            yield name, "yes" if value else "no"
        case _:
            yield name, str(value)


def _element(value: Any) -> str:
    """Return an element of a list as text: its value, or its parts, and what kind it is of."""
    if not isinstance(value, Mapping):
        return str(value)
    marks = [str(value[mark]) for mark in _MARKS if value.get(mark)]
    if value.get("primary") is True:
        marks.append("primary")
    others = {name: each for name, each in value.items() if name not in {*_MARKS, "primary"}}
    text = str(value["value"]) if "value" in value else ", ".join(str(each) for each in others.values())
    return f"{text} ({', '.join(marks)})" if marks else text
