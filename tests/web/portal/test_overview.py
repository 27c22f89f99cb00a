"""The first page: figures, their course as a picture and a table, what needs somebody."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from hub.engine.values.courses import DAYS, Course, Day
from hub.engine.values.places import SeatCount
from hub.web.portal.charts import HEIGHT, WIDTH, chart
from tests.seated import crew
from tests.web.portal.guests import guest, words


@pytest.fixture
def team(house):
    """Return a team with two seats, of which one is held."""
    team = crew(house, seats=2)
    team.make("ann@a.example")
    return team


def test_figures_and_their_course(house, team):
    """Numbers, a picture with a title, and the same in a table; nothing that the policy would stop."""
    page = guest(house, team.way.team).get()
    said = words(page)

    assert "1 held 2 bought 1 free 0 waiting" in said
    assert f"standard seats over {DAYS} days" in said
    assert "The same as a table" in said
    drawn = ET.fromstring(re.search(r"<svg class=.*?</svg>", page.text, re.DOTALL)[0])
    assert {"title", "desc"} <= {each.tag for each in drawn}
    assert not re.search(r"\sstyle=|<style|\son\w+=", page.text)


def test_what_needs_somebody_stands_above(house, team):
    """Refused people with what to do, before the figures; each leads to where it is done."""
    team.make("bob@a.example")
    assert 403 == team.create("cid@a.example").status_code
    page = guest(house, team.way.team).get()
    said = words(page)

    assert (
        said.index("Needs you") < said.index("could not come in: no seat was left") < said.index(" bought ")
    )
    assert "/people?condition=refused&amp;connection=" in page.text


def test_it_goes_on_while_one_looks(house, team):
    """Its figures, and what needs somebody, are sent anew; the page says where they come from."""
    owner = guest(house, team.way.team)
    assert f'data-live="/teams/{team.way.team.id}/live"' in owner.get().text
    team.make("bob@a.example")
    sent = owner.get("/live")

    assert "text/event-stream; charset=utf-8" == sent.headers["content-type"]
    said = words(sent).replace("data: ", "")
    assert "2 held 2 bought 0 free" in said
    assert "The last standard seat is taken" in said


def test_refused_changes_lead_to_their_reasons(house, team):
    """The share of failures is a way to them."""
    team.make("bob@a.example")
    assert 403 == team.create("cid@a.example").status_code
    house.run(house.house.lookout.write())
    page = guest(house, team.way.team).get()

    assert "1 refused (33 %)" in words(page).replace("\N{NO-BREAK SPACE}", " ").replace("&nbsp;", " ")
    assert f"/activity?connection={team.way.connection.id}&amp;failed=yes" in page.text


def test_a_new_team_is_told_where_to_begin(house):
    """Steps instead of empty figures."""
    said = words(guest(house, house.team(seats=0)).get())

    assert "To begin with" in said
    assert "No identity provider is connected" in said


@pytest.mark.parametrize(
    ("most", "top"),
    [(0, 1), (1, 2), (4, 5), (5, 8), (9, 10), (10, 12), (20, 25), (99, 100), (215, 250), (1000, 1200)],
)
def test_a_picture_has_room_above(most, top):
    """The upper edge is the next number that is easy to read; no line leaves the picture."""
    days = [Day(day=f"2026-01-{n:02}", bought=most, held=max(0, most - n)) for n in range(1, 11)]
    drawn = chart(Course(kind="standard", now=SeatCount(bought=most, held=0), days=days))

    assert top == drawn.top
    for points in (drawn.held, drawn.bought, drawn.area):
        places = [tuple(map(float, point.split(","))) for point in points.split()]
        assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in places)
    assert (2 * len(days), WIDTH) == (len(drawn.held.split()), float(drawn.held.split()[-1].split(",")[0]))
