"""XML signatures: the very element that was signed, and nothing that stands around it."""

from __future__ import annotations

import base64
import binascii

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509 import Certificate, load_der_x509_certificate
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.verifier import SignatureConfiguration, VerifyResult, XMLVerifier

from hub.providers import NotBelieved, ProviderFault

from . import xmltree
from .xmltree import Element

#: The smallest RSA key, bits.
BITS_MIN = 2048

_METHODS = frozenset(
    SignatureMethod[f"{kind}_SHA{bits}"] for kind in ("RSA", "ECDSA") for bits in (256, 384, 512)
)
_DIGESTS = frozenset(DigestAlgorithm[f"SHA{bits}"] for bits in (256, 384, 512))

#: The most elements of a signature, and prefixes in a list of it: for each of these canonicalizing looks
#: through all namespaces at every element, of a stranger's document before anybody knows whose it is.
ELEMENTS_MAX, PREFIXES_MAX = 100, 20

#: What may be done to an element before it is digested (SAML Core §5.4.4); nothing that picks parts of it.
_ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
_CANONICAL = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0.value


class UnknownKey(NotBelieved):
    """None of the certificates made the signature."""


def certificate(said: str) -> Certificate:
    """Return the certificate in *said*, base64 with or without PEM's lines, or raise `ProviderFault`."""
    lines = [line for line in said.strip().splitlines() if not line.startswith("-----")]
    try:
        found = load_der_x509_certificate(base64.b64decode("".join("".join(lines).split()), validate=True))
        key = found.public_key()
    except (binascii.Error, ValueError) as error:
        raise ProviderFault("metadata", "a certificate cannot be read: is it complete?") from error
    if isinstance(key, RSAPublicKey) and key.key_size < BITS_MIN:
        raise ProviderFault("metadata", f"the certificate's key has less than {BITS_MIN} bits: make another")
    if not isinstance(key, RSAPublicKey | EllipticCurvePublicKey):
        raise ProviderFault("metadata", "the certificate's key is neither RSA nor EC: make another")
    return found


def signed(element: Element, certificates: list[Certificate]) -> Element:
    """Return *element* as one of *certificates* signed it, or raise `NotBelieved`.

    It stands in a document of its own then: what was around it, or no part of what is signed, is gone.
    """
    root = xmltree.alone(element)
    _check_form(root)
    for each in certificates:
        try:
            # Its schema has no InclusiveNamespaces, which many sign with: the form is checked above.
            result = XMLVerifier().verify(
                root, x509_cert=each, id_attribute="ID", validate_schema=False, expect_config=_config(each)
            )
        except (SignXMLException, xmltree.XmlError, ValueError, KeyError, TypeError):
            continue
        assert isinstance(result, VerifyResult)
        found = result.signed_xml
        if found is None or found.tag != root.tag or found.get("ID") != root.get("ID"):
            raise NotBelieved("the signature is about something else than the assertion")
        return xmltree.alone(found)
    raise UnknownKey("the assertion is signed by none of the certificates of the provider's metadata")


def _config(certificate: Certificate) -> SignatureConfiguration:
    return SignatureConfiguration(
        location="./",
        expect_references=1,
        signature_methods=_METHODS,
        digest_algorithms=_DIGESTS,
        # What counts is that the metadata names it (SAML metadata interoperability profile §2.6.1): providers
        # go on signing with certificates that have expired.
        verification_time=certificate.not_valid_before_utc,
    )


def _check_form(root: Element) -> None:
    """See to it that *root* has one signature, as a child, about all of itself."""
    if len(xmltree.everywhere(root, "ds:Signature")) != 1 or not xmltree.within(root, "ds:Signature"):
        raise NotBelieved(
            "the assertion is not signed: have the provider sign assertions, not only responses"
        )
    _check_size(xmltree.one(root, "ds:Signature"))
    info = xmltree.one(root, "ds:Signature/ds:SignedInfo")
    if xmltree.one(info, "ds:CanonicalizationMethod").get("Algorithm") != _CANONICAL:
        raise NotBelieved("the signature is canonicalized in a way that is not accepted")
    reference = xmltree.one(info, "ds:Reference")
    for said, allowed in (
        (xmltree.one(info, "ds:SignatureMethod"), _METHODS),
        (xmltree.one(reference, "ds:DigestMethod"), _DIGESTS),
    ):
        algorithm = said.get("Algorithm", "")
        if algorithm not in {each.value for each in allowed}:
            last = algorithm.rpartition("#")[2][:40]
            raise NotBelieved(f"the assertion is signed by '{last}', which is not accepted: choose SHA-256")
    transforms = [each.get("Algorithm") for each in xmltree.within(reference, "ds:Transforms/ds:Transform")]
    if reference.get("URI") != f"#{root.get('ID')}" or transforms != [_ENVELOPED, _CANONICAL]:
        raise NotBelieved("the signature is about something else than the assertion")


def _check_size(signature: Element) -> None:
    parts = list(signature.iter())
    prefixes = max(len(each.get("PrefixList", "").split()) for each in parts)
    if len(parts) > ELEMENTS_MAX or prefixes > PREFIXES_MAX:
        raise NotBelieved("the signature is longer than one needs to be")
