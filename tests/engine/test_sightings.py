"""What a request shows of its connection."""

from __future__ import annotations

import pytest
from attrs import evolve

from hub.engine.asking.recording import Recording
from hub.engine.asking.requests import Admission
from hub.engine.asking.sightings import sights
from hub.scim.writing import list_response
from hub.spi import Dialect, Inbound, Verb, facts
from hub.spi.messages import create, patch, search
from hub.teams import Connection, State, Team
from plugins.entra import ENTRA
from plugins.okta import OKTA

PLAIN = Dialect(name="plain", title="Plain")
NOBODY = list_response([], 0, 1, 0)
ANN = list_response([b'{"id":"u1","urn:acme:User":{"totalResults":0,"a":1}}'], 1, 1, 1)


def admission(dialect=PLAIN, state=State.ON):
    """Return whose requests these are."""
    team = Team(id="t", name="acme", plan="enterprise", sso_issuer="https://sso.example")
    connection = Connection(id="c", team="t", idp=dialect.name, state=state, domains=("a.example",))
    return Admission(connection=connection, team=team, dialect=dialect)


def shown(asked, *, by=PLAIN, state=State.ON, status=200, answer=None, **recorded):
    """Return what *asked* shows, in order."""
    recording = evolve(Recording("hx_1"), **recorded)
    return list(sights(admission(by, state), asked, recording, status=status, answer=answer))


def read():
    """Return the question for one user."""
    return Inbound(verb=Verb.READ, id="u1")


@pytest.mark.parametrize(
    ("asked", "status", "state", "expected"),
    [
        (None, 200, State.ON, [facts.REQUEST]),
        (read(), 200, State.ON, [facts.REQUEST]),
        (read(), 404, State.ON, [facts.REQUEST]),
        (None, 403, State.DRAFT, [facts.REQUEST, facts.CLOSED]),
        (None, 403, State.OFF, [facts.REQUEST, facts.CLOSED]),
        (None, 503, State.PAUSED, [facts.REQUEST]),
    ],
)
def test_any_request_with_a_token_shows_that_it_arrived(asked, status, state, expected):
    """Refused or not; and that SCIM was off, where it was."""
    assert expected == shown(asked, status=status, state=state)


@pytest.mark.parametrize(
    ("asked", "answer", "expected"),
    [
        (search('userName eq "x"'), NOBODY, [facts.REQUEST, facts.LOOKUP, facts.TEST]),
        (search('userName eq "ann"'), ANN, [facts.REQUEST, facts.LOOKUP]),
        (Inbound(verb=Verb.SEARCH), NOBODY, [facts.REQUEST]),
    ],
)
def test_a_look_up_that_finds_nobody_is_a_test_where_nothing_else_is_known(asked, answer, expected):
    """Somebody who is found is none, nor is a list; what stands in a user's attributes does not matter."""
    assert expected == shown(asked, answer=answer)


@pytest.mark.parametrize("dialect", [OKTA, ENTRA], ids=lambda dialect: dialect.name)
def test_what_a_provider_tests_by_is_its_own(dialect):
    """A look-up for somebody new is no test of a provider that tests in another way."""
    look_up = search('userName eq "new@a.example"')

    assert facts.TEST in shown(dialect.test.example, by=dialect, answer=NOBODY)
    assert facts.TEST not in shown(look_up, by=dialect, answer=NOBODY)
    assert [facts.REQUEST] == shown(dialect.test.example, by=dialect, status=500)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("user_updated", [facts.UPDATED]),
        ("user_deactivated", [facts.REMOVED]),
        ("user_reactivated", [facts.REACTIVATED]),
        ("user_deprovisioned", [facts.REMOVED, facts.DELETED]),
        ("group_changed", [facts.GROUP]),
    ],
)
def test_what_a_change_did_is_seen(event, expected):
    """By the events that it caused; those about seats are none of a connection."""
    changed = patch({"op": "replace", "path": "title", "value": "Guide"})

    assert [facts.REQUEST, *expected] == shown(changed, effect=(event, "seat_taken standard"))


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"userName": "ann"}, []),
        ({"userName": "Ann@A.example"}, [facts.ADDRESS, facts.DOMAIN]),
        ({"userName": "ann@b.example", "externalId": "7"}, [facts.ADDRESS, facts.EXTERNAL_ID]),
    ],
)
def test_a_newcomer_shows_how_people_are_mapped(attributes, expected):
    """An address as a name, a domain of the connection, an external id."""
    seen = shown(create(**attributes), effect=("user_provisioned",))

    assert [facts.REQUEST, facts.CREATED, *expected] == seen


def test_what_arrives_is_what_it_was_put_right_to():
    """An oddity of the provider hides nothing: the mapping is seen in plain SCIM."""
    seen = shown(create(UserName=""), became={"userName": "ann@b.example"}, effect=("user_provisioned",))

    assert facts.ADDRESS in seen


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (create("Group", displayName="Staff", members=[{"value": "u1"}]), True),
        (create("Group", displayName="Staff", members=[]), False),
        (patch({"op": "add", "path": "members", "value": [{"value": "u1"}]}, kind="Group"), True),
        (patch({"op": "add", "value": {"members": [{"value": "u1"}]}}, kind="Group"), True),
        (patch({"op": "remove", "path": 'members[value eq "u1"]'}, kind="Group"), False),
        (patch({"op": "replace", "value": {"displayName": "Crew"}}, kind="Group"), False),
    ],
)
def test_members_of_a_group_are_seen_when_they_come(asked, expected):
    """A group without members, or members who go, are none who come."""
    assert expected == (facts.MEMBERS in shown(asked, effect=("group_changed",)))


def test_quirks_are_seen_by_name():
    """Each has a fact of its own; a request that was refused shows none."""
    changed = patch({"op": "Replace", "path": "title", "value": "Guide"})

    assert "quirk:capitalised-op" in shown(changed, quirks=("capitalised-op",), effect=("user_updated",))
    assert [facts.REQUEST] == shown(changed, status=400, quirks=("capitalised-op",))


def test_every_fact_has_a_detector():
    """No guide waits for what nobody looks for: all facts were seen here, but that of a wrong token."""
    changed = patch({"op": "add", "path": "members", "value": [{"value": "u1"}]})
    effect = ("user_provisioned", "user_updated", "user_reactivated", "user_deprovisioned", "group_changed")
    body = {**changed.body, "userName": "ann@a.example", "externalId": "7"}
    seen = {
        *shown(None, status=403, state=State.OFF),
        *shown(search('userName eq "x"'), answer=NOBODY),
        *shown(evolve(changed, body=body), effect=effect),
    }

    assert set(facts.FACTS) - {facts.WRONG_TOKEN} == seen
