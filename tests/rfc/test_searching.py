"""RFC 7644 §3.4.3: a search by POST, its parameters in the body."""

from __future__ import annotations

import pytest

from tests.rfc.provider import LIST, SEARCH


@pytest.fixture
async def smiths(provider):
    """Two users and a group of that name, and somebody else."""
    for name in ("jsmith", "asmith"):
        await provider.user(name, displayName=f"Smith, {name[0].upper()}.", title="Guide")
    await provider.user("bjensen", displayName="Babs Jensen")
    await provider.group("Smith family")
    return provider


async def test_section_3_4_3_the_example(smiths):
    """§3.4.3: at the root users and groups are found, with the attributes asked for."""
    asked = {
        "schemas": [SEARCH],
        "attributes": ["displayName", "userName"],
        "filter": 'displayName sw "smith"',
        "startIndex": 1,
        "count": 10,
    }
    answer = await smiths.ask("POST", "/.search", asked)
    told = answer.json()

    assert (200, [LIST], 3, 3, 1) == (
        answer.status_code,
        told["schemas"],
        told["totalResults"],
        told["itemsPerPage"],
        told["startIndex"],
    )
    assert {"Smith, J.", "Smith, A.", "Smith family"} == {each["displayName"] for each in told["Resources"]}
    assert {"schemas", "id", "displayName", "userName"} == {
        name for each in told["Resources"] for name in each
    }


async def test_section_3_4_3_of_one_kind(smiths):
    """§3.4.3: below an endpoint only its kind is searched."""
    asked = {"schemas": [SEARCH], "filter": 'displayName sw "smith"'}
    users = (await smiths.ask("POST", "/Users/.search", asked)).json()
    groups = (await smiths.ask("POST", "/Groups/.search", asked)).json()

    assert (2, 1) == (users["totalResults"], groups["totalResults"])


async def test_section_3_4_3_it_is_what_get_is(smiths):
    """§3.4.3: the same parameters find the same, in the same order."""
    asked = {
        "filter": "title pr",
        "sortBy": "userName",
        "sortOrder": "descending",
        "count": 1,
        "startIndex": 2,
    }
    by_post = await smiths.ask("POST", "/Users/.search", {"schemas": [SEARCH], **asked})

    assert await smiths.get("/Users", **asked) == by_post.json()
    assert ["asmith"] == [each["userName"] for each in by_post.json()["Resources"]]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ({"filter": "title is"}, "invalidFilter"),
        ({"filter": ["title pr"]}, "invalidSyntax"),
        ({"attributes": "title"}, "invalidSyntax"),
        ({"count": "ten"}, "invalidSyntax"),
        ({"where": "title pr"}, "invalidSyntax"),
        ({"schemas": [LIST]}, "invalidSyntax"),
    ],
)
async def test_section_3_4_3_what_is_no_search(smiths, said, kind):
    """400 for what is no SearchRequest."""
    assert (400, kind) == await smiths.refusal("POST", "/Users/.search", {"schemas": [SEARCH], **said})
