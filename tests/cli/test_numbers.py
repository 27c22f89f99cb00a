"""A whole number is digits, and nothing that could be taken for another number."""

from __future__ import annotations

import pytest
from cyclopts import App

from hub.cli import app
from hub.cli.numbers import Whole
from tests.cli.conftest import ACME

BUY = ("seat-kind", "buy", "acme", "viewer")


@pytest.mark.parametrize(
    "text",
    ["", "1.5", "2.0", "0x10", "0o7", "0b1", "1_0", "1e2", "+3", "-0x1", " 3", "3\n", "٣", "None", "9" * 101],
)
def test_what_is_no_whole_number_is_refused(hub, text):
    """With the place and what is expected there, as for other usage; nothing is written to the book."""
    hub(*ACME)

    ended = hub(*BUY, text)

    assert (2, "") == (ended.code, ended.out)
    assert " for NUMBER. Expected a whole number of at most 100 digits." in _told(ended)
    assert {"standard"} == hub("seats", "acme", "--json").json.keys()


@pytest.mark.parametrize(("expected", "text"), [(3, "3"), (7, "007")])
def test_digits_are_a_whole_number(hub, expected, text):
    """In decimal, also behind zeros."""
    hub(*ACME)

    assert expected == hub(*BUY, text, "--json").json["viewer"]["bought"]


def test_what_is_below_zero_is_told_its_range(hub):
    """By the command that it is said to, which knows how few there may be."""
    hub(*ACME)

    assert "must be 1 or more, not -1" in hub(*BUY, "-1").err


@pytest.mark.parametrize(
    ("words", "place"),
    [
        (("team", "create", "b", "--seats"), "--seats"),
        (("seat-kind", "return", "acme", "standard"), "NUMBER"),
        (("seat-kind", "set", "acme", "standard", "--policy", "overdraft", "--overdraft"), "--overdraft"),
        (("serve", "--bind", "nowhere", "--workers"), "--workers"),
    ],
)
def test_the_place_is_told(hub, words, place):
    """Which of the words it is about: the name of a flag, or that of an argument."""
    ended = hub(*words, "1.5")

    assert 2 == ended.code
    assert f'Invalid value "1.5" for {place}.' in _told(ended)


def test_every_whole_number_is_one_of_ours():
    """No command leaves it to `int` to say what a number is."""
    numbers = [(each.hint, each.parameter.converter) for each in _arguments(app) if _counts(each.hint)]

    assert 6 == len(numbers)
    assert {Whole.__metadata__[0].converter} == {converter for _, converter in numbers}


def _arguments(app: App):
    if app.default_command is not None:
        yield from app.assemble_argument_collection()
    for name in app:
        if not name.startswith("-"):
            yield from _arguments(app[name])


def _counts(hint) -> bool:
    return int in {hint, *getattr(hint, "__args__", ())}


def _told(ended) -> str:
    """Return what it complained of, out of its frame."""
    return " ".join(ended.err.replace("│", " ").split())
