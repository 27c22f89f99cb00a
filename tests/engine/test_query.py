"""Lists: what is asked of the store, and how its pages are told (RFC 7644 §3.4.2, RFC 9865)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from attrs import define, evolve, field, frozen

from hub import moments
from hub.engine.answering import query as reading
from hub.engine.answering.cursors import Cursors
from hub.engine.answering.query import Query
from hub.engine.asking.conditions import NO_CONDITIONS, Conditions
from hub.engine.asking.requests import Admission, Request
from hub.engine.values.places import SeatStatus
from hub.engine.values.resources import Member, Text
from hub.engine.values.searches import Found, Mark, Search
from hub.scim import errors
from hub.scim.expressions import Path
from hub.scim.parsing import Limits, parse_filter
from hub.spi import Dialect, Inbound, Verb
from hub.teams import Connection, Profile, Team

NOW = "2026-01-01T00:00:00.000Z"
BASE = "https://hub.example/scim/v2/c1"


def user(number: int) -> Text:
    """Return the user of that number as it lies."""
    document = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": f"{number:03}"}
    text = json.dumps({**document, "userName": f"user{number}"})
    return Text(id=f"{number:03}", kind="User", document=text, created=NOW, modified=NOW, version=number)


@define
class Shelf:
    """A store of users 1 … *size*, in order of id, that remembers what it was asked."""

    size: int = 25
    asked: list[Search] = field(factory=list)

    async def text(self, kind: str, id: str, *, memberships: bool = True) -> Text | None:
        """Return the user of that id."""
        found = int(id) if id.isdecimal() else 0
        return user(found) if kind == "User" and 1 <= found <= self.size else None

    async def members(self, group: str, *, after: str = "", count: int = 1000) -> Sequence[Member]:
        """Return nobody."""
        return ()

    async def statuses(self, users: Sequence[str]) -> Mapping[str, SeatStatus]:
        """Return nobody's seat."""
        return {}

    async def search(self, search: Search) -> Found:
        """Return a page, with marks where there is more."""
        self.asked.append(search)
        first = search.start
        if search.mark is not None:
            place = int(search.mark.id)
            first = max(place - search.count, 1) if search.mark.before else place + 1
        last = min(first + search.count - 1, self.size)
        if search.mark is not None and search.mark.before:
            last = int(search.mark.id) - 1
        page = [user(number) for number in range(first, last + 1)]
        return Found(
            total=self.size,
            page=page,
            previous=Mark(id=page[0].id, before=True) if page and first > 1 else None,
            next=Mark(id=page[-1].id) if page and last < self.size else None,
        )


@frozen
class Desk:
    """Asks a query of a shelf, as one connection of one team."""

    shelf: Shelf = field(factory=Shelf)
    at: str = NOW
    connection: str = "c1"
    profile: Profile = Profile.TOLERANT

    def request(self, inbound: Inbound, conditions: Conditions = NO_CONDITIONS) -> Request:
        """Return *inbound* as the engine takes it."""
        team = Team(id="t1", name="acme", plan="enterprise")
        connection = Connection(id=self.connection, team="t1", idp="plain", profile=self.profile)
        dialect = Dialect(name="plain", title="Plain")
        admission = Admission(connection=connection, team=team, dialect=dialect)
        return Request(
            admission=admission,
            inbound=inbound,
            quirks=(),
            reference="hx_1",
            base_url=BASE,
            conditions=conditions,
        )

    @property
    def query(self) -> Query:
        """Return the query of a hub that gives 10 at a time, and 20 at most."""
        cursors = Cursors(key=b"k" * 32, clock=lambda: self.at, seconds=60)
        return Query(page_default=10, page_max=20, limits=Limits(), cursors=cursors)

    async def list(self, kind: str = "User", **query: str) -> dict[str, Any]:
        """Return the list that *query* asks for."""
        request = self.request(Inbound(verb=Verb.SEARCH, kind=kind, query=query))
        answer = await self.query.search(self.shelf, request)  # type: ignore[arg-type]
        assert (200, None) == (answer.status, answer.tag)
        return dict(json.loads(answer.body or b""))


@pytest.fixture
def desk() -> Desk:
    """A desk with 25 users."""
    return Desk()


def ids(answer: dict[str, Any]) -> list[int]:
    """Return the numbers of the users in a list."""
    return [int(resource["id"]) for resource in answer["Resources"]]


async def test_a_page_that_is_too_long_is_refused(desk, monkeypatch):
    """Groups may have many members: what does not fit into an answer is refused, with the ways out."""
    monkeypatch.setattr(reading, "PAGE_BYTES_MAX", 2000)
    assert [1, 2, 3] == ids(await desk.list(count="3"))
    for asked in ({}, {"cursor": ""}):
        with pytest.raises(errors.TooMany, match="excludedAttributes=members"):
            await desk.list(**asked)


# By index


@pytest.mark.parametrize(
    ("asked", "start", "count"),
    [
        ({}, 1, 10),
        ({"startIndex": "5", "count": "3"}, 5, 3),
        ({"startIndex": "0", "count": "-1"}, 1, 0),
        ({"startIndex": "-7", "count": "0"}, 1, 0),
        ({"count": "2000000"}, 1, 20),
    ],
)
async def test_odd_numbers(desk, asked, start, count):
    """RFC 7644 §3.4.2.4: below one is one, below nothing is nothing; more than the hub gives is the most."""
    told = await desk.list(**asked)

    assert [(start, count)] == [(search.start, search.count) for search in desk.shelf.asked]
    assert (25, start, count) == (told["totalResults"], told["startIndex"], told["itemsPerPage"])
    assert not told.keys() & {"nextCursor", "previousCursor"}


@pytest.mark.parametrize("asked", [{"count": "x"}, {"startIndex": "1.5"}, {"count": str(2**31)}])
async def test_no_numbers(desk, asked):
    """What is no number is 400 invalidValue."""
    with pytest.raises(errors.InvalidValue, match=next(iter(asked))):
        await desk.list(**asked)


# Sorted


async def test_sorted(desk):
    """The attribute goes to the store in the schema's words, ascending unless asked otherwise."""
    await desk.list(sortBy="USERNAME")
    await desk.list(sortBy="name.familyname", sortOrder="descending")
    await desk.list(sortOrder="descending")

    assert [
        (Path(name="userName"), False),
        (Path(name="name", sub="familyName"), True),
        (None, True),
    ] == [(search.sort, search.descending) for search in desk.shelf.asked]


async def test_an_order_that_is_none(desk):
    """400 invalidValue, also where nothing is sorted."""
    for asked in ({"sortOrder": "up"}, {"sortBy": "userName", "sortOrder": ""}):
        with pytest.raises(errors.InvalidValue, match="sortOrder"):
            await desk.list(**asked)


async def test_sorted_by_what_nobody_knows(desk):
    """Tolerant lists without order, strict refuses."""
    await desk.list(sortBy="shoeSize")

    assert [None] == [search.sort for search in desk.shelf.asked]
    with pytest.raises(errors.InvalidPath, match="shoeSize"):
        await Desk(profile=Profile.STRICT).list(sortBy="shoeSize")


# Of all kinds


async def test_the_root_asks_for_all_kinds(desk):
    """RFC 7644 §3.4.2.1: one list, one filter, and one order for all."""
    where = parse_filter('meta.lastModified gt "2011-05-13T04:42:34Z"')
    told = await desk.list("Resource", filter=str(where), sortBy="id")

    (search,) = desk.shelf.asked
    assert ("User", "Group") == search.kinds
    assert {"User": where, "Group": where} == search.where
    assert Path(name="id") == search.sort
    assert "User" == told["Resources"][0]["meta"]["resourceType"]


async def test_what_one_kind_has_is_asked_of_all(desk):
    """A filter may name what one kind lacks: there it has no value; what all lack is 400 invalidFilter."""
    await desk.list("Resource", filter='userName eq "ann" or displayName eq "Staff"')

    with pytest.raises(errors.InvalidFilter):
        await desk.list("Resource", filter='shoeSize eq "44"')
    with pytest.raises(errors.InvalidFilter):
        await desk.list("Group", filter='userName eq "ann"')


async def test_the_root_shows_each_by_its_own_type(desk):
    """What is asked for is taken from each resource by its type; names that are none of its are let be."""
    told = await desk.list("Resource", attributes="userName,members", count="1")

    assert [{"schemas", "id", "userName"}] == [{*resource} for resource in told["Resources"]]


# By cursor


async def test_forward_and_back(desk):
    """RFC 9865 §2: an empty cursor begins; a next one leads on until the end, a previous one back to it."""
    first = await desk.list(cursor="")
    second = await desk.list(cursor=first["nextCursor"])
    third = await desk.list(cursor=second["nextCursor"])
    back = await desk.list(cursor=third["previousCursor"])
    begin = await desk.list(cursor=back["previousCursor"])

    assert [*range(1, 11)] == ids(first) == ids(begin)
    assert [*range(11, 21)] == ids(second) == ids(back)
    assert [*range(21, 26)] == ids(third)
    keys = {"schemas", "totalResults", "itemsPerPage", "Resources"}
    assert keys | {"nextCursor"} == {*first} == {*begin}
    assert keys | {"nextCursor", "previousCursor"} == {*second} == {*back}
    assert keys | {"previousCursor"} == {*third}
    assert [(25, 10), (25, 10), (25, 5)] == [
        (page["totalResults"], page["itemsPerPage"]) for page in (first, second, third)
    ]


async def test_a_page_of_nothing(desk):
    """RFC 9865 table 1: below nothing is nothing, which shows the total; no cursor leads on from there."""
    for count in ("0", "-5"):
        told = await desk.list(cursor="", count=count)

        assert {"schemas", "totalResults", "itemsPerPage", "Resources"} == {*told}
        assert (25, 0, []) == (told["totalResults"], told["itemsPerPage"], told["Resources"])


async def test_cursor_and_index_are_two_ways(desk):
    """RFC 9865 §2.4: clients choose one; both at once are 400."""
    with pytest.raises(errors.InvalidValue, match="cursor and startIndex"):
        await desk.list(cursor="", startIndex="1")


@pytest.mark.parametrize("count", ["x", "", "21", "99999999999"])
async def test_counts_that_are_none(desk, count):
    """RFC 9865 table 3: no number, or more than a page has, is invalidCount."""
    with pytest.raises(errors.InvalidCount, match="count"):
        await desk.list(cursor="", count=count)


async def test_the_count_is_that_of_the_first_page(desk):
    """RFC 9865 table 3: another count, or none where there was one, is invalidCount."""
    cursor = (await desk.list(cursor="", count="5"))["nextCursor"]
    for count in ({"count": "6"}, {}):
        with pytest.raises(errors.InvalidCount):
            await desk.list(cursor=cursor, **count)

    assert [*range(6, 11)] == ids(await desk.list(cursor=cursor, count="5"))


async def test_it_is_of_this_query(desk):
    """Neither another connection nor another filter, kind or order takes it."""
    asked = {"filter": 'userName sw "J"', "sortBy": "userName"}
    cursor = (await desk.list(cursor="", **asked))["nextCursor"]
    others = [
        (desk, "User", {**asked, "filter": 'userName sw "K"'}),
        (desk, "User", {"sortBy": "userName"}),
        (desk, "User", {**asked, "sortBy": "title"}),
        (desk, "User", {**asked, "sortOrder": "descending"}),
        (desk, "Resource", asked),
        (evolve(desk, connection="c2"), "User", asked),
    ]
    for other, kind, query in others:
        with pytest.raises(errors.InvalidCursor):
            await other.list(kind, cursor=cursor, **query)

    told = await desk.list(cursor=cursor, filter='USERNAME sw "J"', sortBy="username")
    assert [*range(11, 21)] == ids(told)


async def test_too_old(desk):
    """After its time it is expired."""
    cursor = (await desk.list(cursor=""))["nextCursor"]
    with pytest.raises(errors.ExpiredCursor):
        await evolve(desk, at=moments.later(NOW, 61)).list(cursor=cursor)


# One resource


@pytest.mark.parametrize(
    ("conditions", "status"),
    [
        (Conditions(), 200),
        (Conditions(match=frozenset({'"7"'})), 200),
        (Conditions(none_match=frozenset({'"6"'})), 200),
        (Conditions(none_match=frozenset({'"6"', '"7"'})), 304),
        (Conditions(none_match=frozenset({"*"})), 304),
    ],
)
async def test_known_or_not(desk, conditions, status):
    """RFC 7644 §3.14: who knows the version is told nothing but that; the version always comes along."""
    request = desk.request(Inbound(verb=Verb.READ, id="007"), conditions)
    answer = await desk.query.read(desk.shelf, request)

    assert (status, 'W/"7"', status == 200) == (answer.status, answer.tag, answer.body is not None)
    if answer.body:
        assert 'W/"7"' == json.loads(answer.body)["meta"]["version"]


@pytest.mark.parametrize(
    ("id", "tag", "refusal"),
    [
        ("007", '"6"', errors.PreconditionFailed),
        ("099", '"6"', errors.NotFound),
        ("099", '"7"', errors.NotFound),
        ("099", "*", errors.NotFound),
    ],
)
async def test_read_if_it_is_still_that(desk, id, tag, refusal):
    """RFC 9110 §13.1.1: another version is 412; what is not there is 404, whatever is asked."""
    request = desk.request(Inbound(verb=Verb.READ, id=id), Conditions(match=frozenset({tag})))
    with pytest.raises(refusal):
        await desk.query.read(desk.shelf, request)
