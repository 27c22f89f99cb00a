"""What a team needs for SCIM, what a connection may assert, when a token opens."""

from __future__ import annotations

import pytest

from hub.teams import Connection, Team, Token

NOW = "2026-06-01T00:00:00.000Z"


@pytest.mark.parametrize(
    ("plan", "issuer", "words"),
    [
        ("enterprise", "https://sso.example", []),
        ("basic", "https://sso.example", ["plan"]),
        ("enterprise", None, ["SSO"]),
        ("basic", None, ["plan", "SSO"]),
    ],
)
def test_a_team_says_what_it_lacks(plan, issuer, words):
    """SCIM needs the plan and SSO; each that is missing is named."""
    lacks = Team(id="t", name="t", plan=plan, sso_issuer=issuer).lacks()

    assert len(words) == len(lacks)
    assert all(word in sentence for word, sentence in zip(words, lacks, strict=True))


@pytest.mark.parametrize(
    ("address", "asserted"),
    [
        ("ann@a.example", True),
        ("ann@b.example", False),
        ("ann@sub.a.example", False),
        ("ann@evil-a.example", False),
        ("a.example", False),
        ("ann@a.example@b.example", False),
    ],
)
def test_a_connection_asserts_addresses_of_its_domains(address, asserted):
    """An address belongs to the domain after its last @, and to no domain that only resembles it."""
    connection = Connection(id="c", team="t", idp="generic", domains=("a.example",))

    assert asserted == connection.asserts(address)


@pytest.mark.parametrize(
    ("expires", "revoked", "valid"),
    [
        (None, None, True),
        ("2026-06-01T00:00:00.001Z", None, True),
        (NOW, None, False),
        (None, NOW, False),
        ("2027-01-01T00:00:00.000Z", NOW, False),
    ],
)
def test_a_token_opens_until_it_ends(expires, revoked, valid):
    """A token is good until the moment it expires, and never once it is revoked."""
    token = Token(
        key_id="k",
        team="t",
        connection="c",
        digest="d",
        created_at=NOW,
        expires_at=expires,
        revoked_at=revoked,
    )

    assert valid == token.valid(at=NOW)
