"""Who may see which page, and do what: every page that there is, and everybody who may come."""

from __future__ import annotations

import re

import pytest

from hub.moments import later
from hub.teams import Role
from hub.web.portal.app import PAGES
from hub.web.portal.pages import TEAM
from tests.inprocess import bench
from tests.web.portal.guests import COOKIE, HOST, guest, stranger, words

#: What a team's pages are, by method.
MINE = [page for page in PAGES if page.of_team]
POSTS = [page for page in PAGES if page.method == "POST" and page.role is not None]

#: What stands for a name in a path: nothing is called so.
NOBODY = "00000000-0000-7000-8000-000000000000"

ROLES = [role for role in Role if role is not Role.SETUP]

#: What a browser says of a form that another site sends.
ELSEWHERE = [
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": "http://hub.example"},
    {"sec-fetch-site": "same-origin", "origin": "https://evil.example"},
]


def name(page):
    """Return what a page is called where it is told of."""
    return f"{page.method} {page.path}"


def called(page, team, connection=NOBODY):
    """Return the address of *page* in *team*."""
    path = page.path.replace("{team}", team.id).replace("{connection}", connection)
    return HOST + re.sub(r"\{[^}]+\}", NOBODY, path)


def sent(guest, page, address):
    """Ask for a page, or send an empty form to it, as a page of this session has it."""
    return guest.ask(page.method, address, data={"csrf": guest.csrf()} if page.method == "POST" else None)


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A hub in this process, on SQLite: what the gate asks is asked of either database in the same way."""
    data = tmp_path_factory.mktemp("house")
    with bench(f"sqlite://{data / 'hub.sqlite'}", data) as opened:
        yield opened


@pytest.fixture(scope="module")
def teams(house):
    """Two teams."""
    return [house.team(seats=5) for _ in range(2)]


@pytest.fixture(scope="module")
def ways(house, teams):
    """A connection of each."""
    return [house.way(team, "generic") for team in teams]


@pytest.fixture(scope="module")
def guests(house, teams, ways):
    """Somebody of the first team in each role."""
    return {role: guest(house, teams[0], role, connection=ways[0].connection) for role in Role}


@pytest.fixture(scope="module")
def nobody(house):
    """Somebody who is not signed in."""
    return stranger(house)


def test_there_are_pages_to_look_at():
    """The tests below look at whatever is registered: of each sort there is something."""
    assert {"GET", "POST"} == {page.method for page in MINE}
    assert {Role.AUDITOR, Role.OWNER} <= {page.role for page in MINE}
    assert [] != POSTS


@pytest.mark.parametrize("page", MINE, ids=name)
def test_each_role_may_what_it_reaches_to(guests, teams, page):
    """Whoever's role reaches to a page is not refused for it; everybody else is, with a page."""
    for role in ROLES:
        heard = sent(guests[role], page, called(page, teams[0]))

        assert (heard.status_code == 403) is not role.may(page.role), f"{name(page)} as {role}: {heard.text}"
        assert heard.status_code != 500, f"{name(page)} as {role}"
        if heard.status_code == 403:
            assert "You may not do this" in words(heard), f"{name(page)} as {role}"


def test_who_can_be_an_owner_is_decided_by_owners():
    """Directly, or by whom an owner signs in with, and for whose addresses that provider vouches."""
    settings = f"{TEAM}/settings/security/authentication"
    decisive = [
        *(f"{TEAM}/admins", f"{TEAM}/admins/{{admin}}", f"{TEAM}/admins/{{admin}}/remove"),
        *(f"{settings}/sso/new/{{protocol}}", f"{settings}/sso/{{provider}}"),
        f"{settings}/sso/{{provider}}/remove",
        *(f"{settings}/scim/{{connection}}/{what}" for what in ("provider", "domains")),
    ]
    roles = {page.path: page.role for page in MINE if page.method == "POST"}

    assert dict.fromkeys(decisive, Role.OWNER) == {path: roles[path] for path in decisive}


@pytest.mark.parametrize("page", MINE, ids=name)
def test_whoever_sets_up_sees_one_connection(guests, teams, ways, page):
    """Their pages are those for setting up, of their connection and no other; nothing else is theirs."""
    me = guests[Role.SETUP]
    mine, other = (me.ask(page.method, called(page, teams[0], way.connection.id)).status_code for way in ways)

    if not page.setup:
        assert {403} == {mine, other}, name(page)
    else:
        assert (False, 404) == (mine == 404, other), name(page)


@pytest.mark.parametrize("page", MINE, ids=name)
def test_another_team_is_not_there(guests, teams, page):
    """A team that is not the visitor's answers as one that there is not, whatever is asked."""
    for role in Role:
        if role is Role.OPERATOR:
            continue
        other, none = (
            sent(guests[role], page, called(page, teams[1]).replace(teams[1].id, id))
            for id in (teams[1].id, NOBODY)
        )

        assert (404, 404) == (other.status_code, none.status_code), f"{name(page)} as {role}"
        assert re.sub("hx_[0-9a-f]+", "", other.text) == re.sub("hx_[0-9a-f]+", "", none.text), (
            f"{name(page)} as {role}"
        )


@pytest.mark.parametrize("page", POSTS, ids=name)
def test_a_form_of_nobody_s_page_is_refused(guests, teams, page):
    """Without the mark of this very session, what is sent is refused, and nothing is done."""
    me, other = guests[Role.OWNER], guests[Role.ADMIN]
    for mark in ({}, {"csrf": ""}, {"csrf": "made-up"}, {"csrf": other.csrf()}):
        heard = me.ask("POST", called(page, teams[0]), data=mark)

        assert 403 == heard.status_code, f"{name(page)} with {mark}"


@pytest.mark.parametrize("page", POSTS, ids=name)
def test_a_form_from_another_site_is_refused(guests, teams, page):
    """Even with the right mark, what another site sends is refused."""
    me = guests[Role.OWNER]
    for headers in ELSEWHERE:
        heard = me.ask("POST", called(page, teams[0]), data={"csrf": me.csrf()}, headers=headers)

        assert 403 == heard.status_code, f"{name(page)} with {headers}"


@pytest.mark.parametrize("page", [page for page in PAGES if page.role is not None], ids=name)
def test_strangers_are_sent_to_the_door(nobody, teams, page):
    """Whoever is not signed in sees nothing of a team: a page is asked for in vain, a form is not taken."""
    heard = nobody.ask(page.method, called(page, teams[0]))

    if page.method == "GET":
        assert 303 == heard.status_code, name(page)
        assert heard.headers["location"].startswith("/signin?to="), name(page)
    else:
        assert 401 == heard.status_code, name(page)


def test_addresses_of_a_team_are_below_it():
    """A page below a team's address is known to be the team's."""
    assert all(page.path.startswith(f"{TEAM}/") or page.path == TEAM for page in MINE)
    assert not any("{team}" in page.path for page in PAGES if not page.of_team and page.role is not None)


@pytest.mark.parametrize("page", [page for page in MINE if page.path.endswith("/live")], ids=name)
def test_what_browsers_ask_for_by_themselves_is_no_sign_of_life(house, teams, page):
    """A page that is left open asks for its streams anew for ever: that keeps nobody signed in."""
    someone, rows = guest(house, teams[0]), house.house.database.rows
    session = house.house.sessions._digest(someone.client.cookies[COOKIE])

    def seen():
        return house.run(rows("SELECT seen_at FROM sessions WHERE id = $1", session))[0]["seen_at"]

    before = later(seen(), -600)
    house.run(rows("UPDATE sessions SET seen_at = $2 WHERE id = $1 RETURNING id", session, before))

    assert someone.ask("HEAD", called(page, teams[0])).status_code in {200, 404}
    assert before == seen()
    someone.get()
    assert before < seen()
