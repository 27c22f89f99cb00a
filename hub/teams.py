"""Teams, the connections through which identity providers reach them, and who looks after both."""

from __future__ import annotations

import enum
from collections.abc import Iterable

from attrs import field, frozen

#: The plan that SCIM is part of.
ENTERPRISE = "enterprise"


class State(enum.StrEnum):
    """Whether a connection is in use: only one that is `ON` grants access."""

    DRAFT = "draft"
    ON = "on"
    PAUSED = "paused"
    OFF = "off"


class Profile(enum.StrEnum):
    """How a connection takes what the RFCs do not allow: put right, or refused."""

    TOLERANT = "tolerant"
    STRICT = "strict"


class Role(enum.StrEnum):
    """What somebody may do in the portal: each role all that those before it may, and more.

    `SETUP` may set up one connection and see nothing else; an `OPERATOR` may do everything in all teams.
    """

    SETUP = "setup"
    AUDITOR = "auditor"
    ADMIN = "admin"
    OWNER = "owner"
    OPERATOR = "operator"

    def may(self, least: Role) -> bool:
        """Say whether this role may do what is for those who have the role *least*, or a higher one."""
        ranks = [*Role]
        return ranks.index(self) >= ranks.index(least)


@frozen(kw_only=True)
class Team:
    """A customer's account: the tenant that nothing crosses."""

    id: str
    name: str
    plan: str
    sso_issuer: str | None = None
    schemas: str = "[]"
    """Its own schema extensions, as `hub.scim.definitions` writes them."""
    seating: str = "{}"
    """The rules that choose a person's kind of seat, as `hub.engine.seats.seating` writes them."""

    def lacks(self) -> list[str]:
        """Return what the team still needs before SCIM can be turned on, as sentences."""
        wanted = {
            f"its plan is '{self.plan}' and SCIM is part of '{ENTERPRISE}'": self.plan != ENTERPRISE,
            "it has no SSO issuer": not self.sso_issuer,
        }
        return [sentence for sentence, missing in wanted.items() if missing]


@frozen(kw_only=True)
class Connection:
    """One identity provider's way into one team."""

    id: str
    team: str
    idp: str
    profile: Profile = Profile.TOLERANT
    state: State = State.DRAFT
    domains: tuple[str, ...] = ()
    provider: str | None = None
    """Whose sign-ins are those of its people; None: those of the team's only provider."""
    guide: str | None = None
    """Which of its dialect's guides is followed; None for the first."""
    revision: int = field(default=0, eq=False)
    """How often it, or its team, was changed."""

    @property
    def strict(self) -> bool:
        """Say whether departures from the RFCs are refused."""
        return self.profile is Profile.STRICT

    def state_in(self, team: Team) -> State:
        """Return the state that counts: one that is on is paused where *team* lacks what SCIM needs."""
        return State.PAUSED if self.state is State.ON and team.lacks() else self.state

    def asserts(self, address: str) -> bool:
        """Say whether *address* lies in a domain that this connection may vouch for."""
        _, at, domain = address.rpartition("@")
        return bool(at) and domain in self.domains


def locking(team: Team, connections: Iterable[Connection]) -> Connection | None:
    """Return a connection in use, which keeps seats from being assigned by hand; None where *team* lapsed."""
    in_use = {State.ON, State.PAUSED}
    return next((each for each in connections if each.state in in_use and not team.lacks()), None)


@frozen(kw_only=True)
class Key:
    """A credential as it is kept: never its secret, only a keyed digest of it."""

    key_id: str
    team: str
    digest: str
    created_at: str
    expires_at: str | None = None
    revoked_at: str | None = None

    def valid(self, *, at: str) -> bool:
        """Say whether it opens anything *at* that moment (RFC 3339, UTC)."""
        return self.revoked_at is None and (self.expires_at is None or at < self.expires_at)


@frozen(kw_only=True)
class Token(Key):
    """What opens a *connection*; or, where it stands for a *user* of it, only what concerns this user."""

    connection: str
    user: str | None = None
    used_at: str | None = None
    """When it opened something last, to the minute; noted beside requests, and not by who puts a token."""


@frozen(kw_only=True)
class ApiKey(Key):
    """What opens the API of its team, for the product whose seats these are, and nothing else."""


@frozen(kw_only=True)
class Admin:
    """Who looks after a team in the portal, known by their *address* as whoever signs in."""

    id: str
    team: str
    address: str
    role: Role
    created_at: str
    name: str | None = None


@frozen(kw_only=True)
class Link:
    """What lets somebody into the portal without signing in, in a *role*: an admin's once, within minutes.

    It is of *team*, unless it is an operator's; one for setting up a *connection* can be used until it
    expires.
    """

    key_id: str
    team: str | None
    role: Role
    digest: str
    created_at: str
    created_by: str
    expires_at: str
    connection: str | None = None
    used_at: str | None = None
    revoked_at: str | None = None

    @property
    def who(self) -> str:
        """Return the name that the audit has for whoever came in by it."""
        return f"link:{self.key_id}"

    def opens(self, *, at: str) -> bool:
        """Say whether it lets anybody in *at* that moment (RFC 3339, UTC)."""
        spent = self.used_at is not None and self.role is not Role.SETUP
        return self.revoked_at is None and at < self.expires_at and not spent


@frozen(kw_only=True)
class Session:
    """Somebody signed in: *who*, as the audit calls them, in which *role*, and of which *team*.

    An operator is of no team. *id* is a digest of what the browser holds.
    """

    id: str
    team: str | None
    role: Role
    who: str
    created_at: str
    seen_at: str
    expires_at: str
    admin: str | None = None
    connection: str | None = None
    link: str | None = None
    provider: str | None = None
