"""What is set once: kept by a PUT that leaves it out, and held against any other value (RFC 7643 §7)."""

from __future__ import annotations

from collections.abc import Iterable

from hub.scim.errors import Mutability
from hub.scim.held import as_object
from hub.scim.schema import Attribute
from hub.scim.schema import Mutability as Characteristic
from hub.scim.strictjson import Document, Json


def check(lasting: Iterable[Attribute], before: Document, after: Document, path: str = "") -> None:
    """Raise `Mutability` where *after* has not what *before* has of what is set once.

    Elements of lists come and go: nothing tells which was which (see `check_element`).
    """
    for attribute in lasting:
        held, now, place = before.get(attribute.name), after.get(attribute.name), f"{path}{attribute.name}"
        if held is None:
            continue
        if attribute.mutability is Characteristic.IMMUTABLE:
            if now != held:
                raise Mutability(f"{place} is set once and cannot be changed")
        else:
            check(attribute.lasting, as_object(held), as_object(now), f"{place}{attribute.joint}")


def check_element(attribute: Attribute, before: Json, after: Json) -> None:
    """Raise `Mutability` where *after*, made of the element *before* of a list, has other such parts."""
    if attribute.multi_valued and after is not None:
        check(attribute.lasting, as_object(before), as_object(after), f"{attribute.name}.")


def kept(lasting: Iterable[Attribute], before: Document, after: Document) -> Document:
    """Return *after* with what it leaves out and *before* has of what is set once.

    RFC 7644 §3.5.1: a PUT clears what it leaves out only where that may be written again. What has a part
    that stays keeps those parts, too, without which it may not be.
    """
    for attribute in lasting:
        name, held = attribute.name, before.get(attribute.name)
        if held is None:
            continue
        if attribute.mutability is Characteristic.IMMUTABLE:
            after = {name: held, **after}
        elif inner := kept(attribute.lasting, as_object(held), as_object(after.get(name))):
            after = {**after, name: inner if name in after else {**_required(attribute, held), **inner}}
    return after


def _required(attribute: Attribute, held: Json) -> Document:
    """Return the parts of *held* that *attribute* may not be without, as long as it has any."""
    parts = as_object(held)
    required = [each.name for each in attribute.sub_attributes if each.required]
    return {name: parts[name] for name in required if name in parts}
