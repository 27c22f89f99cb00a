"""hub admin: admins, and the link that lets the first of them in."""

import re

import pytest


@pytest.fixture
def acme(hub):
    """Make the team acme."""
    hub("team", "create", "acme", "--seats", "5", "--plan", "enterprise")


def test_a_link_is_printed_once_and_whole(hub, acme, monkeypatch):
    """One absolute address, built from the public one where that is known; for scripts nothing beside it."""
    plain = hub("admin", "link", "acme").out
    monkeypatch.setenv("HUB_SERVER__PUBLIC_URL", "https://hub.example")
    said = hub("admin", "link", "acme", "--role", "auditor", "--json").json

    assert re.match(r"http://127\.0\.0\.1:8080/links/hub_\w+_\w+_\w+\n", plain)
    assert "once, within 30 minutes" in plain
    assert ["url"] == list(said)
    assert re.fullmatch(r"https://hub\.example/links/hub_\w+_\w+_\w+", said["url"])


def test_a_link_is_for_a_team_or_for_an_operator(hub, acme):
    """One of the two is said, and never both; a team that is not there has none."""
    assert "/links/" in hub("admin", "link", "--operator", "--json").json["url"]
    for words in (("admin", "link"), ("admin", "link", "acme", "--operator")):
        ended = hub(*words)

        assert (1, "") == (ended.code, ended.out)
        assert "Name a TEAM, or say --operator" in ended.err
    assert "there is no team 'other'" in hub("admin", "link", "other").err
    assert "not for 'operator'" in hub("admin", "link", "acme", "--role", "operator").err


def test_everybody_is_signed_out(hub, acme):
    """Of a team, or all operators; it is said how many were in."""
    assert {"signed_out": 0} == hub("admin", "signout", "acme", "--json").json
    assert "Signed out: 0" in hub("admin", "signout", "--operator").out
    assert "Name a TEAM, or say --operator" in hub("admin", "signout").err
    assert "session.end" == hub("audit", "acme", "--json").json[-1]["action"]


def test_admins_come_and_go(hub, acme):
    """Added, given another role, listed, removed; and each step with its reason in the audit."""
    added = hub("admin", "add", "acme", "Ann@acme.example", "--role", "owner", "--name", "Ann", "--json").json
    hub("admin", "add", "acme", "bob@acme.example", "--why", "helps out")
    hub("admin", "role", "acme", "bob@acme.example", "auditor")
    listed = hub("admin", "list", "acme", "--json").json

    assert ("ann@acme.example", "owner", "Ann") == (added["address"], added["role"], added["name"])
    assert [("ann@acme.example", "owner"), ("bob@acme.example", "auditor")] == [
        (each["address"], each["role"]) for each in listed
    ]
    assert "bob@acme.example" in hub("admin", "list", "acme").out
    assert "is no admin of acme any more" in hub("admin", "remove", "acme", "bob@acme.example").out
    notes = hub("audit", "acme", "--json").json
    assert ["admin.add", "admin.add", "admin.role", "admin.remove"] == [note["action"] for note in notes[1:]]
    assert "helps out" == notes[2]["why"]


def test_the_last_owner_is_kept(hub, acme):
    """The sentence says the way out."""
    hub("admin", "add", "acme", "ann@acme.example", "--role", "owner")
    ended = hub("admin", "remove", "acme", "ann@acme.example")

    assert 1 == ended.code
    assert "ann@acme.example is the last owner: make somebody else an owner first" in ended.err
