"""A resource as its reader sees it: the stored document, with what depends on the reader.

The stored text has neither members nor meta; both are put in as text, so that a plain
GET neither parses nor builds the document.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from hub.scim import strictjson
from hub.scim.strictjson import Json

from .kinds import RESOURCE_TYPES
from .ports import Member, Resource, Text


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
    }


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


def as_bytes(text: Text, base_url: str, found: Sequence[Member] = ()) -> bytes:
    """Return a resource as JSON, spliced from what lies in the store."""
    parts = [text.document[:-1].encode()]
    if found:
        parts += [b',"members":', strictjson.dumps(members(found, base_url))]
    return b"".join([*parts, b',"meta":', strictjson.dumps(meta(text, base_url)), b"}"])


def as_document(text: Text, base_url: str, found: Sequence[Member] = ()) -> dict[str, Any]:
    """Return a resource as a document, for whoever asks for some of its attributes only."""
    document: dict[str, Any] = json.loads(text.document)
    if found:
        document["members"] = members(found, base_url)
    return {**document, "meta": meta(text, base_url)}


def as_text(resource: Resource) -> Text:
    """Return *resource* as it will lie in the store."""
    return Text(
        id=resource.id,
        kind=resource.kind,
        document=document_text(resource.document),
        created=resource.created,
        modified=resource.modified,
    )


def document_text(document: Mapping[str, Any]) -> str:
    """Return a stored document as JSON text."""
    return strictjson.dumps(dict(document)).decode()
