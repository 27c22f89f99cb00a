"""SAML responses: what one says of somebody, if it is the answer to our request (SAML Profiles §4.1.4)."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, datetime

from cryptography.x509 import Certificate

from hub.providers import Doors, Identity, NobodyIn, NotBelieved, Saml
from hub.scim.folding import fold

from . import xmltree
from .reading import plain
from .signatures import signed
from .xmltree import Element

#: The longest response, base64, and the most values that one tells of somebody.
RESPONSE_MAX = 256 * 1024
VALUES_MAX = 500

#: The seconds by which a provider's clock may differ from ours.
SKEW = 60

SUBJECT_MAX = 255

_SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
_BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
_TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"

#: How the attributes are called, in small letters, that hold an address, a name, the directory's own id: the
#: whole names, since of an attribute that only ends so nobody knows who fills it in.
_CLAIMS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
_ADDRESSES = {
    *("email", "mail", "emailaddress", f"{_CLAIMS}emailaddress"),
    *("urn:oid:0.9.2342.19200300.100.1.3", "urn:mace:dir:attribute-def:mail"),
}
_NAMES = {"displayname", "urn:oid:2.16.840.1.113730.3.1.241", "urn:mace:dir:attribute-def:displayname"}
_EXTERNAL_ID, _TENANT = "objectidentifier", "tenantid"

#: What stands before names that the makers of directories gave.
_MAKERS = re.compile(
    r"http://schemas\.[a-z]+\.com/identity/claims/(?=(objectidentifier|tenantid|displayname)$)"
)


def told(
    response: str, how: Saml, certificates: list[Certificate], doors: Doors, *, request: str, now: float
) -> Identity:
    """Return who *response* (base64) says signed in, as the answer to our *request*; `NotBelieved`.

    Nothing is read of it but the assertion that was signed; and what is around it must not contradict.
    """
    root = _read(response)
    _check_envelope(root, how, doors, request)
    found = signed(_assertion(root), certificates)
    _check_issuer(xmltree.one(found, "saml:Issuer"), how)
    _check_confirmation(xmltree.one(found, "saml:Subject"), doors, request, now)
    _check_conditions(xmltree.one(found, "saml:Conditions"), doors, now)
    return _identity(found, now)


def _read(response: str) -> Element:
    if len(response) > RESPONSE_MAX:
        raise NotBelieved(f"the response is longer than {RESPONSE_MAX} bytes")
    try:
        raw = base64.b64decode("".join(response.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotBelieved("the response is not base64") from error
    root = xmltree.parse(raw, "the response")
    if root.tag != xmltree.name("samlp:Response"):
        raise NotBelieved("what the provider sent is no response")
    return root


def _check_envelope(root: Element, how: Saml, doors: Doors, request: str) -> None:
    """Check what is not signed, perhaps: it can make a response wrong, but none right."""
    if xmltree.one(root, "samlp:Status/samlp:StatusCode").get("Value") != _SUCCESS:
        raise NobodyIn(f"the provider let nobody in: {_status(root)}")
    if root.get("Destination", doors.acs) != doors.acs:
        raise NotBelieved(f"the response is meant for another address than {doors.acs}")
    if root.get("InResponseTo") != request:
        raise NotBelieved("the response answers no request of ours: sign-ins begin here")
    for issuer in xmltree.within(root, "saml:Issuer"):
        _check_issuer(issuer, how)


def _assertion(root: Element) -> Element:
    """Return the only assertion there is, in its only place, so that none can be taken for another."""
    if xmltree.everywhere(root, "saml:EncryptedAssertion"):
        raise NotBelieved("the assertion is encrypted: turn that off, the connection is encrypted already")
    found = xmltree.one(root, "saml:Assertion")
    names = list(xmltree.ids(root))
    if len(xmltree.everywhere(root, "saml:Assertion")) != 1 or len(set(names)) != len(names):
        raise NotBelieved("the response holds more than one assertion, or one id twice")
    return found


def _check_issuer(issuer: Element, how: Saml) -> None:
    if xmltree.text(issuer) != how.entity_id:
        raise NotBelieved(
            f"the assertion comes from {_short(xmltree.text(issuer))}, not from {how.entity_id}"
        )


def _check_confirmation(subject: Element, doors: Doors, request: str, now: float) -> None:
    """See to it that the assertion was handed out for being shown here, now, and as our answer."""
    bearers = [
        data
        for each in xmltree.within(subject, "saml:SubjectConfirmation")
        if each.get("Method") == _BEARER
        for data in xmltree.within(each, "saml:SubjectConfirmationData")
    ]
    if len(bearers) != 1:
        raise NotBelieved("the assertion says not once for whom it was made (SubjectConfirmation, bearer)")
    (data,) = bearers
    if data.get("Recipient") != doors.acs:
        raise NotBelieved(f"the assertion is made for {_short(data.get('Recipient'))}, not for {doors.acs}")
    if data.get("InResponseTo") != request:
        raise NotBelieved("the assertion answers no request of ours: sign-ins begin here")
    if data.get("NotOnOrAfter") is None:
        raise NotBelieved("the assertion does not say until when it may be shown (NotOnOrAfter)")
    _check_time(data, now)


def _check_conditions(conditions: Element, doors: Doors, now: float) -> None:
    _check_time(conditions, now)
    restrictions = xmltree.within(conditions, "saml:AudienceRestriction")
    if not restrictions:
        raise NotBelieved("the assertion does not say for whom it is (AudienceRestriction)")
    for each in restrictions:
        meant = [xmltree.text(audience) for audience in xmltree.within(each, "saml:Audience")]
        if doors.entity_id not in meant:
            raise NotBelieved(
                f"the assertion's audience is {_short(', '.join(meant))}, not {doors.entity_id}"
            )


def _check_time(element: Element, now: float) -> None:
    before, after = element.get("NotBefore"), element.get("NotOnOrAfter")
    if before is not None and now + SKEW < _moment(before):
        raise NotBelieved("the assertion is not valid yet: do both clocks agree?")
    if after is not None and _moment(after) <= now - SKEW:
        raise NotBelieved("the assertion is not valid any more: do both clocks agree?")


def _identity(assertion: Element, now: float) -> Identity:
    called = xmltree.one(assertion, "saml:Subject/saml:NameID")
    subject = xmltree.text(called)
    if called.get("Format") == _TRANSIENT or not 0 < len(subject) <= SUBJECT_MAX:
        raise NotBelieved(
            "the NameID is no lasting name: have the provider send an address or a persistent id"
        )
    statements = xmltree.within(assertion, "saml:AuthnStatement")
    if not statements:
        raise NotBelieved("the assertion does not say that somebody signed in (AuthnStatement)")
    _check_statements(statements, now)
    claims = _attributes(assertion)
    said = _by_name(claims)
    named = [subject, *(each for name in sorted(_ADDRESSES & said.keys()) for each in said[name])]
    addresses = [each for each in named if "@" in each]
    return Identity(
        subject=subject,
        auth_time=int(min(_moment(each.get("AuthnInstant", "")) for each in statements)),
        addresses=tuple(dict.fromkeys(fold(each) for each in addresses if plain(each))),
        doubtful=tuple(dict.fromkeys(fold(each) for each in addresses if not plain(each))),
        external_id=_first(said, {_EXTERNAL_ID}) if _TENANT in said else None,
        name=_first(said, _NAMES),
        claims={"NameID": subject, **claims},
    )


def _check_statements(statements: list[Element], now: float) -> None:
    for each in statements:
        if _moment(each.get("AuthnInstant", "")) > now + SKEW:
            raise NotBelieved("they are to sign in at the provider yet (AuthnInstant): do both clocks agree?")
        if (until := each.get("SessionNotOnOrAfter")) and _moment(until) <= now - SKEW:
            raise NotBelieved("the session at the provider has ended")


def _attributes(assertion: Element) -> dict[str, list[str]]:
    """Return attribute → values; of one that comes in parts, all."""
    values: dict[str, list[str]] = {}
    for attribute in xmltree.within(assertion, "saml:AttributeStatement/saml:Attribute"):
        found = [each for each in xmltree.within(attribute, "saml:AttributeValue") if not len(each)]
        values.setdefault(attribute.get("Name", ""), []).extend(map(xmltree.text, found))
    if sum(map(len, values.values())) > VALUES_MAX:
        raise NotBelieved(f"the assertion has more than {VALUES_MAX} values")
    return values


def _by_name(claims: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return *claims* by names in small letters, without what makers put before theirs."""
    said: dict[str, list[str]] = {}
    for name, values in claims.items():
        said.setdefault(_MAKERS.sub("", name.lower()), []).extend(values)
    return said


def _first(said: dict[str, list[str]], names: set[str]) -> str | None:
    return next((value for name in sorted(names) for value in said.get(name, ()) if value), None)


def _status(root: Element) -> str:
    codes = [each.get("Value", "") for each in xmltree.everywhere(root, "samlp:StatusCode")]
    words = [xmltree.text(each) for each in xmltree.within(root, "samlp:Status/samlp:StatusMessage")]
    return _short(" ".join([*(code.rpartition(":")[2] for code in codes), *words]))


def _moment(text: str) -> float:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise NotBelieved("the assertion has a time that is none") from error
    return found.replace(tzinfo=found.tzinfo or UTC).timestamp()


def _short(text: str | None) -> str:
    return " ".join((text or "nothing").split())[:200]
