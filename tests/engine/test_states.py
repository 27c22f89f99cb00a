"""One headline and one next action, state by state, out of facts alone."""

from __future__ import annotations

import pytest
from attrs import evolve

from hub.engine.asking.sightings import Hour, Sighting
from hub.engine.watched.states import Condition, Known, Place, headline
from hub.moments import later
from hub.spi import facts
from hub.teams import Connection, State, Team, Token

NOW = "2026-06-15T12:00:00.000Z"
DAY, HOUR = 86_400, 3_600

TEAM = Team(id="t", name="acme", plan="enterprise", sso_issuer="https://sso.example")
TOKEN = Token(key_id="k1", team="t", connection="c", digest="d", created_at=later(NOW, -30 * DAY))


def seen(fact=facts.REQUEST, *, ago=60):
    """Return a fact that was seen so many seconds ago."""
    at = later(NOW, -ago)
    return {fact: Sighting(connection="c", fact=fact, first_at=at, last_at=at)}


def hours(*back, writes=0, failed=0):
    """Return hours with a request, so many of them back."""
    return [
        Hour(hour=later(NOW, -each * HOUR)[:13], requests=9, writes=writes, failed=failed)
        for each in sorted(back, reverse=True)
    ]


def known(state=State.ON, **more):
    """Return what is known of a connection of Okta that does well."""
    usual = {
        "team": TEAM,
        "connection": Connection(id="c", team="t", idp="okta", state=state),
        "called": "Okta",
        "silent_hours": 24,
        "tokens": [TOKEN],
        "seen": seen(),
        "hours": hours(*range(48)),
        "at": NOW,
    }
    return Known(**{**usual, **more})


def told(found):
    """Return a headline as a page shows it."""
    return found.condition, found.says, found.action, found.place


@pytest.mark.parametrize("state", [State.DRAFT, State.OFF])
@pytest.mark.parametrize(
    ("team", "expected"),
    [
        (
            evolve(TEAM, plan="free", sso_issuer=None),
            (Condition.PLAN, "SCIM is not in your plan", "Ask for SCIM", Place.PLAN),
        ),
        (
            evolve(TEAM, sso_issuer=None),
            (Condition.SIGN_IN, "Set up sign-in first", "Set up SSO", Place.SIGN_IN),
        ),
        (TEAM, (Condition.OFF, "Seats are assigned by hand", "Turn on SCIM", Place.SWITCH)),
    ],
)
def test_before_it_is_on_the_next_condition_is_said(state, team, expected):
    """First the plan, then sign-in, then the switch."""
    assert expected == told(headline(known(state, team=team)))


def test_a_provider_that_knocks_while_it_is_off_is_told_of():
    """A failed test explains itself: it arrived, and SCIM is off."""
    found = headline(known(State.DRAFT, seen=seen() | seen(facts.CLOSED)))

    assert (Condition.OFF, "Okta has reached us, and SCIM is off", "Turn on SCIM", Place.SWITCH) == told(
        found
    )


@pytest.mark.parametrize(
    ("team", "says", "action", "place"),
    [
        (TEAM, "Paused: nobody can be added", "Resume SCIM", Place.SWITCH),
        (
            evolve(TEAM, plan="free"),
            "SCIM is paused: it is not in your plan any more",
            "Ask for SCIM",
            Place.PLAN,
        ),
        (
            evolve(TEAM, sso_issuer=None),
            "SCIM is paused: there is no sign-in",
            "Set up SSO",
            Place.SIGN_IN,
        ),
    ],
)
def test_a_pause_says_why_and_how_it_ends(team, says, action, place):
    """An administrator's own is resumed; a lapsed plan has to come back."""
    paused = headline(known(State.PAUSED, team=team))

    assert (Condition.PAUSED, says, action, place) == told(paused)
    assert team is TEAM or paused == headline(known(State.ON, team=team))


@pytest.mark.parametrize(
    ("tokens", "says"),
    [
        ([], "No token opens this connection"),
        ([evolve(TOKEN, revoked_at=NOW)], "No token opens this connection"),
        ([evolve(TOKEN, expires_at=later(NOW, -5 * DAY))], "Its token expired 5 days ago"),
    ],
)
def test_without_a_valid_token_nobody_gets_in(tokens, says):
    """That comes before anything else that may be wrong."""
    found = headline(known(tokens=tokens, hours=hours(0, writes=9, failed=9)))

    assert (Condition.LOCKED_OUT, says, "Create token", Place.TOKENS) == told(found)


@pytest.mark.parametrize(
    ("writes", "failed", "at_risk"),
    [(90, 31, True), (5, 5, True), (4, 4, False), (100, 9, False), (50, 5, True), (0, 0, False)],
)
def test_many_failed_changes_are_a_risk(writes, failed, at_risk):
    """Five at least, and a tenth of them."""
    found = headline(known(hours=[*hours(30), *hours(2, writes=writes, failed=failed)]))

    assert (Condition.AT_RISK if at_risk else Condition.CONNECTED) == found.condition
    if at_risk:
        assert (f"{failed} of {writes} changes failed within a day", Place.FAILURES) == (
            found.says,
            found.place,
        )


def test_failures_of_the_day_before_are_forgotten():
    """What was mended is not held up."""
    assert headline(known(hours=[*hours(26, writes=9, failed=9), *hours(*range(20))])).well


@pytest.mark.parametrize(
    ("seconds", "says"),
    [
        (9 * DAY, "Its token expires in 9 days"),
        (30 * HOUR, "Its token expires in 30 hours"),
        (60, "Its token expires in 1 hour"),
    ],
)
def test_the_last_token_that_ends_is_told_of(seconds, says):
    """In time to make the next one."""
    found = headline(known(tokens=[evolve(TOKEN, expires_at=later(NOW, seconds))]))

    assert (Condition.ENDING, says, "Create the next token", Place.TOKENS) == told(found)


def test_a_token_that_ends_later_is_nothing_to_do_now():
    """Two weeks before is soon enough."""
    assert headline(known(tokens=[evolve(TOKEN, expires_at=later(NOW, 15 * DAY))])).well


@pytest.mark.parametrize(
    ("old_used", "new_used", "expected"),
    [
        ("2026-06-15T11:00:00.000Z", None, Condition.ENDING),
        ("2026-06-15T11:00:00.000Z", "2026-06-15T11:30:00.000Z", Condition.CONNECTED),
        (None, None, Condition.CONNECTED),
    ],
)
def test_after_a_rotation_the_provider_has_to_change_over(old_used, new_used, expected):
    """Two are valid, and the one that ends is the one in use."""
    old = evolve(TOKEN, expires_at=later(NOW, 3 * DAY), used_at=old_used)
    found = headline(known(tokens=[old, evolve(TOKEN, key_id="k2", used_at=new_used)]))

    assert expected == found.condition
    if expected is Condition.ENDING:
        assert "Okta still uses the token that expires in 3 days" == found.says


def test_one_that_never_asked_is_waited_for():
    """The guide is what to do next."""
    found = headline(known(seen={}, hours=[]))

    assert (
        Condition.WAITING,
        "Waiting for the first request from Okta",
        "Open the guide",
        Place.GUIDE,
    ) == told(found)


@pytest.mark.parametrize(
    ("rhythm", "silent_hours", "ago", "says"),
    [
        (range(50, 100), 1, 9 * DAY, "No request for 9 days, usually every hour"),
        (range(50, 100), 1, 5 * HOUR, None),
        (range(50, 100), 1, 7 * HOUR, "No request for 7 hours, usually every hour"),
        (range(50, 100), 24, 7 * HOUR, None),
        (range(50, 500, 72), 1, 18 * DAY, None),
        (range(50, 500, 72), 1, 19 * DAY, "No request for 19 days, usually every 3 days"),
        ([50, 60], 1, 6 * DAY, None),
        ([50, 60], 1, 8 * DAY, "No request for 8 days"),
    ],
)
def test_silence_is_held_against_what_is_usual(rhythm, silent_hours, ago, says):
    """Six times its own rhythm, as long as its provider may be silent, or a week where none is known."""
    found = headline(known(seen=seen(ago=ago), hours=hours(*rhythm), silent_hours=silent_hours))

    assert (Condition.QUIET if says else Condition.CONNECTED) == found.condition
    assert says in (None, found.says)


@pytest.mark.parametrize(
    ("ago", "says"),
    [
        (3, "Connected, last request just now"),
        (120, "Connected, last request 2 minutes ago"),
        (3 * HOUR, "Connected, last request 3 hours ago"),
    ],
)
def test_what_is_well_says_when_it_was_last_heard(ago, says):
    """Nothing is to be done, and no action is offered."""
    found = headline(known(seen=seen(ago=ago)))

    assert (Condition.CONNECTED, says, "", Place.NOWHERE) == told(found)
    assert found.well
