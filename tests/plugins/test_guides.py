"""Every guide of the house can be followed, and what each dialect asks to test is known when it comes."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

import plugins
from hub.spi import Dialect, Guide, facts
from hub.spi.guides import PLACE
from plugins.entra import ENTRA
from plugins.generic import GENERIC
from plugins.okta import OKTA

DIALECTS = (OKTA, ENTRA, GENERIC)
GUIDES = [guide for dialect in DIALECTS for guide in dialect.guides]

each_guide = pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
each_probe = pytest.mark.parametrize(
    "dialect", [each for each in DIALECTS if each.test], ids=lambda dialect: dialect.name
)


def places(guide: Guide) -> set[str]:
    """Return the values that a guide has places for."""
    return {place for span in guide.spans for place in PLACE.findall(span.text)}


@each_guide
def test_a_guide_has_places_for_the_endpoint_and_the_token(guide: Guide):
    """Both are to be copied into the provider; nothing else is to be filled in."""
    assert {"base_url", "token"} == places(guide)


@each_guide
def test_a_guide_says_of_what_the_hub_sees_that_it_is_done(guide: Guide):
    """Whoever follows a guide sees the connection made, somebody arrive, and a removal."""
    assert {facts.REQUEST, facts.CREATED} <= guide.facts
    assert facts.REMOVED in guide.facts


@each_guide
def test_a_guide_was_checked_on_a_day_that_was(guide: Guide):
    """The day is one of the calendar, and not to come."""
    assert date.fromisoformat(guide.checked) <= date(2030, 1, 1)


@each_guide
def test_a_guide_says_first_how_many_apps_it_takes(guide: Guide):
    """Whether the app that people sign in with can push them is what an administrator has to know first."""
    first = " ".join(span.text for block in guide.says for line in block.lines for span in line)

    assert re.search(r"sign in|signs in|sign-in", first)
    assert re.search(r"\b(app|apps|application|client|push)\b", first)


def test_each_guide_is_found_by_its_name():
    """A connection remembers its guide by name, and a page lists them by title: neither stands twice."""
    assert len(GUIDES) == len({guide.name for guide in GUIDES})
    assert len(GUIDES) == len({guide.title for guide in GUIDES})


def test_each_file_of_a_guide_is_shown():
    """No guide lies in a folder without being handed in."""
    files = [each for each in Path(plugins.__file__).parent.glob("*/*.md") if each.name != "README.md"]

    assert len(GUIDES) == len(files)


@each_probe
def test_what_tests_a_connection_is_known_when_it_comes(dialect: Dialect):
    """The example is recognised; what only resembles it is not."""
    assert dialect.test
    assert dialect.test.fits(dialect.test.example)
    assert [] == [each for each in dialect.test.spares if dialect.test.fits(each)]
    assert dialect.test.source.startswith("https://")
