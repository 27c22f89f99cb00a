"""How far a guide was followed, and what there is to tell: out of what was seen."""

from __future__ import annotations

import pytest

from hub.engine.asking.sightings import Sighting
from hub.engine.watched.health import Health
from hub.engine.watched.progress import news, ticked, wrong_token
from hub.engine.watched.states import Condition, Headline
from hub.moments import later
from hub.spi import facts
from hub.teams import Connection, State, Token
from plugins.okta import OKTA

NOW = "2026-06-15T12:00:00.000Z"
TOKEN = Token(key_id="abcdefghijkl", team="t", connection="c", digest="d", created_at=NOW)


def health(*seen, state=State.ON, tokens=(TOKEN,)):
    """Return a connection of Okta of which these facts were *seen*: names, or sightings."""
    found = [each if isinstance(each, Sighting) else sighting(each) for each in seen]
    return Health(
        connection=Connection(id="c", team="t", idp="okta", state=state),
        dialect=OKTA,
        guide=OKTA.guides[0],
        headline=Headline(condition=Condition.CONNECTED, says="Connected"),
        tokens=tokens,
        seen={each.fact: each for each in found},
        hours=(),
        writes=0,
        failed=0,
        oddities=(),
    )


def sighting(fact, *, ago=60, first=None, detail=None):
    """Return a fact that was seen last so many seconds ago."""
    last = later(NOW, -ago)
    return Sighting(connection="c", fact=fact, first_at=first or last, last_at=last, detail=detail)


def told(found, newcomer=None):
    """Return what is told, each with whether it is good."""
    return [(each.says, each.good) for each in news(found, newcomer=newcomer, at=NOW)]


def test_a_step_is_done_once_all_is_seen_that_shows_it():
    """What was seen is ticked; what cannot be seen never is."""
    before = ticked(health(facts.REQUEST, facts.CREATED))
    after = ticked(health(facts.REQUEST, facts.CREATED, facts.UPDATED, facts.REMOVED))

    assert [False, False, True, False, False, False, False, False, False] == [each.done for each in before]
    assert [5, 7] == [n for n, (a, b) in enumerate(zip(before, after, strict=True), 1) if a.done != b.done]
    assert [True, False, False] == [seen is not None for _, seen in before[4].seen]


def test_the_latest_is_told_first():
    """A test, a person, a removal: each in a sentence."""
    found = health(
        sighting(facts.TEST, ago=300),
        sighting(facts.CREATED, ago=200),
        sighting(facts.REMOVED, ago=100),
        facts.REQUEST,
    )

    assert [
        ("A removal arrived and was done", True),
        ("The first person arrived from Okta", True),
        ("The test request from Okta arrived and was answered", True),
    ] == told(found)


def test_who_arrived_is_told_to_those_who_may_know():
    """In the words of whoever looked it up."""
    found = health(facts.CREATED)

    assert [("The first person arrived: ann has a standard seat", True)] == told(
        found, "The first person arrived: ann has a standard seat"
    )


def test_later_people_are_not_the_first():
    """Once more than one has arrived."""
    found = health(sighting(facts.CREATED, first=later(NOW, -9_000)))

    assert [("People arrive from Okta", True)] == told(found)


def test_a_request_is_news_where_nothing_else_is():
    """It says that endpoint and token are right."""
    assert [("Okta has reached us with this token", True)] == told(health(facts.REQUEST))


def test_what_is_older_than_a_day_is_no_news():
    """A page of every day is not full of what was once."""
    assert [] == told(health(sighting(facts.TEST, ago=90_000), sighting(facts.REQUEST, ago=90_000)))


@pytest.mark.parametrize(("state", "count"), [(State.DRAFT, 1), (State.OFF, 1), (State.ON, 0)])
def test_a_request_while_it_is_off_is_told_of_until_it_is_on(state, count):
    """With what to do about it."""
    found = news(health(facts.CLOSED, state=state), newcomer=None, at=NOW)

    assert count == len(found)
    assert all("Turn on SCIM" in each.remedy for each in found)


def test_a_wrong_token_is_told_of_until_a_right_one_comes():
    """A request that was let in since makes it history."""
    wrong = sighting(facts.WRONG_TOKEN, ago=50, detail="abcd")

    assert [("Somebody reached this endpoint with a wrong token; it starts with “abcd”", False)] == told(
        health(wrong, sighting(facts.REQUEST, ago=60))
    )
    assert [("Okta has reached us with this token", True)] == told(
        health(wrong, sighting(facts.REQUEST, ago=40))
    )


@pytest.mark.parametrize(
    ("shown", "how"),
    [
        ("", "without any token"),
        ("hub_", "with a token that is not whole"),
        ("hub_zzzzzzzzzzzz", "with hub_zzzzzzzzzzzz, a token of another connection"),
        ("hub_abcdefghijkl", "with the token hub_abcdefghijkl, which was revoked"),
        ("hub_mnopqrstuvwx", "with the token hub_mnopqrstuvwx, which has expired"),
        ("abcd", "with a wrong token; it starts with “abcd”"),
    ],
)
def test_what_is_wrong_with_a_token_is_said_as_far_as_it_is_known(shown, how):
    """Which of the hub's own it was, or how it begins."""
    ours = [
        Token(key_id="abcdefghijkl", team="t", connection="c", digest="d", created_at=NOW, revoked_at=NOW),
        Token(key_id="mnopqrstuvwx", team="t", connection="c", digest="d", created_at=NOW, expires_at=NOW),
    ]

    assert f"Somebody reached this endpoint {how}" == wrong_token(shown, ours)[0]
