"""Tokens and set-up links of a connection: shown once, rotated, revoked, and what they open."""

from __future__ import annotations

import re

import pytest

from hub.teams import State
from tests.inprocess import Way
from tests.web.portal.connections import (
    AT,
    SCIM,
    TOKEN,
    ann,
    at,
    looked,
    notes,
    state,
)
from tests.web.portal.guests import stranger, words

# Tokens


def test_a_token_is_rotated_without_a_refused_request(house, way, owner):
    """Both open the connection for a week; the page says which one is in use."""
    heard = owner.post(at(way, "/tokens/rotate"), days="90")
    new = Way(team=way.team, connection=way.connection, token=TOKEN.search(heard.text)[0])
    assert (200, 200) == tuple(house.ask(each, "GET", "/Users").status_code for each in (way, new))
    looked(house)
    old, next_ = house.run(house.house.tokens.of(way.connection))

    assert old.expires_at is not None
    assert old.expires_at < next_.expires_at
    assert 1 == owner.get(at(way)).text.count("In use")
    assert ["token.retire", "token.create"] == [note.action for note in notes(house, way.team)][-2:]


def test_a_token_is_revoked_once_that_is_confirmed(house, way, owner):
    """The page asks, and says when it was used last."""
    house.ask(way, "GET", "/Users")
    looked(house)
    (token,) = house.run(house.house.tokens.of(way.connection))
    asked = owner.get(at(way, f"/tokens/{token.key_id}/revoke"))
    owner.post(at(way, f"/tokens/{token.key_id}/revoke"), why="leaked")

    assert "It was last used" in words(asked)
    assert 401 == house.ask(way, "GET", "/Users").status_code
    assert "leaked" == notes(house, way.team)[-1].why


def test_a_token_of_another_connection_is_not_there(house, team, way, owner):
    """Its key id opens no page of this one."""
    other = house.way(team, "entra")
    (token,) = house.run(house.house.tokens.of(other.connection))

    assert 404 == owner.get(at(way, f"/tokens/{token.key_id}/revoke")).status_code
    assert 404 == owner.post(at(way, f"/tokens/{token.key_id}/revoke")).status_code
    assert 200 == house.ask(other, "GET", "/Users").status_code


def test_only_what_is_offered_can_be_chosen(house, way, owner):
    """A token ends after one of the times that the page lists."""
    assert 400 == owner.post(at(way, "/tokens"), days="1").status_code
    assert 400 == owner.post(at(way, "/tokens"), days="x").status_code
    assert 200 == owner.post(at(way, "/tokens"), days="365").status_code


# The set-up link


@pytest.fixture
def outsider(house, way, owner):
    """An outside admin, who followed the link that the page shows."""
    heard = owner.post(at(way, "/links"))
    link = re.search(r"https://hub\.example(/links/hub_\w+)", heard.text)[1]
    came = stranger(house)
    assert at(way) in came.get(link).headers["location"]
    return type(came)(bench=house, client=came.client, team=way.team)


def test_an_outside_admin_sees_the_guide_and_no_people(house, way, owner, outsider):
    """Endpoint, guide, what arrives, but not who; no tokens, terms or switches."""
    ann(house, way)
    ann(house, way, "p1@a.example")
    ann(house, way, "p2@a.example")
    house.ask(way, "GET", "/Users", startIndex="1", count="2")
    looked(house)
    seen, own = outsider.get(at(way)), owner.get(at(way))

    assert "Set up Okta" in words(seen)
    assert f"/scim/v2/{way.connection.id}" in seen.text
    assert "The test request from Okta arrived" in words(seen)
    for secret in ("a.example", "Revoke", "Turn off", "Domains", "Refused", "Set-up link"):
        assert secret not in words(seen)
        assert secret in words(own)


def test_an_outside_admin_creates_a_token_and_that_is_all(house, way, outsider):
    """It opens the connection; whatever else is sent is refused, and another connection is not there."""
    text = TOKEN.search(outsider.post(at(way, "/tokens"), days="90").text)[0]
    new = Way(team=way.team, connection=way.connection, token=text)
    other = house.way(way.team, "entra")
    (token, _) = house.run(house.house.tokens.of(way.connection))

    assert 200 == house.ask(new, "GET", "/Users").status_code
    for path in ("/on", "/pause", "/off", "/tokens/rotate", "/domains", "/provider", "/links",
                 f"/tokens/{token.key_id}/revoke"):  # fmt: skip
        assert 403 == outsider.post(at(way, path), seats="release").status_code
    for path in ("", AT, SCIM, "/admins", "/audit", at(way, "/off"), at(way, "/pause")):
        assert 403 == outsider.get(path).status_code
    assert 404 == outsider.get(at(other)).status_code
    assert 404 == outsider.post(at(other, "/tokens")).status_code
    assert State.ON is state(house, way)


def test_a_set_up_link_is_revoked_with_the_session_begun_by_it(house, way, owner, outsider):
    """With the next request; and only on the page of its own connection."""
    (link,) = house.run(house.house.links.of(way.connection))
    other = house.way(way.team, "entra")
    assert 404 == owner.post(at(other, f"/links/{link.key_id}/revoke")).status_code
    assert 200 == outsider.get(at(way)).status_code
    owner.post(at(way, f"/links/{link.key_id}/revoke"))

    assert 303 == outsider.get(at(way)).status_code
    assert "link.revoke" == notes(house, way.team)[-1].action


def created(outsider, way):
    """Have the outside admin make a token."""
    text = TOKEN.search(outsider.post(at(way, "/tokens"), days="90").text)[0]
    return Way(team=way.team, connection=way.connection, token=text)


def test_what_a_set_up_link_s_token_can_see_is_said(owner, way, outsider):
    """Whoever has the link sees no page of people; the token that they make with it reads all of them."""
    told = words(owner.get(at(way)))

    assert "They see no list of people here; but a token that they make reads and changes" in told
    assert "goes on opening it when the link does not any more" in told


@pytest.mark.parametrize(
    ("more", "status"), [({}, 200), ({"tokens": "yes"}, 401)], ids=["link", "tokens too"]
)
def test_tokens_made_by_a_set_up_link_are_revoked_with_it_if_wanted(
    house, way, owner, outsider, more, status
):
    """The page asks, naming them; those that others made are left alone, and each is in the audit."""
    (link,) = house.run(house.house.links.of(way.connection))
    new = created(outsider, way)
    asked = owner.get(at(way, f"/links/{link.key_id}/revoke"))
    owner.post(at(way, f"/links/{link.key_id}/revoke"), more)

    assert new.token[:16] in words(asked)
    assert way.token[:16] not in words(asked)
    assert (200, status) == tuple(house.ask(each, "GET", "/Users").status_code for each in (way, new))
    wanted = ["link.revoke", "token.revoke"] if more else ["link.revoke"]
    assert wanted == [note.action for note in notes(house, way.team) if note.action.endswith(".revoke")]


def test_a_link_without_tokens_is_revoked_without_a_choice(owner, house, way, outsider):
    """There is nothing to choose; and a link of another connection is not there."""
    (link,) = house.run(house.house.links.of(way.connection))
    asked, other = owner.get(at(way, f"/links/{link.key_id}/revoke")), house.way(way.team, "entra")

    assert "No token was made with it" in words(asked)
    assert 'type="checkbox"' not in asked.text
    assert 404 == owner.get(at(other, f"/links/{link.key_id}/revoke")).status_code
