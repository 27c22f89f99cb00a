"""The users and groups that every server is filled with."""

from __future__ import annotations

import json
from typing import Any

CORE = "urn:ietf:params:scim:schemas:core:2.0"
MESSAGES = "urn:ietf:params:scim:api:messages:2.0"

#: So many users hold the same title.
TITLES = 50


def name(number: int) -> str:
    """Return the userName of a user, which is the work address too."""
    return f"user{number}@a.example"


def external_id(number: int) -> str:
    """Return what the provider calls a user."""
    return f"00u{number}"


def user(number: int, **more: Any) -> dict[str, Any]:
    """Return a user as a provider pushes it, with *more* attributes."""
    return {
        "schemas": [f"{CORE}:User"],
        "userName": name(number),
        "externalId": external_id(number),
        "name": {"givenName": "Test", "familyName": f"Family {number}"},
        "emails": [{"primary": True, "type": "work", "value": name(number)}],
        "phoneNumbers": [{"type": "mobile", "value": f"+15550{number:06}"}],
        "displayName": f"Test Family {number}",
        "title": f"Engineer {number % TITLES}",
        "active": True,
        **more,
    }


def group(display: str, members: list[str]) -> dict[str, Any]:
    """Return a group with the users of those ids as *members*."""
    return {
        "schemas": [f"{CORE}:Group"],
        "displayName": display,
        "members": [{"value": member} for member in members],
    }


def patch(op: str, path: str, **value: Any) -> dict[str, Any]:
    """Return a PATCH of one operation (RFC 7644 §3.5.2), with its `value` if there is one."""
    return {"schemas": [f"{MESSAGES}:PatchOp"], "Operations": [{"op": op, "path": path, **value}]}


def bulk(users: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a Bulk (RFC 7644 §3.7) that creates *users*."""
    operations = [
        {"method": "POST", "path": "/Users", "bulkId": each["externalId"], "data": each} for each in users
    ]
    return {"schemas": [f"{MESSAGES}:BulkRequest"], "Operations": operations}


def body(message: dict[str, Any]) -> bytes:
    """Return *message* as bytes."""
    return json.dumps(message, separators=(",", ":")).encode()
