"""The body of a search says what a query string would say (RFC 7644 §3.4.3)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.scim.errors import InvalidSyntax
from hub.scim.searching import MEMBERS, SEARCH_REQUEST, read_search

#: RFC 7644 §3.4.3, its example.
EXAMPLE = {
    "schemas": [SEARCH_REQUEST],
    "attributes": ["displayName", "userName"],
    "filter": 'displayName sw "smith"',
    "startIndex": 1,
    "count": 10,
}

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)
BODIES = st.dictionaries(st.sampled_from([*MEMBERS, "schemas", "COUNT", "x"]), VALUES) | VALUES


@pytest.mark.parametrize("strict", [True, False])
def test_the_rfcs_example(strict):
    """RFC 7644 §3.4.3, in both profiles."""
    assert {
        "attributes": "displayName,userName",
        "filter": 'displayName sw "smith"',
        "startIndex": "1",
        "count": "10",
    } == read_search(EXAMPLE, strict=strict)


def test_every_parameter_has_its_member():
    """What a query string can say, a body can say."""
    body = {
        "schemas": [SEARCH_REQUEST],
        "attributes": ["a"],
        "excludedAttributes": ["b", "c"],
        "filter": "d pr",
        "sortBy": "e",
        "sortOrder": "descending",
        "startIndex": -1,
        "count": 0,
        "cursor": "",
    }
    wanted = {name: value for name, value in body.items() if name != "schemas"}
    wanted |= {"attributes": "a", "excludedAttributes": "b,c", "startIndex": "-1", "count": "0"}

    assert wanted == read_search(body, strict=True)
    assert wanted.keys() == MEMBERS.keys()


@pytest.mark.parametrize("strict", [True, False])
def test_names_have_no_case_and_nothing_is_nothing(strict):
    """RFC 7643 §2.1 and §2.5: any case of a name; null and the empty list are the same as absent."""
    body = {"Schemas": [SEARCH_REQUEST], "COUNT": 5, "attributes": [], "filter": None, "SortBy": "userName"}

    assert {"count": "5", "sortBy": "userName"} == read_search(body, strict=strict)


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"attributes": "userName"}, "attributes"),
        ({"attributes": ["userName", None]}, r"attributes\[1\]"),
        ({"excludedAttributes": [["a"]]}, r"excludedAttributes\[0\]"),
        ({"excludedAttributes": {}}, "excludedAttributes"),
        ({"filter": 1}, "filter"),
        ({"filter": ["a pr"]}, "filter"),
        ({"sortBy": {}}, "sortBy"),
        ({"sortOrder": True}, "sortOrder"),
        ({"startIndex": "1"}, "startIndex"),
        ({"startIndex": 1.0}, "startIndex"),
        ({"count": True}, "count"),
        ({"cursor": 1}, "cursor"),
        ([], "JSON object"),
        (None, "JSON object"),
        ("x", "JSON object"),
    ],
)
@pytest.mark.parametrize("strict", [True, False])
def test_a_wrong_type_is_named(body, place, strict):
    """400 invalidSyntax, with the name of the member."""
    if strict and isinstance(body, dict):
        body = {"schemas": [SEARCH_REQUEST], **body}
    with pytest.raises(InvalidSyntax, match=place):
        read_search(body, strict=strict)


@pytest.mark.parametrize(
    "body",
    [
        {"count": 1},
        {"schemas": [], "count": 1},
        {"schemas": ["urn:x"], "count": 1},
        {"schemas": SEARCH_REQUEST},
        {"schemas": [SEARCH_REQUEST], "page": 1},
    ],
)
def test_strict_takes_the_message_and_no_other(body):
    """Without its schema, or with what it does not have, it is refused; tolerant lets both be."""
    with pytest.raises(InvalidSyntax):
        read_search(body, strict=True)
    assert body.keys() & MEMBERS.keys() == read_search(body, strict=False).keys()


@given(BODIES)
def test_whatever_comes(body):
    """Any JSON is read into known texts, or refused."""
    try:
        query = read_search(body, strict=False)
    except InvalidSyntax:
        return
    assert query.keys() <= MEMBERS.keys()
    assert all(isinstance(value, str) for value in query.values())
