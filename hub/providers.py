"""Whom a team's people sign in with, what a sign-in is proved by, and who somebody turns out to be."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any, TypeAlias

from attrs import field, frozen


class Protocol(enum.StrEnum):
    """How a provider is spoken with."""

    OIDC = "oidc"
    SAML = "saml"


@frozen(kw_only=True)
class Oidc:
    """What is agreed with an OpenID provider; the secret is sealed, but for whoever speaks with it.

    With *max_age*, nobody signs in who proved to the provider longer ago, in seconds, who they are.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    max_age: int | None = None


@frozen(kw_only=True)
class Saml:
    """What is agreed with a SAML identity provider, as its metadata has it; *certificates* are base64, DER.

    With a *metadata_url* its certificates are looked up there anew, when it signs with another one.
    """

    entity_id: str
    sign_in_url: str
    certificates: tuple[str, ...]
    metadata_url: str | None = None


How: TypeAlias = Oidc | Saml


@frozen(kw_only=True)
class Provider:
    """An identity provider that a team's people sign in with; it vouches for addresses in its *domains*.

    *tested_at* is when somebody last signed in to try it, *tested_as* whom the provider took them for.
    """

    id: str
    team: str
    title: str
    how: How
    created_at: str
    domains: tuple[str, ...] = ()
    tested_at: str | None = None
    tested_as: str | None = None

    @property
    def protocol(self) -> Protocol:
        """Return how it is spoken with."""
        return Protocol.OIDC if isinstance(self.how, Oidc) else Protocol.SAML

    @property
    def issuer(self) -> str:
        """Return what it calls itself."""
        return self.how.issuer if isinstance(self.how, Oidc) else self.how.entity_id


@frozen
class Doors:
    """Our own addresses that one provider is told, all below *root*."""

    root: str

    @property
    def callback(self) -> str:
        """Return where OpenID providers send people back to."""
        return f"{self.root}/callback"

    @property
    def acs(self) -> str:
        """Return where SAML identity providers send people back to."""
        return f"{self.root}/acs"

    @property
    def entity_id(self) -> str:
        """Return what we are called in SAML: where our metadata is."""
        return f"{self.root}/metadata"


@frozen(kw_only=True)
class Proof:
    """What only the answer to one request of ours can match: random values, used for one sign-in."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)

    @property
    def request_id(self) -> str:
        """Return the nonce as XML takes it for the name of a request."""
        return f"_{self.nonce}"


@frozen(kw_only=True)
class Identity:
    """Who a provider says that somebody is; *claims* are all that it said.

    It vouches for the *addresses* (folded), and merely names the *doubtful* ones. *external_id* is what it
    calls them over SCIM, and *auth_time* when they proved who they are, seconds since 1970, where it says so.
    """

    subject: str
    auth_time: int | None = None
    addresses: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    external_id: str | None = None
    name: str | None = None
    claims: Mapping[str, Any] = field(factory=dict, repr=False)


class NotBelieved(Exception):
    """What came back from a provider is not believed; the text says why, for its administrator."""


class NobodyIn(NotBelieved):
    """The provider itself turned somebody away; its words may name them, and belong in no log."""


class ProviderFault(Exception):
    """A provider cannot be set up like this; the text says why, *field* which value is to be mended."""

    def __init__(self, field: str, says: str) -> None:
        super().__init__(says)
        self.field = field
