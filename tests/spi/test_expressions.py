"""The words of filters and paths."""

from __future__ import annotations

import json
import time

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from hub.spi.expressions import (
    LENGTH_MAX,
    Comparison,
    both,
    into_brackets,
    is_path,
    last,
    on_comparisons,
    quoted,
    split,
)

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


@given(st.text() | st.text(alphabet='ab.[]() "\\eqpr', max_size=60))
def test_what_is_not_understood_stays_letter_for_letter(text: str):
    """Taking a filter apart and putting it together again loses nothing, whatever it is."""
    assert text == on_comparisons(lambda comparison: comparison)(text)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("userName eq ann", 'userName eq "ann"'),
        ("userName EQ ann@a.example and title pr", 'userName EQ "ann@a.example" and title pr'),
        ("not (a eq b) or emails[type eq work]", 'not (a eq "b") or emails[type eq "work"]'),
        ("a eq Müller", 'a eq "Müller"'),
        ("a eq back\\slash", 'a eq "back\\\\slash"'),
        ("a eq O'Hara or b eq 't", 'a eq "O\'Hara" or b eq "\'t"'),
        ("emails[type eq 'work'].value", 'emails[type eq "work"].value'),
        ("a eq 'b c' and (d eq 'e]\"')", 'a eq "b c" and (d eq "e]\\"")'),
        ("a eq 'O'Hara' or a eq ''", 'a eq "O\'Hara" or a eq ""'),
        ("a eq '", 'a eq "\'"'),
    ],
)
def test_bare_words_are_quoted(text: str, plain: str):
    """A word that is compared with gets quotes, at any depth; text in single ones gets those of JSON."""
    assert plain == on_comparisons(quoted)(text)


@pytest.mark.parametrize(
    "text",
    ['a eq "b c"', "a eq true", "a eq null", "a eq -1.5e3", "a pr", "a eq", 'a eq "b eq c"', "a eq (b)", ""],
)
def test_what_is_no_bare_word_stays(text: str):
    """Quoted text, literals of JSON and filters cut short are left as they are."""
    assert text == on_comparisons(quoted)(text)


@pytest.mark.parametrize("text", ["a eq b eq c", "a eq b eq", "a eq b"])
def test_no_word_is_of_two_comparisons(text: str):
    """What was compared with is no name, in a text that is no filter either."""
    assert [Comparison(name="a", literal="b")] == heard_in(text)


def heard_in(text: str) -> list[Comparison]:
    """Return the comparisons of *text*."""
    heard: list[Comparison] = []

    def noted(comparison: Comparison) -> Comparison:
        heard.append(comparison)
        return comparison

    on_comparisons(noted)(text)
    return heard


@given(
    st.text(alphabet="ab.:é-", min_size=1),
    st.sampled_from(["eq", "EQ", "sw", "is", "pr"]),
    st.text(),
)
def test_one_comparison_is_found_as_among_others(name: str, operator: str, value: str):
    """What is asked most has a way of its own, and is taken for nothing else on it."""
    text = f"{name} {operator} {json.dumps(value)}"
    alone, among = heard_in(text), heard_in(f"{text} and x pr")

    assert alone == among[: len(alone)]
    assert len(among) in {len(alone), len(alone) + 1}


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ('emails[type eq "work"].value eq "a"', 'emails[type eq "work" and value eq "a"]'),
        ('emails[type eq "work"].value pr', 'emails[type eq "work" and value pr]'),
        ('e[a eq "1" or b pr].c co "x" and d pr', 'e[(a eq "1" or b pr) and c co "x"] and d pr'),
        ('e[a pr].b eq "1" or f[c pr].d eq "2"', 'e[a pr and b eq "1"] or f[c pr and d eq "2"]'),
        ('e[a eq "]. eq"].b eq "[x]"', 'e[a eq "]. eq" and b eq "[x]"]'),
    ],
)
def test_sub_attributes_move_into_the_brackets(text: str, plain: str):
    """What is compared behind a bracket is one more condition inside of it."""
    assert plain == into_brackets(text)
    assert plain == into_brackets(plain)


@pytest.mark.parametrize(
    "text", ['e[a pr].b foo "1"', "e[a pr].b", "e[a pr].b eq", '].b eq "1"', "e[a pr] .b", ""]
)
def test_what_compares_nothing_behind_a_bracket_stays(text: str):
    """A filter that is cut short or no filter is left as it is."""
    assert text == into_brackets(text)


def test_alternatives_are_kept_together():
    """`and` binds tighter than `or` (RFC 7644 §3.4.2.2): only an `or` outside of text needs brackets."""
    assert "(a pr or b pr) and c pr" == both("a pr or b pr", "c pr")
    assert 'a eq " or " and c pr' == both('a eq " or "', "c pr")


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("title", ("title", None, None)),
        ("name.givenName", ("name", None, "givenName")),
        ('emails[type eq "work"].value', ("emails", 'type eq "work"', "value")),
        (f"{ENTERPRISE}:manager.value", (f"{ENTERPRISE}:manager", None, "value")),
        (f'{ENTERPRISE}:manager[value eq "]"]', (f"{ENTERPRISE}:manager", 'value eq "]"', None)),
    ],
)
def test_a_path_falls_into_three_parts(path: str, parts: tuple[str, str | None, str | None]):
    """An attribute with its URN, a filter, a sub-attribute."""
    assert parts == split(path)


@pytest.mark.parametrize("path", ["", "a b", "a.b.c", "1a", "a[b", "[a]", "a.", "é"])
def test_what_is_no_path_has_no_parts(path: str):
    """What the grammar does not know is not guessed at."""
    assert split(path) is None


@pytest.mark.parametrize(
    "key", ["name.givenName", 'emails[type eq "work"].value', f"{ENTERPRISE}:employeeNumber", "a[b pr]"]
)
def test_some_keys_are_paths(key: str):
    """A key that leads into an attribute is a path."""
    assert is_path(key)


@pytest.mark.parametrize("key", ["title", ENTERPRISE, ENTERPRISE.lower(), "a.b.c", "urn:acme:x.y", ""])
def test_most_keys_are_names(key: str):
    """The name of an attribute or of an extension is none, dots in a URN or not."""
    assert not is_path(key)


def test_a_key_past_the_limit_is_no_path():
    """What would be refused as a path is ignored as a name."""
    assert not is_path("a" * LENGTH_MAX + ".b")


def test_the_last_name_of_a_path():
    """Only what a path ends in says what is set there."""
    assert "primary" == last(f'{ENTERPRISE}:emails[type eq "a.b"].Primary')
    assert "active" == last("urn:ietf:params:scim:schemas:core:2.0:User:active")
    assert "" == last('emails[type eq "work"]')


LONG = {
    "brackets": "a[" * 9999,
    "quotes": 'a["' * 9999,
    "one word": "a" * 99999,
    "operators": "a eq " * 9999,
    "sub-attributes": "].b" * 9999,
    "urns": "urn:" * 9999,
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_time_grows_with_length_and_no_faster(text: str):
    """No text, however long and however nested, keeps the hub busy."""
    started = time.perf_counter()

    into_brackets(text[:LENGTH_MAX])
    on_comparisons(lambda comparison: evolve(comparison, name="x"))(text[:LENGTH_MAX])
    split(text)
    is_path(text)

    assert time.perf_counter() - started < 0.5


def test_text_past_the_limit_is_left_alone():
    """What reads it refuses it, with a sentence."""
    text = "a eq b or " * LENGTH_MAX

    assert text == on_comparisons(quoted)(text)
