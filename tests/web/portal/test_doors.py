"""The ways in and out: links, cookies, signing out."""

from __future__ import annotations

from http.cookies import SimpleCookie

import httpx2
import pytest

from hub.teams import Role
from tests.author import BY
from tests.web.portal.connections import notes
from tests.web.portal.guests import COOKIE, HOST, Guest, guest, stranger, words


@pytest.fixture(scope="module")
def team(house):
    """A team."""
    return house.team(seats=5)


@pytest.fixture
def text(house, team):
    """A link to the team."""
    return house.run(house.house.links.for_admin(team, by=BY))[1]


def cookies(answer):
    """Return the cookies that an answer sets, by name."""
    read = SimpleCookie()
    for line in answer.headers.get_list("set-cookie"):
        read.load(line)
    return read


def test_a_link_lets_in_once(house, team, text):
    """Whoever follows it first is at the team's page; whoever comes after reads that it opens nothing."""
    first, second = stranger(house), stranger(house)
    came = first.get(f"/links/{text}")

    assert (303, f"/teams/{team.id}") == (came.status_code, came.headers["location"])
    assert 200 == first.get(came.headers["location"]).status_code
    for who in (first, second):
        again = who.get(f"/links/{text}")

        assert 410 == again.status_code
        assert "This link opens nothing any more" in words(again)
        assert "set-cookie" not in again.headers


def test_looking_whether_a_link_is_there_does_not_use_it_up(house, text):
    """A mail server or a chat that looks at it (HEAD) spends nothing, and is told nothing."""
    who = stranger(house)
    heads = [who.ask("HEAD", f"/links/{each}") for each in (text, text, "nothing")]

    assert [(200, b"")] * 3 == [(each.status_code, each.content) for each in heads]
    assert 303 == who.get(f"/links/{text}").status_code


def test_what_opens_nothing_is_one_page(house, team, text):
    """Spent, revoked, made up, another hub's: nobody learns which."""
    who, links = stranger(house), house.house.links
    revoked, gone = house.run(links.for_admin(team, by=BY))
    house.run(links.revoke(team, revoked.key_id, by=BY))
    who.get(f"/links/{text}")
    pages = {words(who.get(f"/links/{each}")).partition("Reference")[0] for each in (text, gone, "hub_x")}

    assert 1 == len(pages)


def test_the_cookie_is_for_this_host_and_no_script(house, text):
    """Where the way is encrypted it goes nowhere else; it holds until the browser is closed."""
    came = stranger(house).get(f"/links/{text}")
    cookie = cookies(came)[COOKIE]

    assert [COOKIE] == list(cookies(came))
    assert (True, True, "lax", "/") == (
        cookie["secure"],
        cookie["httponly"],
        cookie["samesite"],
        cookie["path"],
    )
    assert ("", "", "") == (cookie["domain"], cookie["max-age"], cookie["expires"])


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost", "[::1]:8080"])
def test_on_loopback_plain_http_will_do(house, text, host):
    """Whoever tries the hub on their own machine is signed in as well."""
    client = httpx2.AsyncClient(transport=httpx2.ASGITransport(house.app), base_url=f"http://{host}")
    came = house.run(client.get(f"/links/{text}"))
    cookie = cookies(came)["hub"]

    assert ["hub"] == list(cookies(came))
    assert ("", True, "lax") == (cookie["secure"], cookie["httponly"], cookie["samesite"])
    assert "strict-transport-security" not in came.headers
    assert 200 == house.run(client.get(came.headers["location"])).status_code


def test_elsewhere_plain_http_will_not(house, text):
    """A cookie that was set over an open network would be anybody's."""
    client = httpx2.AsyncClient(transport=httpx2.ASGITransport(house.app), base_url="http://hub.example")
    came = house.run(client.get(f"/links/{text}"))

    assert cookies(came)[COOKIE]["secure"]


def test_the_front_door_leads_to_what_is_one_s_own(house, team):
    """A stranger to the sign-in, an admin to their team, an operator to all teams."""
    connection = house.way(team, "generic").connection
    settings = f"/teams/{team.id}/settings/security/authentication/scim/{connection.id}"
    wanted = {Role.AUDITOR: f"/teams/{team.id}", Role.OPERATOR: "/teams", Role.SETUP: settings}

    assert "/signin" == stranger(house).get("/").headers["location"]
    for role, place in wanted.items():
        me = guest(house, team, role, connection=connection)

        assert place == me.ask("GET", f"{HOST}/").headers["location"]


def test_signing_out_ends_the_session(house, team):
    """What the browser held opens nothing any more, and is taken from it; a GET does nothing."""
    me = guest(house, team)
    held = me.client.cookies[COOKIE]
    looked = me.ask("GET", f"{HOST}/signout")
    assert (405, "POST") == (looked.status_code, looked.headers["allow"])
    assert 200 == me.get().status_code
    out = me.ask("POST", f"{HOST}/signout", data={"csrf": me.csrf()})

    assert (303, "/signin") == (out.status_code, out.headers["location"])
    assert COOKIE not in me.client.cookies
    assert 303 == me.ask("GET", "", headers={"cookie": f"{COOKIE}={held}"}).status_code
    begun, ended = [each for each in notes(house, team) if each.action.startswith("session.")][-2:]
    assert ("session.begin", "session.end") == (begun.action, ended.action)
    assert (begun.who, begun.target) == (ended.who, ended.target)


def test_whoever_sets_up_can_sign_out(house, team):
    """They are nobody's but the connection's guest, and leave as everybody does."""
    connection = house.way(team, "generic").connection
    me = guest(house, team, Role.SETUP, connection=connection)
    out = me.ask("POST", f"{HOST}/signout", data={"csrf": me.csrf()})

    assert (303, "/signin") == (out.status_code, out.headers["location"])
    assert COOKIE not in me.client.cookies


@pytest.mark.parametrize("role", [Role.ADMIN, Role.OWNER, Role.OPERATOR])
def test_whoever_tries_the_link_they_made_stays_who_they_are(house, team, role):
    """A set-up link shows an admin of that team no more than they see; their session goes on."""
    connection = house.way(team, "generic").connection
    _, text = house.run(house.house.links.for_setup(connection, by=BY))
    me = guest(house, team, role)
    came = me.ask("GET", f"{HOST}/links/{text}")
    page = me.ask("GET", HOST + came.headers["location"])

    assert 303 == came.status_code
    assert came.headers["location"].endswith(f"/authentication/scim/{connection.id}")
    assert f"You stay signed in, as {role}: whoever else opens that link sets this up." in words(page)
    assert 200 == me.get("/admins").status_code
    assert None is house.run(house.house.links.of(connection))[0].used_at


def test_to_everybody_else_a_set_up_link_is_a_session_of_its_own(house, team):
    """Also to whoever may less, or looks after another team."""
    connection = house.way(team, "generic").connection
    _, text = house.run(house.house.links.for_setup(connection, by=BY))
    for me in (guest(house, team, Role.AUDITOR), guest(house, house.team(seats=1))):
        came = me.ask("GET", f"{HOST}/links/{text}")

        assert "Sets this up" not in words(me.ask("GET", HOST + came.headers["location"]))
        assert 200 == me.ask("GET", HOST + came.headers["location"]).status_code
        assert 403 == me.ask("GET", f"{HOST}/teams/{team.id}/admins").status_code


def test_coming_in_again_ends_what_was_before(house, team, text):
    """A browser that is signed in anew holds something else, and what it held opens nothing."""
    me = guest(house, team)
    before = me.client.cookies[COOKIE]
    me.ask("GET", f"{HOST}/links/{text}")
    old = Guest(bench=house, client=stranger(house).client, team=team)

    assert before != me.client.cookies[COOKIE]
    assert 200 == me.get().status_code
    assert 303 == old.ask("GET", "", headers={"cookie": f"{COOKIE}={before}"}).status_code


def test_nobody_chooses_what_their_browser_holds(house, team, text):
    """A value that was planted before (session fixation) is never taken over."""
    who = stranger(house)
    came = who.ask("GET", f"{HOST}/links/{text}", headers={"cookie": f"{COOKIE}={'0' * 64}"})

    assert "0" * 64 != cookies(came)[COOKIE].value


def test_a_token_opens_no_page_and_a_cookie_no_connection(house, team):
    """What opens SCIM or the API opens nothing here, and the other way round."""
    way, key, me = house.way(team, "generic"), house.key(team), guest(house, team)
    who, held = stranger(house), me.client.cookies[COOKIE]
    for token in (way.token, key):
        by_header = who.ask("GET", f"/teams/{team.id}", headers={"authorization": f"Bearer {token}"})
        by_cookie = who.ask("GET", f"/teams/{team.id}", headers={"cookie": f"{COOKIE}={token}"})

        assert [303, 303, 410] == [
            by_header.status_code,
            by_cookie.status_code,
            who.get(f"/links/{token}").status_code,
        ]
    for path in (f"{way.path}/Users", f"/api/v1/teams/{team.id}/entitlements?user=ann@a.example"):
        asked = [
            me.ask("GET", HOST + path).status_code,
            who.ask("GET", path, headers={"authorization": f"Bearer {held}"}).status_code,
        ]

        assert [401, 401] == asked


def test_a_revoked_link_ends_what_it_began(house, team):
    """The next request of whoever came by it is a stranger's."""
    link, text = house.run(house.house.links.for_admin(team, by=BY))
    me = Guest(bench=house, client=stranger(house).client, team=team)
    me.ask("GET", f"{HOST}/links/{text}")
    before = me.get().status_code
    house.run(house.house.links.revoke(team, link.key_id, by=BY))

    assert (200, 303) == (before, me.get().status_code)


def test_whoever_tries_in_vain_has_to_wait(house, text):
    """Of many tries from one address most are not even looked at; another address is in nobody's way."""
    flood = stranger(house)
    tried = [flood.get("/links/nothing") for _ in range(30)]

    assert {410, 429} == {each.status_code for each in tried}
    assert "1" == tried[-1].headers["retry-after"]
    assert 303 == stranger(house).get(f"/links/{text}").status_code


def test_a_link_opens_whoever_tried_in_vain_behind_the_same_proxy(house, text):
    """Only what opens nothing is counted, and only then: an address is many people's."""
    crowd = stranger(house)
    tried = [crowd.get("/links/nothing").status_code for _ in range(30)]

    assert 429 == tried[-1]
    assert 303 == crowd.get(f"/links/{text}").status_code
