"""Which person a user is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from hub.scim.folding import fold
from hub.spi import Person

if TYPE_CHECKING:
    from hub.engine.values.resources import Resource
    from hub.teams import Connection


def address_of(connection: Connection, document: Mapping[str, Any]) -> str | None:
    """Return the address that makes a user the same person in every connection that vouches for it.

    None unless *connection* may vouch for the address's domain: then no other user is about the same person.
    """
    asserted = (fold(address) for address in _addresses(document) if "@" in address)
    return next((address for address in asserted if connection.asserts(address)), None)


def name_in(document: Mapping[str, Any]) -> str | None:
    """Return the name of a user for people to read; None where the document has none."""
    name = document.get("name") or {}
    parts = " ".join(name[part] for part in ("givenName", "familyName") if name.get(part))
    return document.get("displayName") or name.get("formatted") or parts or None


def person_of(resource: Resource, team: str) -> Person:
    """Return the person whom *resource* is about, as plugins see them."""
    document = resource.document
    return Person(
        id=str(resource.person),
        team=team,
        user_name=document["userName"],
        active=resource.active,
        user_type=document.get("userType"),
        groups=tuple(each.display for each in resource.groups),
        profile=document,
    )


def _addresses(document: Mapping[str, Any]) -> Iterator[str]:
    yield document.get("userName", "")
    emails = document.get("emails", [])
    for email in sorted(emails, key=lambda email: email.get("primary") is not True):
        yield email.get("value", "")
