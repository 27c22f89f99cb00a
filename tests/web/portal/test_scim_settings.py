"""The settings of SCIM: connections listed, made, turned on and off, and what is said of them."""

from __future__ import annotations

import os

import pytest

from hub.engine.signing.drafts import Draft
from hub.providers import Protocol
from hub.teams import Role, State
from tests.author import BY
from tests.inprocess import Way
from tests.sso.forgery import Hand
from tests.sso.test_metadata import described, key
from tests.web.portal.connections import (
    AT,
    SCIM,
    ann,
    at,
    create,
    held,
    kept,
    made,
    notes,
    state,
)
from tests.web.portal.guests import guest, words

# The index and the list


def test_settings_lead_to_sso_and_scim(owner):
    """From Settings, Security, Authentication to both; each with its state."""
    heard = owner.get(AT)

    assert "Settings Security Authentication" in words(heard)
    for path in ("/sso", "/scim"):
        assert f'href="/teams/{owner.team.id}{AT}{path}"' in heard.text
    assert "Seats are assigned by hand" in words(heard)


def test_sso_comes_first(house):
    """Without it the page says so, and what there is to do."""
    bare = house.run(house.house.teams.create(f"bare {os.urandom(4).hex()}", seats=1, plan="free", by=BY))
    heard = guest(house, bare).get(AT)

    assert "Set up sign-in first" in words(heard)
    assert "Set up SSO" in words(heard)


def test_every_provider_with_a_guide_can_be_connected(owner):
    """Each dialect's, and each of those that share one."""
    heard = owner.get(SCIM)

    for title in (
        "Okta",
        "Microsoft Entra ID",
        "OneLogin",
        "JumpCloud",
        "PingOne",
        "Another identity provider",
    ):
        assert f">{title}</option>" in heard.text


def test_a_connection_is_made_with_its_token_shown_once(house, team, owner):
    """It is a draft; endpoint and token are filled into the guide; the next look shows the token no more."""
    heard = create(owner)
    way = made(house, team, heard)
    again = owner.get(at(way))

    assert State.DRAFT is state(house, way)
    assert f"https://hub.example/scim/v2/{way.connection.id}" in heard.text
    assert f'<code id="step-3-2-5-3">{way.token}</code>' in heard.text
    assert "no-store" == heard.headers["cache-control"]
    assert way.token not in again.text
    assert "(your token)" in again.text
    assert "connection.create" in [note.action for note in notes(house, team)]


def test_the_guide_that_was_chosen_is_followed(house, team, owner):
    """A provider without a dialect of its own has a guide of its own."""
    way = made(house, team, create(owner, "generic/onelogin"))
    assert ("generic", "onelogin") == (way.connection.idp, way.connection.guide)
    assert "SCIM Provisioner with SAML" in words(owner.get(at(way)))

    owner.post(at(way, "/guide"), guide="jumpcloud")
    assert "Identity Management" in words(owner.get(at(way)))
    assert 409 == owner.post(at(way, "/guide"), guide="nothing").status_code


@pytest.mark.parametrize("provider", ["", "okta", "okta/entra", "nothing/at-all"])
def test_what_is_not_offered_cannot_be_connected(house, team, owner, provider):
    """The page comes again and says what is missing."""
    heard = create(owner, provider)

    assert 422 == heard.status_code
    assert "Choose whom to connect" in words(heard)
    assert [] == house.run(house.house.connections.of(team))


# Switches


@pytest.mark.parametrize(
    ("plan", "issuer", "says"),
    [
        ("free", "https://sso.example", "SCIM is not in your plan"),
        ("enterprise", None, "Nobody has signed in by SSO yet"),
    ],
)
def test_it_is_locked_until_its_conditions_are_met(house, plan, issuer, says):
    """The button is disabled with the reason beside it; to send the form all the same changes nothing."""
    engine = house.house
    name = f"locked {plan} {os.urandom(4).hex()}"
    team = house.run(engine.teams.create(name, seats=1, plan=plan, sso_issuer=issuer, by=BY))
    connection, token = house.run(engine.connections.create(team, idp="okta", by=BY))
    way, owner = Way(team=team, connection=connection, token=token), guest(house, team)
    page, heard = owner.get(at(way)), owner.post(at(way, "/on"))

    assert says in words(page)
    assert '<button disabled aria-describedby="lacks">Turn on SCIM</button>' in page.text
    assert 409 == heard.status_code
    assert "SCIM cannot be turned on" in words(heard)
    assert State.DRAFT is state(house, way)


def test_it_is_turned_on_and_nobody_s_seat_moves(house, team, owner):
    """Twice is once; it stands in the audit by whoever did it."""
    way = made(house, team, create(owner))
    for _ in range(2):
        assert 303 == owner.post(at(way, "/on")).status_code

    turned = [note for note in notes(house, team) if note.action == "connection.on"]
    assert State.ON is state(house, way)
    assert 1 == len(turned)
    assert turned[0].who.startswith("link:")
    assert "assigns seats" in words(owner.get(at(way)))


def test_pausing_is_asked_for_and_resumed(house, way, owner):
    """The page says what it does, and keeps the reason."""
    assert "whom Okta removes is removed" in words(owner.get(at(way, "/pause")))
    owner.post(at(way, "/pause"), why="maintenance")
    assert State.PAUSED is state(house, way)
    assert "Nobody can be added" in words(owner.get(at(way)))
    owner.post(at(way, "/on"))
    assert State.ON is state(house, way)


def test_turning_it_off_keeps_seats_unless_they_are_to_be_released(house, way, owner):
    """Both are said before, with whom it concerns; nothing is chosen by accident."""
    ann(house, way)
    asked = owner.get(at(way, "/off"))
    assert "1 person will keep their access, with 1 seat" in words(asked)
    assert "ann@a.example" in words(asked)
    assert 422 == owner.post(at(way, "/off")).status_code
    assert State.ON is state(house, way)

    owner.post(at(way, "/off"), seats="keep")
    assert (State.OFF, 1) == (state(house, way), held(house, way))
    owner.post(at(way, "/on"))
    assert "1 person" in words(owner.get(at(way, "/off")))
    owner.post(at(way, "/off"), seats="release")
    assert (State.OFF, 0) == (state(house, way), held(house, way))


def test_too_many_are_not_released_while_a_browser_waits(house, way, owner, monkeypatch):
    """The page names the command, and nothing is done."""
    monkeypatch.setattr("hub.web.portal.connection_switch.RELEASED_MAX", 0)
    ann(house, way)
    heard = owner.post(at(way, "/off"), seats="release")

    assert f"hub connection off {way.connection.id} --release" in words(heard)
    assert (State.ON, 1) == (state(house, way), held(house, way))


# Terms


def test_an_owner_says_for_which_domains_it_vouches(house, way, owner):
    """Separated by blanks or commas; what is none is said beside the field, with what was typed."""
    owner.post(at(way, "/domains"), domains="A.example, b.example")
    assert ("a.example", "b.example") == kept(house, way).domains
    heard = owner.post(at(way, "/domains"), domains="not a domain")

    assert 422 == heard.status_code
    assert "'not' is not a domain" in words(heard)
    assert 'value="not a domain"' in heard.text
    assert 403 == guest(house, way.team, Role.ADMIN).post(at(way, "/domains"), domains="").status_code


def test_an_owner_says_whom_its_people_sign_in_with(house, way, owner):
    """That lends its domains to a provider, and so says who may sign in as an owner: admins look on."""
    draft = Draft(title="Company", metadata=described(key(Hand.new().text)).decode())
    provider = house.run(house.house.providing.create(way.team, Protocol.SAML, draft, by=BY))
    admin = guest(house, way.team, Role.ADMIN)

    assert 403 == admin.post(at(way, "/provider"), signs_in_by=provider.id).status_code
    assert None is kept(house, way).provider
    assert 'name="signs_in_by"' not in admin.get(at(way)).text
    assert "Company. An owner can change it" in words(admin.get(at(way)))
    assert 303 == owner.post(at(way, "/provider"), signs_in_by=provider.id).status_code
    assert provider.id == kept(house, way).provider


def test_a_provider_that_there_is_not_is_nobody_s(house, way, owner):
    """To choose one that has gone says so."""
    heard = owner.post(at(way, "/provider"), signs_in_by="nothing")

    assert 409 == heard.status_code
    assert "There is no such provider any more" in words(heard)
    assert None is kept(house, way).provider


def test_a_connection_of_another_team_is_not_there(house, way, owner):
    """Whatever is asked of it below one's own team."""
    other = house.way(house.team(seats=1), "okta")

    for path in ("", "/off", "/pause"):
        assert 404 == owner.get(at(other, path)).status_code
    for path in ("/on", "/off", "/pause", "/tokens", "/tokens/rotate", "/links", "/domains", "/guide"):
        assert 404 == owner.post(at(other, path), seats="keep", guide="okta").status_code
    assert State.ON is state(house, other)
