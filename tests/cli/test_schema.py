"""hub schema: added from a file, listed, removed."""

from __future__ import annotations

import json

import pytest

URN = "urn:example:acme:2.0:User"
SCHEMA = {"id": URN, "name": "Acme", "attributes": [{"name": "badge"}, {"name": "level"}]}


@pytest.fixture
def file(tmp_path):
    """Return a function that writes a schema to a file and returns its path."""

    def write(body):
        path = tmp_path / "acme.json"
        path.write_text(body if isinstance(body, str) else json.dumps(body))
        return str(path)

    return write


@pytest.fixture
def team(hub):
    """Make the team acme."""
    hub("team", "create", "acme", "--seats", "1")


def test_added_listed_and_removed(hub, team, file):
    """What was added is told in the RFC's form and can be added again as it was told."""
    made = hub("schema", "add", "acme", file(SCHEMA), "--json").json

    assert ("User", URN, ["badge", "level"]) == (
        made["kind"],
        made["schema"]["id"],
        [each["name"] for each in made["schema"]["attributes"]],
    )
    assert [made] == hub("schema", "list", "acme", "--json").json
    assert made == hub("schema", "add", "acme", file(made["schema"]), "--json").json
    assert hub("schema", "list", "acme").out.split() == [
        *("Schema", "Name", "Kind", "Attributes"),
        *(URN, "Acme", "User", "badge,", "level"),
    ]
    assert {"removed": URN} == hub("schema", "remove", "acme", URN, "--json").json
    assert [] == hub("schema", "list", "acme", "--json").json


def test_of_groups(hub, team, file):
    """A schema extends Users unless it is said to extend Groups."""
    assert "acme has" in hub("schema", "add", "acme", file(SCHEMA), "--kind", "Group").out
    assert ["Group"] == [each["kind"] for each in hub("schema", "list", "acme", "--json").json]
    assert 0 != hub("schema", "add", "acme", file(SCHEMA), "--kind", "Device").code


def test_what_is_wrong_is_told(hub, team, file):
    """Every fault stands on a line of its own, with its place."""
    wrong = {"id": "acme", "attributes": [{"name": "a", "type": "text"}, {"name": "a"}]}

    ended = hub("schema", "add", "acme", file(wrong))

    assert (1, "") == (ended.code, ended.out)
    assert ["id", "attributes[0].type", "attributes[1].name"] == [
        line.partition(": ")[0] for line in ended.err.splitlines()
    ]
    assert "acme.json: cannot be read" in hub("schema", "add", "acme", file("{}") + "/acme.json").err
    assert "is not JSON at line 1" in hub("schema", "add", "acme", file("{")).err
    assert "there is no team 'other'" in hub("schema", "add", "other", file(SCHEMA)).err
    assert "has no schema" in hub("schema", "remove", "acme", URN).err
