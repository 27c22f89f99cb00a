"""A SAML response is believed if it is signed, ours, for us, and now; else not, whatever it looks like."""

from __future__ import annotations

import base64
import copy

import pytest
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod

from hub.providers import Doors, NotBelieved
from hub.sso import assertions
from hub.sso.signatures import certificate
from tests.sso.forgery import (
    DOORS,
    DS,
    ENTITY,
    NOW,
    REQUEST,
    SAML,
    Hand,
    assertion,
    at,
    response,
    sent,
)


def told(hand: Hand, root, *, hands=(), doors: Doors = DOORS, request=REQUEST, now: float = 0):
    """Return whom a response is about, where *hand*'s certificate is in the metadata."""
    certificates = [certificate(each.text) for each in (hands or (hand,))]
    raw = root if isinstance(root, str) else sent(root)
    return assertions.told(raw, hand.how, certificates, doors, request=request, now=NOW.timestamp() + now)


def test_an_honest_response_is_believed(hand):
    """Whoever the provider signed for, with their addresses; a certificate that has expired counts."""
    found = told(hand, response(hand.signed(assertion())))

    assert "ann@acme.example" == found.subject
    assert ("ann@acme.example", "ann.lee@acme.example") == found.addresses
    assert NOW.timestamp() - 5 == found.auth_time


def test_response_and_assertion_may_both_be_signed(hand):
    """As many providers do; what counts is the assertion."""
    assert "ann@acme.example" == told(hand, hand.signed(response(hand.signed(assertion())))).subject


@pytest.mark.parametrize("info", ["", "xs"])
@pytest.mark.parametrize("element", ["", "xs", "xs xsi"])
def test_namespaces_in_values_are_signed_with_them(hand, tmp_path, info, element):
    """A signature may name prefixes that stand in values only (`xs:string`), and bring no certificate."""
    assert told(hand, hand.signed_by_xmlsec(tmp_path, info=info, element=element))


def test_one_certificate_follows_another(hand):
    """While both are in the metadata, either signs."""
    other = Hand.new()

    assert told(hand, response(hand.signed(assertion())), hands=(other, hand))
    with pytest.raises(NotBelieved, match="none of the certificates"):
        told(hand, response(hand.signed(assertion())), hands=(other,))


OID = (
    '<saml:Attribute Name="http://schemas.example.com/identity/claims/objectidentifier">'
    "<saml:AttributeValue>oid-1</saml:AttributeValue></saml:Attribute>"
)
TID = (
    '<saml:Attribute Name="http://schemas.example.com/identity/claims/tenantid">'
    "<saml:AttributeValue>tid-1</saml:AttributeValue></saml:Attribute>"
)


def called(name, value):
    """Return an attribute."""
    return (
        f'<saml:Attribute Name="{name}"><saml:AttributeValue>{value}</saml:AttributeValue></saml:Attribute>'
    )


@pytest.mark.parametrize(
    "name", ["private/email", "http://evil.example/mail", "urn:x:emailaddress", "recovery:mail"]
)
def test_an_attribute_that_only_ends_like_an_address_is_none(hand, name):
    """Whoever may fill an attribute of their own with anything has no address by it."""
    found = told(hand, response(hand.signed(assertion(attributes=called(name, "boss@acme.example")))))

    assert ("ann@acme.example",) == found.addresses


@pytest.mark.parametrize("name", ["email", "Mail", "emailAddress", "urn:oid:0.9.2342.19200300.100.1.3"])
def test_an_attribute_for_addresses_is_known_by_its_name(hand, name):
    """As directories and standards call it."""
    found = told(hand, response(hand.signed(assertion(attributes=called(name, "boss@acme.example")))))

    assert ("ann@acme.example", "boss@acme.example") == found.addresses


def test_letters_that_become_others_are_doubtful(hand):
    """Folded, it would be somebody else's address, for which the provider did not vouch."""
    found = told(hand, response(hand.signed(assertion(name="\u017fam@acme.example", attributes=""))))

    assert ((), ("sam@acme.example",)) == (found.addresses, found.doubtful)


@pytest.mark.parametrize(("attributes", "wanted"), [(OID + TID, "oid-1"), (OID, None), (TID, None)])
def test_the_id_of_the_directory_is_read_with_its_tenant(hand, attributes, wanted):
    """It is what the provider calls them over SCIM; alone it could be any directory's."""
    assert wanted == told(hand, response(hand.signed(assertion(attributes=attributes)))).external_id


@pytest.mark.parametrize("skew", [-59, 59])
def test_clocks_may_differ_by_a_minute(hand, skew):
    """Neither of both has to be right."""
    when = {"valid_from": at(0), "valid_until": at(1), "shown_until": f'NotOnOrAfter="{at(1)}"'}

    assert told(hand, response(hand.signed(assertion(**when))), now=skew)


LIES = {
    "foreign audience": ({"audience": "<saml:AudienceRestriction><saml:Audience>https://other.example"
                          "</saml:Audience></saml:AudienceRestriction>"}, "audience is https://other"),
    "one audience of two": ({"audience": f"<saml:AudienceRestriction><saml:Audience>{DOORS.entity_id}"
                             "</saml:Audience></saml:AudienceRestriction><saml:AudienceRestriction>"
                             "<saml:Audience>https://other.example</saml:Audience>"
                             "</saml:AudienceRestriction>"}, "audience is https://other"),
    "no audience": ({"audience": ""}, "for whom it is"),
    "wrong recipient": ({"recipient": 'Recipient="https://other.example/acs"'}, "made for https://other"),
    "no recipient": ({"recipient": ""}, "made for nothing"),
    "another provider": ({"issuer": "https://other.example"}, "comes from https://other"),
    "expired": ({"valid_until": at(-61)}, "not valid any more"),
    "not yet valid": ({"valid_from": at(61)}, "not valid yet"),
    "shown too late": ({"shown_until": f'NotOnOrAfter="{at(-61)}"'}, "not valid any more"),
    "shown for ever": ({"shown_until": ""}, "until when"),
    "answers another request": ({"answers": 'InResponseTo="_other"'}, "no request of ours"),
    "answers no request": ({"answers": ""}, "no request of ours"),
    "not for the bearer": ({"method": "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"}, "bearer"),
    "a name for one day": ({"format": "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"}, "lasting"),
    "no name": ({"name": ""}, "lasting"),
    "nobody signed in": ({"signed_in": ""}, "AuthnStatement"),
    "signed in tomorrow": ({"signed_in": f'<saml:AuthnStatement AuthnInstant="{at(61)}"/>'}, "AuthnInstant"),
    "the session is over": ({"signed_in": f'<saml:AuthnStatement AuthnInstant="{at(-9000)}"'
                             f' SessionNotOnOrAfter="{at(-61)}"/>'}, "has ended"),
    "a time that is none": ({"valid_until": "tomorrow"}, "a time that is none"),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "says"), LIES.values(), ids=LIES)
def test_what_is_signed_must_be_ours(hand, changes, says):
    """Signed by the provider, yet for somebody else, another time or another request."""
    with pytest.raises(NotBelieved, match=says):
        told(hand, response(hand.signed(assertion(**changes))))


AROUND = {
    "meant for another address": ({"destination": 'Destination="https://other.example/acs"'}, "meant for"),
    "unsolicited": ({"answers": ""}, "no request of ours"),
    "answers another request": ({"answers": 'InResponseTo="_other"'}, "no request of ours"),
    "a refusal": ({"status": "urn:oasis:names:tc:SAML:2.0:status:Responder"}, "let nobody in: Responder"),
}


@pytest.mark.parametrize(("changes", "says"), AROUND.values(), ids=AROUND)
def test_what_is_around_it_must_not_contradict(hand, changes, says):
    """An envelope can make a good assertion wrong."""
    with pytest.raises(NotBelieved, match=says):
        told(hand, response(hand.signed(assertion()), **changes))


def test_an_assertion_that_is_not_signed_is_not_believed(hand):
    """Not even in a response that is signed: what providers sign by default is the assertion."""
    for root in (response(assertion()), hand.signed(response(assertion()))):
        with pytest.raises(NotBelieved, match="not signed"):
            told(hand, root)


def test_a_signature_by_another_key_is_none(hand):
    """Whatever certificate it brings along."""
    with pytest.raises(NotBelieved, match="none of the certificates"):
        told(hand, response(Hand.new().signed(assertion())))


def test_what_was_changed_after_signing_is_not_believed(hand):
    """One letter is enough."""
    root = response(hand.signed(assertion()))
    root.find(f".//{SAML}NameID").text = "eve@acme.example"

    with pytest.raises(NotBelieved, match="none of the certificates"):
        told(hand, root)


WEAK = {
    "SHA-1": {"signature_algorithm": SignatureMethod.RSA_SHA1, "digest_algorithm": DigestAlgorithm.SHA1},
    "a digest by SHA-1": {"digest_algorithm": DigestAlgorithm.SHA1},
    "comments left out of account": {
        "c14n_algorithm": CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0_WITH_COMMENTS
    },
    "inclusive": {"c14n_algorithm": CanonicalizationMethod.CANONICAL_XML_1_0},
}


@pytest.mark.parametrize("how", WEAK.values(), ids=WEAK)
def test_weak_signatures_are_not_believed(hand, how):
    """By name, before they are looked at."""
    with pytest.raises(NotBelieved, match=r"not accepted|something else|in a way"):
        told(hand, response(hand.signed(assertion(), **how)))


def evil(id: str = "_evil"):
    """Return an assertion that nobody signed, about somebody else."""
    return assertion(id=id, name="boss@acme.example")


def beside(hand, *, first):
    """The signed one stands beside an unsigned one (XSW3)."""
    pair = [evil(), hand.signed(assertion())]
    return response(*(pair if first else pair[::-1]))


def around(hand):
    """The unsigned one holds the signed one (XSW4)."""
    outer = evil()
    outer.append(hand.signed(assertion()))
    return response(outer)


def signature_moved(hand):
    """The unsigned one bears the signature, and the signed one stands within it (XSW5, 8)."""
    honest = hand.signed(assertion())
    signature = honest.find(f"{DS}Signature")
    outer = evil()
    outer.insert(1, copy.deepcopy(signature))
    honest.remove(signature)
    etree.SubElement(outer.find(f"{DS}Signature"), f"{DS}Object").append(honest)
    return response(outer)


def same_id(hand):
    """Both have one id, so that a reference means either."""
    honest = hand.signed(assertion())
    outer = evil(id="_assertion")
    outer.insert(1, copy.deepcopy(honest.find(f"{DS}Signature")))
    extensions = etree.Element("{urn:oasis:names:tc:SAML:2.0:protocol}Extensions")
    extensions.append(honest)
    return response(extensions, outer)


def response_wrapped(hand):
    """A response that was signed stands within another that was not (XSW1, 2)."""
    root = response(evil())
    root.append(hand.signed(response(hand.signed(assertion()))))
    return root


def second_signature(hand):
    """A signature of somebody else's stands before the right one."""
    honest = hand.signed(assertion())
    honest.insert(1, copy.deepcopy(Hand.new().signed(evil()).find(f"{DS}Signature")))
    return response(honest)


def about_response(hand):
    """The assertion bears a signature that is about the response around it."""
    root = hand.signed(response(evil()))
    signature = root.find(f"{DS}Signature")
    root.find(f"{SAML}Assertion").insert(1, signature)
    return root


def encrypted(hand):
    """What cannot be read."""
    return response(etree.Element(f"{SAML}EncryptedAssertion"), hand.signed(assertion()))


def hidden_away(hand):
    """The signed one is in its place, and another where nobody looks."""
    extensions = etree.Element("{urn:oasis:names:tc:SAML:2.0:protocol}Extensions")
    extensions.append(evil())
    return response(extensions, hand.signed(assertion()))


def id_elsewhere(hand):
    """Something that is no assertion has its id, too."""
    extensions = etree.Element("{urn:oasis:names:tc:SAML:2.0:protocol}Extensions", id="_assertion")
    return response(extensions, hand.signed(assertion()))


WRAPPED = {
    "beside, first": lambda hand: beside(hand, first=True),
    "beside, last": lambda hand: beside(hand, first=False),
    "around": around,
    "signature moved": signature_moved,
    "one id twice": same_id,
    "response within a response": response_wrapped,
    "two signatures": second_signature,
    "about the response": about_response,
    "hidden away": hidden_away,
    "its id elsewhere": id_elsewhere,
    "encrypted": encrypted,
}


@pytest.mark.parametrize("wrap", WRAPPED.values(), ids=WRAPPED)
def test_a_signature_covers_no_other_assertion(hand, wrap):
    """However a signed assertion is wrapped, nobody is let in as somebody else."""
    with pytest.raises(NotBelieved):
        told(hand, wrap(hand))


def test_a_comment_cuts_no_name_short(hand):
    """`boss@acme.example<!---->.evil.example` is not boss@acme.example, as some readers have it."""
    signed = hand.signed(assertion(name="boss@acme.example.evil.example"))
    raw = etree.tostring(response(signed)).replace(b"example.evil", b"example<!---->.evil")

    found = told(hand, base64.b64encode(raw).decode())

    assert "boss@acme.example.evil.example" == found.subject


BOMB = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "x" * 10}">' for n in range(10))
HOSTILE = {
    "a billion laughs": f"<!DOCTYPE r [{BOMB}]><r>&e9;</r>",
    "a file": '<!DOCTYPE r [<!ENTITY f SYSTEM "file:///etc/passwd">]><r>&f;</r>',
    "somebody else's document type": '<!DOCTYPE r SYSTEM "http://127.0.0.1:9/x.dtd"><r/>',
    "not XML": "<r>",
    "deep": "<r>" * 100_000,
    "another encoding": '<?xml version="1.0" encoding="utf-16"?><r/>',
    "no response": "<r/>",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_documents_are_refused_before_they_are_read(hand, text):
    """What could grow, be fetched, or be read in another way."""
    with pytest.raises(NotBelieved):
        told(hand, base64.b64encode(text.encode()).decode())


@pytest.mark.parametrize("raw", ["*", "AAAA" * 70_000, base64.b64encode(b"\xff\xfe<\x00").decode()])
def test_what_is_no_response_at_all_is_refused(hand, raw):
    """Not base64, too long, not UTF-8."""
    with pytest.raises(NotBelieved):
        told(hand, raw)


def swollen(hand, part: str, by: str) -> str:
    """Return an honest response of which a *part* has grown *by* what nobody needs."""
    raw = etree.tostring(response(hand.signed(assertion()))).decode()
    return base64.b64encode(raw.replace(part, by).encode()).decode()


def names(form: str, count: int) -> str:
    """Return so many names in that form."""
    return " ".join(form.format(number) for number in range(count))


CANONICAL = '<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"'
PREFIXES = '<InclusiveNamespaces xmlns="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="{}"/>'
SWOLLEN = {
    "attributes": ("<ds:SignedInfo>", "<ds:SignedInfo " + names("a{}=''", 101) + ">", "100 attributes"),
    "namespaces": ("<samlp:Response", "<samlp:Response " + names("xmlns:a{}='u'", 2001), "2000 namespaces"),
    "elements": ("</samlp:Status>", f"{'<x/>' * 20_001}</samlp:Status>", "20000 elements"),
    "a signature": ("</ds:SignedInfo>", f"{'<x/>' * 100}</ds:SignedInfo>", "longer than one needs"),
    "prefixes": (
        f"{CANONICAL}/>",
        f"{CANONICAL}>{PREFIXES.format(names('a{}', 21))}</ds:CanonicalizationMethod>",
        "longer than one needs",
    ),
}


@pytest.mark.parametrize(("part", "by", "says"), SWOLLEN.values(), ids=SWOLLEN)
def test_nobody_keeps_the_hub_busy_by_what_they_send(hand, part, by, says):
    """What is canonicalized takes the product of these: minutes, and nobody knows yet who sent it."""
    with pytest.raises(NotBelieved, match=says):
        told(hand, swollen(hand, part, by))


def test_many_values_are_refused(hand):
    """A provider tells of somebody in some values, and not in thousands."""
    many = "<saml:AttributeValue>x</saml:AttributeValue>" * 501
    with pytest.raises(NotBelieved, match="more than 500"):
        told(
            hand,
            response(hand.signed(assertion(attributes=f'<saml:Attribute Name="x">{many}</saml:Attribute>'))),
        )


def test_names_are_the_providers(hand):
    """The issuer around the assertion is the same as within."""
    root = response(hand.signed(assertion()))
    root.find(f"{SAML}Issuer").text = "https://other.example"

    with pytest.raises(NotBelieved, match=f"not from {ENTITY}"):
        told(hand, root)
