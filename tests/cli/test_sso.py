"""hub sso: providers set up, listed and removed by an operator."""

from __future__ import annotations

import pytest

from tests.sso.forgery import ENTITY, Hand
from tests.sso.openid import forging
from tests.sso.test_metadata import described, key


@pytest.fixture
def team(hub, monkeypatch):
    """Make the team acme, on a hub that may ask providers on this machine."""
    monkeypatch.setenv("HUB_SSO__ALLOW_PRIVATE", "true")
    hub("team", "create", "acme", "--seats", "5", "--plan", "enterprise")


def test_an_openid_provider_is_set_up(hub, team, tmp_path):
    """It is asked what it calls itself; the secret is read from a file, and shown nowhere."""
    secret = tmp_path / "secret"
    secret.write_text("a secret of the client\n")
    with forging() as provider:
        made = hub(
            *(
                "sso",
                "oidc",
                "acme",
                "--name",
                "Sign-in",
                "--issuer",
                f"{provider.issuer}/",
                "--client-id",
                "c",
            ),
            *("--secret-file", str(secret), "--domain", "acme.example", "--max-age", "300", "--json"),
        )

    assert provider.issuer == made.json["issuer"]
    assert made.json["callback"].endswith(f"/sso/{_team(hub)}/{made.json['id']}/callback")
    listed = hub("sso", "list", "acme", "--json")
    assert [("Sign-in", ["acme.example"], None)] == [
        (each["title"], each["domains"], each["tested_at"]) for each in listed.json
    ]
    for each in (made, listed, hub("audit", "acme", "--json"), hub("sso", "list", "acme")):
        assert "a secret" not in each.out


def test_a_saml_provider_is_set_up(hub, team, tmp_path):
    """By its metadata; and removed again, with what that does to the team's SSO."""
    hub("team", "set", "acme", "--sso-issuer", ENTITY)
    file = tmp_path / "idp.xml"
    file.write_bytes(described(key(Hand.new().text)))
    made = hub("sso", "saml", "acme", "--name", "Idp", "--metadata", str(file), "--json").json
    assert (ENTITY, made["acs"].rpartition("/")[0]) == (made["issuer"], made["entity_id"].rpartition("/")[0])

    removed = hub("sso", "remove", "acme", made["id"])

    assert "The SSO of 'acme' stands on nothing: SCIM is paused now." in " ".join(removed.out.split())
    assert [] == hub("sso", "list", "acme", "--json").json
    assert hub("team", "show", "acme", "--json").json["sso_issuer"] is None


def test_what_a_provider_calls_itself_is_an_issuer(hub, team, tmp_path):
    """Though it be no address: once it is set up, it can be vouched for."""
    file = tmp_path / "idp.xml"
    file.write_bytes(described(key(Hand.new().text), entity='entityID="urn:idp.example"'))
    vouch = ("team", "set", "acme", "--sso-issuer", "urn:idp.example", "--json")
    refused = hub(*vouch)
    hub("sso", "saml", "acme", "--name", "Idp", "--metadata", str(file))

    assert (1, True) == (refused.code, "'urn:idp.example' is not an issuer" in refused.err)
    assert "urn:idp.example" == hub(*vouch).json["sso_issuer"]


def test_what_is_wrong_is_told(hub, team, tmp_path):
    """In a sentence, on stderr."""
    none = tmp_path / "none.xml"
    none.write_text("<p>no metadata</p>")
    wrong = {
        ("saml", "--metadata", str(none)): "it is of 0",
        ("saml", "--metadata", str(tmp_path)): "cannot be read",
        ("saml", "--metadata", "http://127.0.0.1:9/"): "could not be asked",
        (
            "oidc",
            "--issuer",
            "http://127.0.0.1:9",
            "--client-id",
            "c",
            "--secret-file",
            str(none),
        ): "could not",
    }
    for (protocol, *said), words in wrong.items():
        ended = hub("sso", protocol, "acme", "--name", "Idp", *said)
        assert 1 == ended.code
        assert words in " ".join(ended.err.split())
    assert "has no provider 'x'" in hub("sso", "remove", "acme", "x").err


def _team(hub) -> str:
    return str(hub("team", "show", "acme", "--json").json["id"])
