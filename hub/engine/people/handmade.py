"""A person by hand as a user: as rules look at them, and as they become in a connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.engine.values.resources import Resource

if TYPE_CHECKING:
    from hub.engine.values.dossiers import Dossier
    from hub.scim.strictjson import Json

USER = "urn:ietf:params:scim:schemas:core:2.0:User"


def document_of(address: str, name: str | None, *, id: str) -> dict[str, Json]:
    """Return the document of the user that a person by hand would be in a connection."""
    named: dict[str, Json] = {} if name is None else {"displayName": name}
    mail: Json = {"value": address, "type": "work", "primary": True}
    return {"schemas": [USER], "id": id, "userName": address, **named, "active": True, "emails": [mail]}


def user_of(dossier: Dossier, *, at: str) -> Resource:
    """Return a person by hand as the user at whom rules look."""
    person = dossier.standing.person
    document = document_of(dossier.called, dossier.name, id=person)
    return Resource(id=person, kind="User", document=document, created=at, modified=at, person=person)
