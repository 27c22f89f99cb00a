"""The audit as the command shows it, and that each command that changes something is in it."""

import getpass
import inspect
import json
import os
import pwd

import pytest

from hub.cli import app, options
from hub.cli.options import Changing

#: Commands that change nothing of a team, but for what they are told apart by.
READING = {"show", "list", "test", "waiting", "refused", "as-of", "statement", "seal", "heads", "verify"}

READY = ("--plan", "enterprise", "--sso-issuer", "https://sso.acme.example")


def commands(of=app, path=()):
    """Yield each command of the program: its words, and what is called."""
    for name in of:
        if not name.startswith("-"):
            if of[name].default_command:
                yield (*path, name), of[name].default_command
            yield from commands(of[name], (*path, name))


@pytest.mark.parametrize(
    ("words", "command"),
    [pytest.param(*each, id=" ".join(each[0])) for each in commands() if len(each[0]) > 1],
)
def test_each_command_that_changes_something_takes_why(words, command):
    """And no other does."""
    taken = inspect.signature(command).parameters["options"].annotation

    assert (taken is Changing) is (words[-1] not in READING)


def test_who_and_why_come_with_the_command(hub):
    """The login name of whoever gives it, and what they say of it."""
    hub("team", "create", "acme", "--seats", "1", "--why", "a new customer")

    [note] = hub("audit", "acme", "--json").json
    assert (f"cli:{getpass.getuser()}", "team.create", "acme", None, "a new customer") == (
        note["who"],
        note["action"],
        note["target"],
        note["person"],
        note["why"],
    )
    assert {"plan": {"before": None, "after": "basic"}, "seats": {"before": None, "after": 1}} == note[
        "changes"
    ]


def test_an_account_without_a_name_is_called_by_its_number(monkeypatch):
    """As in a container that runs as any user."""

    def unknown(_):
        raise KeyError

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    assert f"cli:{os.getuid()}" == options.UNSAID.by.name


def test_what_changed_is_told_in_words(hub):
    """Before and after in the table; what came new, by itself."""
    hub("team", "create", "acme", "--seats", "1", *READY)
    hub("team", "set", "acme", "--plan", "basic", "--no-sso", "--why", "the contract has ended")

    lines = hub("audit", "acme").out.splitlines()
    assert ["At", "Who", "Action", "Target", "Changes", "Why"] == lines[0].split()
    assert "plan: enterprise, sso_issuer: https://sso.acme.example, seats: 1" in lines[1]
    assert "plan: enterprise → basic, sso_issuer: https://sso.acme.example → none" in lines[2]
    assert lines[2].rstrip().endswith("the contract has ended")


def test_the_audit_is_asked_from_a_moment_on_and_of_a_person(hub):
    """A time ago, a day, a moment; whoever is meant is called by their address."""
    hub("team", "create", "acme", "--seats", "1")
    hub("person", "add", "acme", "ann@a.example")

    def actions(*words):
        return [note["action"] for note in hub("audit", "acme", "--json", *words).json]

    assert ["person.add"] == actions("--person", "Ann@a.example")
    for since in ("10m", "24h", "7d", "2020-01-01", "2020-01-01T00:00:00Z"):
        assert ["team.create", "person.add"] == actions("--since", since), since
    assert [] == actions("--since", "2999-01-01")
    assert "At" in hub("audit", "acme", "--since", "2999-01-01").out


def test_a_long_audit_comes_in_pages(hub, monkeypatch):
    """Each note once, under one heading; in JSON, one array, a note a line."""
    monkeypatch.setattr(options, "PAGE", 2)
    hub("team", "create", "acme", "--seats", "1")
    for number in range(4):
        hub("person", "add", "acme", f"p{number}@a.example")

    table = hub("audit", "acme").out
    assert (1, 6) == (table.count("Changes"), len(table.splitlines()))
    text = hub("audit", "acme", "--json").out
    assert (5, 7) == (len(json.loads(text)), len(text.splitlines()))
