"""JSON read without mercy."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.scim.errors import InvalidSyntax
from hub.scim.strictjson import dumps, loads

REFUSED = {
    "empty": (b"", "empty"),
    "blank": (b" \n", "empty"),
    "cut short": (b'{"a": ', "line 1 column"),
    "two values": (b"{} {}", "not JSON"),
    "a comment": (b'{"a": 1 /* one */}', "not JSON"),
    "a trailing comma": (b'{"a": 1,}', "not JSON"),
    "single quotes": (b"{'a': 1}", "not JSON"),
    "a duplicate": (b'{"active": true, "active": false}', "'active' is given twice"),
    "a duplicate in other case": (b'{"active": true, "Active": false}', "'Active' is given twice"),
    "a duplicate deep inside": (b'{"name": {"x": [{"a": 1, "A": 2}]}}', "'A' is given twice"),
    "NaN": (b'{"a": NaN}', "NaN"),
    "infinity": (b'{"a": -Infinity}', "Infinity"),
    "a double out of range": (b'{"a": 1e999}', "out of range"),
    "an integer past 64 bits": (b'{"a": 9223372036854775808}', "64 bits"),
    "an integer below 64 bits": (b'{"a": -9223372036854775809}', "64 bits"),
    "an integer without end": (b'{"a": ' + b"9" * 5000 + b"}", "64 bits"),
    "an escaped NUL": (b'{"userName": "a\\u0000b"}', "userName holds a control"),
    "a raw NUL": (b'{"userName": "a\x00b"}', "not JSON"),
    "a raw line feed in a text": (b'{"userName": "a\nb"}', "not JSON"),
    "a control character": (b'{"a": ["x", "\\u001b"]}', "a[1] holds a control"),
    "a backspace": (b'{"a": "\\b"}', "a holds a control"),
    "a control character in a name": (b'{"a\\u0001": 1}', "holds a control"),
    "half of a surrogate pair": (b'{"a": {"b": "\\ud800"}}', "a.b holds half"),
    "the other half": (b'{"a": "\\udc00x"}', "a holds half"),
    "a surrogate in UTF-8": (b'{"a": "\xed\xa0\x80"}', "UTF-8 at byte"),
    "Latin-1": ('{"a": "é"}'.encode("latin-1"), "UTF-8 at byte 7"),
    "UTF-16": ('{"a": 1}'.encode("utf-16"), "UTF-8"),
    "a byte order mark": (b'\xef\xbb\xbf{"a": 1}', "byte order mark"),
    "too deep": (b"[" * 33 + b"]" * 33, "too deep at"),
    "bottomless": (b"[" * 1_000_000, "deeper"),
}


@pytest.mark.parametrize(("body", "place"), REFUSED.values(), ids=REFUSED)
def test_refused_with_its_place(body, place):
    """What is not plain JSON is refused, and the sentence says where."""
    with pytest.raises(InvalidSyntax) as refusal:
        loads(body)

    assert place in refusal.value.detail


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": "tab\\t feed\\n return\\r"}',
        b'{"a": "\\ud83d\\ude00"}',
        b'{"a": 9223372036854775807, "b": -9223372036854775808, "c": 1e300, "d": -0.5}',
        b"[" * 32 + b"]" * 32,
        b'{"a": {"name": 1}, "b": {"name": 2}}',
        b'"' + b"[" * 50 + b'"',
    ],
)
def test_taken(body):
    """What is plain JSON is read as anybody reads it."""
    assert json.loads(body) == loads(body)


def test_depth_is_the_callers_to_say():
    """The limit of depth counts levels."""
    assert [[]] == loads(b"[[]]", depth_max=2)

    with pytest.raises(InvalidSyntax):
        loads(b"[[]]", depth_max=1)


values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**63), 2**63 - 1),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(st.characters(codec="utf-8", exclude_categories=["Cc"])),
    ),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.sampled_from("abcdef"), inner)),
    max_leaves=10,
)


@given(values)
def test_written_and_read_again(value):
    """What is written can be read, and is the same."""
    assert value == loads(dumps(value))


@given(st.binary(max_size=40))
def test_any_bytes(body):
    """Whatever the bytes, they are read or refused."""
    try:
        value = loads(body)
    except InvalidSyntax:
        return

    assert json.loads(body) == value


def test_written_without_waste():
    """Bytes are compact, and letters are themselves."""
    assert '{"a":["é",1]}'.encode() == dumps({"a": ["é", 1]})
