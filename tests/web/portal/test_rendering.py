"""Moments, numbers and changes as people read them; templates that forget nothing."""

from __future__ import annotations

import pytest
from jinja2 import UndefinedError

from hub.web.portal.rendering import Dressing, count, day, environment, moment, told

NOW = "2026-06-01T07:05:09.000Z"


def test_a_moment_is_for_people_and_for_machines():
    """To the minute, in UTC, which is said; what never was says so."""
    assert f'<time datetime="{NOW}">1 Jun 2026, 07:05 UTC</time>' == moment(NOW)
    assert f'<time datetime="{NOW}">1 Jun 2026</time>' == day(NOW)
    assert "never" in moment(None)
    assert "&lt;b&gt;" in moment(None, "<b>")


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 seats"), (1, "1 seat"), (2, "2 seats"), (1234567, "1,234,567 seats")]
)
def test_numbers_have_their_nouns(number, said):
    """One is one, and long ones can be read."""
    assert said == count(number, "seat")
    assert ("1 person", "2 people") == (count(1, "person", "people"), count(2, "person", "people"))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "none"),
        ([], "none"),
        ("", "none"),
        (["a.example", "b.example"], "a.example, b.example"),
        ({"policy": "wait", "grace": None}, "policy: wait, grace: none"),
        (True, "yes"),
        (False, "no"),
        (0, "0"),
        (NOW, "1 Jun 2026, 07:05 UTC"),
        ("2026-06-01", "2026-06-01"),
    ],
)
def test_changes_are_told_in_words(value, said):
    """Nobody reads JSON."""
    assert said == told(value)


def test_a_template_that_names_what_is_not_there_fails():
    """Nothing is left out silently; and what is there is escaped."""
    templates = environment(Dressing.load())
    with pytest.raises(UndefinedError):
        templates.from_string("{{ nothing }}").render()

    assert "&lt;b&gt;" == templates.from_string("{{ text }}").render(text="<b>")


def test_every_template_can_be_read():
    """Each is whole: what it extends and imports is there."""
    templates = environment(Dressing.load())
    read = {name: templates.get_template(name) for name in templates.list_templates()}

    assert "base.html" in read
