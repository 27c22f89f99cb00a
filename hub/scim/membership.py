"""What a request does to a group's members, apart from the rest: ids that come, ids that go."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from attrs import evolve, frozen

from hub.scim.catalog import GROUP
from hub.scim.errors import InvalidPath, InvalidSyntax, InvalidValue, Mutability
from hub.scim.expressions import Compare, Filter, Operator, Or, Path, terms_of
from hub.scim.match import element_predicate
from hub.scim.reading import Operation, read_value
from hub.scim.schema import Mutability as Characteristic
from hub.scim.strictjson import Json

MEMBERS = "members"

_MEMBERS = GROUP.by_name[MEMBERS]


@frozen(kw_only=True)
class MemberChange:
    """One step of a change of membership: the last word about an id holds, and no id stands in both sets.

    With *reset* only *added* are members afterwards; otherwise *removed* go, then *added* come. A step
    with *where* is nothing else: whoever matches it then goes, which takes somebody who sees the members.
    One that *must_find* is at fault where nobody goes by it.
    """

    reset: bool = False
    added: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()
    where: Filter | None = None
    must_find: bool = False

    @property
    def is_blind(self) -> bool:
        """Say whether it can be taken by whoever does not see who is a member before it."""
        return self.where is None and not self.must_find

    def then(self, other: MemberChange) -> MemberChange:
        """Return the one step that does this and afterwards *other*, both of them blind."""
        assert self.is_blind
        assert other.is_blind
        if other.reset:
            return other
        added = (self.added - other.removed) | other.added
        if self.reset:
            return MemberChange(reset=True, added=added)
        return MemberChange(added=added, removed=(self.removed - other.added) | other.removed)


UNTOUCHED = MemberChange()


def split(
    operations: tuple[Operation, ...], *, additive: bool = False, strict: bool = False
) -> tuple[tuple[Operation, ...], tuple[MemberChange, ...]]:
    """Return the *operations* that leave the members alone, and the steps that the others are, in order.

    When *additive*, a replace of the members only adds. *strict* refuses what members do not have, what
    of a member cannot be changed, and a filter that finds nobody.
    """
    rest: list[Operation] = []
    steps: list[MemberChange] = []
    for operation in operations:
        kept, asked = _parted(operation)
        if kept is not None:
            rest.append(kept)
        if asked is not None:
            steps += _read(asked, additive=additive, strict=strict)
    return tuple(rest), _joined(steps)


def _joined(steps: Iterable[MemberChange]) -> tuple[MemberChange, ...]:
    """Return *steps* with each run of them that needs to see nobody made one."""
    joined: list[MemberChange] = []
    for step in steps:
        if joined and joined[-1].is_blind and step.is_blind:
            joined[-1] = joined[-1].then(step)
        else:
            joined.append(step)
    return tuple(step for step in joined if step != UNTOUCHED)


def of_put(body: Json, *, keep_omitted: bool = False) -> MemberChange:
    """Return what creating or replacing a group by *body* does: exactly those named are members.

    A body without `members` leaves them alone when *keep_omitted*; `[]` always means nobody.
    """
    if not isinstance(body, dict):
        raise InvalidSyntax("the body must be a JSON object")
    named = {name.lower(): value for name, value in body.items()}
    if keep_omitted and MEMBERS not in named:
        return UNTOUCHED
    return MemberChange(reset=True, added=_ids(named.get(MEMBERS)))


def _parted(operation: Operation) -> tuple[Operation | None, Operation | None]:
    """Return what of *operation* leaves the members alone, and what does not."""
    if operation.path is not None:
        return (None, operation) if _is_members(operation.path) else (operation, None)
    assert isinstance(operation.value, dict)
    named = {name: value for name, value in operation.value.items() if name.lower() == MEMBERS}
    if not named:
        return operation, None
    others: Json = {name: value for name, value in operation.value.items() if name not in named}
    kept = evolve(operation, value=others) if others else None
    return kept, Operation(op=operation.op, path=Path(name=MEMBERS), value=next(iter(named.values())))


def _is_members(path: Path) -> bool:
    of_group = path.schema is None or path.schema.lower() == GROUP.id.lower()
    return of_group and path.name.lower() == MEMBERS


def _read(operation: Operation, *, additive: bool, strict: bool) -> list[MemberChange]:
    path = operation.path
    assert path is not None
    if strict and path.sub is not None:
        _refuse_part(path)
    if strict and path.where is not None and operation.op == "add":
        raise Mutability(f"{path} is immutable: a member is added at {MEMBERS}")
    if path.sub is not None and path.sub.lower() != "value":
        # Names and links of members are the hub's to say.
        return []
    gone = [] if path.where is None else [_chosen(path.where, must_find=strict)]
    if operation.op == "remove":
        return gone or [MemberChange(reset=True)]
    value = operation.value if path.sub is None else {"value": operation.value}
    added = _ids(value, strict=strict)
    if operation.op == "add":
        return [MemberChange(added=added)]
    return [*gone, MemberChange(reset=not gone and not additive and path.sub is None, added=added)]


def _refuse_part(path: Path) -> None:
    """Raise what a change of one part of a member deserves: others than their own lists say who they are."""
    part = _MEMBERS.subs.get(str(path.sub).lower())
    if part is None:
        raise InvalidPath(f"a member has no attribute {path.sub}")
    kind = "read-only" if part.mutability is Characteristic.READ_ONLY else "immutable"
    raise Mutability(f"{path} is {kind}")


def _chosen(where: Filter, *, must_find: bool) -> MemberChange:
    """Return the removal of the members that *where* chooses, by id if it names them."""
    ids = [_named(term) for term in terms_of(where, Or)]
    if None in ids:
        element_predicate(_MEMBERS, where)  # raises InvalidFilter for what no member could match
        return MemberChange(where=where, must_find=must_find)
    return MemberChange(removed=frozenset(id for id in ids if id is not None), must_find=must_find)


def chooser(where: Filter) -> Callable[[Mapping[str, Json]], bool]:
    """Return what says whether a member, as an element of `members`, matches *where*."""
    return element_predicate(_MEMBERS, where)


def _named(term: Filter) -> str | None:
    match term:
        case Compare(path=Path(name=name, schema=None, sub=None), operator=Operator.EQ, value=str(value)):
            return value if name.lower() == "value" else None
        case _:
            return None


def _ids(value: Json, *, strict: bool = False) -> frozenset[str]:
    if value is None:
        return frozenset()
    members: list[Json] = value if isinstance(value, list) else [value]
    if strict:
        read_value(_MEMBERS, members, MEMBERS, strict=True)  # raises for what a member does not have
    return frozenset(_id(member, f"{MEMBERS}[{index}]") for index, member in enumerate(members))


def _id(member: Json, place: str) -> str:
    if not isinstance(member, Mapping):
        raise InvalidValue(f"{place} must be an object with the member's id as its value")
    for name, value in member.items():
        if name.lower() == "value" and isinstance(value, str) and value:
            return value
    raise InvalidValue(f"{place}.value must be the member's id")
