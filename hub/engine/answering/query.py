"""The walk of a read: rows become bytes, parsed only for who asks for some attributes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from hub.engine.asking.requests import Answer
from hub.engine.values.searches import Search
from hub.engine.values.shape import location, version_of
from hub.scim.errors import InvalidCount, InvalidValue, NotFound, ScimError, TooMany
from hub.scim.localising import localised
from hub.scim.match import check
from hub.scim.parsing import Limits, parse_filter
from hub.scim.sorting import descends, sort_path
from hub.scim.widening import widened
from hub.scim.writing import cursor_response, list_response

from .cursors import Cursors
from .showing import check_asked, shown, shows_memberships, with_seats

if TYPE_CHECKING:
    from hub.engine.asking.requests import Request
    from hub.engine.ports import Store
    from hub.engine.values.searches import Found, Mark
    from hub.scim.expressions import Filter, Path


#: The most bytes of the resources in a page, of which groups with their members may be many.
PAGE_BYTES_MAX = 64 * 2**20

#: A number as JSON has it: Python would take blanks, underscores and the digits of all scripts as well.
WHOLE = re.compile(r"-?[0-9]+")
DIGITS_MAX = 20


@frozen(kw_only=True)
class Query:
    """Answers what requests ask to see; *page_default* and *page_max* count resources."""

    page_default: int
    page_max: int
    limits: Limits
    cursors: Cursors

    async def read(self, store: Store, request: Request) -> Answer:
        """Return one resource as JSON, 304 where it is known already; `NotFound`, `PreconditionFailed`."""
        kind, id = request.inbound.kind, str(request.inbound.id)
        has_memberships = shows_memberships(request, kind)
        text = await store.text(kind, id, memberships=has_memberships)
        if text is None:
            raise NotFound(f"no {request.inbound.kind} has this id")
        request.conditions.check(text.version)
        (text,) = await with_seats(store.statuses, request, [text])
        tag, where = version_of(text), location(request.base_url, kind, id)
        # Members that are deleted leave a group's version as it is: a removal has no other row to wait for.
        if request.conditions.is_known(tag) and not (kind == "Group" and has_memberships):
            return Answer(status=304, location=where, tag=tag)
        return Answer(status=200, body=await shown(store.members, request, text), location=where, tag=tag)

    async def search(self, store: Store, request: Request) -> Answer:
        """Return a page of resources as a ListResponse (RFC 7644 §3.4.2), by cursor where one is sent."""
        check_asked(request)
        by = self._by_cursor if "cursor" in request.inbound.query else self._by_index
        return Answer(status=200, body=await by(store, request))

    async def _by_index(self, store: Store, request: Request) -> bytes:
        query = request.inbound.query
        start = _number(query, "startIndex", InvalidValue) or 1
        count = _number(query, "count", InvalidValue)
        count = self.page_default if count is None else min(count, self.page_max)
        found = await store.search(self._search(request, count, start=start))
        page = await _page(store, request, found)
        return list_response(page, found.total, start, len(page))

    async def _by_cursor(self, store: Store, request: Request) -> bytes:
        """Return a page from a cursor on, with those to the pages beside it (RFC 9865 §2)."""
        query, owner = request.inbound.query, request.admission.scope
        if "startIndex" in query:
            raise InvalidValue("cursor and startIndex are two ways to ask for a page: send one of them")
        count = _number(query, "count", InvalidCount)
        if count is not None and count > self.page_max:
            raise InvalidCount(f"count must be from 0 to {self.page_max}")
        search = self._search(request, self.page_default if count is None else count)
        if query["cursor"]:
            search = evolve(search, mark=self.cursors.open(query["cursor"], owner, search, count))
        found = await store.search(search)
        page = await _page(store, request, found)
        sealed = {
            name: self.cursors.seal(mark, owner, search, count)
            for name, mark in _beside(search, found).items()
        }
        return cursor_response(page, found.total, len(page), sealed)

    def _search(self, request: Request, count: int, *, start: int = 1) -> Search:
        return Search(
            kinds=request.kinds,
            where=dict.fromkeys(request.kinds, self._where(request)),
            sort=_sort(request),
            descending=descends(request.inbound.query.get("sortOrder", "ascending")),
            start=start,
            count=count,
            memberships=any(shows_memberships(request, kind) for kind in request.kinds),
        )

    def _where(self, request: Request) -> Filter | None:
        text = request.inbound.query.get("filter")
        if text is None:
            return None
        where = parse_filter(text, limits=self.limits)
        if request.base_url in text:
            where = localised(where, request.base_url)
        types = request.admission.types
        if len(request.kinds) > 1:
            types = widened(types)  # RFC 7644 §3.4.2.1: what one kind lacks may be asked of all
        for kind in request.kinds:
            check(types[kind], where)  # whoever is there
        return where


async def _page(store: Store, request: Request, found: Found) -> list[bytes]:
    """Return the resources *found* as JSON; raises `TooMany` where an answer cannot hold them."""
    page, size = list[bytes](), 0
    for text in await with_seats(store.statuses, request, found.page):
        page.append(await shown(store.members, request, text))
        size += len(page[-1])
        if size > PAGE_BYTES_MAX:
            raise TooMany(
                f"these resources are longer than {PAGE_BYTES_MAX} bytes: ask for fewer by count,"
                " or for groups without members by excludedAttributes=members"
            )
    return page


def _beside(search: Search, found: Found) -> dict[str, Mark | None]:
    """Return the marks of the pages beside the one *found*, by the names of their cursors."""
    if not search.count:  # who asks for no resources wants the total, and would never get to the end
        return {}
    if search.mark and search.mark.before and not found.page and found.total:
        return {"nextCursor": None}  # all that were before are gone: what follows is the beginning
    marks = {"previousCursor": found.previous, "nextCursor": found.next}
    return {name: mark for name, mark in marks.items() if mark}


def _sort(request: Request) -> Path | None:
    text = request.inbound.query.get("sortBy")
    if text is None:
        return None
    types = [request.admission.types[kind] for kind in request.kinds]
    return sort_path(types, text, strict=request.strict)


def _number(query: Mapping[str, str], name: str, refusal: type[ScimError]) -> int | None:
    """Return the query's number called *name*, 0 for a negative one (RFC 7644 §3.4.2.4), None for none."""
    text = query.get(name)
    if text is None:
        return None
    if not WHOLE.fullmatch(text):
        raise refusal(f"{name} must be a whole number")
    if len(text) > DIGITS_MAX or abs(int(text)) >= 2**31:
        raise refusal(f"{name} is out of range")
    return max(int(text), 0)
