"""Every quirk of every dialect of the house, held to its word."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.engine.answering.translate import hear
from hub.spi import Dialect, Inbound, Quirk
from hub.spi.tolerant import TOLERANT
from plugins.entra import ENTRA
from plugins.generic import GENERIC
from plugins.okta import OKTA
from tests.scale import scale
from tests.spi.laws import kept, near, odd, plain

DIALECTS = (OKTA, ENTRA, GENERIC)

each_dialect = pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
each_quirk = pytest.mark.parametrize(
    ("dialect", "quirk"),
    [
        pytest.param(dialect, quirk, id=f"{dialect.name}-{quirk.name}")
        for dialect in DIALECTS
        for quirk in dialect.hears
    ],
)


@each_quirk
def test_example_holds_and_shows_under_its_own_name(dialect: Dialect, quirk: Quirk[Inbound]):
    """Heard in its dialect, the example comes out as it says, by this quirk and no other."""
    assert quirk.example.after == kept(quirk.example.before, quirk)
    assert (quirk.example.after, (quirk.name,)) == hear(dialect, quirk.example.before, strict=False)


@each_quirk
def test_what_is_right_or_only_resembles_it_passes_untouched(dialect: Dialect, quirk: Quirk[Inbound]):
    """What has been put right, and whatever the quirk spares, comes back as the very same message."""
    for message in (quirk.example.after, *quirk.spares):
        assert message is quirk.rewrite(message)


@each_quirk
def test_quirk_is_one_sentence_with_a_link(dialect: Dialect, quirk: Quirk[Inbound]):
    """A quirk is a fact that can be read and looked up; its remedy is a sentence too."""
    assert re.fullmatch(r"[A-Z][^.]+\.", quirk.says)
    assert quirk.source.startswith("https://")
    assert re.fullmatch(r"[a-z]+(-[a-z]+)+", quirk.name)
    assert quirk.remedy == "" or quirk.remedy.endswith(".")


@each_dialect
def test_how_to_have_somebody_pushed_again_is_a_sentence(dialect: Dialect):
    """An administrator reads it beside the name of whoever was refused."""
    assert re.fullmatch(r"[A-Z][^.]+\.", dialect.retry)


@each_quirk
@given(data=st.data())
@settings(max_examples=scale(25, trust=2_000))
def test_no_request_makes_a_rewrite_raise_and_hearing_twice_is_hearing_once(
    dialect: Dialect, quirk: Quirk[Inbound], data: st.DataObject
):
    """However odd the request: no exception, no change of what was given, and nothing left to do."""
    once = kept(data.draw(odd | near(quirk)), quirk)

    assert once is quirk.rewrite(once)


@each_dialect
@given(data=st.data())
def test_plain_scim_shows_no_quirk(dialect: Dialect, data: st.DataObject):
    """Nobody who keeps to the RFCs is corrected, least of all by the rules for somebody who does not."""
    request = data.draw(plain)

    assert (request, ()) == hear(dialect, request, strict=False)


@each_dialect
@given(data=st.data())
def test_a_dialect_heard_twice_is_heard_once(dialect: Dialect, data: st.DataObject):
    """What one quirk puts right is no quirk to another."""
    once, shown = hear(dialect, data.draw(odd), strict=False)

    assert (once, ()) == hear(dialect, once, strict=False)
    assert not [name for name in shown if name.endswith("!")]


@each_dialect
def test_each_name_leads_to_one_quirk(dialect: Dialect):
    """A dialect's quirks and those of everybody are told apart by name."""
    names = [quirk.name for quirk in (*dialect.hears, *TOLERANT)]

    assert len(names) == len(set(names))


@pytest.mark.parametrize("quirk", TOLERANT, ids=lambda quirk: quirk.name)
@each_dialect
def test_what_is_put_right_for_everybody_is_put_right_for_each(dialect: Dialect, quirk: Quirk[Inbound]):
    """A dialect may give a departure its provider's name; what becomes of it is the same."""
    heard, shown = hear(dialect, quirk.example.before, strict=False)

    assert quirk.example.after == heard
    assert 1 == len(shown)
