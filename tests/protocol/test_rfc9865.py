"""RFC 9865, its examples and its rules, section by section."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.protocol.provider import SEARCH, Provider

LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"

#: RFC 3986 §2.3.
UNRESERVED = re.compile(r"[A-Za-z0-9._~-]+")

#: As RFC 9865 §2 filters, but for the quotes that it forgets.
JAYS = 'userName sw "J"'


@pytest.fixture
def crowd(provider):
    """25 users whose names begin with J, and 3 whose names do not."""
    for number in range(25):
        provider.user(f"j{number:02}", displayName=f"Smith {number}")
    for name in ("ann", "bob", "cid"):
        provider.user(name)
    return provider


def names(told: dict[str, Any]) -> list[str]:
    """Return who is on a page."""
    return [each["userName"] for each in told["Resources"]]


def refusal(provider: Provider, **query: str) -> tuple[int, str]:
    """Return how a list is refused: status and scimType."""
    from urllib.parse import urlencode

    answer = provider.ask("GET", f"/Users?{urlencode(query)}")
    assert answer.json()["detail"]
    return answer.status_code, answer.json()["scimType"]


def test_section_2_first_page_and_next_page(crowd):
    """§2: the first page by an empty cursor, the next by nextCursor, all else as it was but for case."""
    first = crowd.ask("GET", '/Users?filter=userName%20sw%20"J"&cursor&count=10').json()
    again = f'/Users?filter=username%20sw%20"J"&cursor={first["nextCursor"]}&count=10'
    second = crowd.ask("GET", again).json()

    assert {"schemas": [LIST], "totalResults": 25, "itemsPerPage": 10} == {
        name: first[name] for name in ("schemas", "totalResults", "itemsPerPage")
    }
    assert {"schemas", "totalResults", "itemsPerPage", "nextCursor", "Resources"} == {*first}
    assert {*first, "previousCursor"} == {*second}
    assert (25, 10) == (second["totalResults"], second["itemsPerPage"])
    assert not {*names(first)} & {*names(second)}
    for cursor in (first["nextCursor"], second["nextCursor"], second["previousCursor"]):
        assert UNRESERVED.fullmatch(cursor)


def test_section_2_the_last_page_has_no_next(crowd):
    """§2: nextCursor is left out on the last page only, previousCursor on the first."""
    told = [crowd.get("/Users", filter=JAYS, cursor="", count="10")]
    while cursor := told[-1].get("nextCursor"):
        told.append(crowd.get("/Users", filter=JAYS, cursor=cursor, count="10"))

    assert [10, 10, 5] == [page["itemsPerPage"] for page in told]
    assert [False, True, True] == ["previousCursor" in page for page in told]
    assert 25 == len({name for page in told for name in names(page)})


def test_section_2_a_full_last_page_is_the_last(crowd):
    """§2: where the last page is just full, nothing leads to an empty one."""
    first = crowd.get("/Users", cursor="", count="14")
    second = crowd.get("/Users", cursor=first["nextCursor"], count="14")

    assert "nextCursor" not in second
    assert "nextCursor" not in crowd.get("/Users", cursor="", count="28")


def test_section_2_back_again(crowd):
    """§2: previousCursor leads back, page by page, to the very first."""
    asked = {"filter": JAYS, "sortBy": "displayName", "count": "10"}
    first = crowd.get("/Users", cursor="", **asked)
    second = crowd.get("/Users", cursor=first["nextCursor"], **asked)
    third = crowd.get("/Users", cursor=second["nextCursor"], **asked)
    back = crowd.get("/Users", cursor=third["previousCursor"], **asked)
    begin = crowd.get("/Users", cursor=back["previousCursor"], **asked)

    assert (names(second), names(first)) == (names(back), names(begin))
    assert "previousCursor" not in begin
    assert names(second) == names(crowd.get("/Users", cursor=begin["nextCursor"], **asked))


def test_section_2_count(crowd):
    """§2: no more than asked for; below nothing is nothing, and nothing tells the total only."""
    assert 3 == crowd.get("/Users", cursor="", count="3")["itemsPerPage"]
    for count in ("0", "-1"):
        told = crowd.get("/Users", cursor="", count=count)
        assert {"schemas": [LIST], "totalResults": 28, "itemsPerPage": 0, "Resources": []} == told


def test_section_2_1_errors(crowd):
    """§2.1: invalidCursor, and invalidCount."""
    cursor = crowd.get("/Users", filter=JAYS, cursor="", count="10")["nextCursor"]
    flipped = cursor[:9] + ("A" if cursor[9] != "A" else "B") + cursor[10:]

    assert {(400, "invalidCursor")} == {
        refusal(crowd, filter=JAYS, cursor="VZUTiyhEQJ94IR", count="10"),
        refusal(crowd, filter=JAYS, cursor=flipped, count="10"),
        refusal(crowd, filter='userName sw "K"', cursor=cursor, count="10"),
        refusal(crowd, filter=JAYS, sortBy="userName", cursor=cursor, count="10"),
    }
    assert {(400, "invalidCount")} == {
        refusal(crowd, cursor="", count="1001"),
        refusal(crowd, cursor="", count="x"),
        refusal(crowd, filter=JAYS, cursor=cursor, count="11"),
        refusal(crowd, filter=JAYS, cursor=cursor),
    }


def test_section_2_1_expiry(crowd, monkeypatch):
    """§2.1: expiredCursor, after the time that ServiceProviderConfig tells."""
    cursor = crowd.get("/Users", cursor="", count="10")["nextCursor"]
    seconds = crowd.get("/ServiceProviderConfig")["pagination"]["cursorTimeout"]
    later = Later(seconds + 1)
    monkeypatch.setattr("hub.engine.answering.cursors.moments.later", later)
    old = crowd.get("/Users", cursor="", count="10")["nextCursor"]
    monkeypatch.undo()

    assert 10 == crowd.get("/Users", cursor=cursor, count="10")["itemsPerPage"]
    assert (400, "expiredCursor") == refusal(crowd, cursor=old, count="10")


class Later:
    """Says a moment too early by *seconds*: what is sealed then is as old as that."""

    def __init__(self, seconds: int) -> None:
        from hub import moments

        self.seconds, self.real = seconds, moments.later

    def __call__(self, moment: str, seconds: float) -> str:
        """Return a moment."""
        return self.real(moment, seconds - self.seconds)


def test_section_2_2_sorted(crowd):
    """§2.2: pages by cursor are sorted where sorting is asked for, in either order."""
    for order in ("ascending", "descending"):
        told = [crowd.get("/Users", cursor="", count="9", sortBy="userName", sortOrder=order)]
        while cursor := told[-1].get("nextCursor"):
            page = crowd.get("/Users", cursor=cursor, count="9", sortBy="userName", sortOrder=order)
            told.append(page)
        found = [name for page in told for name in names(page)]

        assert sorted(found, reverse=order == "descending") == found
        assert 28 == len({*found})


def test_section_2_4_both_methods(crowd):
    """§2.4: index is the default, as it was before there were cursors; both at once are refused."""
    told = crowd.get("/Users", count="10")

    assert 1 == told["startIndex"]
    assert not {*told} & {"nextCursor", "previousCursor"}
    assert (400, "invalidValue") == refusal(crowd, cursor="", startIndex="1")


def test_section_3_post(crowd):
    """§3: the same parameters in a body, and the same cursors, which a GET takes as well."""
    said = {
        "schemas": [SEARCH],
        "attributes": ["displayName", "userName"],
        "filter": 'displayName sw "smith"',
        "cursor": "",
        "count": 10,
    }
    first = crowd.ask("POST", "/Users/.search", said).json()
    cursor = first["nextCursor"]
    second = crowd.ask("POST", "/Users/.search", {**said, "cursor": cursor}).json()

    assert (25, 10) == (first["totalResults"], first["itemsPerPage"])
    assert [{"schemas", "id", "displayName", "userName"}] * 10 == [{*each} for each in first["Resources"]]
    assert names(second) == names(crowd.get("/Users", filter=said["filter"], cursor=cursor, count="10"))


def test_section_4_it_is_told(provider):
    """§4: ServiceProviderConfig says what there is, and how long a cursor lasts."""
    told = provider.get("/ServiceProviderConfig")["pagination"]

    assert {
        "cursor": True,
        "index": True,
        "defaultPaginationMethod": "index",
        "defaultPageSize": 100,
        "maxPageSize": 1000,
        "cursorTimeout": 3600,
    } == told


def test_section_5_2_a_cursor_opens_nothing_to_others(crowd):
    """§5.2: another connection of the same team gets from a cursor what it gets from a made-up one."""
    cursor = crowd.get("/Users", cursor="", count="10")["nextCursor"]
    beside = crowd.beside()
    made_up = beside.ask("GET", "/Users?cursor=VZUTiyhEQJ94IR&count=10")
    stolen = beside.ask("GET", f"/Users?cursor={cursor}&count=10")

    assert (400, "invalidCursor") == (stolen.status_code, stolen.json()["scimType"])
    assert made_up.content == stolen.content
    assert (400, "invalidCursor") == refusal(crowd, cursor=f"{cursor}x", count="10")
    groups = crowd.ask("GET", f"/Groups?cursor={cursor}&count=10").json()
    assert "invalidCursor" == groups["scimType"]
