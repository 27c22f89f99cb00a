"""Rows into values and back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from hub.engine.values.claimants import Personal
from hub.engine.values.kinds import NAMES
from hub.engine.values.places import Refused, SeatCount
from hub.engine.values.resources import Resource, Text
from hub.engine.values.scope import Scope
from hub.engine.values.shape import document_text
from hub.ledger.entries import Entry, Posting
from hub.ledger.holdings import Holding
from hub.ledger.policies import Policy
from hub.ledger.seals import Seal
from hub.scim import strictjson
from hub.scim.folding import fold
from hub.shallow import shallow
from hub.spi import Event
from hub.teams import ApiKey, Connection, Profile, State, Team, Token

from .client import Row
from .keys import key
from .memberships import groups_in, members_in

_posting, _event = shallow(Posting), shallow(Event)

#: The columns of a resource, in the order of `resource_values`.
RESOURCE = (
    "id, team_id, connection_id, kind, document, name_key, exclusive, external_id, active, person_id, "
    "version, created, modified"
)

#: The columns that `holding` reads.
HOLDING = "person_id, kind, since, until"

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
    """Return the resource in *row* with its document as the text that it is stored as."""
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
        seating=row["seating"],
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
        provider=row["provider_id"],
        guide=row["guide"],
        revision=row["revision"],
    )


def connection_values(connection: Connection) -> dict[str, Any]:
    """Return what a connection puts into its columns."""
    return {
        "id": connection.id,
        "team_id": connection.team,
        "idp": connection.idp,
        "profile": connection.profile.value,
        "state": connection.state.value,
        "domains": " ".join(connection.domains),
        "provider_id": connection.provider,
        "guide": connection.guide,
    }


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
        used_at=row.get("used_at"),
    )


def api_key(row: Row) -> ApiKey:
    """Return the key of the API in *row*."""
    return ApiKey(
        key_id=row["key_id"],
        team=row["team_id"],
        digest=row["digest"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        revoked_at=row["revoked_at"],
    )


def personal(row: Row) -> Personal:
    """Return what an administrator said of the person in *row*."""
    return Personal(by_hand=bool(row["by_hand"]), name=row["name"], suspended=row["suspended"])


def key_values(key: Token | ApiKey) -> dict[str, Any]:
    """Return what a credential puts into its columns."""
    connection, user = (key.connection, key.user) if isinstance(key, Token) else (None, None)
    return {
        "key_id": key.key_id,
        "team_id": key.team,
        "connection_id": connection,
        "kind": "scim" if isinstance(key, Token) else "api",
        "digest": key.digest,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
        "user_id": user,
    }


def seat_count(row: Row) -> SeatCount:
    """Return the count of a kind of seat in *row*."""
    return SeatCount(
        bought=row["bought"],
        held=row["held"],
        overdraft=row["overdraft"],
        waiting=row["waiting"],
        policy=Policy(row["policy"]),
        overflow=row["overflow"],
        grace=row["grace"],
        told=row["told"],
    )


def postings(values: Sequence[Posting]) -> str:
    """Return *values* as JSON text."""
    return dumps([_posting(value) for value in values])


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


def holding(row: Row) -> Holding:
    """Return the holding in *row*."""
    return Holding(person=row["person_id"], kind=row["kind"], since=row["since"], until=row["until"])


def seal(row: Row) -> Seal:
    """Return the seal in *row*."""
    return Seal(
        team=row["team_id"],
        number=row["number"],
        last=row["last"],
        at=row["at"],
        head=row["head"],
        signature=row["signature"],
    )


def refused(row: Row) -> Refused:
    """Return who was refused in *row*."""
    return Refused(
        connection=row["connection_id"],
        user_name=row["user_name"],
        kind=row["kind"],
        first_at=row["first_at"],
        last_at=row["last_at"],
        attempts=row["attempts"],
        reference=row["reference"],
    )


def event_text(event: Event) -> str:
    """Return *event* as JSON text."""
    return dumps({**_event(event), "at": event.at.isoformat()})


def event(row: Row) -> Event:
    """Return the event in *row*."""
    values = json.loads(row["event"])
    lists = {name: tuple(values[name]) for name in ("quirks", "members_added", "members_removed")}
    return Event(**{**values, **lists, "at": datetime.fromisoformat(values["at"])})


def dumps(value: Any) -> str:
    """Return *value* as compact JSON text."""
    return strictjson.dumps(value).decode()
