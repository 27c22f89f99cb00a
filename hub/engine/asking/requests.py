"""One request as the engine takes it, and its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from hub.engine.values.kinds import EVERYTHING
from hub.engine.values.scope import Scope
from hub.scim.catalog import BUILT_IN, Types
from hub.scim.errors import Forbidden, Unavailable
from hub.scim.extensions import types_of
from hub.spi import Verb
from hub.teams import State

from .conditions import NO_CONDITIONS, Conditions
from .removals import is_removal

if TYPE_CHECKING:
    from hub.scim.schema import ResourceType
    from hub.spi import Dialect, Inbound, Policy
    from hub.teams import Connection, Team

#: Seconds after which a provider is asked to come again.
RETRY_SECONDS = 30

#: One sentence whatever was wrong, so that an answer teaches nothing about tokens, connections or users.
REFUSED = "This connection needs its own valid token, as Authorization: Bearer <token>."

_READS = {Verb.READ, Verb.SEARCH}


@frozen(kw_only=True)
class Admission:
    """Whose request it is: a connection of a team, speaking a dialect; or one *user* of it, by its id."""

    connection: Connection
    team: Team
    dialect: Dialect
    types: Types = BUILT_IN
    user: str | None = None
    key_id: str | None = None
    """Of the token that was shown."""

    @property
    def scope(self) -> Scope:
        """Return whose data it may see."""
        return Scope(team=self.team.id, connection=self.connection.id, types=self.types)

    @property
    def is_open(self) -> bool:
        """Say whether the connection was turned on, and not off again."""
        return self.connection.state not in {State.DRAFT, State.OFF}

    def check_open(self) -> None:
        """Raise `Forbidden` where the connection was not turned on yet, or was turned off."""
        if not self.is_open:
            raise Forbidden(f"SCIM is off for {self.team.name}: an administrator has to turn it on")

    def check_unpaused(self, inbound: Inbound) -> None:
        """Raise `Unavailable` where the connection is paused, unless *inbound* is a read or a removal."""
        unharmed = inbound.verb in _READS or is_removal(inbound)
        if unharmed or self.connection.state_in(self.team) is not State.PAUSED:
            return
        why = f" ({' and '.join(self.team.lacks())})" if self.team.lacks() else ""
        raise Unavailable(
            f"SCIM is paused for this team{why}: nobody can be added now", retry_after=RETRY_SECONDS
        )

    def check_whole(self) -> None:
        """Raise `Forbidden` where the token is for one user only, who may see nothing but themself."""
        if self.user is not None:
            raise Forbidden("this token stands for one user: it reads /Me and what the hub says of itself")


@frozen(kw_only=True)
class Request:
    """A request in plain SCIM, the dialect's oddities put right and named in *quirks*."""

    admission: Admission
    inbound: Inbound
    quirks: tuple[str, ...]
    reference: str
    base_url: str
    conditions: Conditions = NO_CONDITIONS

    @property
    def connection(self) -> Connection:
        """Return the connection it came through."""
        return self.admission.connection

    @property
    def policy(self) -> Policy:
        """Return what the dialect wants done where providers differ."""
        return self.admission.dialect.policy

    @property
    def strict(self) -> bool:
        """Say whether departures from the RFCs are refused."""
        return self.connection.strict

    @property
    def resource_type(self) -> ResourceType:
        """Return the type of resource that it is about."""
        return self.admission.types[self.inbound.kind]

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return the kinds of resources that it is about: all there are where it asks the root."""
        kind = self.inbound.kind
        return tuple(self.admission.types) if kind == EVERYTHING else (kind,)


def own(inbound: Inbound, *, team: Team, connection: Connection, dialect: Dialect, reference: str) -> Request:
    """Return a request that the hub itself makes of a connection, in plain SCIM."""
    admission = Admission(connection=connection, team=team, dialect=dialect, types=types_of(team.schemas))
    return Request(admission=admission, inbound=inbound, quirks=(), reference=reference, base_url="")


@frozen(kw_only=True)
class Answer:
    """An answer without HTTP's headers: *body* is JSON, None for none.

    *location* and *tag* are the address and the version of the one resource that was read or written.
    """

    status: int
    body: bytes | None = None
    location: str | None = None
    tag: str | None = None
