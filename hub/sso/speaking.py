"""Speaks with providers, whichever protocol is theirs."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from attrs import field, frozen

from hub.providers import Doors, How, Identity, Oidc, Proof, Saml

from . import metadata
from .oidc import OpenId
from .outbound import Outbound
from .saml import SamlSpeaker


@frozen(kw_only=True)
class Speaking:
    """`Speaks` over *outbound*; *seconds* is the time since 1970."""

    outbound: Outbound
    seconds: Callable[[], float]
    _openid: OpenId = field(init=False, repr=False)
    _saml: SamlSpeaker = field(init=False, repr=False)

    @_openid.default
    def _(self) -> OpenId:
        return OpenId(outbound=self.outbound, seconds=self.seconds)

    @_saml.default
    def _(self) -> SamlSpeaker:
        return SamlSpeaker(outbound=self.outbound, seconds=self.seconds)

    async def begin(self, how: How, doors: Doors, proof: Proof, *, hint: str | None) -> str:
        """Return where to send somebody, or raise `NotBelieved`."""
        if isinstance(how, Oidc):
            return await self._openid.begin(how, doors, proof, hint=hint)
        return self._saml.begin(how, doors, proof)

    async def finish(
        self, how: How, doors: Doors, proof: Proof, answer: Mapping[str, str]
    ) -> tuple[Identity, How]:
        """Return who came back with that *answer*, and what is agreed with the provider from now on."""
        if isinstance(how, Oidc):
            return await self._openid.finish(how, doors, proof, answer), how
        return await self._saml.finish(how, doors, proof, answer)

    async def probed(self, how: Oidc) -> Oidc:
        """Return *how* with the issuer as the provider writes it, or raise `ProviderFault`."""
        return await self._openid.probed(how)

    async def described(self, metadata_url: str | None, text: str) -> Saml:
        """Return what metadata says: that at its address, else that in *text*; or raise `ProviderFault`."""
        if metadata_url:
            return await metadata.fetched(self.outbound, metadata_url)
        return metadata.read(text.encode(), self.outbound)

    def metadata(self, doors: Doors) -> bytes:
        """Return what a SAML provider is to know of us."""
        return metadata.ours(doors)

    def expires(self, how: Saml) -> str:
        """Return the day on which the last of a provider's certificates ends."""
        return metadata.expires(how)
