"""SAML 2.0: people are sent to a provider by redirect, and come back with a signed assertion."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable, Mapping
from urllib.parse import urlencode, urlsplit, urlunsplit

from attrs import evolve, field, frozen

from hub.providers import Doors, Identity, NotBelieved, Proof, ProviderFault, Saml

from . import assertions, metadata
from .kept import Kept, kept_of
from .outbound import Outbound
from .signatures import UnknownKey, certificate

#: The seconds between two looks at a provider's metadata for another certificate.
LOOK_SECONDS = 60


@frozen(kw_only=True)
class SamlSpeaker:
    """Speaks SAML; metadata is asked for over *outbound*; *seconds* is the time since 1970."""

    outbound: Outbound
    seconds: Callable[[], float]
    _looked: dict[str, Kept[Saml]] = field(factory=dict, init=False, repr=False)

    def begin(self, how: Saml, doors: Doors, proof: Proof) -> str:
        """Return where to send somebody (SAML Bindings §3.4)."""
        request = metadata.request(how, doors, proof.request_id, now=self.seconds())
        packed = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        deflated = packed.compress(request) + packed.flush()
        said = urlencode({"SAMLRequest": base64.b64encode(deflated), "RelayState": proof.state})
        parts = urlsplit(how.sign_in_url)
        return urlunsplit(parts._replace(query=f"{parts.query}&{said}" if parts.query else said))

    async def finish(
        self, how: Saml, doors: Doors, proof: Proof, answer: Mapping[str, str]
    ) -> tuple[Identity, Saml]:
        """Return who came back with that *answer*, and what is agreed now; or raise `NotBelieved`.

        A key that is not known yet is looked for in the metadata, where it came from an address.
        """
        try:
            return self._told(how, doors, proof, answer), how
        except UnknownKey:
            renewed = await self._renewed(how)
            if renewed is None:
                raise
        return self._told(renewed, doors, proof, answer), renewed

    def _told(self, how: Saml, doors: Doors, proof: Proof, answer: Mapping[str, str]) -> Identity:
        certificates = [certificate(each) for each in how.certificates]
        response = answer.get("SAMLResponse", "")
        return assertions.told(
            response, how, certificates, doors, request=proof.request_id, now=self.seconds()
        )

    async def _renewed(self, how: Saml) -> Saml | None:
        """Return what the metadata says now, None where that is nothing new.

        What it said is kept for a while: anybody can ask in vain, and stands in nobody's way.
        """
        url = how.metadata_url
        if url is None:
            return None

        async def ask() -> Saml:
            try:
                return await metadata.fetched(self.outbound, url)
            except ProviderFault as error:
                raise NotBelieved(
                    f"no certificate fits, and the metadata could not be had: {error}"
                ) from error

        found = await kept_of(self._looked, url).got(
            ask, self.seconds, good=lambda _, age: age < LOOK_SECONDS
        )
        if found.entity_id != how.entity_id or found.certificates == how.certificates:
            return None
        return evolve(how, certificates=found.certificates)
