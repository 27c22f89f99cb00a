"""What becomes of a seat in the write that asks for it: policies, queue, grace, refusals, shares told of."""

from __future__ import annotations

import pytest
from attrs import evolve

from hub.engine.common.failpoints import Failed
from storage.queues import Queues
from tests.seated import crew


def test_who_finds_no_seat_waits_and_is_seated_in_turn(house):
    """They are stored and answered 201; whoever comes later waits behind them, whatever comes free."""
    team = crew(house, seats=1)
    team.kind("standard", policy="wait")
    ann = team.make("ann")

    team.make("bob")
    team.make("cid")
    assert {"ann": "standard", "bob": "?standard", "cid": "?standard"} == team.spots()
    assert 200 == team.switch(ann, active=False)
    team.make("dan")  # the seat that ann freed is bob's
    assert {"ann": "", "bob": "?standard", "cid": "?standard", "dan": "?standard"} == team.spots()
    team.settle()
    assert {"ann": "", "bob": "standard", "cid": "?standard", "dan": "?standard"} == team.spots()
    team.buy("standard", 2)
    team.settle()

    assert {"ann": "", "bob": "standard", "cid": "standard", "dan": "standard"} == team.spots()
    assert ["taken", "released", "taken", "taken", "taken"] == team.book()
    assert [
        *("seat_taken", "seats_threshold", "seat_waiting", "seat_waiting", "seat_released", "seat_waiting"),
        *("seat_taken", "seats_threshold", "seat_taken", "seat_taken", "seats_threshold"),
    ] == [name for name, _ in team.told()]


def test_who_leaves_while_they_wait_leaves_the_queue(house):
    """At once, and nobody is told of a seat that never was."""
    team = crew(house, seats=0)
    team.kind("standard", policy="wait")
    ann, bob = team.make("ann"), team.make("bob")

    assert 200 == team.switch(ann, active=False)
    assert 204 == team.delete(bob)
    assert [] == team.rows("SELECT 1 FROM waiting WHERE team_id = $1")
    assert [0] == [row["waiting"] for row in team.rows("SELECT waiting FROM seats WHERE team_id = $1")]
    assert [("seat_waiting", "standard")] * 2 == team.told()
    assert [] == team.book()


def test_who_waits_and_is_claimed_again_waits_on(house):
    """A second user of one person, and a repeated request, add nothing."""
    team = crew(house, seats=0)
    team.kind("standard", policy="wait")
    ann = team.make("ann@a.example")
    other = evolve(team, way=house.way(team.way.team, "generic", domains=["a.example"]))

    other.make("ANN@a.example")
    assert 409 == team.create("ann@a.example").status_code
    assert 200 == team.switch(ann, active=True)
    assert 200 == team.switch(ann, active=False)
    assert 1 == len(team.rows("SELECT 1 FROM waiting WHERE team_id = $1"))


@pytest.mark.parametrize("policy", ["overflow", "overdraft"])
def test_seats_of_another_kind_or_lent_ones_are_given(house, policy):
    """As many as there are; then nobody gets in."""
    team = crew(house, seats=1)
    team.buy("viewer", 1)
    team.kind(
        "standard", policy=policy, **{"overflow": "viewer"} if policy == "overflow" else {"overdraft": 1}
    )

    team.make("ann")
    team.make("bob")
    assert 403 == team.create("cid").status_code
    second = "viewer" if policy == "overflow" else "standard"
    assert {"ann": "standard", "bob": second} == team.spots()
    assert ["taken", "taken"] == team.book()


def test_reactivation_goes_the_same_way(house):
    """By PUT and by PATCH: somebody who comes back waits like a newcomer, or is refused like one."""
    team = crew(house, seats=1)
    team.make("ann")
    bob, cid = team.make("bob", active=False), team.make("cid", active=False)
    assert 403 == team.switch(bob, active=True)

    team.kind("standard", policy="wait")
    assert 200 == team.switch(bob, active=True)
    put = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "cid", "active": True}
    assert 200 == house.ask(team.way, "PUT", f"/Users/{cid}", put).status_code
    assert {"ann": "standard", "bob": "?standard", "cid": "?standard"} == team.spots()


def test_buying_lets_the_next_attempt_succeed(house):
    """Who was refused is in a list until they are in; a person who is there and out is in it, too."""
    team = crew(house, seats=0)
    bob = team.make("Bob", active=False)

    assert [403, 403] == [team.create(name).status_code for name in ("Ann", "ANN")]
    assert 403 == team.switch(bob, active=True)
    assert [("ANN", "standard", 2), ("Bob", "standard", 1)] == team.refused()
    assert [] == team.told() == team.book()
    team.buy("standard", 2)
    team.make("ann")
    assert [("Bob", "standard", 1)] == team.refused()
    assert 200 == team.switch(bob, active=True)
    assert [] == team.refused()


def test_bulk_refusals_are_kept_as_well(house):
    """Each operation is a request of its own."""
    team = crew(house, seats=1)
    users = [{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name} for name in "abc"]
    operations = [
        {"method": "POST", "path": "/Users", "bulkId": each["userName"], "data": each} for each in users
    ]
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations}

    answer = house.ask(team.way, "POST", "/Bulk", body).json()["Operations"]
    assert ["201", "403", "403"] == [each["status"] for each in answer]
    assert [("b", "standard", 1), ("c", "standard", 1)] == team.refused()


def test_who_is_gone_or_called_otherwise_was_not_refused(house):
    """Refused when they were turned on, they are on the list; deleted, or renamed while off, no longer."""
    team = crew(house, seats=0)
    ann, bob, cid = (team.make(name, active=False) for name in ("ann", "bob", "cid"))
    assert [403] * 3 == [team.switch(id, active=True) for id in (ann, bob, cid)]

    assert 204 == team.delete(ann)
    assert [200, 200] == [team.say(bob, "userName", "bert"), team.say(cid, "userName", "CID")]
    assert [("cid", "standard", 1)] == team.refused()
    assert 204 == team.delete(cid)
    assert [] == team.refused()


def test_a_refusal_that_cannot_be_kept_is_answered_all_the_same(house, monkeypatch):
    """The list is for the administrator; the provider's answer does not hang on it."""

    async def fail(*_):
        raise Failed("refused")

    team = crew(house, seats=0)
    monkeypatch.setattr(Queues, "refused", fail)
    answer = team.create("ann")
    assert (403, True) == (answer.status_code, "No seat left: 0 of 0 Standard" in answer.json()["detail"])
    assert [] == team.refused()


def test_a_seat_is_kept_for_the_same_person_for_a_while(house):
    """Nothing is written; they have it again on a full team; afterwards it is free."""
    team = crew(house, seats=1)
    team.kind("standard", grace=3600)
    ann = team.make("ann@a.example")
    before = (team.book(), team.told())

    assert 200 == team.switch(ann, active=False)
    team.settle()
    assert 403 == team.create("bob@a.example").status_code
    assert 200 == team.switch(ann, active=True)
    team.settle()
    assert [None] == [
        row["settle_at"] for row in team.rows("SELECT settle_at FROM persons WHERE team_id = $1")
    ]
    # Deleted and made again, they are the same person.
    assert 204 == team.delete(ann)
    ann = team.make("ann@a.example")
    assert before == (team.book(), team.told())

    assert 200 == team.switch(ann, active=False)
    team.time_passes()
    team.settle()
    team.settle()
    assert {"ann@a.example": ""} == team.spots()
    assert ["taken", "released"] == team.book()
    assert ("seat_released", "standard") == team.told()[-1]
    assert 403 != team.create("bob@a.example").status_code


def test_a_kept_seat_is_nobody_elses(house):
    """Whoever waits, waits until it is free."""
    team = crew(house, seats=1)
    team.kind("standard", grace=3600, policy="wait")
    ann = team.make("ann")
    team.make("bob")

    assert 200 == team.switch(ann, active=False)
    team.settle()
    assert {"ann": "standard", "bob": "?standard"} == team.spots()
    team.time_passes()
    team.settle()
    assert {"ann": "", "bob": "standard"} == team.spots()


def test_shares_in_use_are_told_of_once_a_crossing(house):
    """With the grant that comes to them, and again once it fell five points below."""
    team = crew(house, seats=20)
    ids = [team.make(f"u{n}") for n in range(20)]

    def told() -> list[tuple[object, ...]]:
        return [tuple((each.after or {}).values()) for each in team.events("seats_threshold")]

    assert [(20, 16, 80), (20, 19, 95), (20, 20, 100)] == told()
    assert {("standard", None, None, "Team")} == {
        (each.seat, each.person, each.resource, each.kind) for each in team.events("seats_threshold")
    }
    for active in (False, True):
        assert 200 == team.switch(ids[0], active=active)
    assert 3 == len(told())
    for active in (False, True):
        assert [200, 200] == [team.switch(id, active=active) for id in ids[:2]]
    assert [(20, 20, 100)] == told()[3:]


def test_a_kind_that_was_never_bought_has_no_seats(house):
    """Who is to have one is refused, and the sentence names it."""
    team = crew(house, seats=1)
    team.rule(('userType eq "Guest"', "viewer"))

    answer = team.create("ann", userType="Guest")
    assert (403, True) == (answer.status_code, "0 of 0 Viewer seats" in answer.json()["detail"])
    team.make("bob")


def test_no_seat_is_a_welcome(house):
    """Who needs none is let in, on a full team, too."""
    team = crew(house, seats=0)
    team.rule(('userType eq "Guest"', None))

    team.make("ann", userType="Guest")
    assert {"ann": ""} == team.spots()
    assert [] == team.told() == team.book()
