"""People added and seated by hand: before SCIM, and while no connection is in use."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace

import asyncpg
import pytest
from attrs import evolve, frozen

from hub.engine.answering.ousting import Ousting
from hub.engine.people.adoption import MET_SECONDS
from hub.engine.people.locked import Locked
from hub.engine.values.dossiers import entitlement_of, sentence
from hub.engine.values.errors import AdminError
from hub.engine.values.places import Spot
from hub.engine.values.scope import Scope
from hub.moments import later
from hub.sources import clock
from hub.teams import State, Team
from storage import reaching
from storage.unit import DatabaseUnit
from tests.author import BY
from tests.inprocess import Bench
from tests.seated import Crew

SAID = evolve(BY, why="asked for by the owner")
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
OFF = {"schemas": [PATCH_OP], "Operations": [{"op": "replace", "path": "active", "value": False}]}


@frozen(kw_only=True)
class Hand:
    """An administrator of a team, and what they see of it."""

    house: Bench
    team: Team

    def add(self, address, **said):
        """Add somebody and return them."""
        return self.house.run(self.house.house.people.add(self.team, address, by=BY, **said))

    def does(self, verb, person, **said):
        """Do something with a person."""
        return self.house.run(getattr(self.house.house.people, verb)(self.team, person, by=SAID, **said))

    def seated(self, *names, domain="a.example"):
        """Add people who each get a seat."""
        people = [self.add(f"{name}@{domain}") for name in names]
        for person in people:
            self.does("seat", person)
        return people

    def find(self, name):
        """Return the person who is called so."""
        return self.house.run(self.house.house.people.find(self.team, name))

    def dossier(self, person):
        """Return what is known of a person."""
        return self.house.run(self.house.house.people.dossier(self.team, person))

    def reason(self, person):
        """Return why a person may sign in, or may not."""
        return entitlement_of(self.dossier(person), now="2026-06-01T00:00:00.000Z").reason.value

    def why(self, person):
        """Return the same in a sentence, without its moments."""
        dossier = self.dossier(person)
        said = sentence(dossier, now="2026-06-01T00:00:00.000Z")
        for moment in (dossier.standing.seat, dossier.queued):
            said = said.replace(f" since {moment.since}" if moment else "\0", "")
        return said

    def held(self):
        """Return how many seats are held."""
        return self.house.run(self.house.house.bookkeeping.seats(self.team))["standard"].held

    def book(self):
        """Return what the entries of the book say happened."""

        async def read():
            return [entry.what async for entry in self.house.house.bookkeeping.entries(self.team)]

        return self.house.run(read())

    def events(self):
        """Return the names of the team's events, with whom each is about."""
        rows = self.house.run(
            self.house.house.database.rows(
                "SELECT event FROM outbox WHERE team_id = $1 ORDER BY id", self.team.id
            )
        )
        return [(event["name"], event["person"]) for event in (json.loads(row["event"]) for row in rows)]

    def notes(self):
        """Return what stands in the audit about people."""

        async def read():
            return [
                (note.action, note.target, note.person)
                async for note in self.house.house.trail.of(self.team.id)
                if note.person
            ]

        return self.house.run(read())

    def whole(self):
        """Assert that the book is."""
        assert [] == self.house.run(self.house.house.bookkeeping.verify(self.team))

    def way(self, *, domains=("a.example",), state=State.ON):
        """Make a connection, on or otherwise."""
        way = self.house.way(self.team, "generic", domains=domains)
        self.turn(way, state)
        return way

    def turn(self, way, state):
        """Turn a connection."""
        self.house.run(self.house.house.connections.set_state(way.connection, state, by=BY))

    def push(self, way, name):
        """Have a provider create a user, and return the answer."""
        return self.house.ask(way, "POST", "/Users", {"schemas": [USER], "userName": name, "active": True})

    def set_team(self, **changes):
        """Change the team."""
        return self.house.run(self.house.house.switches.set_team(self.team, changes, by=BY))[1]


@pytest.fixture
def hand(house):
    """Return the administrator of a team of two seats."""
    return Hand(house=house, team=house.team(seats=2))


def test_somebody_added_has_no_seat_yet(hand):
    """They are in the team, vouched for by hand; nothing is written into the book."""
    ann = hand.add(" Ann@A.example ", name="Ann Lee")

    dossier = hand.dossier(ann)
    assert (1, True, "Ann Lee", ("ann@a.example",)) == (
        dossier.standing.claims,
        dossier.standing.by_hand,
        dossier.name,
        dossier.addresses,
    )
    assert "ann@a.example has no access: added by hand, and without a seat yet." == hand.why(ann)
    assert (["bought"], []) == (hand.book(), hand.events())
    assert [("person.add", "ann@a.example", ann)] == hand.notes()
    hand.whole()


def test_added_twice_is_added_once(hand):
    """One person owns an address, however it is written; another name is put in place of the first."""
    ann = hand.add("ann@a.example", name="Ann")

    assert ann == hand.add("ANN@a.example")
    assert 1 == len(hand.notes())
    assert ann == hand.add("ann@a.example", name="Ann Lee")
    assert ("Ann Lee", 1) == (hand.dossier(ann).name, hand.dossier(ann).standing.claims)


@pytest.mark.parametrize(
    "address", ["", "ann", "@a.example", "ann@", "ann@example", "a b@a.example", "ann@a..example",
                "ann@a.example\x07", f"{'a' * 311}@a.example"],
)  # fmt: skip
def test_what_is_no_address_is_refused(hand, address):
    """Nobody is added by it."""
    with pytest.raises(AdminError, match="is not an address"):
        hand.add(address)
    assert [] == hand.notes()


@pytest.mark.parametrize("name", ["", " ", "a\nb", "\x1b[1m", "a" * 201])
def test_what_is_no_name_is_refused(hand, name):
    """A name is what can be seen."""
    with pytest.raises(AdminError, match="a name has from 1 to 200 signs"):
        hand.add("ann@a.example", name=name)


def test_a_seat_by_hand_is_a_seat_like_any(hand):
    """One entry, one event, one holding; and given again, nothing."""
    (ann,) = hand.seated("ann")

    assert "ann@a.example has access: a standard seat, vouched for by hand." == hand.why(ann)
    hand.does("seat", ann)
    assert (["bought", "taken"], [("seat_taken", ann)], 1) == (hand.book(), hand.events(), hand.held())
    assert ["person.add", "person.seat"] == [action for action, *_ in hand.notes()]
    hand.whole()


def test_a_seat_of_a_kind_is_one_of_that_kind(hand):
    """A kind that was said counts, one that the team never bought is refused, and nobody holds two."""
    house = hand.house

    async def buy(unit):
        await unit.buy("viewer", 1)

    house.run(house.house.registry.store(Scope(team=hand.team.id)).write(buy, reference="viewer"))
    ann = hand.add("ann@a.example")
    with pytest.raises(AdminError, match=r"never bought 'nothing': it has standard, viewer$"):
        hand.does("seat", ann, kind="nothing")
    hand.does("seat", ann, kind="viewer")

    assert "viewer" == hand.dossier(ann).standing.seat.kind
    with pytest.raises(AdminError, match="holds a viewer seat: `hub person unseat` frees it first"):
        hand.does("seat", ann, kind="standard")
    assert 0 == hand.held()


def test_when_none_is_left_the_policy_decides(hand):
    """Refused where that is the policy, as a provider is told, but for what to look it up by.

    Nothing is written, so there is nothing to look up.
    """
    hand.seated("ann", "bob")
    cid = hand.add("cid@a.example")

    with pytest.raises(AdminError, match=r"^No seat left: 2 of 2 Standard seats are taken\. .* person$"):
        hand.does("seat", cid)
    assert (["bought", "taken", "taken"], "no_seat") == (hand.book(), hand.reason(cid))
    hand.whole()


def test_whoever_waits_is_told_their_place(hand):
    """Where the policy is to wait they queue, in the order in which they came; unseated, they do not."""
    policy(hand, "wait")
    ann, _ = hand.seated("ann", "bob")
    cid, dan = hand.seated("cid", "dan")

    assert "dan@a.example has no access: number 2 in the queue for a standard seat, vouched for by hand." == (
        hand.why(dan)
    )
    assert ("seat_waiting", dan) == hand.events()[-1]
    hand.does("unseat", cid)
    assert "number 1 in the queue" in hand.why(dan)
    hand.does("unseat", ann)
    assert ["bought", "taken", "taken", "released"] == hand.book()
    hand.whole()


@pytest.mark.parametrize("house", ["postgres"], indirect=True)
def test_whoever_waits_for_another_kind_locks_all_in_their_order(hand):
    """While they wait for the first kind they hold none after it: nobody waits for them in turn."""
    policy(hand, "wait")
    *_, cid = hand.seated("ann", "bob", "cid")
    people, database = hand.house.house.people, hand.house.house.database
    lock = f"SELECT 1 FROM seats WHERE team_id = '{hand.team.id}' AND kind = $1 FOR UPDATE"
    waits = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"

    async def buy(unit):
        await unit.buy("viewer", 1)

    async def meanwhile():
        await hand.house.house.registry.store(Scope(team=hand.team.id)).write(buy, reference="viewer")
        other = await asyncpg.connect(**reaching.postgres(database.url))
        try:
            async with other.transaction():
                await other.execute(lock, "standard")
                seating = asyncio.create_task(people.seat(hand.team, cid, kind="viewer", by=BY))
                while not seating.done() and not await database.rows(waits):
                    await asyncio.sleep(0.001)
                await other.execute(f"{lock} NOWAIT", "viewer")
        finally:
            await other.close()
            moved = await seating
        return moved

    assert Spot(held="viewer") == hand.house.run(meanwhile()).after


def test_unseated_stays_in_the_team(hand):
    """The seat comes free; the person is still vouched for, and may be given one again."""
    (ann,) = hand.seated("ann")

    hand.does("unseat", ann)
    hand.does("unseat", ann)
    assert ("no_seat", 0) == (hand.reason(ann), hand.held())
    assert (["bought", "taken", "released"], ("seat_released", ann)) == (hand.book(), hand.events()[-1])
    assert ["person.add", "person.seat", "person.unseat"] == [action for action, *_ in hand.notes()]
    hand.does("seat", ann)
    assert "seated" == hand.reason(ann)
    hand.whole()


def test_removed_is_out_and_may_come_back(hand):
    """Nobody vouches for them, and the seat is free; added again, they are who they were."""
    (ann,) = hand.seated("ann")

    hand.does("remove", ann)
    hand.does("remove", ann)
    assert "ann@a.example has no access: nobody vouches for them any more." == hand.why(ann)
    assert (0, ["bought", "taken", "released"]) == (hand.held(), hand.book())
    assert 1 == [action for action, *_ in hand.notes()].count("person.remove")
    with pytest.raises(AdminError, match=r"nobody vouches for 'ann@a\.example': `hub person add` does"):
        hand.does("seat", ann)

    assert ann == hand.add("ann@a.example")
    assert ("no_seat", 1) == (hand.reason(ann), hand.dossier(ann).standing.claims)
    hand.whole()


def test_a_removed_persons_seat_is_kept_for_a_while(hand):
    """Where the kind has a grace; added again by then, they have it still, and no entry is written."""
    policy(hand, "refuse", grace=3600)
    (ann,) = hand.seated("ann")

    hand.does("remove", ann)
    assert (1, "grace") == (hand.held(), hand.reason(ann))
    hand.add("ann@a.example")
    assert ("seated", ["bought", "taken"]) == (hand.reason(ann), hand.book())
    hand.house.run(hand.house.house.relay.settling.settle(hand.team.id, ann))
    assert "seated" == hand.reason(ann)
    hand.does("remove", ann)
    hand.add("ann@a.example")
    hand.does("unseat", ann)
    assert "no_seat" == hand.reason(ann)
    hand.whole()


def test_suspended_is_out_and_keeps_everything(hand):
    """Access goes off for a reason that is kept; seat and claims stay, and with its end all is as it was."""
    (ann,) = hand.seated("ann")

    hand.does("suspend", ann)
    assert (
        "ann@a.example has no access: suspended by an administrator (asked for by the owner),"
        " vouched for by hand."
    ) == hand.why(ann)
    assert (1, ["bought", "taken"]) == (hand.held(), hand.book())
    hand.does("unsuspend", ann)
    hand.does("unsuspend", ann)
    assert "seated" == hand.reason(ann)
    assert ["person.suspend", "person.unsuspend"] == [action for action, *_ in hand.notes()][2:]


def test_a_suspension_says_why(hand):
    """Without a reason nobody is shut out."""
    (ann,) = hand.seated("ann")
    for why in (None, " "):
        with pytest.raises(AdminError, match="--why"):
            hand.house.run(hand.house.house.people.suspend(hand.team, ann, by=evolve(BY, why=why)))
    assert "seated" == hand.reason(ann)


@pytest.mark.parametrize(
    ("state", "ways"),
    [
        (State.ON, "do it there, or turn it off: `hub connection off {id}`"),
        (State.PAUSED, "resume it, or turn it off: `hub connection on {id}`, `hub connection off {id}`"),
    ],
)
def test_while_a_connection_is_in_use_no_hand_moves_a_seat(hand, state, ways):
    """Each is refused with who assigns seats and the way out, and nothing changes; suspending is allowed."""
    (ann,) = hand.seated("ann")
    bob = hand.add("bob@a.example")
    way = hand.way(state=state)
    before = hand.notes()

    for work in (
        lambda: hand.add("cid@a.example"),
        lambda: hand.does("seat", bob),
        lambda: hand.does("unseat", ann),
        lambda: hand.does("remove", ann),
    ):
        with pytest.raises(Locked) as refused:
            work()
        id = way.connection.id
        assert (
            f"the seats of '{hand.team.name}' are assigned by generic (connection {id}), which is {state}:"
            f" {ways.format(id=id)}"
        ) == str(refused.value)
    assert (before, 1) == (hand.notes(), hand.held())

    hand.does("suspend", ann)
    hand.does("unsuspend", ann)
    hand.turn(way, State.OFF)
    hand.does("seat", bob)
    assert 2 == hand.held()


def test_turning_on_waits_for_whoever_seats_by_hand(hand, monkeypatch):
    """A connection that is turned on while a hand seats somebody is on once they are seated, not before."""
    ann, way = hand.add("ann@a.example"), hand.way(state=State.OFF)
    engine, database = hand.house.house, hand.house.house.database
    recount, turning, begun = DatabaseUnit.recount, [], asyncio.Event()

    async def waits():
        if database.dialect == "sqlite":  # which has one writer
            return True
        return await database.rows("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")

    async def meanwhile(self, person):
        begun.set()
        while not turning[0].done() and not await waits():
            await asyncio.sleep(0.001)
        return await recount(self, person)

    async def turn():
        await begun.wait()
        await engine.connections.set_state(way.connection, State.ON, by=BY)

    async def both():
        turning.append(asyncio.create_task(turn()))
        await hand.house.house.people.seat(hand.team, ann, by=BY)
        await turning[0]

    monkeypatch.setattr(DatabaseUnit, "recount", meanwhile)
    hand.house.run(both())

    rows = hand.house.run(
        database.rows("SELECT action FROM audit WHERE team_id = $1 ORDER BY id", hand.team.id)
    )
    assert ["person.seat", "connection.on"] == [row["action"] for row in rows[-2:]]


def test_people_of_a_connection_that_is_off_are_removed_by_hand(hand):
    """Their user is deactivated as the provider would; nobody unseats one for whom a user vouches."""
    way = hand.way()
    made = hand.push(way, "ann@a.example").json()
    hand.turn(way, State.OFF)
    ann = hand.find("ann@a.example")

    with pytest.raises(AdminError, match="`hub person remove` takes access and seat"):
        hand.does("unseat", ann)
    with pytest.raises(AdminError, match=r"is in .* already: `hub person show` says by whom"):
        hand.add("ann@a.example")
    hand.does("remove", ann)

    assert ("removed", 0) == (hand.reason(ann), hand.held())
    assert [("person.remove", "ann@a.example", ann)] == hand.notes()
    hand.turn(way, State.ON)
    assert False is hand.house.ask(way, "GET", f"/Users/{made['id']}").json()["active"]
    hand.whole()


def test_no_hand_deactivates_whom_a_connection_assigns_meanwhile(hand, monkeypatch):
    """One comes on between two of their users: the other stays, and the hand is told; off again, it goes."""
    ways, deactivate = [hand.way(), hand.way()], Ousting.deactivate
    for way in ways:
        assert 201 == hand.push(way, "ann@a.example").status_code
    for way in ways:
        hand.turn(way, State.OFF)
    ann = hand.find("ann@a.example")

    async def then_on(self, team, connection, *args, **said):
        done = await deactivate(self, team, connection, *args, **said)
        for other in {each.connection for each in ways} - {connection}:
            await hand.house.house.connections.set_state(other, State.ON, by=BY)
        return done

    with monkeypatch.context() as patch:
        patch.setattr(Ousting, "deactivate", then_on)
        with pytest.raises(Locked, match="are assigned by generic"):
            hand.does("remove", ann)
    assert ([False, True], 1) == (sorted(each.active for each in hand.dossier(ann).vouching), hand.held())

    for way in ways:
        hand.turn(way, State.OFF)
    hand.does("remove", ann)
    assert ("removed", 0) == (hand.reason(ann), hand.held())


def test_the_first_push_takes_over(hand):
    """The user of a connection that vouches for the address is that person: seat kept, no hand any more."""
    (ann,) = hand.seated("ann")
    way = hand.way()

    assert 201 == hand.push(way, "ann@a.example").status_code
    dossier = hand.dossier(ann)
    assert (1, False, [f"generic ({way.connection.id})"]) == (
        dossier.standing.claims,
        dossier.standing.by_hand,
        dossier.vouchers,
    )
    assert (["bought", "taken"], 1) == (hand.book(), hand.held())
    hand.whole()
    assert 200 == hand.house.ask(way, "PATCH", f"/Users/{dossier.vouching[0].user}", OFF).status_code
    assert ("removed", 0) == (hand.reason(ann), hand.held())


def test_a_first_push_of_somebody_who_has_no_access_ends_it(hand):
    """The provider's word is the last, whoever vouched by hand before: no access, and soon no seat."""
    (ann,) = hand.seated("ann")
    way = hand.way()
    body = {"schemas": [USER], "userName": "ann@a.example", "active": False}

    assert 201 == hand.house.ask(way, "POST", "/Users", body).status_code
    assert "removed" == hand.reason(ann)
    hand.house.run(hand.house.house.relay.settling.settle(hand.team.id, ann))
    assert (False, "removed", 0) == (hand.dossier(ann).standing.by_hand, hand.reason(ann), hand.held())
    hand.whole()


def test_a_connection_that_does_not_vouch_takes_nobody_over(hand):
    """Its user of the same address is somebody else, and the person by hand stays."""
    (ann,) = hand.seated("ann")
    way = hand.way(domains=("b.example",))

    assert 201 == hand.push(way, "ann@a.example").status_code
    assert (True, 2) == (hand.dossier(ann).standing.by_hand, hand.held())
    assert ann == hand.find("ann@a.example")
    hand.whole()


def test_whoever_has_no_seat_gets_one_at_the_first_push(hand):
    """Somebody added by hand and never seated is assigned by the provider like anybody."""
    ann = hand.add("ann@a.example")
    way = hand.way()

    assert 201 == hand.push(way, "ann@a.example").status_code
    assert ("seated", ["bought", "taken"]) == (hand.reason(ann), hand.book())
    hand.whole()


def test_people_are_found_by_what_they_are_called(house):
    """By address in any case, by userName, by id; several of one name are told apart by id."""
    hand = Hand(house=house, team=house.team(seats=3))
    (ann,) = hand.seated("ann")
    way = hand.way()
    hand.push(way, "cid")
    other = hand.way()
    cid = hand.find("cid")

    assert [ann, ann] == [hand.find("ANN@a.example"), hand.find(ann)]
    hand.push(other, "cid")
    with pytest.raises(AdminError, match=f"several people are called 'cid': say one by id: .*{cid}"):
        hand.find("cid")
    with pytest.raises(AdminError, match="nobody called 'dan': `hub person list TEAM` shows all"):
        hand.find("dan")


def test_all_people_are_listed(hand, monkeypatch):
    """A page at a time, each once."""
    monkeypatch.setattr("storage.dossiers.PAGE", 2)
    people = [hand.add(f"p{number}@a.example") for number in range(5)]

    async def read():
        return [each async for each in hand.house.house.people.of(hand.team)]

    assert sorted(people) == [each.standing.person for each in hand.house.run(read())]


def test_adopted_people_are_users_of_the_connection(hand):
    """Their claim takes the place of the hand's: nobody's seat moves, and each is told of once."""
    ann, bob = hand.seated("ann", "bob")
    hand.add("ann@a.example", name="Ann Lee")
    book = hand.book()
    way = hand.way(state=State.OFF)

    assert (2, 0, 0, []) == adopted(hand, way, dry_run=True)
    assert [] == hand.house.run(hand.house.house.people.dossiers.active(hand.team.id, way.connection.id, ""))
    assert (2, 0, 0, []) == adopted(hand, way)
    assert (0, 0, 0, []) == adopted(hand, way)

    hand.turn(way, State.ON)
    (user,) = hand.house.ask(way, "GET", "/Users", filter='userName eq "ann@a.example"').json()["Resources"]
    assert (
        "ann@a.example",
        True,
        "Ann Lee",
        [{"value": "ann@a.example", "type": "work", "primary": True}],
    ) == (
        user["userName"],
        user["active"],
        user["displayName"],
        user["emails"],
    )
    for person in (ann, bob):
        dossier = hand.dossier(person)
        assert (1, False, None) == (dossier.standing.claims, dossier.standing.by_hand, dossier.name)
        assert "seated" == hand.reason(person)
    assert book == hand.book()
    assert {("user_provisioned", ann), ("user_provisioned", bob)} == {*hand.events()[-2:]}
    assert 2 == [action for action, *_ in hand.notes()].count("connection.adopt")
    hand.whole()


def test_who_is_not_adopted_stays_by_hand(hand):
    """Another domain, no seat, a name that another user has: each is told of and left."""
    hand.seated("ann")
    hand.seated("bob", domain="b.example")
    hand.add("cid@a.example")
    way = hand.way(state=State.ON)
    eve = {"schemas": [USER], "userName": "eve@a.example", "active": False}
    other = hand.house.ask(way, "POST", "/Users", eve).json()["id"]
    rename = {"op": "replace", "path": "userName", "value": "ann@a.example"}
    renamed = {"schemas": [PATCH_OP], "Operations": [rename]}
    assert 200 == hand.house.ask(way, "PATCH", f"/Users/{other}", renamed).status_code

    assert (1, 1, 1, []) == adopted(hand, way, dry_run=True)
    assert (0, 1, 1, ["ann@a.example"]) == adopted(hand, way)
    assert [True] * 3 == [
        hand.dossier(hand.find(name)).standing.by_hand
        for name in ("ann@a.example", "bob@b.example", "cid@a.example")
    ]
    hand.whole()


def test_whoever_is_taken_over_meanwhile_is_not_adopted(hand):
    """The user of another connection is there before: they are nobody's by hand any more."""
    (ann,) = hand.seated("ann")
    stale = hand.house.run(hand.house.house.people.dossiers.by_hand(hand.team.id, ""))
    way, other = hand.way(), hand.way()
    hand.push(other, "ann@a.example")

    async def read(*_):
        return stale if _[-1] == "" else []

    adoption = hand.house.house.adoption
    late = evolve(adoption, dossiers=SimpleNamespace(by_hand=read))
    told = hand.house.run(late.adopt(way.connection, by=BY, progress=lambda _: None))
    assert 0 == told.adopted
    assert [other.connection.id] == [each.connection for each in hand.dossier(ann).vouching]
    hand.whole()


def test_whoever_is_unseated_meanwhile_is_not_adopted(hand):
    """They would be let in without a seat: the provider's assigning them is to give them one."""
    (ann,) = hand.seated("ann")
    stale = hand.house.run(hand.house.house.people.dossiers.by_hand(hand.team.id, ""))
    hand.house.run(hand.house.house.people.unseat(hand.team, ann, by=BY))
    way = hand.way()

    async def read(*_):
        return stale if _[-1] == "" else []

    late = evolve(hand.house.house.adoption, dossiers=SimpleNamespace(by_hand=read))
    told = hand.house.run(late.adopt(way.connection, by=BY, progress=lambda _: None))
    assert (0, 1, "no_seat") == (told.adopted, told.seatless, hand.reason(ann))
    hand.whole()


def test_a_connection_without_domains_adopts_nobody(hand):
    """It vouches for no address, and the sentence says how to make one that does."""
    way = hand.way(domains=(), state=State.OFF)
    with pytest.raises(AdminError, match=r"vouches for no domain.*--domain"):
        adopted(hand, way)


def test_adoption_goes_on_where_it_was(hand, monkeypatch):
    """What fails is told of and left; given again, the command does the rest."""
    hand.seated("ann", "bob")
    way = hand.way(state=State.OFF)
    rolls = type(hand.house.house.adoption.rolls)
    welcome, failing = rolls.welcome, ["bob"]

    async def fail(self, unit, request, newcomer, groups, *, ids):
        if any(newcomer.document["userName"].startswith(name) for name in failing):
            raise RuntimeError
        return await welcome(self, unit, request, newcomer, groups, ids=ids)

    monkeypatch.setattr(rolls, "welcome", fail)
    with pytest.raises(AdminError, match="adopted 1 person, but could not adopt 1 person"):
        adopted(hand, way)
    failing.clear()
    assert (1, 0, 0, []) == adopted(hand, way)
    hand.whole()


def policy(hand, policy, *, grace=0):
    """Set the policy of the standard seats."""
    database = hand.house.house.database

    async def change():
        async with database.transaction() as client:
            await database.run(
                client,
                "UPDATE seats SET policy = $2, grace = $3 WHERE team_id = $1",
                *(hand.team.id, policy, grace),
            )

    hand.house.run(change())


def adopted(hand, way, *, dry_run=False):
    """Adopt, or say what that would do, and return how many were, and who not."""
    adoption = hand.house.house.adoption
    done = (
        adoption.prospect(way.connection)
        if dry_run
        else adoption.adopt(way.connection, by=BY, progress=lambda _: None)
    )
    told = hand.house.run(done)
    return told.adopted, told.elsewhere, told.seatless, told.taken


def test_whoever_is_adopted_keeps_their_seat_while_their_groups_may_come(hand):
    """Neither the first word of their provider nor another group moves them; past that time the rules do."""
    ann = hand.add("ann@a.example")
    hand.does("seat", ann)
    way = hand.way(state=State.OFF)
    team = Crew(hub=hand.house, way=way)
    team.buy("sales", 1)
    adopted(hand, way)
    team.rule(('groups.display eq "Staff"', "standard"), default="sales")
    hand.turn(way, State.ON)
    (user,) = hand.house.ask(way, "GET", "/Users").json()["Resources"]
    book = hand.book()

    team.settle()
    team.group("All", user["id"])
    team.settle()
    assert 200 == team.say(user["id"], "title", "Guide")
    team.settle()
    assert {"ann@a.example": "standard"} == team.spots()
    assert book == hand.book()
    (until,) = [row["settle_at"] for row in team.rows("SELECT settle_at FROM persons WHERE team_id = $1")]
    assert until < later(clock(), MET_SECONDS / 2)
    team.time_passes()
    team.settle()
    assert {"ann@a.example": "sales"} == team.spots()


def test_whoever_is_adopted_was_not_refused(hand):
    """They had been, before a hand gave them the seat that they have."""
    way = hand.way(state=State.ON)
    team = Crew(hub=hand.house, way=way)
    team.refuse("ann@a.example")
    team.refuse("bob@a.example")
    hand.turn(way, State.OFF)
    hand.seated("ann")

    adopted(hand, way)

    rows = team.rows("SELECT user_name FROM refused WHERE team_id = $1")
    assert ["bob@a.example"] == [row["user_name"] for row in rows]
