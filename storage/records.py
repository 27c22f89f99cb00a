"""Rows into values and back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from attrs import asdict

from hub.engine.kinds import NAMES
from hub.engine.ports import Resource, Scope, Text
from hub.engine.shape import document_text
from hub.ledger.entries import Entry, Posting
from hub.scim import strictjson
from hub.scim.folding import fold
from hub.spi import Event
from hub.teams import Connection, Profile, State, Team, Token

from .database import Row
from .keys import key
from .memberships import groups_in, members_in

#: The columns of a resource, in the order of `resource_values`.
RESOURCE = (
    "id, team_id, connection_id, kind, document, name_key, exclusive, external_id, active, person_id, "
    "version, created, modified"
)

#: The columns that `text` reads.
TEXT = "id, kind, document, created, modified, version"


def resource_values(resource: Resource, scope: Scope, *, exclusive: bool) -> tuple[Any, ...]:
    """Return what a resource puts into the columns of `RESOURCE`."""
    external_id = resource.document.get("externalId")
    return (
        resource.id,
        scope.team,
        scope.connection,
        resource.kind,
        document_text(resource.document),
        key(fold(str(resource.document.get(NAMES[resource.kind], "")))),
        exclusive,
        None if external_id is None else key(external_id),
        resource.active,
        resource.person,
        resource.version,
        resource.created,
        resource.modified,
    )


def resource(row: Row) -> Resource:
    """Return the resource in *row*."""
    return Resource(
        id=row["id"],
        kind=row["kind"],
        document=json.loads(row["document"]),
        created=row["created"],
        modified=row["modified"],
        version=row["version"],
        person=row["person_id"],
        groups=groups_in(row),
    )


def text(row: Row) -> Text:
    """Return the resource in *row* as it lies."""
    return Text(
        id=row["id"],
        kind=row["kind"],
        document=row["document"],
        created=row["created"],
        modified=row["modified"],
        version=row["version"],
        groups=groups_in(row),
        members=members_in(row),
    )


def team(row: Row) -> Team:
    """Return the team in *row*."""
    return Team(
        id=row["id"],
        name=row["name"],
        plan=row["plan"],
        sso_issuer=row["sso_issuer"],
        schemas=row["schemas"],
    )


def connection(row: Row) -> Connection:
    """Return the connection in *row*."""
    return Connection(
        id=row["id"],
        team=row["team_id"],
        idp=row["idp"],
        profile=Profile(row["profile"]),
        state=State(row["state"]),
        domains=tuple(row["domains"].split()),
    )


def token(row: Row) -> Token:
    """Return the token in *row*."""
    return Token(
        key_id=row["key_id"],
        team=row["team_id"],
        connection=row["connection_id"],
        digest=row["digest"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        revoked_at=row["revoked_at"],
        user=row["user_id"],
    )


def postings(values: Sequence[Posting]) -> str:
    """Return *values* as JSON text."""
    return dumps([asdict(value) for value in values])


def entry(row: Row) -> Entry:
    """Return the entry in *row*."""
    return Entry(
        team=row["team_id"],
        number=row["number"],
        at=row["at"],
        what=row["what"],
        reference=row["reference"],
        postings=tuple(Posting(**value) for value in json.loads(row["postings"])),
    )


def event_text(event: Event) -> str:
    """Return *event* as JSON text."""
    return dumps({**asdict(event, recurse=False), "at": event.at.isoformat()})


def event(row: Row) -> Event:
    """Return the event in *row*."""
    values = json.loads(row["event"])
    lists = {name: tuple(values[name]) for name in ("quirks", "members_added", "members_removed")}
    return Event(**{**values, **lists, "at": datetime.fromisoformat(values["at"])})


def dumps(value: Any) -> str:
    """Return *value* as compact JSON text."""
    return strictjson.dumps(value).decode()
