"""hub rule: listed, tried without being kept, kept, and asked about one person."""

from __future__ import annotations

import json

import pytest

from hub.scim.catalog import USER_TYPE
from tests.cli.conftest import ACME
from tests.inprocess import bench

CONTRACTORS = {"rules": [{"when": 'userType eq "Contractor"', "seat": "viewer"}], "default": "standard"}


@pytest.fixture
def team(hub):
    """Make the team acme, with five standard seats and two for viewers."""
    hub(*ACME)
    hub("seat-kind", "buy", "acme", "viewer", "2")


@pytest.fixture
def file(tmp_path):
    """Return a function that writes rules to a file and returns its path."""

    def write(said, name="rules.json"):
        path = tmp_path / name
        path.write_text(said if isinstance(said, str) else json.dumps(said))
        return str(path)

    return write


def test_a_team_begins_without_rules(hub, team):
    """Its default is told, and how long is waited for groups."""
    assert {"rules": [], "default": "standard", "settle_after": 5400} == hub(
        "rule", "list", "acme", "--json"
    ).json
    assert ["Rule", "When", "Seat", "default", "standard"] == hub("rule", "list", "acme").out.split()


def test_set_and_listed(hub, team, file):
    """What is listed can be set again; the audit has who did it, and why."""
    kept = hub("rule", "set", "acme", file(CONTRACTORS), "--why", "new contract", "--json").json

    assert ([0], 0, 0, 0) == (kept["decided"], kept["people"], kept["moving"], kept["moved"])
    listed = hub("rule", "list", "acme", "--json").json
    assert {**CONTRACTORS, "settle_after": 5400} == listed
    assert 'rules[0]  userType eq "Contractor"  viewer' in hub("rule", "list", "acme").out
    hub("rule", "set", "acme", file(listed))
    [note] = [each for each in hub("audit", "acme", "--json").json if each["action"] == "rule.set"]
    assert "new contract" == note["why"]
    assert "seating" not in hub("team", "show", "acme", "--json").json


def test_toml(hub, team, file):
    """A kind called none is no seat: TOML has no null."""
    text = "default = 'none'\nsettle_after = 60\n[[rules]]\nwhen = 'title pr'\nseat = 'none'\n"

    told = hub("rule", "set", "acme", file(text, "rules.toml")).out

    assert "rules[0]  title pr  none" in told
    assert "The rules are kept, and 0 people are being moved." in told
    assert {"rules": [{"when": "title pr", "seat": None}], "default": None, "settle_after": 60} == hub(
        "rule", "list", "acme", "--json"
    ).json


def test_a_dry_run_changes_nothing(hub, team, file):
    """It tells the same, and keeps nothing."""
    told = hub("rule", "set", "acme", file(CONTRACTORS), "--dry-run").out

    assert "0 of 0 people would move." in told
    assert "Nothing is changed." in told
    assert hub("rule", "set", "acme", file(CONTRACTORS), "--dry-run", "--json").json["moved"] is None
    assert [] == hub("rule", "list", "acme", "--json").json["rules"]


@pytest.mark.parametrize(
    ("said", "name", "why"),
    [
        ({"rules": [{"when": "title", "seat": "gold"}]}, "r.json", "rules[0].when: expected an operator"),
        (
            {"rules": [{"when": "title pr", "seat": "gold"}]},
            "r.json",
            "rules[0].seat: 'acme' never bought 'gold'",
        ),
        ("{", "r.json", "r.json: is not JSON at line 1"),
        ('{"default": 1, "default": 2}', "r.json", "'default' is given twice"),
        ("rules = [", "r.toml", "r.toml: is not TOML"),
        ("default = 1979-05-27", "r.toml", "default: must be a kind"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(hub, team, file, said, name, why):
    """On stderr, with code 1, and nothing is kept."""
    ended = hub("rule", "set", "acme", file(said, name))

    assert (1, "") == (ended.code, ended.out)
    assert why in ended.err
    assert [] == hub("rule", "list", "acme", "--json").json["rules"]


def test_a_file_that_is_not_there(hub, team, tmp_path):
    """It is named."""
    assert "none.json: cannot be read" in hub("rule", "set", "acme", str(tmp_path / "none.json")).err


@pytest.fixture
def people(team, tmp_path):
    """Push Ann, a contractor, and Bob through a connection, before there are rules."""
    data = tmp_path / "data"
    with bench(f"sqlite://{data / 'hub.sqlite'}", data) as opened:
        acme = opened.run(opened.house.teams.named("acme"))
        way = opened.way(acme, "generic")
        for name, type_ in (("ann", "Contractor"), ("bob", "Employee")):
            body = {"schemas": [USER_TYPE.schema.id], "userName": f"{name}@a.example", "userType": type_}
            assert 201 == opened.ask(way, "POST", "/Users", body).status_code


def test_who_moves_is_told_before_it_is_done(hub, people, file):
    """From what to what, and by name; the same again is for those whom nobody has moved yet."""
    tried = hub("rule", "set", "acme", file(CONTRACTORS), "--dry-run")

    assert "1 of 2 people would move." in tried.out
    assert "standard  viewer  1       ann@a.example" in tried.out
    done = hub("rule", "set", "acme", file(CONTRACTORS), "--json").json
    assert (1, 1, [1], 1) == (done["moved"], done["moving"], done["decided"], done["default"])
    assert [
        {
            "source": {"held": "standard", "waits": None},
            "target": {"held": "viewer", "waits": None},
            "people": 1,
            "names": ["ann@a.example"],
        }
    ] == done["shifts"]
    assert 1 == hub("rule", "set", "acme", file(CONTRACTORS), "--json").json["moved"]


def test_what_to_mind_is_told(hub, people, file):
    """Rules that decide for nobody, and kinds that are short of seats."""
    hub("seat-kind", "return", "acme", "viewer", "2")
    rules = [*CONTRACTORS["rules"], {"when": "title pr", "seat": "none"}]

    told = hub("rule", "set", "acme", file({"rules": rules}), "--dry-run").out

    assert "Nobody is decided for by rules[1]." in told
    assert "standard  standard, waits for viewer  1       ann@a.example" in told
    assert "1 viewer seat too few: whoever finds none keeps what they have, and waits." in told


def test_why_somebody_has_what_they_have(hub, people, file):
    """The rule is named with its number, and in its own words."""
    assert (
        "ann@a.example: standard, since that is the default."
        in hub("rule", "test", "acme", "ann@a.example").out
    )
    hub("rule", "set", "acme", file(CONTRACTORS))

    told = hub("rule", "test", "acme", "ANN@a.example")
    assert 'ANN@a.example: viewer, since rules[0] is met: userType eq "Contractor".' in told.out
    assert "viewer  yes" in told.out
    assert (
        "bob@a.example: standard, since no rule is met, and that is the default."
        in hub("rule", "test", "acme", "bob@a.example").out
    )
    assert {
        "choice": "viewer",
        "decided_by": "rules[0]",
        "groups_may_come": False,
        "matches": [True],
    } == hub("rule", "test", "acme", "ann@a.example", "--json").json


def test_somebody_who_is_not_there(hub, team):
    """The sentence says how to find who is."""
    assert "nobody called 'ann'" in hub("rule", "test", "acme", "ann").err
