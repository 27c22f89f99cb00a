"""What a request wants of a resource, read before any transaction is opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from attrs import frozen

from hub.scim.membership import MemberChange, of_put, split
from hub.scim.patch import patch, replace
from hub.scim.reading import read_patch, read_resource
from hub.spi import Verb

if TYPE_CHECKING:
    from hub.engine.asking.requests import Request

Document = Mapping[str, Any]


@frozen(kw_only=True)
class Intent:
    """What a request makes of a document (None to delete it), and of a group's members, step by step."""

    becomes: Callable[[Document], Document | None]
    members: tuple[MemberChange, ...] = ()


def intent_of(request: Request, *, operations_max: int) -> Intent:
    """Return what *request* wants, or raise the `ScimError` that says why it cannot be read."""
    match request.inbound.verb:
        case Verb.CREATE:
            return _create(request)
        case Verb.REPLACE:
            return _replace(request)
        case Verb.PATCH:
            return _patch(request, operations_max)
        case _:
            return Intent(becomes=lambda _: None)


def _create(request: Request) -> Intent:
    document = read_resource(request.resource_type, request.inbound.body, strict=request.strict)
    if request.inbound.kind == "User":
        # RFC 7643 §4.1.1 leaves the value of an absent `active` to us; a provider that
        # assigns somebody wants them in.
        return Intent(becomes=lambda _: {"active": True, **document})
    members = of_put(request.inbound.body)
    return Intent(becomes=lambda _: _without_members(document), members=(members,))


def _replace(request: Request) -> Intent:
    document = read_resource(request.resource_type, request.inbound.body, strict=request.strict)
    keep = request.policy.put_omitted == "keep"
    is_group = request.inbound.kind == "Group"
    members = (of_put(request.inbound.body, keep_omitted=keep),) if is_group else ()
    return Intent(
        becomes=lambda before: replace(
            request.resource_type, dict(before), _without_members(document), keep_omitted=keep
        ),
        members=members,
    )


def _patch(request: Request, operations_max: int) -> Intent:
    operations = read_patch(request.inbound.body, strict=request.strict, operations_max=operations_max)
    members: tuple[MemberChange, ...] = ()
    if request.inbound.kind == "Group":
        additive = request.policy.members_replace == "additive"
        operations, members = split(operations, additive=additive, strict=request.strict)
    return Intent(
        becomes=lambda before: patch(request.resource_type, dict(before), operations, strict=request.strict),
        members=members,
    )


def _without_members(document: Document) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != "members"}
