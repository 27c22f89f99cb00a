"""What an answer shows of a resource: the attributes that are asked for, its memberships read as needed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from attrs import evolve

from hub.engine.values.resources import MEMBERS_FIRST, Member, Membership
from hub.engine.values.shape import as_bytes, as_document, groups, members, members_text, with_members
from hub.scim.catalog import SEAT_USER
from hub.scim.errors import InvalidPath
from hub.scim.specified import specified, specified_by_patch
from hub.scim.strictjson import dumps
from hub.scim.writing import check_names, names_extension, project
from hub.spi import Verb

if TYPE_CHECKING:
    from hub.engine.asking.requests import Request
    from hub.engine.values.places import SeatStatus
    from hub.engine.values.resources import Text
    from hub.scim.schema import Attribute
    from hub.scim.strictjson import Document

#: How many members of a group are read at a time: enough that the reading costs more than the asking.
MEMBERS_PAGE = 5_000

#: Kind → what shows its memberships, as it is with one of them.
MEMBERSHIPS: Mapping[str, Document] = {
    "User": {"groups": groups([Membership(group="", display="", direct=True)], "")},
    "Group": {"members": members([Member(id="", kind="User")], "")},
}

#: What may be excluded while a document is answered as it lies: none of it is in the document.
BESIDE = frozenset({None, *(name for one in MEMBERSHIPS.values() for name in one)})

#: Reads a page of a group's members: as `Store.members` does, and `Unit.members`.
Reader = Callable[..., Awaitable[Sequence["Member"]]]

#: Finds the seats of the people of users: as `Store.statuses` does, and `Unit.statuses`.
Finder = Callable[[Sequence[str]], Awaitable[Mapping[str, "SeatStatus"]]]


def shows_memberships(request: Request, kind: str) -> bool:
    """Say whether an answer to *request* shows the memberships of a resource of *kind*."""
    one = MEMBERSHIPS.get(kind)
    attributes, excluded = _asked(request)
    unasked = attributes is None and kind == "Group" and request.inbound.verb is Verb.PATCH
    if one is None or unasked:
        return False
    if attributes is None and excluded is None:
        return True
    try:
        part = project(request.admission.types[kind], one, attributes=attributes, excluded=excluded)
    except InvalidPath:  # which refuses what is to be shown, and no removal
        return False
    return bool(part)


def check_asked(request: Request) -> None:
    """Raise `InvalidPath` where *request* asks for attributes by names that cannot be read."""
    for kind in request.kinds:
        for names in _asked(request):
            check_names(request.admission.types[kind], names)


async def with_seats(find: Finder, request: Request, texts: Sequence[Text]) -> Sequence[Text]:
    """Return *texts* with the seats of their people, found by *find*, where these are asked for."""
    users = [text.id for text in texts if text.kind == "User"]
    if not users or not names_extension(request.admission.types["User"], _asked(request)[0], SEAT_USER.id):
        return texts
    found = await find(users)
    return [evolve(text, seat=found.get(text.id)) for text in texts]


async def shown(read: Reader, request: Request, text: Text) -> bytes:
    """Return a resource as JSON, with the attributes that *request* asks for; *read* finds its members."""
    resource_type = request.admission.types[text.kind]
    attributes, excluded = _asked(request)
    has_memberships = shows_memberships(request, text.kind)
    if text.groups and not has_memberships:  # they came because resources of another kind show theirs
        text = evolve(text, groups=())
    if _is_plain(request, text.kind):
        body = as_bytes(text, request.base_url)
    else:
        document, named = as_document(text, request.base_url), _specified(request)
        part = project(resource_type, document, attributes=attributes, excluded=excluded, specified=named)
        if SEAT_USER.id in part:  # RFC 7643 §3: `schemas` names what is there
            part["schemas"] = [*document["schemas"], SEAT_USER.id]
        body = dumps(part)
    if text.kind != "Group" or not has_memberships:
        return body
    return await with_members(body, _parts(read, request, text))


async def _parts(read: Reader, request: Request, text: Text) -> AsyncIterator[bytes]:
    """Yield the members of a group as JSON, a page at a time, so that never all are held as values."""
    page, asked = text.members, MEMBERS_FIRST
    if page is None:
        page, asked = await read(text.id, count=MEMBERS_PAGE), MEMBERS_PAGE
    while page:
        if part := _encoded(request, page):
            yield part
        if len(page) < asked:
            return
        await asyncio.sleep(0)  # on SQLite nothing else here lets another request have its turn
        page, asked = await read(text.id, after=page[-1].id, count=MEMBERS_PAGE), MEMBERS_PAGE


def _encoded(request: Request, page: Sequence[Member]) -> bytes:
    """Return *page* as what stands between the brackets of `members`."""
    if _is_plain(request, "Group"):
        return members_text(page, request.base_url).encode()
    attributes, excluded = _asked(request)
    document = {"members": members(page, request.base_url)}
    resource_type = request.admission.types["Group"]
    part = project(resource_type, document, attributes=attributes, excluded=excluded)
    return dumps(part.get("members", []))[1:-1]


def _is_plain(request: Request, kind: str) -> bool:
    """Say whether a document is answered as it is stored, neither parsed nor built."""
    attributes, excluded = _asked(request)
    return request.admission.types[kind].plain and attributes is None and excluded in BESIDE


def _specified(request: Request) -> frozenset[Attribute]:
    """Return the attributes that a write names: its answer shows those that are shown on request only."""
    match request.inbound.verb:
        case Verb.CREATE | Verb.REPLACE:
            return specified(request.resource_type, request.inbound.body)
        case Verb.PATCH:
            return specified_by_patch(request.resource_type, request.inbound.body)
        case _:
            return frozenset()


def _asked(request: Request) -> tuple[str | None, str | None]:
    query = request.inbound.query
    return query.get("attributes"), query.get("excludedAttributes")
