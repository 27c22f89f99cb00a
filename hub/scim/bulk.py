"""A bulk request, read: many operations, each to be done after those it refers to (RFC 7644 §3.7)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from attrs import evolve, field, frozen

from hub.scim import bulkids
from hub.scim.errors import InvalidSyntax, InvalidValue, PayloadTooLarge, ScimError
from hub.scim.reading import PATCH_OP
from hub.scim.strictjson import Json

BULK_REQUEST = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
BULK_RESPONSE = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
METHODS = ("POST", "PUT", "PATCH", "DELETE")

#: The most characters of the texts of an operation and of its path: they are kept, and told again.
TEXT_MAX = 256
PATH_MAX = 2048

_MESSAGE = {"schemas", "failonerrors", "operations"}
_OPERATION = {"method", "path", "bulkid", "version", "data"}


class Unresolved(ScimError):
    """An operation refers to what this bulk request has not made (RFC 7644 §3.7.1)."""

    status = 409


@frozen(kw_only=True)
class BulkOperation:
    """One operation, the *number*th of its request; *error* says why it will not be done, if that shows."""

    number: int
    method: str | None = None
    path: str | None = None
    bulk_id: str | None = None
    version: str | None = None
    data: Json = None
    error: ScimError | None = field(default=None, eq=False)
    #: The bulkIds that its path and its data name, each once.
    refers_to: tuple[str, ...] = ()

    @property
    def makes(self) -> str | None:
        """Return the bulkId that others may call what it makes by."""
        return self.bulk_id if self.method == "POST" else None


@frozen(kw_only=True)
class BulkRequest:
    """What one bulk request asks for; after *fail_on_errors* errors nothing more, None for no such end."""

    fail_on_errors: int | None
    operations: tuple[BulkOperation, ...]


def read_bulk(body: Json, *, strict: bool, operations_max: int) -> BulkRequest:
    """Return the bulk request that *body* says, or raise 413 past *operations_max*, 400 for no such message.

    What is wrong with one operation is that operation's error, and no other's.
    """
    message = _members(body, "the body", _MESSAGE, strict=strict)
    if strict and message.get("schemas") != [BULK_REQUEST]:
        raise InvalidSyntax(f"schemas must be [{BULK_REQUEST}]")
    items, errors = message.get("operations"), message.get("failonerrors")
    if not isinstance(items, list) or not items:
        raise InvalidSyntax("Operations must be a list of one operation or more")
    if len(items) > operations_max:
        # RFC 7644 §3.7.4 has the limit named.
        raise PayloadTooLarge(f"{len(items)} operations exceed the maxOperations ({operations_max})")
    if errors is not None and (not isinstance(errors, int) or isinstance(errors, bool) or errors < 0):
        raise InvalidValue("failOnErrors must be a whole number, 0 or more")
    read = [_read(item, number, strict=strict) for number, item in enumerate(items)]
    return BulkRequest(fail_on_errors=errors, operations=_checked(read))


def planned(operations: Sequence[BulkOperation]) -> list[BulkOperation]:
    """Return *operations* in the order in which to do them: as sent, but each after those it refers to.

    Changes of one resource keep their order among themselves. Those that wait for each other in a
    circle, or for such a circle, get an error (RFC 7644 §3.7.1).
    """
    reached = set(bulkids.ordered(len(operations), _references(operations)))
    cut = [op if op.number in reached else evolve(op, error=_circular(op)) for op in operations]
    return [cut[number] for number in bulkids.ordered(len(cut), [*_references(cut), *_successions(cut)])]


def resolved(operation: BulkOperation, made: Mapping[str, str]) -> BulkOperation:
    """Return *operation* with the ids *made* in place of bulkIds, or raise `Unresolved` for one not made."""
    for bulk_id in operation.refers_to:
        if bulk_id not in made:
            raise Unresolved(f"Operations[{operation.number}] refers to bulkId:{bulk_id}, which was not made")
    if not operation.refers_to:
        return operation
    path = bulkids.in_path_put(operation.path or "", made)
    return evolve(operation, path=path, data=bulkids.put(operation.data, made))


def _read(item: Json, number: int, *, strict: bool) -> BulkOperation:
    """Return the operation that *item* says; where something in it is wrong, what is right in it."""
    place = f"Operations[{number}]"
    try:
        message = _members(item, place, _OPERATION, strict=strict)
    except ScimError as error:
        return BulkOperation(number=number, error=error)
    operation = BulkOperation(
        number=number,
        method=_text(message.get("method"), TEXT_MAX),
        path=_text(message.get("path"), PATH_MAX),
        bulk_id=_text(message.get("bulkid"), TEXT_MAX),
        version=_text(message.get("version"), TEXT_MAX),
        data=_data(message, strict=strict),
        error=_fault(message, place, strict=strict),
    )
    named = [*bulkids.in_path(operation.path or ""), *bulkids.found(operation.data)]
    return evolve(operation, refers_to=tuple(dict.fromkeys(named)))


def _data(message: Mapping[str, Json], *, strict: bool) -> Json:
    """Return the body of a request of its own; RFC 7644 §3.7.3 shows that of a PATCH as a bare list."""
    data = message.get("data")
    bare = message.get("method") == "PATCH" and isinstance(data, list) and not strict
    return {"schemas": [PATCH_OP], "Operations": data} if bare else data


def _fault(message: Mapping[str, Json], place: str, *, strict: bool) -> ScimError | None:
    """Return what is wrong with one operation, taken alone."""
    method, bulk_id = message.get("method"), message.get("bulkid")
    if method not in METHODS:
        return InvalidSyntax(f"{place}.method must be POST, PUT, PATCH or DELETE")
    if _text(message.get("path"), PATH_MAX) is None:
        return InvalidSyntax(f"{place}.path must be a text such as /Users, of at most {PATH_MAX} characters")
    if bulk_id is not None and _text(bulk_id, TEXT_MAX) is None:
        return InvalidValue(f"{place}.bulkId must be a text of 1 to {TEXT_MAX} characters")
    if method == "POST" and bulk_id is None:
        return InvalidValue(f"{place}.bulkId is required, since it is a POST")
    if message.get("version") is not None and _text(message.get("version"), TEXT_MAX) is None:
        return InvalidSyntax(f"{place}.version must be a text of 1 to {TEXT_MAX} characters")
    if method != "DELETE":
        return InvalidValue(f"{place}.data is required") if message.get("data") is None else None
    if strict and message.get("data") is not None:
        return InvalidSyntax(f"{place}.data must not be there, since it is a DELETE")
    return None


def _checked(operations: list[BulkOperation]) -> tuple[BulkOperation, ...]:
    """Return *operations* with the errors that only show among the others."""
    makers: defaultdict[str, list[int]] = defaultdict(list)
    for operation in operations:
        if operation.makes is not None:
            makers[operation.makes].append(operation.number)
    return tuple(
        operation if operation.error else evolve(operation, error=_stray(operation, makers))
        for operation in operations
    )


def _stray(operation: BulkOperation, makers: Mapping[str, list[int]]) -> ScimError | None:
    """Return what is wrong with the bulkIds of *operation*."""
    place = f"Operations[{operation.number}]"
    # Whoever a bulkId of two would mean, it might be the wrong one: none of them is made.
    same = makers[operation.makes] if operation.makes is not None else []
    if others := [number for number in same if number != operation.number]:
        return InvalidValue(f"{place}.bulkId is the same as that of Operations[{others[0]}]")
    for bulk_id in operation.refers_to:
        if bulk_id not in makers:
            named = bulk_id[:TEXT_MAX]
            return InvalidValue(f"{place} refers to bulkId:{named}, which no POST of this request has")
    return None


def _references(operations: Sequence[BulkOperation]) -> Iterator[tuple[int, int]]:
    """Yield (before, after) where one refers to another; one that will not be done waits for none."""
    makers = {op.makes: op.number for op in operations if op.makes is not None}
    for operation in operations:
        if not operation.error:
            yield from ((makers[bulk_id], operation.number) for bulk_id in operation.refers_to)


def _successions(operations: Sequence[BulkOperation]) -> Iterator[tuple[int, int]]:
    """Yield (before, after) where two change one resource."""
    last: dict[str, int] = {}
    for operation in operations:
        if operation.error or operation.method == "POST":
            continue
        place = (operation.path or "").partition("?")[0].strip("/")
        if place in last:
            yield last[place], operation.number
        last[place] = operation.number


def _circular(operation: BulkOperation) -> ScimError:
    return Unresolved(
        f"Operations[{operation.number}] waits for references that go round in a circle: "
        "make one of these resources without them, then PATCH it"
    )


def _members(item: Json, place: str, known: Collection[str], *, strict: bool) -> Mapping[str, Json]:
    """Return the members of *item* by their names in lower case; empty texts are none, unless *strict*."""
    if not isinstance(item, dict):
        raise InvalidSyntax(f"{place} must be a JSON object")
    members = {name.lower(): value for name, value in item.items() if strict or value != ""}
    if strict and (unknown := sorted(members.keys() - known)):
        raise InvalidSyntax(f"{place} has no member {unknown[0]}")
    return members


def _text(value: Json, length_max: int) -> str | None:
    """Return *value* if it is a text of 1 to *length_max* characters."""
    return value if isinstance(value, str) and 0 < len(value) <= length_max else None
