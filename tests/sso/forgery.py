"""SAML responses, honest and forged: written by hand, and signed by one."""

from __future__ import annotations

import base64
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from attrs import frozen
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.signer import XMLSigner

from hub.providers import Doors, Saml
from tests.sso.samlidp import have_xmlsec

ENTITY = "https://idp.example/saml"
DOORS = Doors("https://hub.example/sso/team/provider")
REQUEST = "_request"
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)

NAMESPACES = (
    'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"'
    ' xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
)
SAML = "{urn:oasis:names:tc:SAML:2.0:assertion}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"


def at(seconds: float) -> str:
    """Return the moment so many *seconds* after now."""
    return (NOW + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def assertion(**changes: Any) -> Any:
    """Return an assertion, honest but for *changes*."""
    said = {
        "id": "_assertion",
        "issuer": ENTITY,
        "name": "ann@acme.example",
        "format": EMAIL,
        "method": BEARER,
        "recipient": f'Recipient="{DOORS.acs}"',
        "answers": f'InResponseTo="{REQUEST}"',
        "shown_until": f'NotOnOrAfter="{at(300)}"',
        "valid_from": at(-60),
        "valid_until": at(300),
        "audience": f"<saml:AudienceRestriction><saml:Audience>{DOORS.entity_id}</saml:Audience>"
        "</saml:AudienceRestriction>",
        "signed_in": f'<saml:AuthnStatement AuthnInstant="{at(-5)}"/>',
        "attributes": '<saml:Attribute Name="http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress">'
        '<saml:AttributeValue xsi:type="xs:string">Ann.Lee@acme.example</saml:AttributeValue>'
        "</saml:Attribute>",
        **changes,
    }
    return etree.fromstring(
        f'<saml:Assertion {NAMESPACES} ID="{said["id"]}" Version="2.0" IssueInstant="{at(0)}">'
        f"<saml:Issuer>{said['issuer']}</saml:Issuer><saml:Subject>"
        f'<saml:NameID Format="{said["format"]}">{said["name"]}</saml:NameID>'
        f'<saml:SubjectConfirmation Method="{said["method"]}"><saml:SubjectConfirmationData'
        f" {said['recipient']} {said['answers']} {said['shown_until']}/></saml:SubjectConfirmation>"
        f'</saml:Subject><saml:Conditions NotBefore="{said["valid_from"]}"'
        f' NotOnOrAfter="{said["valid_until"]}">'
        f"{said['audience']}</saml:Conditions>{said['signed_in']}"
        f"<saml:AttributeStatement>{said['attributes']}</saml:AttributeStatement></saml:Assertion>"
    )


def response(*children: Any, **changes: str) -> Any:
    """Return a response that holds *children*."""
    said = {
        "answers": f'InResponseTo="{REQUEST}"',
        "destination": f'Destination="{DOORS.acs}"',
        "status": "urn:oasis:names:tc:SAML:2.0:status:Success",
        **changes,
    }
    root = etree.fromstring(
        f'<samlp:Response {NAMESPACES} ID="_response" Version="2.0" IssueInstant="{at(0)}"'
        f" {said['answers']} {said['destination']}><saml:Issuer>{ENTITY}</saml:Issuer>"
        f'<samlp:Status><samlp:StatusCode Value="{said["status"]}"/></samlp:Status></samlp:Response>'
    )
    root.extend(children)
    return root


def sent(root: Any) -> str:
    """Return *root* as a browser posts it."""
    return base64.b64encode(etree.tostring(root)).decode()


@frozen
class Hand:
    """Whoever signs by a key; *certificate* is its, *how* what a provider's metadata would say of it."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate

    @classmethod
    def new(cls, bits: int = 2048) -> Hand:
        """Return one with a new key, whose certificate has expired, as many have."""
        key = rsa.generate_private_key(65537, bits)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp")])
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(NOW - timedelta(days=900))
            .not_valid_after(NOW - timedelta(days=1))
        )
        return cls(key, made.sign(key, hashes.SHA256()))

    @property
    def text(self) -> str:
        """Return the certificate as metadata has it."""
        return base64.b64encode(self.certificate.public_bytes(Encoding.DER)).decode()

    @property
    def how(self) -> Saml:
        """Return what is agreed with the provider whose key this is."""
        return Saml(entity_id=ENTITY, sign_in_url="https://idp.example/sso", certificates=(self.text,))

    def signed(self, element: Any, **how: Any) -> Any:
        """Return *element* signed, as it stands."""
        said = {
            "signature_algorithm": SignatureMethod.RSA_SHA256,
            "digest_algorithm": DigestAlgorithm.SHA256,
            "c14n_algorithm": CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
            **how,
        }
        return _Signer(**said).sign(
            element, key=self.key, cert=[self.certificate], reference_uri=element.get("ID")
        )

    def signed_by_xmlsec(self, folder: Path, *, info: str = "", element: str = "") -> str:
        """Return a response whose assertion the program xmlsec1 signed, with prefixes to be signed, too."""
        have_xmlsec()
        prefixes = [
            each and f'<ec:InclusiveNamespaces xmlns:ec="{EXC}" PrefixList="{each}"/>'
            for each in (info, element)
        ]
        signed = assertion()
        signed.insert(1, etree.fromstring(TEMPLATE.format(*prefixes, exc=EXC)))
        key = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / "key.pem").write_bytes(key)
        (folder / "in.xml").write_bytes(etree.tostring(response(signed)))
        command = ["xmlsec1", "--sign", "--privkey-pem", f"{folder}/key.pem", "--id-attr:ID", "Assertion"]
        subprocess.run([*command, "--output", f"{folder}/out.xml", f"{folder}/in.xml"], check=True)
        return base64.b64encode((folder / "out.xml").read_bytes()).decode()


EXC = "http://www.w3.org/2001/10/xml-exc-c14n#"
TEMPLATE = (
    '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo>'
    '<ds:CanonicalizationMethod Algorithm="{exc}">{0}</ds:CanonicalizationMethod>'
    '<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>'
    '<ds:Reference URI="#_assertion"><ds:Transforms>'
    '<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>'
    '<ds:Transform Algorithm="{exc}">{1}</ds:Transform></ds:Transforms>'
    '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/>'
    "</ds:Reference></ds:SignedInfo><ds:SignatureValue/></ds:Signature>"
)


class _Signer(XMLSigner):
    """Signs by old algorithms, too: they are to be refused."""

    def check_deprecated_methods(self) -> None:
        """Let everything pass."""
