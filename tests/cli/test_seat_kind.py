"""hub seat-kind: bought, given back, set, listed; who waits, and who was refused."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import ACME, refuse


@pytest.fixture
def team(hub):
    """Make the team acme, with five seats."""
    hub(*ACME)


@pytest.fixture
def refusal(hub, team, tmp_path, monkeypatch):
    """Return a function that notes that somebody was refused to a provider."""

    def note(idp, name):
        connection = hub("connection", "create", "--team", "acme", "--idp", idp, "--json").json["connection"]

        refuse(tmp_path / "data", connection, name)
        return connection

    return note


def test_bought_and_given_back(hub, team):
    """What a kind has then is told; another kind begins with what is bought of it."""
    made = hub("seat-kind", "buy", "acme", "viewer", "3", "--why", "PO 7", "--json").json

    assert {"viewer"} == made.keys()
    assert (3, 0, 3, 0) == tuple(made["viewer"][name] for name in ("bought", "held", "free", "waiting"))
    assert 1 == hub("seat-kind", "return", "acme", "viewer", "2", "--json").json["viewer"]["bought"]
    assert {"standard", "viewer"} == hub("seat-kind", "list", "acme", "--json").json.keys()
    notes = hub("audit", "acme", "--json").json
    assert ["seat-kind.buy", "seat-kind.return"] == [note["action"] for note in notes][-2:]
    assert "PO 7" == notes[-2]["why"]


def test_terms(hub, team):
    """What becomes of who finds none left is told in words, and a time as it was said."""
    hub("seat-kind", "buy", "acme", "viewer", "3")
    hub("seat-kind", "set", "acme", "standard", "--policy", "overflow", "--overflow", "viewer")
    set_ = hub(
        "seat-kind", "set", "acme", "viewer", "--policy", "overdraft", "--overdraft", "2", "--grace", "7d"
    )

    assert "overdraft of 2" in set_.out
    assert "7d" in set_.out
    listed = hub("seat-kind", "list", "acme").out
    assert "When none is left" in listed
    assert "overflow to viewer" in listed
    assert 604_800 == hub("seat-kind", "list", "acme", "--json").json["viewer"]["grace"]
    for said, shown in (("90s", "90s"), ("36h", "36h"), ("48h", "2d"), ("90m", "90m"), ("0", "")):
        row = hub("seat-kind", "set", "acme", "viewer", "--grace", said).out.splitlines()[-1]
        assert f"viewer 3 0 3 0 overdraft of 2 {shown}".split() == row.split()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("buy", "acme", "viewer", "0"), "1 or more"),
        (("return", "acme", "viewer", "1"), "never bought 'viewer'"),
        (("return", "acme", "standard", "6"), "cannot return 6"),
        (("set", "acme", "standard", "--policy", "overdraft"), "overdraft: the policy needs a limit"),
        (("set", "acme", "standard", "--grace", "soon"), "--grace soon: expected a time as in 7d"),
        (("set", "acme", "standard", "--grace", "9999d"), "grace: from 0 to"),
        (("waiting", "acme", "viewer"), "never bought 'viewer'"),
        (("list", "other"), "there is no team 'other'"),
        (("refused", "other"), "there is no team 'other'"),
    ],
)
def test_what_cannot_be_done_is_said(hub, team, words, why):
    """With the place and the reason, on stderr, and with code 1."""
    ended = hub("seat-kind", *words)

    assert (1, "") == (ended.code, ended.out)
    assert why in ended.err


def test_an_empty_queue_is_a_list(hub, team):
    """Scripts read an empty list, people a head without rows."""
    for words in (("waiting", "acme"), ("waiting", "acme", "standard"), ("refused", "acme")):
        assert [] == json.loads(hub("seat-kind", *words, "--json").out)
    assert "Position" in hub("seat-kind", "waiting", "acme").out


@pytest.mark.parametrize(
    ("idp", "click"),
    [("okta", "Retry Selected"), ("entra", "Provision on demand"), ("generic", "push this person")],
)
def test_who_was_refused_is_told_with_what_to_click(hub, refusal, idp, click):
    """At that provider: the sentence is the dialect's."""
    connection = refusal(idp, "ann@a.example")

    [told] = hub("seat-kind", "refused", "acme", "--json").json

    assert ("ann@a.example", "standard", 1, connection, "hx_1") == tuple(
        told[name] for name in ("who", "kind", "attempts", "connection", "reference")
    )
    assert click in told["retry"]
    shown = hub("seat-kind", "refused", "acme").out
    assert "ann@a.example" in shown
    assert click in shown


def test_a_provider_that_nobody_speaks_for_has_no_advice(hub, refusal, monkeypatch):
    """The list is told all the same."""
    refusal("entra", "ann@a.example")
    monkeypatch.setenv("HUB_PLUGINS__BLOCKED", "entra")

    assert [None] == [told["retry"] for told in hub("seat-kind", "refused", "acme", "--json").json]
