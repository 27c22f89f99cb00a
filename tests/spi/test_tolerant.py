"""The quirks that are put right for everybody."""

from __future__ import annotations

import re
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.engine.answering.translate import hear
from hub.spi import Dialect, Inbound, Quirk, Verb
from hub.spi.messages import patch, search
from hub.spi.rewrites import ENTERPRISE
from hub.spi.tolerant import TOLERANT
from tests.scale import scale
from tests.spi.laws import kept, near, odd, plain

each_quirk = pytest.mark.parametrize("quirk", TOLERANT, ids=lambda quirk: quirk.name)

ANYBODY = Dialect(name="anybody", title="Anybody")


@each_quirk
def test_example_holds_and_shows_something(quirk: Quirk[Inbound]):
    """The rewrite makes of the example what the example says, and the two differ."""
    assert quirk.example.after == kept(quirk.example.before, quirk)
    assert quirk.example.after != quirk.example.before


@each_quirk
def test_what_is_right_or_only_resembles_it_passes_untouched(quirk: Quirk[Inbound]):
    """What has been put right, and whatever the quirk spares, comes back as the very same message."""
    for message in (quirk.example.after, *quirk.spares):
        assert message is quirk.rewrite(message)


@each_quirk
def test_quirk_is_one_sentence_with_a_link(quirk: Quirk[Inbound]):
    """A quirk is a fact that can be read and looked up."""
    assert re.fullmatch(r"[A-Z][^.]+\.", quirk.says)
    assert quirk.source.startswith("https://")
    assert re.fullmatch(r"[a-z]+(-[a-z]+)+", quirk.name)


@pytest.mark.parametrize("quirk", TOLERANT, ids=lambda quirk: quirk.name)
@given(data=st.data())
@settings(max_examples=scale(25, trust=2_000))
def test_no_request_makes_a_rewrite_raise_and_hearing_twice_is_hearing_once(
    quirk: Quirk[Inbound], data: st.DataObject
):
    """However odd the request: no exception, no change of what was given, and nothing left to do."""
    once = kept(data.draw(odd | near(quirk)), quirk)

    assert once is quirk.rewrite(once)


@given(request=odd)
def test_hearing_all_twice_is_hearing_all_once(request: Inbound):
    """What one quirk puts right is no quirk to another."""
    once, _ = hear(ANYBODY, request, strict=False)

    assert (once, ()) == hear(ANYBODY, once, strict=False)


@given(request=plain)
def test_plain_scim_shows_no_quirk(request: Inbound):
    """What keeps to the RFCs comes through as the very same message, and nothing is said about it."""
    heard, shown = hear(ANYBODY, request, strict=False)

    assert () == shown
    assert heard is request


def test_each_quirk_has_a_name_of_its_own():
    """A name in an exchange leads to one quirk."""
    assert len(TOLERANT) == len({quirk.name for quirk in TOLERANT})


@pytest.mark.parametrize("quirk", TOLERANT, ids=lambda quirk: quirk.name)
def test_example_shows_its_own_quirk_and_no_other(quirk: Quirk[Inbound]):
    """Heard with all others, an example is put right by its own quirk alone."""
    assert (quirk.example.after, (quirk.name,)) == hear(ANYBODY, quirk.example.before, strict=False)


@pytest.mark.parametrize(
    "quirk",
    [quirk for quirk in TOLERANT if quirk.example.before.verb is Verb.PATCH],
    ids=lambda quirk: quirk.name,
)
def test_the_names_of_a_message_have_no_case_and_a_path_that_is_null_is_none(quirk: Quirk[Inbound]):
    """RFC 7643 §2.1, §2.5: what is read as the example is heard as it."""
    before, after = operations(quirk.example.before), operations(quirk.example.after)
    odd: Any = [{name.upper(): value for name, value in {"path": None, **each}.items()} for each in before]

    heard, shown = hear(ANYBODY, evolve(quirk.example.before, body={"operations": odd}), strict=False)

    assert {"Operations": after} == heard.body
    assert (quirk.name,) == shown


@pytest.mark.parametrize(
    "operation", [{"OP": "remove", "Path": "title"}, {"op": "add", "path": None, "value": {}}]
)
def test_a_spelling_by_itself_is_no_departure(operation):
    """No quirk shows where there is nothing to be put right but that."""
    _, shown = hear(ANYBODY, patch(operation), strict=False)

    assert () == shown


def operations(message: Inbound) -> Any:
    """Return the operations of *message*."""
    assert isinstance(message.body, dict)
    return message.body["Operations"]


def test_one_request_may_show_several_quirks():
    """Quirks build on each other: an operation is lower-cased, a key becomes a path, a text a reference."""
    heard, shown = hear(
        ANYBODY,
        patch({"op": "Replace", "value": {f"{ENTERPRISE}:manager": "271", "active": "False"}}),
        strict=False,
    )

    assert ("operation-case", "path-as-key", "text-for-boolean", "text-for-reference") == shown
    assert (
        patch(
            {"op": "replace", "value": {"active": False}},
            {"op": "replace", "path": f"{ENTERPRISE}:manager", "value": {"value": "271"}},
        )
        == heard
    )


def test_a_filter_may_show_several_quirks():
    """A manager without its URN, compared as plain text and without quotes, becomes a whole path."""
    heard, shown = hear(ANYBODY, search("manager eq u2 and active eq TRUE"), strict=False)

    assert search(f'{ENTERPRISE}:manager.value eq "u2" and active eq true') == heard
    assert ("attribute-without-urn", "text-for-boolean", "text-for-reference", "bare-word") == shown
