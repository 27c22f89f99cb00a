"""Text without case."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.scim.folding import fold


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("BJensen", "bjensen"),
        ("ÉLODIE", "élodie"),
        ("STRASSE", "straße"),
        ("Ａｎｎ", "ann"),
        ("ℋ", "h"),
        ("e\u0301", "É"),
    ],
)
def test_the_same_name(one, other):
    """What people take for one name is one."""
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("ann", "anne"), ("e", "é"), ("а", "a")])
def test_other_names(one, other):
    """Accents and other alphabets make other names."""
    assert fold(one) != fold(other)


@given(st.text())
def test_folded_once_is_folded(text):
    """Folding again changes nothing."""
    assert fold(text) == fold(fold(text))


@given(st.text(st.characters(max_codepoint=127)))
def test_shortcut(text):
    """Plain letters take a shorter way to the same place."""
    assert text.casefold() == fold(text)
