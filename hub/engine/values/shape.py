"""A resource as its reader sees it: the stored document, with what depends on the reader.

The stored text has neither groups nor members nor meta; they are put in as text, so that
a plain GET neither parses nor builds the document.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from io import BytesIO
from typing import Any, cast

from attrs import asdict

from hub.scim import strictjson
from hub.scim.catalog import ENTERPRISE_USER, SEAT_USER, USER_TYPE
from hub.scim.strictjson import Json

from .kinds import RESOURCE_TYPES
from .places import SeatStatus
from .resources import Member, Membership, Resource, Text

#: What stands before, and at the beginning of, a link that is kept without the connection's address.
_REF, _USERS = '"$ref":"', f"{USER_TYPE.endpoint}/"
_LINK = f"{_REF}{_USERS}"

#: What stands before the extension in which there is such a link.
_EXTENSION = f'"{ENTERPRISE_USER.id}":'

_DECODER = json.JSONDecoder()

#: How many hexadecimal digits of a digest tell one state of a user's groups from another.
DIGEST = 16


def location(base_url: str, kind: str, id: str) -> str:
    """Return the address of a resource (RFC 7643 §3.1, meta.location)."""
    return f"{base_url}{RESOURCE_TYPES[kind].endpoint}/{id}"


def meta(text: Text, base_url: str) -> Json:
    """Return the common attribute `meta` of a resource (RFC 7643 §3.1)."""
    return {
        "resourceType": text.kind,
        "created": text.created,
        "lastModified": text.modified,
        "location": location(base_url, text.kind, text.id),
        "version": version_of(text),
    }


def version_of(text: Text) -> str:
    """Return the weak entity tag of a resource (RFC 7644 §3.14), which its groups change, too.

    So does the person's seat, where that is shown.
    """
    if not text.groups and text.seat is None:
        return f'W/"{text.version}"'
    shown: list[object] = [[each.group, each.display, each.direct] for each in text.groups]
    if text.seat is not None:
        shown.append(seat(text.seat))
    digest = hashlib.sha256(strictjson.dumps(cast("Json", shown))).hexdigest()[:DIGEST]
    return f'W/"{text.version}-{digest}"'


def members(found: Sequence[Member], base_url: str) -> Json:
    """Return the attribute `members` of a group."""
    return [
        {
            "value": member.id,
            "$ref": location(base_url, member.kind, member.id),
            "type": member.kind,
        }
        for member in found
    ]


def members_text(found: Iterable[Member], base_url: str) -> str:
    """Return `members` of a group as JSON text without its brackets, built without a value for each."""
    head = {kind: f'","$ref":{_quoted(location(base_url, kind, ""))[:-1]}' for kind in RESOURCE_TYPES}
    tail = {kind: f'","type":{_quoted(kind)}}}' for kind in RESOURCE_TYPES}
    # An id is the hub's own: nothing in it needs an escape.
    return ",".join(f'{{"value":"{each.id}{head[each.kind]}{each.id}{tail[each.kind]}' for each in found)


def groups(found: Sequence[Membership], base_url: str) -> Json:
    """Return the attribute `groups` of a user (RFC 7643 §4.1.2)."""
    return [
        {
            "value": each.group,
            "$ref": location(base_url, "Group", each.group),
            "display": each.display,
            "type": "direct" if each.direct else "indirect",
        }
        for each in found
    ]


def seat(status: SeatStatus) -> dict[str, Json]:
    """Return the attributes of a person's seat."""
    return {name: value for name, value in asdict(status).items() if value is not None}


def as_bytes(text: Text, base_url: str) -> bytes:
    """Return a resource without its members as JSON, spliced from the stored text."""
    parts = [_anchored(text.document, base_url)[:-1].encode()]
    if text.groups:
        parts += [b',"groups":', strictjson.dumps(groups(text.groups, base_url))]
    return b"".join([*parts, b',"meta":', strictjson.dumps(meta(text, base_url)), b"}"])


async def with_members(body: bytes, parts: AsyncIterator[bytes]) -> bytes:
    """Return *body* with members spliced in, each of *parts* being some of them as JSON."""
    whole = BytesIO()  # many members are many bytes: of these there is one copy
    async for part in parts:
        whole.write(b"," if whole.tell() else body[:-1] + b',"members":[')
        whole.write(part)
    if not whole.tell():
        return body
    whole.write(b"]}")
    return whole.getvalue()


def as_document(text: Text, base_url: str, found: Sequence[Member] = ()) -> dict[str, Any]:
    """Return a resource as a document, for whoever asks for some of its attributes only."""
    document: dict[str, Any] = json.loads(_anchored(text.document, base_url))
    if text.groups:
        document["groups"] = groups(text.groups, base_url)
    if found:
        document["members"] = members(found, base_url)
    if text.seat is not None:
        document[SEAT_USER.id] = seat(text.seat)
    return {**document, "meta": meta(text, base_url)}


def as_text(resource: Resource) -> Text:
    """Return *resource* as the text that will be stored."""
    return Text(
        id=resource.id,
        kind=resource.kind,
        document=document_text(resource.document),
        created=resource.created,
        modified=resource.modified,
        version=resource.version,
        groups=resource.groups,
    )


def document_text(document: Mapping[str, Any]) -> str:
    """Return a stored document as JSON text."""
    return strictjson.dumps(dict(document)).decode()


def _anchored(document: str, base_url: str) -> str:
    """Return a stored *document* with its manager's link whole: RFC 7643 §2.3.7 has it begin at *base_url*.

    Others are not the hub's own. Within a text of the document the quotes would have backslashes before them.
    """
    if _LINK not in document or _EXTENSION not in document:
        return document
    before, _, after = document.partition(_EXTENSION)
    _, end = _DECODER.raw_decode(after)
    extension = after[:end].replace(_LINK, f"{_REF}{_quoted(base_url)[1:-1]}{_USERS}")
    return f"{before}{_EXTENSION}{extension}{after[end:]}"


def _quoted(text: str) -> str:
    return strictjson.dumps(text).decode()
