"""The walk of a read: rows become bytes, parsed only for who asks for some attributes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from attrs import frozen

from hub.scim.errors import InvalidValue, NotFound
from hub.scim.match import predicate
from hub.scim.parsing import Limits, parse_filter
from hub.scim.strictjson import dumps
from hub.scim.writing import list_response, project
from hub.spi import Verb

from .ports import Search
from .shape import as_bytes, as_document

if TYPE_CHECKING:
    from hub.scim.expressions import Filter

    from .ports import Member, Store, Text
    from .requests import Request

#: How many members of a group are read at a time.
MEMBERS_PAGE = 10_000


@frozen(kw_only=True)
class Query:
    """Answers what requests ask to see; *page_default* and *page_max* count resources."""

    page_default: int
    page_max: int
    limits: Limits

    async def read(self, store: Store, request: Request) -> bytes:
        """Return one resource as JSON, or raise `NotFound`."""
        text = await store.text(request.inbound.kind, str(request.inbound.id))
        if text is None:
            raise NotFound(f"no {request.inbound.kind} has this id")
        return await self._seen(store, request, text)

    async def search(self, store: Store, request: Request) -> bytes:
        """Return a page of resources as a ListResponse (RFC 7644 §3.4.2)."""
        query = request.inbound.query
        where = self._where(request)
        start = max(_number(query, "startIndex", 1), 1)
        count = min(max(_number(query, "count", self.page_default), 0), self.page_max)
        kind = request.inbound.kind
        found = await store.search(Search(kinds=(kind,), where={kind: where}, start=start, count=count))
        page = [await self._seen(store, request, text) for text in found.page]
        return list_response(page, found.total, start, len(page))

    def _where(self, request: Request) -> Filter | None:
        text = request.inbound.query.get("filter")
        if text is None:
            return None
        where = parse_filter(text, limits=self.limits)
        predicate(request.resource_type, where)  # raises for what cannot be asked, whoever is there
        return where

    async def _seen(self, store: Store, request: Request, text: Text) -> bytes:
        members = await _members(store, text) if text.kind == "Group" and wants_members(request) else ()
        return seen(request, text, members)


def seen(request: Request, text: Text, members: Sequence[Member] = ()) -> bytes:
    """Return a resource as JSON, with the attributes that *request* asks for."""
    attributes, excluded = (request.inbound.query.get(name) for name in ("attributes", "excludedAttributes"))
    if attributes is None and excluded in {None, "members"}:
        return as_bytes(text, request.base_url, members)
    document = as_document(text, request.base_url, members)
    return dumps(project(request.resource_type, document, attributes=attributes, excluded=excluded))


def wants_members(request: Request) -> bool:
    """Say whether an answer to *request* has to read the members of a group."""
    attributes, excluded = (request.inbound.query.get(name) for name in ("attributes", "excludedAttributes"))
    if attributes is not None:
        return "members" in attributes.lower()
    if excluded is not None and "members" in {name.strip().lower() for name in excluded.split(",")}:
        return False
    return request.inbound.verb is not Verb.PATCH


async def _members(store: Store, group: Text) -> Sequence[Member]:
    members: list[Member] = []
    while page := await store.members(group.id, after=members[-1].id if members else "", count=MEMBERS_PAGE):
        members += page
        if len(page) < MEMBERS_PAGE:
            break
    return members


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name)
    if text is None:
        return default
    try:
        number = int(text)
    except ValueError:
        raise InvalidValue(f"{name} must be a whole number") from None
    if abs(number) >= 2**31:
        raise InvalidValue(f"{name} is out of range")
    return number
