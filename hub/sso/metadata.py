"""SAML metadata: that of a provider, read; our own, written (SAML Metadata §2)."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

from cryptography.hazmat.primitives.serialization import Encoding

from hub.providers import Doors, NotBelieved, ProviderFault, Saml

from . import xmltree
from .outbound import Outbound, Unreachable
from .signatures import certificate
from .xmltree import Element

#: The longest metadata, and the most certificates in one.
METADATA_MAX = 512 * 1024
CERTIFICATES_MAX = 10

_PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol"
_REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
_POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
_ADDRESS = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
_PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"


async def fetched(outbound: Outbound, url: str) -> Saml:
    """Return what the metadata at *url* says, or raise `ProviderFault`."""
    try:
        raw = await outbound.fetch(url)
    except Unreachable as error:
        raise ProviderFault("metadata_url", str(error)) from error
    return read(raw, outbound, url=url)


def read(raw: bytes, outbound: Outbound, *, url: str | None = None) -> Saml:
    """Return what the metadata in *raw* says, which came from *url*, or raise `ProviderFault`."""
    field = "metadata_url" if url else "metadata"
    try:
        return _read(raw, outbound, url)
    except (NotBelieved, Unreachable) as error:
        raise ProviderFault(field, str(error)) from error
    except ProviderFault as error:
        raise ProviderFault(field, str(error)) from error


def _read(raw: bytes, outbound: Outbound, url: str | None) -> Saml:
    if len(raw) > METADATA_MAX:
        raise NotBelieved(f"the metadata is longer than {METADATA_MAX} bytes")
    entity = _entity(xmltree.parse(raw, "the metadata"))
    role = xmltree.one(entity, "md:IDPSSODescriptor")
    if role.get("WantAuthnRequestsSigned") in {"true", "1"}:
        raise NotBelieved("the provider wants requests to be signed, which the hub does not: turn that off")
    where = _sign_in_url(role)
    outbound.check(where)
    return Saml(
        entity_id=_entity_id(entity), sign_in_url=where, certificates=_certificates(role), metadata_url=url
    )


def _entity(root: Element) -> Element:
    """Return the one identity provider that the metadata is of."""
    entities = xmltree.everywhere(root, "md:EntityDescriptor")
    found = [each for each in entities if xmltree.within(each, "md:IDPSSODescriptor")]
    if len(found) != 1:
        raise NotBelieved(f"the metadata must be of one identity provider: it is of {len(found)}")
    return found[0]


def _entity_id(entity: Element) -> str:
    found: str = entity.get("entityID", "").strip()
    if not 0 < len(found) <= 1024:
        raise NotBelieved("the metadata does not say what the provider is called (entityID)")
    return found


def _sign_in_url(role: Element) -> str:
    services = xmltree.within(role, "md:SingleSignOnService")
    for each in services:
        if each.get("Binding") == _REDIRECT and each.get("Location"):
            return str(each.get("Location"))
    raise NotBelieved("the metadata names no address to sign in at by HTTP-Redirect")


def _certificates(role: Element) -> tuple[str, ...]:
    """Return the certificates that it signs with; several, while one follows another."""
    said = [
        xmltree.text(each)
        for key in xmltree.within(role, "md:KeyDescriptor")
        if key.get("use", "signing") == "signing"
        for each in xmltree.within(key, "ds:KeyInfo/ds:X509Data/ds:X509Certificate")
    ]
    if not said:
        raise NotBelieved("the metadata has no certificate that the provider signs with")
    if len(said) > CERTIFICATES_MAX:
        raise NotBelieved(f"the metadata has more than {CERTIFICATES_MAX} certificates")
    found = [certificate(each).public_bytes(Encoding.DER) for each in said]
    return tuple(dict.fromkeys(base64.b64encode(each).decode() for each in found))


def expires(how: Saml) -> str:
    """Return the day on which the last of its certificates ends."""
    last = max(certificate(each).not_valid_after_utc for each in how.certificates)
    return last.astimezone(UTC).date().isoformat()


def ours(doors: Doors) -> bytes:
    """Return what a provider is to know of us."""
    formats = [xmltree.element("md:NameIDFormat", text=each) for each in (_PERSISTENT, _ADDRESS)]
    acs = xmltree.element(
        "md:AssertionConsumerService", Binding=_POST, Location=doors.acs, index="0", isDefault="true"
    )
    role = xmltree.element(
        "md:SPSSODescriptor",
        *formats,
        acs,
        AuthnRequestsSigned="false",
        WantAssertionsSigned="true",
        protocolSupportEnumeration=_PROTOCOL,
    )
    return xmltree.written(xmltree.element("md:EntityDescriptor", role, entityID=doors.entity_id))


def request(how: Saml, doors: Doors, id: str, *, now: float) -> bytes:
    """Return a request to sign somebody in."""
    return xmltree.written(
        xmltree.element(
            "samlp:AuthnRequest",
            xmltree.element("saml:Issuer", text=doors.entity_id),
            xmltree.element("samlp:NameIDPolicy", AllowCreate="true"),
            ID=id,
            Version="2.0",
            IssueInstant=datetime.fromtimestamp(int(now), UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            Destination=how.sign_in_url,
            ProtocolBinding=_POST,
            AssertionConsumerServiceURL=doors.acs,
        )
    )
