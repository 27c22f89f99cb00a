"""People by hand, adoption, switches: each command says what it did, for people and for scripts."""

import pytest

from tests.cli.conftest import refuse

TEAM = (
    *("team", "create", "acme", "--seats", "2"),
    *("--plan", "enterprise", "--sso-issuer", "https://sso.acme.example"),
)
CONNECTION = ("connection", "create", "--team", "acme", "--idp", "okta", "--domain", "acme.example", "--json")
ANN = ("acme", "ann@acme.example")
BOB = ("acme", "bob@acme.example")


@pytest.fixture
def acme(hub):
    """A team with Ann, seated by hand."""
    hub(*TEAM)
    hub("person", "add", *ANN, "--name", "Ann Lee")
    hub("person", "seat", *ANN)
    return hub


def test_a_life_by_hand(hub):
    """Added, seated, suspended, unseated, removed: the first line says why there is access, or none."""
    hub(*TEAM)

    for words, says in (
        (("add", *ANN), "has no access: added by hand, and without a seat yet."),
        (("seat", *ANN), "has access: a standard seat since "),
        (("suspend", *ANN, "--why", "is away"), "has no access: suspended by an administrator (is away)"),
        (("unsuspend", *ANN), "has access: a standard seat since "),
        (("unseat", *ANN), "has no access: added by hand, and without a seat yet."),
        (("remove", *ANN), "has no access: nobody vouches for them any more."),
    ):
        told = hub("person", *words).out.splitlines()
        assert told[0].startswith(f"ann@acme.example {says}"), words
        assert told == hub("person", "show", *ANN).out.splitlines()


def test_a_person_is_shown(acme):
    """The sentence first, then what it rests on; in JSON, the same in parts."""
    told = acme("person", "show", *ANN).out
    shown = acme("person", "show", *ANN, "--json").json

    assert shown["says"] == told.splitlines()[0]
    assert (True, "seated", "Ann Lee", ["ann@acme.example"], True, None, [], None) == (
        shown["entitled"],
        shown["reason"],
        shown["name"],
        shown["addresses"],
        shown["by_hand"],
        shown["suspended"],
        shown["users"],
        shown["waiting"],
    )
    assert [("standard", None)] == [(each["kind"], each["until"]) for each in shown["seats"]]
    for words in ("Name            Ann Lee", "Vouched for by  hand", "Seat            standard from"):
        assert words in told


def test_people_are_listed(acme):
    """A row each, with why; in JSON an array, empty where nobody is."""
    acme("person", "add", "acme", "bob@acme.example")

    assert ["seated", "no_seat"] == [each["reason"] for each in acme("person", "list", "acme", "--json").json]
    table = acme("person", "list", "acme").out
    assert ["Called", "Name", "Access"] == table.split()[:3]
    assert all(name in table for name in ("ann@acme.example", "Ann Lee", "bob@acme.example", "no_seat"))
    acme("team", "create", "none", "--seats", "0")
    assert [] == acme("person", "list", "none", "--json").json


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("person", "add", "acme", "ann"), "'ann' is not an address"),
        (("person", "show", "acme", "nobody"), "'acme' has nobody called 'nobody'"),
        (("person", "seat", *ANN, "--kind", "gold"), "holds a standard seat"),
        (("person", "seat", *BOB, "--kind", "zzz"), "never bought 'zzz': it has standard"),
        (("person", "suspend", *ANN), "--why"),
        (("person", "erase", *ANN), "--why"),
        (("audit", "acme", "--person", "nobody"), "'acme' has nobody called 'nobody'"),
        (("audit", "acme", "--since", "soon"), "--since soon: expected a time ago as in 24h"),
        (("audit", "acme", "--since", "2026-02-30"), "--since 2026-02-30: expected"),
        (("audit", "acme", "--since", "1e9d"), "--since 1e9d: expected"),
        (("team", "set", "acme"), "at least one of them"),
        (("team", "set", "acme", "--no-sso", "--sso-issuer", "https://a"), "--sso-issuer or --no-sso"),
        (("team", "set", "acme", "--sso-issuer", "nonsense"), "'nonsense' is not an issuer: https://"),
        (("team", "create", "b", "--seats", "1", "--sso-issuer", "http://b.example"), "is not an issuer"),
        (("connection", "adopt", "nothing"), "there is no connection 'nothing'"),
    ],
)
def test_what_cannot_be_done_is_said(acme, words, why):
    """One sentence, code 1, and nothing is done."""
    acme("person", "add", *BOB)
    before = acme("audit", "acme", "--json").json
    ended = acme(*words)

    assert (1, "", True) == (ended.code, ended.out, why in ended.err)
    assert before == acme("audit", "acme", "--json").json


def test_hands_are_off_while_a_connection_is_on(acme):
    """The refusal is one sentence with the way out, and the way out works."""
    connection = acme(*CONNECTION).json["connection"]
    acme("connection", "on", connection)

    refused = acme("person", "unseat", *ANN)
    assert (1, "") == (refused.code, refused.out)
    assert refused.err.endswith(f"turn it off: `hub connection off {connection}`\n")
    acme("connection", "off", connection)
    assert 0 == acme("person", "unseat", *ANN).code


def test_people_are_adopted(acme):
    """What would be is said first; what was left, and why, is said too."""
    acme("person", "add", "acme", "bob@acme.example")
    acme("person", "add", "acme", "cid@else.example")
    connection = acme(*CONNECTION).json["connection"]

    assert "1 person would become users of" in acme("connection", "adopt", connection, "--dry-run").out
    told = {"adopted": 1, "elsewhere": 1, "seatless": 1, "taken": []}
    assert {"dry_run": False, **told} == acme("connection", "adopt", connection, "--json").json
    again = acme("connection", "adopt", connection).out
    assert "0 people became users of" in again
    assert "Left by hand, 1 person: they have no seat" in again
    assert [["okta", True]] == [
        [each["idp"], each["active"]] for each in acme("person", "show", *ANN, "--json").json["users"]
    ]


def test_a_switch_says_what_it_does(acme):
    """Before the connection, in words; in JSON beside it. With --release, seats come free."""
    connection = acme(*CONNECTION).json["connection"]
    acme("connection", "adopt", connection)

    assert acme("connection", "on", connection).out.startswith("okta assigns the seats of this team")
    assert acme("connection", "pause", connection).out.startswith("Nobody can be added until it is on again")
    off = acme("connection", "off", connection, "--json").json
    assert ("off", 1, 0) == (off["state"], off["effect"]["people"], off["effect"]["without_access"])
    assert 1 == acme("seats", "acme", "--json").json["standard"]["held"]
    told = acme("connection", "off", connection, "--release").out
    assert told.startswith("1 person of this connection will be deactivated")
    assert "1 person, ann@acme.example." in told
    assert 0 == acme("seats", "acme", "--json").json["standard"]["held"]


def test_a_team_is_changed(acme):
    """Plan and SSO are set, and what that does to SCIM is said."""
    connection = acme(*CONNECTION).json["connection"]
    acme("connection", "on", connection)

    assert acme("team", "set", "acme", "--plan", "basic").out.startswith("SCIM is paused, since its plan is")
    changed = acme("team", "set", "acme", "--plan", "enterprise", "--no-sso", "--json").json
    assert ("enterprise", None) == (changed["plan"], changed["sso_issuer"])
    assert "it has no SSO issuer" in changed["effect"]
    again = acme("team", "set", "acme", "--sso-issuer", "https://b").out
    assert again.startswith("Connections that are on (1) work again")


def test_whoever_was_refused_is_erased(acme, tmp_path):
    """By the name in the list, though there is no person; a script is told so, and then there is nobody."""
    connection = acme(*CONNECTION).json["connection"]
    refuse(tmp_path / "data", connection, "c5@acme.example")
    again = ("person", "erase", "acme", "C5@acme.example", "--why", "GDPR")

    assert {"erased": None, "rows": 0} == acme(*again, "--json").json
    assert [] == acme("seat-kind", "refused", "acme", "--json").json
    assert (1, True) == ((ended := acme(*again)).code, "has nobody called 'C5@acme.example'" in ended.err)
    assert ("person.erase", "hx_1", "GDPR") == tuple(
        acme("audit", "acme", "--json").json[-1][name] for name in ("action", "target", "why")
    )


def test_a_person_is_erased(acme):
    """They are found no more by their address, and the book is whole."""
    person = acme("person", "show", *ANN, "--json").json["person"]
    told = acme("person", "erase", *ANN, "--why", "asked for it")

    assert person in told.out
    assert "nobody called" in acme("person", "show", *ANN).err
    assert 0 == acme("book", "verify", "acme").code
    assert "ann" not in acme("audit", "acme", "--json").out.lower()
