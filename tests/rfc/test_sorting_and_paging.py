"""RFC 7644 §3.4.2.3 and §3.4.2.4: lists in an order, and a page of them."""

from __future__ import annotations

import pytest

from tests.rfc.provider import Provider

BY_FRIEND = {"sortBy": "name.familyName"}


@pytest.fixture
async def guides(provider: Provider) -> Provider:
    """Five people; one of them without a family name, one with two addresses."""
    for name, family in (("cid", "adams"), ("ann", "Zuse"), ("bob", "Miller"), ("dan", "Brown")):
        await provider.user(name, name={"familyName": family})
    emails = [{"value": "z@example.com"}, {"value": "a@example.com", "primary": True}]
    await provider.user("eve", emails=emails)
    return provider


async def test_section_3_4_2_3_ascending_is_the_default(guides):
    """§3.4.2.3: ascending, without case where the attribute has none; who has no value comes last."""
    assert ["cid", "dan", "bob", "ann", "eve"] == await guides.names(**BY_FRIEND)
    assert ["cid", "dan", "bob", "ann", "eve"] == await guides.names(**BY_FRIEND, sortOrder="ascending")


async def test_section_3_4_2_3_descending(guides):
    """§3.4.2.3: turned round, who has no value comes first."""
    assert ["eve", "ann", "bob", "dan", "cid"] == await guides.names(**BY_FRIEND, sortOrder="descending")


async def test_section_3_4_2_3_many_values(guides):
    """§3.4.2.3: of several values the primary one counts, else the first."""
    await guides.user("fay", emails=[{"value": "b@example.com"}, {"value": "0@example.com"}])

    assert ["eve", "fay"] == (await guides.names(sortBy="emails"))[:2]
    assert ["eve", "fay"] == (await guides.names(sortBy="emails.value"))[:2]


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        ({"sortBy": "shoeSize"}, "invalidPath"),
        ({"sortBy": 'emails[type eq "work"]'}, "invalidPath"),
        ({"sortBy": "userName", "sortOrder": "sideways"}, "invalidValue"),
    ],
)
async def test_section_3_4_2_3_what_has_no_order(guides, asked, kind):
    """400 for what no list can be sorted by."""
    assert (400, kind) == await guides.refusal("GET", "/Users", **asked)


@pytest.mark.parametrize(
    ("asked", "start", "found"),
    [
        ({}, 1, ["ann", "bob", "cid", "dan", "eve"]),
        ({"startIndex": 1, "count": 2}, 1, ["ann", "bob"]),
        ({"startIndex": 3, "count": 2}, 3, ["cid", "dan"]),
        ({"startIndex": 5, "count": 2}, 5, ["eve"]),
        ({"startIndex": 0, "count": 2}, 1, ["ann", "bob"]),
        ({"startIndex": -7, "count": 1}, 1, ["ann"]),
        ({"count": 0}, 1, []),
        ({"count": -1}, 1, []),
        ({"startIndex": 6}, 6, []),
        ({"count": 100_000}, 1, ["ann", "bob", "cid", "dan", "eve"]),
    ],
)
async def test_section_3_4_2_4_pages(guides, asked, start, found):
    """§3.4.2.4: from 1 on, what is below is 1, a negative count is 0; the total is that of all pages."""
    told = await guides.get("/Users", sortBy="userName", **asked)

    assert found == [each["userName"] for each in told.get("Resources", [])]
    assert (5, start, len(found)) == (told["totalResults"], told["startIndex"], told["itemsPerPage"])


async def test_section_3_4_2_4_numbers(guides):
    """400 invalidValue for what is no number."""
    for asked in ({"startIndex": "one"}, {"count": "2.5"}, {"count": "9" * 30}):
        assert (400, "invalidValue") == await guides.refusal("GET", "/Users", **asked)
