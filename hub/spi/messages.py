"""Where in a message something is put right, without changing the message that was given."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from typing import Final, TypeAlias

from attrs import evolve, frozen

from .dialect import Inbound, Json, Verb
from .expressions import last

Operation: TypeAlias = dict[str, Json]
Rewrite: TypeAlias = Callable[[Inbound], Inbound]

PATCH_OP: Final = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

#: What an operation is made of.
NAMES: Final = frozenset({"op", "path", "value"})

#: Of whose attributes quirks speak: a team's own may be called the same, and mean what they say.
KNOWN: Final = ("urn:ietf:params:scim:schemas:core:", "urn:ietf:params:scim:schemas:extension:enterprise:")

#: The enterprise's part of a user, as a path.
EXTENSION: Final = f"{KNOWN[1]}2.0:user"


# Messages, for examples


def patch(*operations: Operation, kind: str = "User") -> Inbound:
    """Return the PATCH request of these *operations*."""
    return Inbound(verb=Verb.PATCH, kind=kind, body={"schemas": [PATCH_OP], "Operations": [*operations]})


def search(filter: str, kind: str = "User") -> Inbound:
    """Return the search for *filter*."""
    return Inbound(verb=Verb.SEARCH, kind=kind, query={"filter": filter})


def create(kind: str = "User", **attributes: Json) -> Inbound:
    """Return the request to create a resource with these *attributes*."""
    return Inbound(verb=Verb.CREATE, kind=kind, body=attributes)


# Places in a message: each takes what is to be done there


@frozen
class Placed:
    """A rewrite of messages of these *verbs*, which leaves all others alone."""

    verbs: frozenset[Verb]
    rewrite: Rewrite

    def __call__(self, heard: Inbound) -> Inbound:
        """Return *heard* as it is put right."""
        return self.rewrite(heard) if heard.verb in self.verbs else heard


@frozen
class InOrder:
    """Several *rewrites*, one after the other."""

    rewrites: tuple[Rewrite, ...]

    def __call__(self, heard: Inbound) -> Inbound:
        """Return *heard* as it is put right."""
        for step in self.rewrites:
            heard = step(heard)
        return heard


def concerning(rewrite: Rewrite, verb: Verb) -> Rewrite | None:
    """Return what of *rewrite* may change a message of *verb*, None where nothing may."""
    match rewrite:
        case Placed(verbs, placed):
            return placed if verb in verbs else None
        case InOrder(rewrites):
            steps = [step for each in rewrites if (step := concerning(each, verb))]
            return in_order(*steps) if steps else None
    return rewrite


def spelt(heard: Inbound) -> Inbound:
    """Return a PATCH as it is read: its own names in their spelling, and a path that is null as none."""
    if heard.verb is not Verb.PATCH or not isinstance(body := heard.body, dict):
        return heard
    name = next((name for name in body if name.lower() == "operations"), "Operations")
    if not isinstance(operations := body.get(name), list):
        return heard
    plain = each(operations, _spelt)
    if plain is operations and name == "Operations":
        return heard
    return evolve(heard, body={**without(body, lambda key, _: key == name), "Operations": plain})


def _spelt(operation: Json) -> Json:
    if not isinstance(operation, dict) or (
        operation.keys() <= NAMES and operation.get("path", "") is not None
    ):
        return operation
    plain = {name.lower(): value for name, value in operation.items()}
    return without(plain, lambda name, value: name == "path" and value is None)


def on_operations(fix: Callable[[Operation], Iterable[Operation]]) -> Rewrite:
    """Apply *fix* to each PATCH operation; it answers with none, one or several."""

    def rewrite(heard: Inbound) -> Inbound:
        body = heard.body
        if not isinstance(body, dict) or not isinstance(operations := body.get("Operations"), list):
            return heard
        fixed = [new for old in operations for new in (fix(old) if isinstance(old, dict) else (old,))]
        return heard if same(operations, fixed) else evolve(heard, body={**body, "Operations": fixed})

    return Placed(frozenset({Verb.PATCH}), rewrite)


def on_body(fix: Callable[[dict[str, Json]], dict[str, Json]]) -> Rewrite:
    """Apply *fix* to the attributes of a resource that is created or replaced."""

    def rewrite(heard: Inbound) -> Inbound:
        if not isinstance(heard.body, dict):
            return heard
        fixed = fix(heard.body)
        return heard if fixed is heard.body else evolve(heard, body=fixed)

    return Placed(frozenset({Verb.CREATE, Verb.REPLACE}), rewrite)


def on_attribute(names: Iterable[str], fix: Callable[[Json], Json]) -> Rewrite:
    """Apply *fix* to the values of these attributes, in resources and in what PATCH sets."""
    wanted = frozenset(names)

    def in_mapping(attributes: dict[str, Json]) -> dict[str, Json]:
        return mapped(attributes, within)

    def within(name: str, value: Json) -> Json:
        if name.lower() in wanted:
            return fix(value)
        return in_mapping(value) if isinstance(value, dict) and name.lower().startswith(KNOWN) else value

    def in_operation(operation: Operation) -> Iterable[Operation]:
        match operation:
            case {"op": "add" | "replace", "path": str(path), "value": value} if last(path) in wanted:
                return (changed(operation, "value", fix(value)),)
            case {"value": dict(value)} if "path" not in operation or _on_extension(operation["path"]):
                return (changed(operation, "value", in_mapping(value)),)
        return (operation,)

    return in_order(on_body(in_mapping), on_known(in_operation))


def _on_extension(path: Json) -> bool:
    return isinstance(path, str) and path.lower() == EXTENSION


def on_known(fix: Callable[[Operation], Iterable[Operation]]) -> Rewrite:
    """Apply *fix* to each PATCH operation but those on attributes of a team's own schemas."""
    return on_operations(lambda operation: (operation,) if foreign(operation.get("path")) else fix(operation))


def foreign(name: Json) -> bool:
    """Say whether an attribute or path is of a schema that is neither SCIM's core nor the enterprise's."""
    return isinstance(name, str) and name.lower().startswith("urn:") and not name.lower().startswith(KNOWN)


def on_text(fix: Callable[[str], str]) -> Rewrite:
    """Apply *fix* to the filter of a search and to the paths of operations."""

    def in_operation(operation: Operation) -> Iterable[Operation]:
        path = operation.get("path")
        return (changed(operation, "path", fix(path)) if isinstance(path, str) else operation,)

    return in_order(on_filter(fix), on_operations(in_operation))


def on_filter(fix: Callable[[str], str]) -> Rewrite:
    """Apply *fix* to the filter of a search."""

    def rewrite(heard: Inbound) -> Inbound:
        text = heard.query.get("filter")
        fixed = text if text is None else fix(text)
        return (
            heard if fixed is None or fixed == text else evolve(heard, query={**heard.query, "filter": fixed})
        )

    return Placed(frozenset({Verb.SEARCH}), rewrite)


def in_order(*rewrites: Rewrite) -> Rewrite:
    """Apply *rewrites*, one after the other."""
    return rewrites[0] if len(rewrites) == 1 else InOrder(rewrites)


# Changing by making anew: the same object comes back when nothing changed


def mapped(attributes: dict[str, Json], fix: Callable[[str, Json], Json]) -> dict[str, Json]:
    """Return *attributes* with each value as *fix* makes it out of its name and itself."""
    fixed = attributes
    for name, value in attributes.items():
        put_right = fix(name, value)
        if put_right is not value:
            fixed = {**fixed, name: put_right}
    return fixed


def each(items: list[Json], fix: Callable[[Json], Json]) -> list[Json]:
    """Return *items*, each as *fix* makes it."""
    fixed = [fix(item) for item in items]
    return items if same(items, fixed) else fixed


def changed(operation: Operation, key: str, value: Json) -> Operation:
    """Return *operation* with *value* at *key*."""
    before = operation.get(key)
    unchanged = before is value or (isinstance(value, str) and before == value)
    return operation if unchanged else {**operation, key: value}


def without(attributes: dict[str, Json], goes: Callable[[str, Json], bool]) -> dict[str, Json]:
    """Return *attributes* without those of which *goes* says so."""
    kept = {name: value for name, value in attributes.items() if not goes(name, value)}
    return attributes if len(kept) == len(attributes) else kept


def same(before: list[Json], after: list[Json]) -> bool:
    """Whether both lists hold the very same objects."""
    return len(before) == len(after) and all(map(operator.is_, before, after))
