"""Okta's own."""

from __future__ import annotations

from hub.engine.answering.translate import hear
from hub.spi import Inbound, Policy, Verb
from hub.spi.messages import patch
from plugins.okta import OKTA


def test_deactivating_without_a_path_is_plain_scim():
    """What Okta sends most needs no correction (RFC 7644 §3.5.2.3)."""
    request = patch({"op": "replace", "value": {"active": False}})

    assert (request, ()) == hear(OKTA, request, strict=False)


def test_a_password_is_gone_before_anybody_reads_it():
    """Creating and replacing, in any case; everything else of the user stays."""
    for verb in (Verb.CREATE, Verb.REPLACE):
        heard, shown = hear(OKTA, Inbound(verb=verb, body={"userName": "a", "Password": "x"}), strict=False)

        assert {"userName": "a"} == heard.body
        assert ("password-on-create",) == shown


def test_policy():
    """The header comes with or without Bearer, and only a 429 is tried again."""
    assert Policy(bare_token=True, unavailable_status=429) == OKTA.policy
