"""What a sign-in asks for: providers, sign-ins under way, who somebody is, and what providers say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from hub.engine.values.flows import Code, Flow
    from hub.engine.values.known import Known, Linked
    from hub.providers import Doors, How, Identity, Oidc, Proof, Provider, Saml


class Providers(Protocol):
    """The providers that people sign in with, to be read; they are changed in a unit of work."""

    async def of(self, team: str) -> Sequence[Provider]:
        """Return a team's providers, oldest first."""

    async def one(self, team: str, id: str) -> Provider | None:
        """Return a provider of a team."""

    async def with_domain(self, domain: str) -> Sequence[Provider]:
        """Return the providers of whatever teams that vouch for addresses in *domain*, by team."""


class ProviderAffairs(Protocol):
    """What administrators change of a team's providers."""

    async def providers(self) -> Sequence[Provider]:
        """Return the team's providers, oldest first."""

    async def put_provider(self, provider: Provider) -> None:
        """Add a provider, or change it (`NameTaken`, where its id is another one's)."""

    async def remove_provider(self, id: str) -> None:
        """Remove a provider, and with it who is known by it; connections name it no more."""


class Flows(Protocol):
    """Sign-ins under way. Each is answered once and ended once, however many try at the same time."""

    async def begin(self, flow: Flow) -> bool:
        """Keep *flow*, and forget those whose time is over; False where the provider is there no more."""

    async def under_way(self, team: str, provider: str, id: str) -> tuple[Flow, bool] | None:
        """Return a sign-in, expired or not, and whether its answer has been claimed."""

    async def claim(self, flow: Flow) -> bool:
        """Take the right to answer *flow*; False where somebody else has it."""

    async def answer(self, flow: Flow) -> bool:
        """Keep what came of *flow*; False where it is there no more."""

    async def take(self, flow: Flow) -> bool:
        """Forget *flow*, which ends now; False where somebody else has ended it."""

    async def prune(self, *, before: str) -> None:
        """Forget sign-ins and codes whose time was over *before* a moment."""

    async def put_code(self, code: Code) -> None:
        """Keep *code*, and forget those whose time is over."""

    async def take_code(self, team: str, digest: str) -> Code | None:
        """Return a code of a team, over or not, and forget it."""


class Subjects(Protocol):
    """Who is known by what a provider calls them."""

    async def linked(self, provider: Provider, subject: str) -> Linked:
        """Return whom a provider's *subject* has turned out to be before."""

    async def known(
        self, provider: Provider, *, external_id: str | None, addresses: AbstractSet[str]
    ) -> Known:
        """Return who may be meant, at first contact."""

    async def admins(self, team: str, addresses: AbstractSet[str]) -> Mapping[str, str]:
        """Return address → the id of the team's admin who has it."""

    async def out(self, team: str, *, admin: str, person: str | None) -> bool:
        """Say whether an admin of a team, or *person*, is known as somebody suspended or removed there."""

    async def link(self, provider: Provider, identity: Identity, link: Linked) -> bool:
        """Note that *identity* signed in and who that is; False where those it *link*s to are gone by now.

        False, too, where it has meanwhile turned out to be somebody else.
        """


class Speaks(Protocol):
    """What is said to providers, and believed of their answers; `hub.sso.speaking.Speaking` is one."""

    async def begin(self, how: How, doors: Doors, proof: Proof, *, hint: str | None) -> str:
        """Return where to send somebody, of whom *hint* is the address; or raise `NotBelieved`."""

    async def finish(
        self, how: How, doors: Doors, proof: Proof, answer: Mapping[str, str]
    ) -> tuple[Identity, How]:
        """Return who came back with that *answer*, and what is agreed from now on; or raise `NotBelieved`."""

    async def probed(self, how: Oidc) -> Oidc:
        """Return *how* with the issuer as the provider writes it, or raise `ProviderFault`."""

    async def described(self, metadata_url: str | None, text: str) -> Saml:
        """Return what metadata says: that at its address, else that in *text*; or raise `ProviderFault`."""

    def metadata(self, doors: Doors) -> bytes:
        """Return what a SAML provider is to know of us."""

    def expires(self, how: Saml) -> str:
        """Return the day on which the last of a provider's certificates ends."""


class Signs(Protocol):
    """Makes assertions for products; `hub.sso.signing.Signer` is one."""

    def signed(self, claims: Mapping[str, Any]) -> str:
        """Return *claims* as a token that anybody can verify by the `keys`."""

    def keys(self) -> Mapping[str, Any]:
        """Return the public keys, as a JWK Set."""
