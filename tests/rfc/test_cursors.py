"""RFC 9865 over the wire: pages by cursor, and the errors of §2.1."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from hub.teams import Profile
from tests.rfc.provider import LIST, SEARCH, Provider
from tests.running import Hub, database_for, desk, running

JAYS = {"filter": 'userName sw "J"', "sortBy": "userName"}


@pytest.fixture
async def crowd(provider: Provider) -> Provider:
    """Seven people whose names begin with J, and one whose name does not."""
    for number in range(7):
        await provider.user(f"j{number}", displayName=f"Smith {number}")
    await provider.user("bjensen")
    return provider


def names(told: dict[str, Any]) -> list[str]:
    """Return who is on a page."""
    return [each["userName"] for each in told["Resources"]]


async def test_section_2_forth_and_back(crowd):
    """§2: from an empty cursor to the last page, which has no nextCursor, and back to the first."""
    pages = [await crowd.get("/Users", **JAYS, cursor="", count=3)]
    while cursor := pages[-1].get("nextCursor"):
        pages.append(await crowd.get("/Users", **JAYS, cursor=cursor, count=3))
    back = await crowd.get("/Users", **JAYS, cursor=pages[2]["previousCursor"], count=3)

    assert [["j0", "j1", "j2"], ["j3", "j4", "j5"], ["j6"]] == [*map(names, pages)]
    assert names(pages[1]) == names(back)
    assert {"schemas", "totalResults", "itemsPerPage", "nextCursor", "Resources"} == {*pages[0]}
    assert ([LIST], 7, 3) == tuple(pages[0][name] for name in ("schemas", "totalResults", "itemsPerPage"))


async def test_section_2_who_stays_is_seen_once(crowd):
    """§2: who comes and goes between two pages moves nobody else."""
    first = await crowd.get("/Users", **JAYS, cursor="", count=3)
    await crowd.ask("DELETE", f"/Users/{first['Resources'][0]['id']}")
    await crowd.user("j00")
    second = await crowd.get("/Users", **JAYS, cursor=first["nextCursor"], count=3)

    assert ["j3", "j4", "j5"] == names(second)


async def test_section_2_1_errors(crowd):
    """§2.1: invalidCursor for what the hub did not give out for this query, invalidCount for another page."""
    cursor = (await crowd.get("/Users", **JAYS, cursor="", count=3))["nextCursor"]

    for asked in ({**JAYS, "cursor": "HPq72Pax3JUaNa"}, {"sortBy": "userName", "cursor": cursor}):
        assert (400, "invalidCursor") == await crowd.refusal("GET", "/Users", **asked, count=3)
    for count in (4, 1001, "many"):
        assert (400, "invalidCount") == await crowd.refusal(
            "GET", "/Users", **JAYS, cursor=cursor, count=count
        )


async def test_section_2_3_and_2_4_the_index_is_the_default(crowd):
    """§2.3, §2.4: who says neither gets a page by index, and no cursor; who says both is refused."""
    told = await crowd.get("/Users", count=3)

    assert (8, 1) == (told["totalResults"], told["startIndex"])
    assert not {"nextCursor", "previousCursor"} & {*told}
    assert (400, "invalidValue") == await crowd.refusal("GET", "/Users", cursor="", startIndex=1)


async def test_section_3_by_post(crowd):
    """§3: the same in the body of a search."""
    said = {"schemas": [SEARCH], "attributes": ["displayName", "userName"], "count": 5}
    asked = {**said, "filter": 'displayName sw "smith"', "sortBy": "userName"}
    first = (await crowd.ask("POST", "/Users/.search", {**asked, "cursor": ""})).json()
    second = (await crowd.ask("POST", "/Users/.search", {**asked, "cursor": first["nextCursor"]})).json()

    assert (7, ["j0", "j1", "j2", "j3", "j4"], ["j5", "j6"]) == (
        first["totalResults"],
        names(first),
        names(second),
    )


async def test_section_4_it_is_told(provider):
    """§4: both ways are told of, and how long a cursor lasts."""
    told = (await provider.get("/ServiceProviderConfig"))["pagination"]

    assert (True, True, "index") == (told["cursor"], told["index"], told["defaultPaginationMethod"])
    assert told["cursorTimeout"] > 0 < told["defaultPageSize"] <= told["maxPageSize"]


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def forgetful_hub(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A hub whose cursors are good for a second."""
    data = tmp_path_factory.mktemp("forgetful")
    with running(database_for(request, data), data, HUB_SCIM__CURSOR_SECONDS="1") as hub:
        yield hub


@pytest.fixture
async def forgetful(forgetful_hub: Hub) -> AsyncIterator[Provider]:
    """A provider of that hub."""
    async with desk(forgetful_hub) as opened:
        yield Provider(connected=await opened.connection("generic", profile=Profile.STRICT))


async def test_section_2_1_expired(forgetful):
    """§2.1: expiredCursor after the time that was told."""
    for name in ("j1", "j2"):
        await forgetful.user(name)
    cursor = (await forgetful.get("/Users", cursor="", count=1))["nextCursor"]
    await asyncio.sleep(2)

    assert 1 == (await forgetful.get("/ServiceProviderConfig"))["pagination"]["cursorTimeout"]
    assert (400, "expiredCursor") == await forgetful.refusal("GET", "/Users", cursor=cursor, count=1)
