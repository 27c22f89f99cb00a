"""Whom a user reports to, told with where they are found (RFC 7643 §4.3)."""

from __future__ import annotations

import re

from hub.scim.catalog import ENTERPRISE_USER, USER_TYPE
from hub.scim.held import as_object
from hub.scim.strictjson import Document

MANAGER = "manager"

#: How the hub's own ids look: whom a provider calls by another name, the hub does not find by it.
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def with_link(document: Document) -> Document:
    """Return the user *document* with the link to the manager whose id it says; without one that is stale.

    It is kept as meta.location is: without the connection's address.
    """
    extension = as_object(document.get(ENTERPRISE_USER.id))
    if MANAGER not in extension:
        return document
    value = as_object(extension[MANAGER]).get("value")
    manager: Document = {} if value is None else {"value": value}
    if _ID.fullmatch(str(value)):
        manager["$ref"] = f"{USER_TYPE.endpoint}/{value}"
    return _without_blanks({**document, ENTERPRISE_USER.id: _without_blanks({**extension, MANAGER: manager})})


def _without_blanks(holder: Document) -> Document:
    return {name: held for name, held in holder.items() if held != {}}
