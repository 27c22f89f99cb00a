"""The book as pages show it: its lines, a moment, a period, files."""

from __future__ import annotations

import asyncio
import csv
import io

import pytest
from attrs import evolve

from hub import moments
from hub.sources import clock
from hub.web.portal import book
from tests.author import BY
from tests.web.portal.guests import guest, words

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
TODAY = clock()[:10]
TOMORROW = moments.later(f"{TODAY}T00:00:00.000Z", 86_400)[:10]


@pytest.fixture
def way(house):
    """A connection of a team with two seats, of which one is held."""
    way = house.way(house.team(seats=2), "generic", domains=["a.example"])
    answer = house.ask(way, "POST", "/Users", {"schemas": [USER], "userName": "ann@a.example"})
    assert 201 == answer.status_code
    return way


@pytest.fixture
def owner(house, way):
    """An owner of the team."""
    return guest(house, way.team)


def test_lines_are_shown_the_newest_first(owner):
    """What happened, which seats, because of which exchange."""
    said = words(owner.get("/book"))

    assert said.index(" bought 2 standard") > said.index(" taken 1 standard")
    assert "taken 1 standard: free → ann@a.example hx_" in said
    assert "bought 2 standard: bought → free" in said


def test_older_lines_are_a_link_away(house, way, owner, monkeypatch):
    """A page ends where the next one begins; each line is on one of them."""
    monkeypatch.setattr("hub.web.portal.book.ENTRIES", 1)
    first, second = owner.get("/book"), owner.get("/book", before="2")

    assert 'href="/teams/' in first.text
    assert "before=2" in first.text
    assert ("taken" in words(first), "bought 2" in words(first)) == (True, False)
    assert "bought 2 standard" in words(second)
    assert "before=" not in second.text


def test_the_seal_is_told_and_its_heads_are_a_file(house, way, owner):
    """How far the book is sealed, and the heads as `hub book verify --head` takes them."""
    assert "Sealed" not in words(owner.get("/book"))
    house.run(house.house.bookkeeping.seal(way.team))
    heads = owner.get("/book/heads.json")

    assert "Sealed up to line 2 of 2" in words(owner.get("/book"))
    assert [way.team.id] == [head["team"] for head in heads.json()["heads"]]
    assert 'attachment; filename="heads.json"' == heads.headers["content-disposition"]


def test_a_moment_tells_who_held_what(owner):
    """Before anything was bought nobody did; and the file has what the page has."""
    none = words(owner.get("/book/as-of", at=TODAY))
    now = owner.get("/book/as-of", at=moments.later(clock(), -0.001))

    assert "standard 0 0 0" in none
    assert "standard 2 1 1" in words(now)
    assert "ann@a.example standard" in words(now)
    lines = owner.get("/book/as-of.csv", at=moments.later(clock(), -0.001)).text
    (line,) = csv.DictReader(io.StringIO(lines))
    assert line["person"] in now.text


def test_who_is_gone_stays_in_the_book_without_a_name(house, way, owner):
    """Their lines are there as ever, under an id that names nobody."""
    at = moments.later(clock(), -0.001)
    user = house.ask(way, "GET", "/Users", filter='userName eq "ann@a.example"').json()["Resources"][0]
    (line,) = csv.DictReader(io.StringIO(owner.get("/book/as-of.csv", at=at).text))
    house.run(house.house.erasing.erase(way.team, line["person"], by=evolve(BY, why="asked"), progress=str))
    assert 404 == house.ask(way, "GET", f"/Users/{user['id']}").status_code

    assert "taken 1 standard: free → a person hx_" in words(owner.get("/book"))
    assert line["person"] in words(owner.get("/book/as-of", at=at))


def test_a_period_is_stated(owner):
    """Seat-days and the rest, up to today: what is still to come is not stated."""
    said = words(owner.get("/book/statement", **{"from": "2026-01-01", "to": TODAY}))
    file = owner.get("/book/statement.csv", **{"from": "2026-01-01", "to": TODAY})

    assert "Seat-days 0" in said
    assert "kind,person,from,to,days\r\n" == file.text
    assert f"seats-2026-01-01-{TODAY}.csv" in file.headers["content-disposition"]


@pytest.mark.parametrize(
    ("path", "query", "field", "says"),
    [
        ("/book/as-of", {"at": "someday"}, "at", "expected a moment"),
        ("/book/as-of", {"at": "2999-01-01"}, "at", "in the future"),
        ("/book/as-of", {}, "at", "expected a moment"),
        ("/book/statement", {"from": "2026-02-01", "to": "2026-01-01"}, "to", "expected a day after"),
        ("/book/statement", {"from": "x", "to": "2026-01-01"}, "from", "expected a day"),
        ("/book/statement", {"from": "2026-01-01", "to": TOMORROW}, "to", "in the future"),
    ],
)
def test_what_is_no_period_is_said_at_its_field(owner, path, query, field, says):
    """The page of the book comes again, with what was typed and what is wrong; a file is none."""
    answer = owner.get(path, **query)

    assert 422 == answer.status_code
    assert f'href="#{field}"' in answer.text
    assert says in words(answer)
    assert all(value in answer.text for value in query.values())
    assert 400 == owner.get(f"{path}.csv", **query).status_code


async def test_a_long_file_comes_in_pieces_between_which_others_have_their_turn():
    """A piece a line would be slow; and rows for which nobody waits do not stop the house."""

    async def rows():
        for number in range(20_000):
            yield "standard", number

    turns = 0

    async def others():
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    other = asyncio.create_task(others())
    pieces = [piece async for piece in book._csv(("kind", "seat"), rows(), "x.csv").body_iterator]
    other.cancel()

    whole = "".join(pieces)
    assert ["kind,seat", "standard,0", "standard,19999"] == [whole.splitlines()[at] for at in (0, 1, -1)]
    assert 20_001 == len(whole.splitlines())
    assert [True] * 4 == [book.PIECE <= len(piece) < book.PIECE + 100 for piece in pieces[:-1]]
    assert turns >= 4
