"""A document and operations into the document afterwards (RFC 7644 §3.5.2), or a whole new one (§3.5.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import define, evolve, frozen

from hub.scim import immutable
from hub.scim.elements import chooser, described, is_primary, joined, only_primary
from hub.scim.errors import InvalidPath, InvalidValue, Mutability, NoTarget, TooMany
from hub.scim.expressions import Filter, Path, size_of
from hub.scim.held import as_list, as_object
from hub.scim.reading import Operation, blank, check_count, finished, read_element, read_value
from hub.scim.required import lacks
from hub.scim.schema import Attribute, ResourceType, Type
from hub.scim.schema import Mutability as Characteristic
from hub.scim.strictjson import Document, Json

READ_ONLY, WRITE_ONLY = Characteristic.READ_ONLY, Characteristic.WRITE_ONLY
KEPT = frozenset({"id", "externalId", "active"})
"""What a PUT that leaves it out never clears: the names of the resource, and whether it has access."""

COMPARISONS_MAX = 200_000
"""How many times the operations of one PATCH together compare an element: a fraction of a second."""


def patch(
    resource_type: ResourceType, document: Document, operations: Iterable[Operation], *, strict: bool
) -> Document:
    """Return *document* after all *operations* in their order, or raise what the first one at fault deserves.

    When not *strict*, attributes that no schema knows are ignored, an element that a conjunction of
    `eq` does not find is created as it describes, and an empty text unassigns.
    """
    after, effort = document, _Effort()
    for operation in operations:
        change = _Change(
            effort=effort,
            op=operation.op,
            value=operation.value,
            strict=strict,
            path=str(operation.path or ""),
        )
        if operation.path is None:
            after = _merged(resource_type.by_name, after, change, "")
        else:
            after = _at(resource_type, after, operation.path, change)
    lack = next(lacks(resource_type, after), None)  # one alone: to look for each would take ever longer
    if lack and lack.was_there(document):
        # RFC 7644 §3.5.2.2 has mutability for it, not invalidValue.
        raise Mutability(f"{lack.path} is required and cannot be removed")
    return _settled(resource_type, document, after)


def replace(
    resource_type: ResourceType, before: Document, after: Document, *, keep_omitted: bool
) -> Document:
    """Return what a PUT of the document *after* makes of *before* (RFC 7644 §3.5.1).

    `externalId`, `active` and what is set once stay when they are left out; all does when *keep_omitted*.
    """
    merged = {**{name: before[name] for name in KEPT & before.keys()}, **after}
    if keep_omitted:
        merged = {**before, **after}
        for urn in {extension.id for extension in resource_type.extensions} & before.keys() & after.keys():
            merged[urn] = {**as_object(before[urn]), **as_object(after[urn])}
    return _settled(resource_type, before, immutable.kept(resource_type.lasting, before, merged))


def _settled(resource_type: ResourceType, before: Document, after: Document) -> Document:
    immutable.check(resource_type.lasting, before, after)
    return finished(resource_type, after)


@define
class _Effort:
    """How many comparisons of elements are left to a request."""

    left: int = COMPARISONS_MAX

    def spend(self, comparisons: int) -> None:
        self.left -= comparisons
        if self.left < 0:
            raise TooMany(
                f"Operations: together they compare more than {COMPARISONS_MAX} times: send fewer at once"
            )


@frozen(kw_only=True)
class _Change:
    """What an operation asks of the attribute at hand; *path* is how the client calls it."""

    effort: _Effort
    op: str
    value: Json
    strict: bool
    path: str


def _at(resource_type: ResourceType, document: Document, path: Path, change: _Change) -> Document:
    place = resource_type.find(path.name, schema=path.schema, sub=path.sub)
    if place is None:
        if change.strict:
            raise InvalidPath(f"a {resource_type.name} has no attribute {path}")
        return document
    if READ_ONLY in {place.attribute.mutability, place.sub and place.sub.mutability}:
        raise Mutability(f"{path} is read-only")
    holder = document if place.urn is None else as_object(document.get(place.urn))
    held = holder.get(place.attribute.name)
    if path.where is not None or (place.sub is not None and place.attribute.multi_valued):
        after = _chosen(place.attribute, held, path.where, place.sub, change)
    elif place.sub is not None:
        after = _inside(as_object(held), place.sub, change)
    else:
        after = _whole(place.attribute, held, change)
    holder = _with(holder, place.attribute, after)
    return holder if place.urn is None else _with(document, resource_type.by_urn[place.urn.lower()], holder)


def _merged(attributes: Mapping[str, Attribute], held: Document, change: _Change, prefix: str) -> Document:
    """Change what the value names, each as if a path had; the rest stays (RFC 7644 §3.5.2.1, §3.5.2.3)."""
    if not isinstance(change.value, dict):
        raise InvalidValue(f"{change.path} must be an object")
    for name, item in change.value.items():
        attribute = attributes.get(name.lower())
        if attribute is not None and attribute.mutability is not READ_ONLY:
            inner = evolve(change, value=item, path=f"{prefix}{attribute.name}")
            held = _with(held, attribute, _whole(attribute, held.get(attribute.name), inner))
        elif change.strict:
            path = f"{prefix}{name}"
            raise (
                InvalidPath(f"no attribute is called {path}")
                if attribute is None
                else Mutability(f"{path} is read-only")
            )
    return held


def _whole(attribute: Attribute, held: Json, change: _Change) -> Json:
    """Return what *attribute* holds afterwards, None for nothing."""
    if blank(change.value, strict=change.strict):
        return held if change.op == "add" and attribute.multi_valued else None
    if attribute.multi_valued:
        # RFC 7644 §3.5.2.1: a new value is added; it need not come in a list.
        single = change.op == "add" and not isinstance(change.value, list)
        given = [change.value] if single else change.value
        change.effort.spend(len(as_list(held)))
        new = read_value(attribute, given, change.path, strict=change.strict)
        return _joined(attribute, held, new, change) if change.op == "add" else new
    if attribute.type is Type.COMPLEX:
        before = as_object(held)
        return _left(before, _parts_of(attribute, before, change), change)
    return read_value(attribute, change.value, change.path, strict=change.strict)


def _parts_of(attribute: Attribute, held: Document, change: _Change) -> Document:
    return _merged(attribute.subs, held, change, f"{change.path}{attribute.joint}")


def _inside(element: Document, sub: Attribute, change: _Change) -> Json:
    """Return *element* with its *sub* changed, None when nothing is left of it."""
    return _left(element, _with(element, sub, _whole(sub, element.get(sub.name), change)), change)


def _joined(attribute: Attribute, held: Json, new: Json, change: _Change) -> Json:
    before = as_list(held)
    elements = joined(before, as_list(new))
    for old, after in zip(before, elements, strict=False):
        immutable.check_element(attribute, old, after)
    check_count(attribute, elements, change.path)
    return elements or None


def _chosen(
    attribute: Attribute, held: Json, where: Filter | None, sub: Attribute | None, change: _Change
) -> Json:
    """Change the elements of *held* that match *where*, or their *sub*."""
    elements = as_list(held)
    change.effort.spend(len(elements) * (size_of(where) if where else 1))
    chooses = chooser(attribute, where)
    chosen = [index for index, element in enumerate(elements) if chooses(element)]
    if not chosen:
        return _missed(attribute, held, where, sub, change)
    after = list(elements)
    for index in chosen:
        after[index] = _element(attribute, elements[index], where, sub, change)
        immutable.check_element(attribute, elements[index], after[index])
    gained = [i for i in chosen if is_primary(after[i]) and not is_primary(elements[i])]
    if gained:
        # RFC 7644 §3.5.2: a new primary takes the place of the old one.
        after = only_primary(after, gained[0])
    left: list[Json] = [element for element in after if element is not None]
    if not left:
        return None
    return left if attribute.multi_valued else left[0]


def _element(
    attribute: Attribute, element: Json, where: Filter | None, sub: Attribute | None, change: _Change
) -> Json:
    """Return what becomes of one chosen *element*, None for nothing."""
    if sub is not None:
        return _inside(as_object(element), sub, change)
    if change.op == "add" and attribute.type is Type.COMPLEX:
        return _left(as_object(element), _parts_of(attribute, as_object(element), change), change)
    new = read_element(attribute, change.value, change.path, strict=change.strict)
    if not isinstance(new, dict):
        return new
    new = immutable.kept(attribute.lasting, as_object(element), new)  # it stays the same element
    if change.strict:
        return new
    # Who chooses by type and does not repeat it means the same element next time.
    chosen = {**(described(attribute, where) or {}), **new}
    return read_element(attribute, chosen, change.path, strict=False)


def _missed(
    attribute: Attribute, held: Json, where: Filter | None, sub: Attribute | None, change: _Change
) -> Json:
    """Answer for a path that finds nothing: create what it describes, if it may."""
    if not change.strict and blank(change.value, strict=False):
        return held
    element = None if change.strict else described(attribute, where)
    if element is None:
        # RFC 7644 §3.5.2.3
        raise NoTarget(f"nothing matches {change.path}")
    value = change.value if sub is None else {sub.name: change.value}
    if not isinstance(value, dict):
        raise InvalidValue(f"{change.path} must be an object")
    path = change.path if sub is None else change.path.rpartition(".")[0]
    new = read_element(attribute, {**element, **value}, path, strict=False)
    return held if new is None else _joined(attribute, held, [new], change)


def _left(before: Document, after: Document, change: _Change) -> Json:
    """Return *after*, or None when nothing worth keeping is: no part at all, or no value any more."""
    lost = "value" in before and "value" not in after
    return None if lost and not change.strict else after or None


def _with(held: Document, attribute: Attribute, value: Json) -> Document:
    """Return *held* with *value* for *attribute*, without it for None or {}; passwords are never held."""
    if value is None or value == {} or attribute.mutability is WRITE_ONLY:
        return {name: item for name, item in held.items() if name != attribute.name}
    return {**held, attribute.name: value}
