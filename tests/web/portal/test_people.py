"""The pages of people: found and looked at, and seated by hand while nothing else seats them."""

from __future__ import annotations

import asyncio
import html
import re
from urllib.parse import parse_qsl, urlsplit

import pytest
from markupsafe import escape

from hub.engine.values.listing import PAGE, TEXT_MAX
from hub.teams import Role, State
from tests.author import BY
from tests.seated import crew
from tests.web.portal.guests import HOST, guest, words

#: Names that somebody may choose to do harm by: markup, templates, directions of writing, length.
NASTY = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "</title><script>alert(1)</script>",
    "javascript:alert(1)",
    "\N{RIGHT-TO-LEFT OVERRIDE}gpj.exe",
    "עברית Ann",
    "a" * 300,
    "<bdi>&amp;&lt;",
)


@pytest.fixture
def team(house):
    """Return a team with three seats and a connection that is on."""
    return crew(house, seats=3)


@pytest.fixture
def owner(house, team):
    """Return an owner of it."""
    return guest(house, team.way.team)


@pytest.fixture
def alone(house):
    """Return a team without a connection, and an owner of it."""
    mine = house.team(seats=1)
    return mine, guest(house, mine)


def rows(answer):
    """Return what each row of a list says."""
    body = answer.text.partition("<tbody>")[2].partition("</tbody>")[0]
    return [words_of(row) for row in body.split("<tr>")[1:]]


def words_of(part):
    """Return the words of a part of a page."""
    return " ".join(re.sub(r"<[^>]*>", " ", part).split())


def person_at(answer):
    """Return where the first link to a person leads, below the team."""
    return re.search(r'href="/teams/[^/"]+(/people/[0-9a-f-]{36})"', answer.text)[1]


def test_people_are_listed_with_how_they_stand(team, owner):
    """Who has a seat, who waits and who was refused are rows of one list, each with a way to act."""
    team.make("ann@a.example", displayName="Ann Lee")
    team.kind("standard", policy="wait")
    for name in ("bob@a.example", "cid@a.example", "dan@a.example"):
        team.make(name)
    team.refuse("eve@a.example")
    listed = rows(owner.get("/people"))

    assert ["eve@a.example", "dan@a.example", "cid@a.example", "bob@a.example", "Ann Lee"] == [
        row.partition("  ")[0]
        .split(" Refused")[0]
        .split(" Waiting")[0]
        .split(" Has access")[0]
        .split(" ann@")[0]
        for row in listed
    ]
    assert "Have the identity provider push this person again." in listed[0]
    assert "waits for standard number 1" in listed[1]
    assert "standard since" in listed[4]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "LEE"}, ["Ann Lee"]),
        ({"q": "bob@"}, ["bob@a.example"]),
        ({"condition": "seated", "q": "ann"}, ["Ann Lee"]),
        ({"condition": "refused"}, ["eve@a.example"]),
        ({"condition": "suspended"}, []),
        ({"condition": "nonsense", "kind": "none", "connection": "x", "q": "bob"}, ["bob@a.example"]),
        ({"q": "nobody"}, []),
    ],
)
def test_a_list_is_narrowed_by_its_address(team, owner, asked, found):
    """What is asked for stands in the address and in the form; what nobody offers is no filter."""
    team.make("ann@a.example", displayName="Ann Lee")
    team.make("bob@a.example")
    team.refuse("eve@a.example")
    answer = owner.get("/people", **asked)

    assert found == [
        name for row in rows(answer) for name in ("Ann Lee", "bob@a.example", "eve@a.example") if name in row
    ]
    assert f'value="{asked.get("q", "")}"' in answer.text
    assert ("Nobody fits" in answer.text) is (not found)


def test_a_search_that_is_too_long_is_told(team, owner):
    """Beside the field, and the page is there all the same."""
    answer = owner.get("/people", q="x" * (TEXT_MAX + 1))

    assert 422 == answer.status_code
    assert f"Search for up to {TEXT_MAX} signs" in words(answer)


def followed(me, page, rel):
    """Return the page that a link of *page* leads to."""
    found = re.search(rf'rel="{rel}" href="([^"]+)"', page.text)
    where = urlsplit(html.unescape(found[1]))
    return me.get(f"{HOST}{where.path}", **dict(parse_qsl(where.query)))


def test_pages_lead_to_each_other(owner, team):
    """To what is older and back, with all that was asked for."""
    team.buy("standard", 2 * PAGE)
    for n in range(PAGE + 2):
        team.make(f"u{n}@a.example")
    team.make("bob@b.example")
    first = owner.get("/people", q="@a.example")
    second = followed(owner, first, "next")

    assert (PAGE, 2) == (len(rows(first)), len(rows(second)))
    assert rows(first) == rows(followed(owner, second, "prev"))


def test_one_person_begins_with_why(team, owner):
    """The first sentence says why they have access; then who says what."""
    team.make("ann@a.example", displayName="Ann Lee", title="Boss")
    page = owner.get(person_at(owner.get("/people")))

    assert 200 == page.status_code
    said = words(page)
    assert "ann@a.example has access: a standard seat since" in said
    for each in ("vouched for by", "title Boss", "never signed in", "assigns the seats of this team"):
        assert each in said
    assert "Give a seat" not in said


def test_who_holds_one_seat_and_waits_for_another_is_told_of_both(team, owner):
    """Access rests on the seat that they hold; their place in the queue is said beside it."""
    team.buy("sales", 0)
    ann = team.make("ann@a.example")
    team.rule(('userType eq "Seller"', "sales"))
    team.say(ann, "userType", "Seller")
    team.settle()

    said = words(owner.get(person_at(owner.get("/people"))))
    assert "ann@a.example has access: a standard seat since" in said
    assert "; number 1 in the queue for a sales seat since" in said


def test_what_was_asked_about_somebody_is_told_as_in_the_activity(house, team, owner):
    """In its words, and not by the names that events have for machines; and the profile names its source."""
    team.make("ann@a.example", displayName="Ann Lee")
    house.run(_kept(house))
    said = words(owner.get(person_at(owner.get("/people"))))

    assert "person added, standard seat taken" in said
    assert "user_provisioned" not in said
    assert "user provisioned" not in said
    assert "As Another identity provider tells it." in said


async def _kept(house):
    """Have what was noted of requests written."""
    keeping = asyncio.create_task(house.house.keeper.run())
    await house.house.keeper.close()
    await keeping


def test_where_nobody_can_be_added_nobody_is_sent(house, team, owner):
    """A provider that is paused adds nobody: what can be done is said instead; one that is on adds people."""
    turn = house.house.connections.set_state
    house.run(turn(team.way.connection, State.PAUSED, by=BY))
    said = words(owner.get("/people"))
    assert "SCIM is paused, and nobody is added there until it is resumed. By hand it can be done" in said

    house.way(team.way.team, "okta")
    assert "assign the seats of this team: add and remove people there." in words(owner.get("/people"))


def test_everybody_who_assigns_seats_is_named(house, team, owner):
    """Whoever turns one of two connections off finds the seats still locked."""
    house.way(team.way.team, "okta")

    assert "Another identity provider and Okta assign the seats of this team" in words(owner.get("/people"))


@pytest.mark.parametrize("name", NASTY)
def test_a_name_is_text_and_nothing_else(house, name):
    """On every page where a name stands it is shown as it is, apart from the writing around it."""
    team = crew(house, seats=3)
    me = guest(house, team.way.team)
    ann = team.make("ann@a.example", displayName=name, title=name)
    group = team.group(name, ann)
    team.refuse(name)
    person = person_at(me.get("/people"))
    for path in ("", "/people", person, "/groups", f"/groups/{group}", f"{person}/remove"):
        page = me.get(path)

        assert 200 == page.status_code, path
        for sign in ("<script>alert", "<img src=x", "onmouseover='alert(1)\"", "49{"):
            assert sign not in page.text, path
        if path:
            assert str(escape(name)) in page.text, path
            without = re.sub(r"<bdi>.*?</bdi>|<title>.*?</title>", "", page.text, flags=re.DOTALL)
            assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in without, path


def test_a_life_by_hand(alone):
    """Added with a seat, suspended, let in, unseated, seated, removed: each is said, and in the audit."""
    team, me = alone
    added = me.post("/people", address="Ann@a.example", name="Ann Lee", seat="yes")
    where = added.headers["location"].removeprefix(f"/teams/{team.id}")

    assert 303 == added.status_code
    assert "Ann Lee is added" in words(me.get(where)).replace("\N{FIRST STRONG ISOLATE}", "").replace(
        "\N{POP DIRECTIONAL ISOLATE}", ""
    )
    for action, fields, says in (
        ("suspend", {"why": "lost laptop"}, "suspended by an administrator"),
        ("unsuspend", {}, "has access: a standard seat"),
        ("unseat", {"why": "away"}, "has no access: added by hand, and without a seat yet"),
        ("seat", {"kind": "standard"}, "has access: a standard seat"),
        ("remove", {}, "nobody vouches for them any more"),
    ):
        assert 303 == me.post(f"{where}/{action}", fields).status_code, action
        assert says in words(me.get(where)), action
    told = words(me.get("/audit"))
    for action in (
        "person.add",
        "person.seat",
        "person.suspend",
        "person.unsuspend",
        "person.unseat",
        "person.remove",
    ):
        assert action in told
    assert "lost laptop" in told


def test_a_form_keeps_what_was_typed(alone):
    """What is wrong stands beside its field, and nothing has to be typed again."""
    _, me = alone
    for fields, field, says in (
        ({"address": "ann", "name": "Ann Lee"}, "address", "is not an address"),
        ({"address": "ann@a.example", "name": "x" * 300}, "name", "a name has from 1 to"),
    ):
        answer = me.post("/people", fields)

        assert 422 == answer.status_code
        assert "<title>Error: " in answer.text
        assert f'id="{field}-wrong"' in answer.text
        assert says.lower() in words(answer).lower()
        assert f'value="{fields["address"]}"' in answer.text
    assert [] == rows(me.get("/people"))


def test_who_is_in_already_is_not_added(alone):
    """The sentence is one for a page: it tells of no command."""
    _, me = alone
    me.post("/people", address="ann@a.example")
    again = words(me.post("/people", address="ann@a.example", seat="yes"))
    assert "hub person" not in again


def test_a_suspension_needs_a_reason(team, owner):
    """Beside the field; nobody is shut out without."""
    team.make("ann@a.example")
    where = person_at(owner.get("/people"))
    answer = owner.post(f"{where}/suspend", why="  ")

    assert 422 == answer.status_code
    assert "Say why they are suspended" in words(answer)
    assert "has access" in words(owner.get(where))


def test_hands_are_off_while_a_connection_is_on(house, team, owner):
    """Neither form nor address does it; the page says who does, and off unlocks."""
    team.make("ann@a.example")
    where = person_at(owner.get("/people"))
    assert "Add a person by hand" not in words(owner.get("/people"))
    for path, fields in (
        ("/people", {"address": "bob@a.example"}),
        (f"{where}/seat", {}),
        (f"{where}/unseat", {}),
        (f"{where}/remove", {}),
    ):
        answer = owner.post(path, fields)
        assert answer.status_code in {409, 422}, path
        assert "are assigned by" in words(answer), path
        assert "`hub" not in answer.text, path
    assert "has access" in words(owner.get(where))

    house.run(house.house.connections.set_state(team.way.connection, State.OFF, by=BY))
    assert "Add a person by hand" in words(owner.get("/people"))
    assert 303 == owner.post(f"{where}/remove").status_code
    assert "nobody vouches for them any more" in words(owner.get(where))


def test_an_auditor_sees_and_changes_nothing(house, team, alone):
    """No form is shown to whoever may not send it."""
    assert "Add a person" not in words(guest(house, alone[0], Role.AUDITOR).get("/people"))
    team.make("ann@a.example")
    auditor = guest(house, team.way.team, Role.AUDITOR)
    page = auditor.get(person_at(auditor.get("/people")))

    assert 200 == page.status_code
    assert page.text.count('method="post"') == 1  # signing out


def test_who_is_nobody(owner):
    """A page of nobody is none."""
    for path in ("/people/nobody", "/people/nobody/remove", "/groups/nobody"):
        assert 404 == owner.get(path).status_code, path
    assert 409 == owner.post("/people/nobody/remove").status_code


def test_an_empty_team_says_what_to_do_next(house, team, owner, alone):
    """With a connection: assign somebody there; without: set one up, or add somebody by hand."""
    assert "Assign one person in" in words(owner.get("/people"))
    assert "Set up SCIM" in words(alone[1].get("/people"))
    assert "No groups from" in words(owner.get("/groups"))
    assert "Connect one first" in words(alone[1].get("/groups"))
