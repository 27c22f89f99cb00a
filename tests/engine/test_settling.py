"""Seats brought to rest: by rules and groups, by claims, by time; whatever failed, and nobody twice."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import contextmanager

import asyncpg
import pytest
from attrs import evolve, field, frozen

from hub.engine.common import trail
from hub.engine.common.failpoints import Failed
from hub.engine.common.plugins import Plugins
from hub.engine.rounds import settling as module
from hub.engine.rounds.settling import Settling
from hub.engine.seats import seats
from hub.engine.seats.seating import Seating
from hub.spi import UNDECIDED, Seat, hookimpl
from hub.teams import State
from storage.claims import Claims
from storage.database import Database
from storage.queues import Queues
from storage.unit import DatabaseUnit
from tests.author import BY
from tests.seated import Crew, crew

SALES = ('groups.display eq "Sales"', "sales")
GUEST = ('userType eq "Guest"', "viewer")


def staffed(house, *, standard: int = 2, sales: int = 1, viewer: int = 1) -> Crew:
    """Return a team with three kinds of seats."""
    team = crew(house, seats=standard)
    team.buy("sales", sales)
    team.buy("viewer", viewer)
    return team


async def fail(*_, **__):
    """Stand in for what breaks."""
    raise Failed("broken")


async def refuse(*_, **__):
    """Stand in for what waits for a lock for as long as it may."""
    raise asyncpg.LockNotAvailableError("canceling statement due to lock timeout")


def test_a_changed_profile_wants_another_seat(house):
    """The write marks, settling moves: one entry, one event, and nothing the second time."""
    team = staffed(house)
    team.rule(GUEST)
    ann = team.make("ann")

    assert 200 == team.say(ann, "userType", "Guest")
    assert (1, {"ann": "standard"}) == (team.unsettled(), team.spots())
    team.settle()
    assert (0, {"ann": "viewer"}) == (team.unsettled(), team.spots())
    assert ["taken", "moved"] == team.book()
    assert ("seat_taken", "viewer") in team.told()
    before = (team.book(), team.told())
    team.rows("UPDATE persons SET unsettled = TRUE WHERE team_id = $1")
    team.settle()
    assert before == (team.book(), team.told())


def test_the_old_seat_is_kept_until_the_new_one_comes_free(house):
    """A full kind takes nobody's seat away: they wait for it, first come first served, and keep theirs."""
    team = staffed(house)
    team.rule(GUEST)
    guest = team.make("guest", userType="Guest")
    ann, bob = team.make("ann"), team.make("bob")

    for id in (bob, ann):
        assert 200 == team.say(id, "userType", "Guest")
        team.settle()
    assert {"guest": "viewer", "ann": "standard?viewer", "bob": "standard?viewer"} == team.spots()
    assert 403 == team.create("cid", userType="Guest").status_code
    assert 200 == team.switch(guest, active=False)
    full = team.create("cid", userType="Guest")  # that seat is bob's
    assert (403, True) == (full.status_code, "0 of 1 Viewer seat is taken, and 2 people wait" in full.text)
    team.settle()
    assert {"guest": "", "ann": "standard?viewer", "bob": "viewer"} == team.spots()
    # Who leaves, gives back the one and leaves the queue for the other.
    assert 200 == team.switch(ann, active=False)
    assert {"guest": "", "ann": "", "bob": "viewer"} == team.spots()
    assert [0] == [
        row["total"] for row in team.rows("SELECT sum(waiting) AS total FROM seats WHERE team_id = $1")
    ]
    assert ["taken", "taken", "taken", "released", "moved", "released"] == team.book()


def test_rules_may_take_a_seat_away_or_give_one(house):
    """Down as easily as up: to none, from none, and back to what they hold out of a queue."""
    team = staffed(house, viewer=0)
    team.rule(('userType eq "Robot"', None), GUEST)
    ann = team.make("ann", userType="Robot")

    def becomes(kind):
        assert 200 == team.say(ann, "userType", kind)
        team.settle()
        return team.spots()["ann"]

    assert ["", "standard", "standard?viewer", "standard", ""] == [
        becomes(kind) for kind in ("Robot", "Staff", "Guest", "Staff", "Robot")
    ]
    assert ["taken", "released"] == team.book()


def test_groups_arrive_after_people(house):
    """While they may still come somebody is undecided: seated once the group is there, or the time is up."""
    team = staffed(house)
    team.rule(SALES, settle_after=600)
    ann, bob = team.make("ann"), team.make("bob")

    team.settle()
    assert {"ann": "", "bob": ""} == team.spots()
    assert [] == team.told()
    assert 2 == len(team.rows("SELECT 1 FROM persons WHERE team_id = $1 AND settle_at > $2", "2026"))
    team.group("Sales", ann)
    assert 1 == team.unsettled()
    team.settle()
    assert {"ann": "sales", "bob": ""} == team.spots()
    team.time_passes()
    team.settle()
    assert {"ann": "sales", "bob": "standard"} == team.spots()
    assert [] == team.rows("SELECT 1 FROM persons WHERE team_id = $1 AND settle_at IS NOT NULL")
    assert ["taken", "taken"] == team.book()
    # Turned off before anything was decided, they are nobody's concern; who comes back was here before.
    cid = team.make("cid")
    assert [200, 200] == [team.switch(cid, active=False), team.switch(bob, active=False)]
    assert [] == team.rows("SELECT 1 FROM persons WHERE team_id = $1 AND settle_at IS NOT NULL")
    assert 200 == team.switch(bob, active=True)
    assert {"ann": "sales", "bob": "standard", "cid": ""} == team.spots()


def test_who_is_made_inactive_and_turned_on_is_new_as_well(house):
    """Their groups may still come; of somebody who has been there for longer, they have."""
    team = staffed(house, standard=0, sales=1)
    team.rule(SALES)
    ann = team.make("ann", active=False)

    assert 200 == team.switch(ann, active=True)
    team.group("Sales", ann)
    team.settle()
    assert {"ann": "sales"} == team.spots()
    assert 200 == team.switch(ann, active=False)
    bob = team.make("bob", active=False)
    team.time_passes()
    assert 403 == team.switch(bob, active=True)


def test_who_was_let_in_undecided_waits_whatever_the_policy(house):
    """They were answered 201: full by then, they wait, and newcomers do not take what comes free."""
    team = staffed(house, standard=1)
    team.rule(SALES, settle_after=600)
    ann = team.make("ann")
    bob = team.make("bob")

    team.time_passes()
    team.settle()
    assert ["standard", "?standard"] == sorted(team.spots().values(), reverse=True)
    first = ann if team.spots()["ann"] == "standard" else bob
    assert 200 == team.switch(first, active=False)
    team.rule()
    assert 403 == team.create("cid").status_code
    team.settle()
    assert ["", "standard"] == sorted(team.spots().values())


def test_membership_writes_are_never_refused_for_want_of_a_seat(house):
    """Full is no reason: members come and go, groups within groups as well, and settling does the rest."""
    team = staffed(house, standard=4, sales=2)
    ann, bob, cid = [team.make(name) for name in ("ann", "bob", "cid")]
    team.rule(SALES)
    within = team.group("Within", bob, cid)
    sales = team.group("Sales", ann)

    assert 204 == team.join(sales, within)
    assert 3 == team.unsettled()
    team.settle()
    assert ["sales", "sales", "standard?sales"] == sorted(team.spots().values())
    assert 204 == team.leave(within, bob)
    assert 1 == team.unsettled()
    team.settle()
    assert {"ann": "sales", "bob": "standard", "cid": "sales"} == team.spots()
    renamed = {"op": "replace", "path": "displayName", "value": "Ventes"}
    assert 204 == team.patch(sales, renamed, endpoint="/Groups")
    assert 2 == team.unsettled()
    team.settle()
    assert {"ann": "standard", "bob": "standard", "cid": "standard"} == team.spots()
    assert 204 == team.patch(sales, {**renamed, "value": "Sales"}, endpoint="/Groups")
    team.settle()
    assert {"ann": "sales", "bob": "standard", "cid": "sales"} == team.spots()
    assert 204 == team.delete(sales, endpoint="/Groups")
    assert 2 == team.unsettled()
    team.settle()
    assert {"ann": "standard", "bob": "standard", "cid": "standard"} == team.spots()


@pytest.mark.parametrize("rules", [(), (GUEST,), (SALES,)])
def test_only_who_has_rules_pays_for_them(house, monkeypatch, rules):
    """Without rules no write marks anybody, without rules on groups no membership does; else one does."""
    said = []
    run = Database.run

    async def heard(self, client, sql, *values):
        said.append(sql)
        return await run(self, client, sql, *values)

    team = staffed(house)
    team.rule(*rules)
    ids = [team.make(f"u{n}", active=False) for n in range(30)]
    monkeypatch.setattr(Database, "run", heard)
    team.group("Staff", *ids)
    assert (1 if SALES in rules else 0) == sum("unsettled = TRUE" in sql for sql in said)
    assert 200 == team.switch(ids[0], active=True)
    said.clear()
    assert 200 == team.say(ids[0], "title", "Guide")
    assert (1 if rules else 0) == sum("unsettled = TRUE" in sql for sql in said)


def test_all_users_of_a_person_have_a_say(house):
    """A rule that any of them meets decides; when that one goes, so does what it wanted."""
    team = staffed(house)
    team.rule(GUEST)
    ann = team.make("ann@a.example")
    other = evolve(team, way=house.way(team.way.team, "okta", domains=["a.example"]))

    guest = other.make("ann@a.example", userType="Guest")
    assert 1 == team.unsettled()
    team.settle()
    assert {"ann@a.example": "viewer"} == team.spots()
    assert 200 == other.switch(guest, active=False)
    assert 1 == team.unsettled()
    team.settle()
    assert {"ann@a.example": "standard"} == team.spots()
    assert 200 == team.switch(ann, active=False)
    assert {"ann@a.example": ""} == team.spots()
    assert ["taken", "moved", "moved", "released"] == team.book()


class Chooser:
    """A plugin with an opinion, which may break."""

    def __init__(self):
        self.seats = {}
        self.asked = []

    @hookimpl
    def choose_seat(self, person):
        """Say what was said before of somebody of that name."""
        self.asked.append((person.user_name, person.groups))
        said = self.seats.get(person.user_name)
        if said is Failed:
            raise Failed(person.user_name)
        return said


@contextmanager
def with_plugin(house, plugin):
    """Let a plugin choose seats in *house*."""
    service = house.house.service
    written, plugins = service.writing.provisioning, Plugins.load(plugin)
    asking = (written.users, written.groups, house.house.relay.settling)
    for each in asking:
        object.__setattr__(each, "plugins", plugins)
    try:
        yield
    finally:
        for each in asking:
            object.__setattr__(each, "plugins", service.plugins)


def test_a_plugin_chooses_before_the_rules(house):
    """In the write that grants and when seats settle; it sees the names of groups, and may be undecided."""
    chooser = Chooser()
    team = staffed(house)
    team.rule(GUEST)
    with with_plugin(house, chooser):
        chooser.seats = {"ann": Seat("sales"), "bob": UNDECIDED, "cid": Seat.none()}
        ann, bob = team.make("ann", userType="Guest"), team.make("bob", userType="Guest")
        team.make("cid")
        assert {"ann": "sales", "bob": "", "cid": ""} == team.spots()
        assert [("ann", ()), ("bob", ()), ("cid", ())] == chooser.asked  # a write asks once
        team.group("Staff", ann, bob)
        chooser.seats["ann"] = Seat("standard")
        team.settle()
        assert ("ann", ("Staff",)) in chooser.asked
        assert {"ann": "standard", "bob": "", "cid": ""} == team.spots()
        team.time_passes()
        team.settle()  # undecided for too long, the rules say what is to be
        assert {"ann": "standard", "bob": "viewer", "cid": ""} == team.spots()


def test_who_cannot_be_settled_holds_up_nobody_else(house):
    """A plugin that raises for one, a kind that was never bought for another: the third is settled."""
    chooser = Chooser()
    team = staffed(house, standard=3)
    with with_plugin(house, chooser):
        people = [team.make(name) for name in ("ann", "bob", "cid")]
        chooser.seats = {"ann": Failed, "bob": Seat("golden"), "cid": Seat("viewer")}
        assert [200] * 3 == [team.say(id, "title", "Guide") for id in people]
        team.settle()
        assert {"ann": "standard", "bob": "standard", "cid": "viewer"} == team.spots()
        assert 2 == team.unsettled()
        chooser.seats = {}
        team.settle()  # not before they have rested
        assert 2 == team.unsettled()
        house.house.relay.settling._resting.clear()
        team.settle()
        assert {"ann": "standard", "bob": "standard", "cid": "viewer"} == team.spots()
        assert 0 == team.unsettled()


def test_more_who_fail_than_are_taken_up_at_a_time(house, monkeypatch):
    """Those after them are settled all the same."""
    monkeypatch.setattr(module, "BATCH", 2)
    chooser = Chooser()
    team = staffed(house, standard=5)
    with with_plugin(house, chooser):
        people = [team.make(f"u{n}") for n in range(5)]
        chooser.seats = {f"u{n}": Failed for n in range(4)} | {"u4": Seat("viewer")}
        assert [200] * 5 == [team.say(id, "title", "Guide") for id in people]
        team.settle()
        assert ("viewer", 4) == (team.spots()["u4"], team.unsettled())
    house.house.relay.settling._resting.clear()
    team.settle()


def test_what_another_process_has_settled_rests_no_longer(house, monkeypatch):
    """Nothing is kept of whoever could not be settled here, nor of a queue; marked anew, they are settled."""
    team = crew(house, seats=0)
    team.kind("standard", policy="wait")
    ann = team.make("ann")
    team.rule(GUEST)
    team.buy("standard", 1)
    team.buy("viewer", 1)
    settling = house.house.relay.settling

    def resting():
        return [alarm for alarm, owner, _ in settling._resting if owner == team.team]

    with monkeypatch.context() as patch:
        patch.setattr(Settling, "settle", fail)
        patch.setattr(Settling, "promote", fail)
        assert 200 == team.say(ann, "title", "Guide")
        team.settle()
    assert ["alarm.not_settled", "alarm.not_promoted"] == resting()
    another = evolve(settling)
    house.run(another.settle_due())
    house.run(another.promote_all())
    team.settle()
    assert [] == resting()
    assert 200 == team.say(ann, "userType", "Guest")
    team.settle()
    assert {"ann": "viewer"} == team.spots()


def test_others_have_their_turn_while_those_who_rest_are_passed_over(house, monkeypatch):
    """The loop is theirs after every few people, also where a database answers at once."""
    monkeypatch.setattr(module, "BATCH", 2)
    team = staffed(house, standard=6)
    for n in range(6):
        team.make(f"u{n}")
    team.rows("UPDATE persons SET unsettled = TRUE WHERE team_id = $1")
    turns = []

    async def beside():
        while True:
            await asyncio.sleep(0)
            turns.append("mine")

    async def walk():
        other = asyncio.create_task(beside())
        await house.house.relay.settling.settle_due()
        other.cancel()

    monkeypatch.setattr(Settling, "settle", fail)
    house.run(walk())
    turns.clear()
    house.run(walk())
    monkeypatch.undo()
    house.house.relay.settling._resting.clear()
    team.settle()

    assert 2 <= len(turns)


#: What may break while somebody is removed.
BREAKS = {
    "claims": (Claims, "claims", fail),
    "seats": (Queues, "count", fail),
    "queue": (Queues, "dequeue", fail),
    "book": (DatabaseUnit, "post", fail),
    "grace": (Claims, "settle_at", fail),
    "marks": (Claims, "unsettle", fail),
    "rules": (Seating, "choose", lambda *_, **__: 1 / 0),
    "settle": (Settling, "settle", fail),
    "promote": (Settling, "promote", fail),
}
REMOVALS = {
    "deactivate": lambda team, id, _: team.switch(id, active=False),
    "delete": lambda team, id, _: team.delete(id),
    "leave": lambda team, id, group: team.leave(group, id),
    "delete group": lambda team, _, group: team.delete(group, endpoint="/Groups"),
}


def mend(team):
    """Set the rules that a team has already: as the alarm says that is repaired which nobody marked."""
    ruling = team.hub.house.ruling
    now = team.hub.run(team.hub.house.teams.named(team.team))
    team.hub.run(ruling.apply(now, ruling.rules(now), by=BY, progress=lambda _: None))


@pytest.mark.parametrize("removal", REMOVALS)
@pytest.mark.parametrize("broken", BREAKS)
def test_every_removal_succeeds_and_settling_puts_right_what_is_left(house, monkeypatch, broken, removal):
    """With each part made to fail in turn; afterwards seats, book, queue and claims agree."""
    team = staffed(house, standard=3, sales=1)
    for kind in ("standard", "sales"):
        team.kind(kind, grace=60 if broken == "grace" else 0)
    people = [team.make(name) for name in ("ann", "bob", "cid")]
    team.rule(SALES)
    group = team.group("Sales", *people)
    team.settle()
    assert ["sales", "standard?sales", "standard?sales"] == sorted(team.spots().values())

    with monkeypatch.context() as patch:
        patch.setattr(*BREAKS[broken])
        for id in people:
            assert REMOVALS[removal](team, id, group) in {200, 204, 404}
            team.settle()
    house.house.relay.settling._resting.clear()
    if broken == "marks":  # whom nobody marked, nobody looks at, until they are told to
        mend(team)
    team.settle()
    team.time_passes()
    team.settle()

    gone = removal in {"deactivate", "delete"}
    assert [0 if gone else 3, 0] == [
        row[name]
        for name in ("held", "waiting")
        for row in team.rows(f"SELECT sum({name}) AS {name} FROM seats WHERE team_id = $1")
    ]
    kinds = [
        row["kind"] for row in team.rows("SELECT kind FROM holdings WHERE team_id = $1 AND until IS NULL")
    ]
    assert ([] if gone else ["standard"] * 3) == kinds
    assert [] == team.rows("SELECT 1 FROM waiting WHERE team_id = $1")
    assert 0 == team.unsettled()
    assert [] == house.run(house.house.bookkeeping.verify(team.way.team))


@frozen
class Alarms:
    """Stands in for a log."""

    raised: list[tuple[str, str | None]] = field(factory=list)

    def exception(self, event, repair=None, **_):
        """Keep what was raised, and how it is mended."""
        self.raised.append((event, repair))


@pytest.fixture
def alarms(monkeypatch):
    """Return the alarms that are raised."""
    alarms = Alarms()
    for where in (seats, trail):
        monkeypatch.setattr(where, "log", alarms)
    return alarms.raised


def test_who_has_another_claim_leaves_it_although_they_cannot_be_marked(house, monkeypatch, alarms):
    """The provider's removal is done; an alarm says what finds them again."""
    team = staffed(house)
    team.rule(GUEST)
    other = evolve(team, way=house.way(team.way.team, "okta", domains=["a.example"]))
    team.make("ann@a.example")
    guest = other.make("ann@a.example", userType="Guest")
    team.settle()
    with monkeypatch.context() as patch:
        patch.setattr(Claims, "unsettled", fail)
        assert 200 == other.switch(guest, active=False)
    assert [("alarm.seat_not_released", None), ("alarm.not_marked", seats.REPAIR)] == alarms
    assert {"ann@a.example": "viewer"} == team.spots()

    mend(team)
    team.settle()
    assert {"ann@a.example": "standard"} == team.spots()
    assert [] == house.run(house.house.bookkeeping.verify(team.way.team))


def passing(house):
    """Return an error of this database's that passes, and ends the transaction."""
    if house.house.database.dialect == "postgres":
        return asyncpg.DeadlockDetectedError("deadlock detected")
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR
    return error


@pytest.mark.parametrize("part", ["claims", "book", "marks", "note"])
def test_what_passes_is_no_failure_of_a_part(house, monkeypatch, alarms, part):
    """A removal that loses a race is begun anew as a whole: nothing is left over, and no alarm is raised."""
    team = staffed(house)
    ann, bob = (team.make(name) for name in ("ann", "bob"))
    team.rule(SALES)
    group = team.group("Sales", bob)
    team.settle()
    where, name, _ = {**BREAKS, "note": (DatabaseUnit, "note", fail)}[part]
    done, errors = getattr(where, name), [passing(house)]

    async def once(*said, **also):
        if errors:
            raise errors.pop()
        return await done(*said, **also)

    monkeypatch.setattr(where, name, once)
    match part:
        case "marks":
            assert 204 == team.leave(group, bob)
            assert 1 == team.unsettled()
        case "note":
            house.run(house.house.connections.set_state(team.way.connection, State.OFF, by=BY))
            errors.append(passing(house))
            release = house.house.switches.release(team.way.connection, by=BY, progress=lambda _: None)
            assert 2 == house.run(release)
        case _:
            assert 200 == team.switch(ann, active=False)
            assert (0, "") == (team.unsettled(), team.spots()["ann"])
    assert ([], []) == (errors, alarms)


@pytest.mark.parametrize("house", ["postgres"], indirect=True)
def test_who_waits_for_a_seat_in_vain_leaves_without_giving_it_back(house, monkeypatch):
    """What time ran out for is not begun anew: nothing keeps a removal for longer."""
    team = staffed(house)
    ann = team.make("ann")
    with monkeypatch.context() as patch:
        patch.setattr(Queues, "count", refuse)
        assert 200 == team.switch(ann, active=False)
    assert (1, "standard") == (team.unsettled(), team.spots()["ann"])
    team.settle()
    assert {"ann": ""} == team.spots()


def test_somebody_else_may_give_the_seat_first(house):
    """Two that promote at once give one seat once, and the next one to the next."""
    team = crew(house, seats=0)
    team.kind("standard", policy="wait")
    for name in ("ann", "bob", "cid"):
        team.make(name)
    team.buy("standard", 2)
    settling = house.house.relay.settling

    async def at_once():
        return await asyncio.gather(*(settling.promote(team.team, "standard") for _ in range(4)))

    assert 2 == sum(house.run(at_once()))
    assert {"ann": "standard", "bob": "standard", "cid": "?standard"} == team.spots()
    assert ["taken", "taken"] == team.book()


def test_who_waits_is_not_kept_from_their_turn_by_rules_that_break(house, monkeypatch):
    """A seat is given to whoever waits for it, and what they should have now is asked apart."""
    team = crew(house, seats=0)
    team.rule(GUEST)
    team.kind("standard", policy="wait")
    team.make("ann")
    team.buy("standard", 1)
    monkeypatch.setattr(Seating, "choose", lambda *_, **__: 1 / 0)
    team.settle()
    assert {"ann": "standard"} == team.spots()


def test_whoever_is_gone_is_not_promoted(house):
    """Whom nobody vouches for any more, though that was not noted, leaves the queue instead."""
    team = crew(house, seats=0)
    team.kind("standard", policy="wait")
    ann = team.make("ann")
    team.make("bob")
    team.rows("UPDATE resources SET active = FALSE WHERE team_id = $1 AND id = $2", ann)
    team.buy("standard", 1)
    team.settle()
    assert {"ann": "", "bob": "standard"} == team.spots()


def test_who_is_first_is_looked_up_again_when_nobody_can_come_or_go(house, monkeypatch):
    """Who was first a moment ago, left and came again, is last by now: their turn has passed."""
    team = crew(house, seats=0)
    team.kind("standard", policy="wait")
    ann = team.make("ann")
    team.make("bob")
    (row,) = team.rows("SELECT person_id FROM resources WHERE team_id = $1 AND id = $2", ann)
    assert [200, 200] == [team.switch(ann, active=active) for active in (False, True)]
    team.buy("standard", 1)
    first = Queues.first
    stale = iter([row["person_id"]])

    async def looked(self, kind):
        return next(stale, None) or await first(self, kind)

    monkeypatch.setattr(Queues, "first", looked)
    settling = house.house.relay.settling
    assert 0 == house.run(settling.promote(team.team, "standard"))
    assert {"ann": "?standard", "bob": "?standard"} == team.spots()
    assert 1 == house.run(settling.promote(team.team, "standard"))
    assert {"ann": "?standard", "bob": "standard"} == team.spots()


def test_a_seat_is_kept_from_when_their_leaving_is_noted(house, monkeypatch):
    """Where that failed at first, the time begins when it is put right; nobody has the seat before."""
    team = crew(house, seats=1)
    team.kind("standard", grace=600)
    ann = team.make("ann")
    with monkeypatch.context() as patch:
        patch.setattr(Claims, "claims", fail)
        assert 200 == team.switch(ann, active=False)
    for _ in range(2):
        team.settle()
        assert {"ann": "standard"} == team.spots()
    team.time_passes()
    team.settle()
    assert {"ann": ""} == team.spots()


def test_a_kept_seat_is_not_for_whoever_needs_none_by_now(house):
    """Who comes back within the grace time has what the rules say of them then, not what was kept."""
    team = crew(house, seats=2)
    team.kind("standard", grace=600)
    team.rule(('userType eq "Robot"', None))
    ann = team.make("ann")
    team.settle()

    assert [200] * 3 == [
        team.switch(ann, active=False),
        team.say(ann, "userType", "Robot"),
        team.switch(ann, active=True),
    ]
    assert {"ann": "standard"} == team.spots()
    team.settle()
    assert {"ann": ""} == team.spots()


def test_a_queue_that_fails_hides_none_behind_it(house, monkeypatch):
    """However many cannot be served, the others are; and nothing goes round for nothing."""
    monkeypatch.setattr(module, "BATCH", 2)
    teams = [crew(house, seats=1) for _ in range(3)]
    for team in teams:
        team.kind("standard", policy="wait")
        team.make("ann")
        team.make("bob")
        team.buy("standard", 1)
    last = max(team.team for team in teams)
    promote = Settling.promote

    async def promoted(self, team, kind):
        return await promote(self, team, kind) if team == last else await fail()

    monkeypatch.setattr(Settling, "promote", promoted)
    house.run(house.house.relay.settling.promote_all())
    waiting = {team.team: "?standard" in team.spots().values() for team in teams}
    assert {last} == {team for team, waits in waiting.items() if not waits}
    assert not house.run(house.house.relay.settling.promote_all())
    house.house.relay.settling._resting.clear()


@pytest.mark.parametrize("house", ["postgres"], indirect=True)
def test_a_group_and_its_members_go_without_waiting_for_each_other(house):
    """Who deletes the one and who deletes the others lock in one order: no removal is begun anew."""
    team = staffed(house, standard=9)
    team.rule(SALES)
    sql = "SELECT pg_stat_get_db_deadlocks(oid) AS n FROM pg_database WHERE datname = current_database()"

    async def delete(path):
        headers = {"authorization": f"Bearer {team.way.token}"}
        return (await house.client.delete(team.way.path + path, headers=headers)).status_code

    async def at_once(paths):
        return await asyncio.gather(*map(delete, paths))

    before = house.run(house.house.database.rows(sql))
    for turn in range(20):
        people = [team.make(f"u{turn}-{n}") for n in range(4)]
        paths = [*(f"/Users/{id}" for id in people), f"/Groups/{team.group('Sales', *people)}"]
        assert {204} == set(house.run(at_once(paths[turn % 5 :] + paths[: turn % 5])))
    time.sleep(1.1)  # PostgreSQL counts for others to see once a second
    team.make("last")

    assert before == house.run(house.house.database.rows(sql))


def test_whoever_is_not_to_be_let_in_is_not_refused(house):
    """Their provider makes somebody inactive whom it could not make active, or turn on: nobody waits."""
    team = crew(house, seats=0)
    ann = team.make("ann", active=False)
    assert 403 == team.switch(ann, active=True)
    assert 403 == team.create("bob").status_code

    assert 200 == team.say(ann, "title", "Guide")
    assert [("ann", "standard", 1), ("bob", "standard", 1)] == team.refused()
    assert 200 == team.switch(ann, active=False)
    assert [("bob", "standard", 1)] == team.refused()
    team.make("bob", active=False)
    assert [] == team.refused()


def test_rules_that_cannot_be_read_keep_nobody_from_being_changed(house):
    """Which seat they need is for `settle` to say, once the rules are put right."""
    team = crew(house, seats=1)
    ann = team.make("ann")
    team.rows("UPDATE teams SET seating = $2 WHERE id = $1", '{"rules": 1}')

    assert 200 == team.say(ann, "title", "Guide")
    assert 1 == team.unsettled()
