"""SAML metadata: what providers say of themselves, and what is wrong with it, told at its field."""

from __future__ import annotations

import time

import pytest
from attrs import evolve

from hub.providers import NotBelieved, Proof, ProviderFault
from hub.sso import metadata
from hub.sso.outbound import Outbound
from hub.sso.saml import SamlSpeaker
from hub.sso.speaking import Speaking
from tests.sso.forgery import DOORS, ENTITY, NOW, Hand, assertion, response, sent

REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
PROOF = Proof(state="the state", nonce="request", verifier="")


def key(text: str, use: str = 'use="signing"') -> str:
    """Return where metadata holds a certificate."""
    return (
        f"<md:KeyDescriptor {use}><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{text}</ds:X509Certificate>"
        "</ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
    )


def described(*keys: str, role: str = "IDPSSODescriptor", **changes: str) -> bytes:
    """Return metadata."""
    said = {
        "entity": f'entityID="{ENTITY}"',
        "wants": "",
        "where": f'<md:SingleSignOnService Binding="{REDIRECT}" Location="https://idp.example/sso"/>',
        **changes,
    }
    return (
        '<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"'
        f' xmlns:ds="http://www.w3.org/2000/09/xmldsig#" {said["entity"]}>'
        f'<md:{role} {said["wants"]} protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">'
        f"{''.join(keys)}{said['where']}</md:{role}></md:EntityDescriptor>"
    ).encode()


def test_what_is_needed_is_read(hand):
    """Name, address, and each certificate for signing, however it is broken into lines."""
    other = Hand.new()
    lines = "\n      ".join(other.text[n : n + 64] for n in range(0, len(other.text), 64))
    raw = described(key(hand.text), key(lines, use=""), key(Hand.new().text, use='use="encryption"'))

    found = metadata.read(raw, Outbound())

    assert (ENTITY, "https://idp.example/sso") == (found.entity_id, found.sign_in_url)
    assert (hand.text, other.text) == found.certificates
    assert "2026-05-31" == metadata.expires(found)


def test_a_provider_among_others_is_found(hand):
    """Metadata may be of several, if one of them signs people in."""
    inner = described(key(hand.text)).decode()
    several = 'md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"'
    raw = f"<{several}>{inner}</md:EntitiesDescriptor>"

    assert ENTITY == metadata.read(raw.encode(), Outbound()).entity_id
    with pytest.raises(ProviderFault, match="it is of 2"):
        metadata.read(raw.replace(inner, inner * 2).encode(), Outbound())


WRONG = {
    "no certificate": (lambda _: described(), "no certificate"),
    "a certificate cut short": (lambda hand: described(key(hand.text[:200])), "cannot be read"),
    "a small key": (lambda _: described(key(Hand.new(1024).text)), "less than 2048 bits"),
    "many certificates": (lambda hand: described(*[key(hand.text)] * 11), "more than 10"),
    "no name": (lambda hand: described(key(hand.text), entity=""), "what the provider is called"),
    "no address": (lambda hand: described(key(hand.text), where=""), "HTTP-Redirect"),
    "an address by POST": (
        lambda hand: described(key(hand.text), where='<md:SingleSignOnService Binding="x" Location="y"/>'),
        "HTTP-Redirect",
    ),
    "an address that is a script": (
        lambda hand: described(
            key(hand.text),
            where=f'<md:SingleSignOnService Binding="{REDIRECT}" Location="javascript:alert(1)"/>',
        ),
        "no address of the form",
    ),
    "wants signed requests": (
        lambda hand: described(key(hand.text), wants='WantAuthnRequestsSigned="true"'),
        "turn that off",
    ),
    "our own": (lambda _: metadata.ours(DOORS), "it is of 0"),
    "a web page": (lambda _: b"<!doctype html><p>Sign in", "not XML"),
    "a document type": (lambda _: b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "document type"),
    "a file of this machine": (
        lambda _: b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>',
        "document type",
    ),
    "not UTF-8": (lambda _: "<x/>".encode("utf-16"), "not UTF-8"),
    "too long": (lambda _: b"<x>" + b" " * metadata.METADATA_MAX + b"</x>", "longer than"),
    "nothing": (lambda _: b"", "not XML"),
}


@pytest.mark.parametrize(("made", "says"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_at_its_field(hand, made, says):
    """In a sentence that says what to do."""
    with pytest.raises(ProviderFault, match=says) as raised:
        metadata.read(made(hand), Outbound())
    assert "metadata" == raised.value.field


async def test_metadata_is_fetched(forger, hand):
    """From an address that is told in the fault, too."""
    forger.documents["/idp"] = described(key(hand.text))
    url = f"{forger.issuer}/idp"
    assert url == (await metadata.fetched(Outbound(private=True), url)).metadata_url
    forger.documents["/idp"] = described()

    with pytest.raises(ProviderFault, match="no certificate") as raised:
        await metadata.fetched(Outbound(private=True), url)
    assert "metadata_url" == raised.value.field
    with pytest.raises(ProviderFault, match="not at a public address"):
        await metadata.fetched(Outbound(), url.replace("http:", "https:"))


@pytest.fixture
def speaker():
    """Return what speaks SAML, at the moment of the forged responses."""
    return SamlSpeaker(outbound=Outbound(private=True), seconds=NOW.timestamp)


async def test_another_certificate_is_looked_for_in_the_metadata(forger, hand, speaker):
    """Where none that is known fits."""
    new = Hand.new()
    forger.documents["/idp"] = described(key(new.text))

    agreed = evolve(hand.how, metadata_url=f"{forger.issuer}/idp")
    answer = {"SAMLResponse": sent(response(new.signed(assertion())))}

    found, renewed = await speaker.finish(agreed, DOORS, PROOF, answer)

    assert "ann@acme.example" == found.subject
    assert (new.text,) == renewed.certificates
    assert 1 == forger.count("/idp")


async def test_whoever_asks_in_vain_stands_in_nobodys_way(forger, hand, speaker):
    """A stranger has had it look for another certificate just now: whoever is signed by it comes in."""
    new = Hand.new()
    forger.documents["/idp"] = described(key(new.text))
    agreed = evolve(hand.how, metadata_url=f"{forger.issuer}/idp")
    stranger, honest = (
        {"SAMLResponse": sent(response(each.signed(assertion())))} for each in (Hand.new(), new)
    )
    with pytest.raises(NotBelieved, match="none of the certificates"):
        await speaker.finish(agreed, DOORS, PROOF, stranger)

    _, renewed = await speaker.finish(agreed, DOORS, PROOF, honest)

    assert (new.text,) == renewed.certificates
    assert 1 == forger.count("/idp")


@pytest.mark.parametrize("changes", [{"entity": 'entityID="https://other.example"'}])
async def test_metadata_of_another_provider_renews_nothing(forger, hand, speaker, changes):
    """Whoever answers at the address now is not who was agreed with."""
    new = Hand.new()
    forger.documents["/idp"] = described(key(new.text), **changes)
    agreed = evolve(hand.how, metadata_url=f"{forger.issuer}/idp")

    with pytest.raises(NotBelieved, match="none of the certificates"):
        await speaker.finish(agreed, DOORS, PROOF, {"SAMLResponse": sent(response(new.signed(assertion())))})


async def test_a_real_provider_is_believed_with_a_new_certificate_too(saml_provider, tmp_path):
    """It reads our metadata and our request; we read its response, and the next by its next certificate."""
    speaks = Speaking(outbound=Outbound(private=True), seconds=time.time)
    agreed = await speaks.described(saml_provider.metadata_url, "")
    saml_provider.knows(speaks.metadata(DOORS))
    saml_provider.is_now("ann@acme.example")
    for _ in range(2):
        where = await speaks.begin(agreed, DOORS, PROOF, hint=None)
        to, form = saml_provider.sign_in(where)
        assert (DOORS.acs, "the state") == (to, form["RelayState"])
        found, agreed = await speaks.finish(agreed, DOORS, PROOF, form)
        assert ("ann@acme.example",) == found.addresses
        with pytest.raises(NotBelieved, match="no request of ours"):
            await speaks.finish(agreed, DOORS, Proof(state="", nonce="another", verifier=""), form)
        saml_provider.roll()
