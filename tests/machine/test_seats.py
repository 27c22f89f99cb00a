"""Whatever providers and administrators do, and however time passes: seats, queue, book and events agree."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import hypothesis
import pytest
from attrs import evolve, field, frozen
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from storage.client import Row
from tests.inprocess import Bench, bench
from tests.scale import scale
from tests.seated import PAST, Crew, crew

NAMES = [f"{name}@a.example" for name in ("ann", "bob", "cid", "dan", "eva")]
TYPES = ["Staff", "Guest", "Robot"]
KINDS = ["standard", "viewer", "sales"]

SALES = ('groups.display eq "Sales"', "sales")
GUEST = ('userType eq "Guest"', "viewer")
ROBOT = ('userType eq "Robot"', None)

#: The rules and the default kind that an administrator may choose.
RULES: list[tuple[Sequence[tuple[str, str | None]], str | None]] = [
    ((), "standard"),
    ((GUEST,), "standard"),
    ((ROBOT, SALES, GUEST), "standard"),
    ((SALES, GUEST), None),
]

#: What an administrator may have become of who finds no seat left; no kind overflows into itself.
POLICIES = [
    {"policy": "wait", "overdraft": 0},
    {"policy": "refuse", "overdraft": 0},
    {"policy": "overdraft", "overdraft": 1},
    {"policy": "overflow", "overdraft": 0},
]
OVERFLOWS = {"standard": "viewer", "viewer": "sales"}

#: What an entry of the book says → the event that tells of it.
TOLD = {"taken": "seat_taken", "moved": "seat_taken", "released": "seat_released"}

#: Which of all there are.
chosen = st.integers(0, 99)


@frozen(kw_only=True)
class Kept:
    """What is written of a team, and what the entries of its book add up to."""

    entries: Sequence[Row]
    events: Sequence[Mapping[str, Any]]
    seats: Mapping[str, Row]
    holdings: Mapping[str, str]
    queues: Mapping[str, Sequence[str]]
    people: Mapping[str, Row]
    holders: dict[str, str] = field(factory=dict)
    bought: Counter[str] = field(factory=Counter)


def kept(team: Crew) -> Kept:
    """Read what is written of *team*."""
    queues: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for row in team.rows("SELECT kind, person_id FROM waiting WHERE team_id = $1 ORDER BY number"):
        queues[row["kind"]].append(row["person_id"])
    people = team.rows(
        "SELECT p.id, p.claims, p.settle_at, (SELECT count(*) FROM resources r WHERE r.person_id = p.id"
        " AND r.active) AS active FROM persons p WHERE p.team_id = $1"
    )
    holdings = team.rows("SELECT person_id, kind FROM holdings WHERE team_id = $1 AND until IS NULL")
    return Kept(
        entries=team.rows("SELECT * FROM entries WHERE team_id = $1 ORDER BY number"),
        events=[
            json.loads(row["event"])
            for row in team.rows("SELECT event FROM outbox WHERE team_id = $1 ORDER BY id")
        ],
        seats={row["kind"]: row for row in team.rows("SELECT * FROM seats WHERE team_id = $1")},
        holdings={row["person_id"]: row["kind"] for row in holdings},
        queues=queues,
        people={row["id"]: row for row in people},
    )


class Machine(RuleBasedStateMachine):
    """Two providers of one team, its administrator, the hub's own steps, and time."""

    hub: ClassVar[Bench]
    crews: list[Crew]
    #: id → userName of each connection's users, and the group of each.
    users: list[dict[str, str]]
    groups: list[str]
    #: What was asked last, where it may come again.
    last: Any
    #: Whether one thing was done since all was looked at, and whether any kind ever overflowed.
    alone: bool
    overflown: bool
    before: Kept

    @initialize(
        counts=st.lists(st.integers(0, 2), min_size=3, max_size=3),
        hows=st.lists(st.integers(0, 3), min_size=3, max_size=3),
        grace=st.sampled_from([0, 600]),
        rules=st.sampled_from(RULES),
        people=st.lists(st.sampled_from([*TYPES, None]), min_size=len(NAMES), max_size=len(NAMES)),
    )
    def found(self, counts, hows, grace, rules, people):
        """A team with few seats of three kinds, and two connections that vouch for the same people."""
        one = crew(self.hub, seats=counts[0])
        self.crews = [one, evolve(one, way=self.hub.way(one.way.team, "okta", domains=["a.example"]))]
        self.users = [{}, {}]
        self.groups = [each.group("Sales") for each in self.crews]
        self.last = None
        self.alone, self.overflown = False, False
        for kind, count, how in zip(KINDS, [0, *counts[1:]], hows, strict=True):
            one.buy(kind, count)
            self._policy(kind, POLICIES[how], grace)
        self._rules(rules)
        self.before = kept(one)
        fold(self.before, self.before.entries)
        for of, name in enumerate(NAMES):
            self.create(of % 2, name, people[of] is not None, people[of] or TYPES[0])

    def team(self) -> Crew:
        """Return the team, by its first connection."""
        return self.crews[0]

    def user(self, which: int) -> tuple[int, str]:
        """Return a user, and of which connection it is."""
        own = [(of, id) for of, users in enumerate(self.users) for id in sorted(users)]
        return own[which % len(own)]

    @rule(
        of=st.integers(0, 1), name=st.sampled_from(NAMES), active=st.booleans(), type=st.sampled_from(TYPES)
    )
    def create(self, of, name, active, type):
        """Somebody is assigned."""

        def ask() -> int:
            answer = self.crews[of].create(name, active=active, userType=type)
            if answer.status_code == 201:
                self.users[of][answer.json()["id"]] = name
            return int(answer.status_code)

        self.do(ask, {201, 409, *({403} if active else ())})

    @precondition(lambda self: any(self.users))
    @rule(which=chosen)
    def off(self, which):
        """Somebody goes."""
        of, id = self.user(which)
        self.do(lambda: self.crews[of].switch(id, active=False), {200})

    @precondition(lambda self: any(self.users))
    @rule(which=chosen)
    def on(self, which):
        """Somebody comes back, or is there."""
        of, id = self.user(which)
        self.do(lambda: self.crews[of].switch(id, active=True), {200, 403})

    @precondition(lambda self: any(self.users))
    @rule(which=chosen)
    def delete(self, which):
        """Somebody is deleted."""
        of, id = self.user(which)
        self.do(lambda: self.crews[of].delete(id), {204, 404})
        del self.users[of][id]

    @precondition(lambda self: any(self.users))
    @rule(which=chosen, type=st.sampled_from(TYPES))
    def profile(self, which, type):
        """What is known of somebody changes."""
        of, id = self.user(which)
        self.do(lambda: self.crews[of].say(id, "userType", type), {200})

    @precondition(lambda self: any(self.users))
    @rule(which=chosen, comes=st.booleans())
    def member(self, which, comes):
        """Somebody comes into a group, or goes."""
        of, id = self.user(which)
        team, group = self.crews[of], self.groups[of]
        self.do(lambda: team.join(group, id) if comes else team.leave(group, id), {204})

    @rule(of=st.integers(0, 1), name=st.sampled_from(["Sales", "Staff", None]))
    def regroup(self, of, name):
        """A group is called otherwise, or deleted, and another one made."""
        if name is not None:
            said = {"op": "replace", "path": "displayName", "value": name}
            self.do(lambda: self.crews[of].patch(self.groups[of], said, endpoint="/Groups"), {204})
            return
        assert 204 == self.crews[of].delete(self.groups[of], endpoint="/Groups")
        self.groups[of] = self.crews[of].group("Sales", *sorted(self.users[of]))
        self.last, self.alone = None, False

    @rule(
        kind=st.sampled_from(KINDS),
        what=st.sampled_from(["buy", "buy", "return", *POLICIES, *RULES]),
        grace=st.sampled_from([0, 600]),
    )
    def administer(self, kind, what, grace):
        """Seats are bought or returned, though they may be held, or other policies or rules hold."""
        self.last = None
        match what:
            case "buy":
                self.team().buy(kind, 1)
            case "return":
                self.team().give_up(kind)
            case dict():
                self._policy(kind, what, grace)
            case _:
                self._rules(what)

    def _policy(self, kind: str, how: Mapping[str, Any], grace: int) -> None:
        overflow = OVERFLOWS.get(kind) if how["policy"] == "overflow" else None
        if how["policy"] != "overflow" or overflow:
            self.team().kind(kind, **how, overflow=overflow, grace=grace)
            self.overflown |= overflow is not None

    def _rules(self, which: tuple[Sequence[tuple[str, str | None]], str | None]) -> None:
        self.chosen = which
        self.team().rule(*which[0], default=which[1], settle_after=600)
        self.team().rows("UPDATE persons SET unsettled = TRUE WHERE team_id = $1")

    @rule()
    def time_passes(self):
        """What is kept or undecided for some time is so no longer."""
        self.team().time_passes()
        self.last = None

    @precondition(lambda self: self.before.people)
    @rule(which=chosen)
    def settle(self, which):
        """Somebody's seat is brought to rest, whether that was due or not."""
        people = sorted(self.before.people)
        settling = self.hub.house.relay.settling
        self.hub.run(settling.settle(self.team().team, people[which % len(people)]))
        self.last = None

    @rule(kind=st.none() | st.sampled_from(KINDS))
    def promote(self, kind):
        """Free seats of a kind are given to who waits for one, or all that are due come to rest."""
        if kind is None:
            self.rest()
            return
        self.hub.run(self.hub.house.relay.settling.promote(self.team().team, kind))
        self.last, self.alone = None, False

    def rest(self) -> None:
        """Bring all seats to rest; to do it again does nothing."""
        self.team().settle()
        once = kept(self.team())
        self.team().settle()
        self.last, self.alone = None, False

        assert once == kept(self.team())
        assert 0 == self.team().unsettled()
        assert [] == [kind for kind, row in once.seats.items() if row["waiting"] and left(row) > 0]
        self._as_wanted(once)

    @precondition(lambda self: self.last is not None)
    @rule()
    def repeat(self):
        """The last request comes again: nobody's seat moves, nobody waits twice, nothing is told."""
        before = kept(self.team())
        self.last()
        after = kept(self.team())

        assert (before.entries, before.queues, seat_events(before)) == (
            after.entries,
            after.queues,
            seat_events(after),
        )

    def do(self, ask: Any, answers: set[int]) -> None:
        """Send a request that may come again."""
        status = ask()
        assert status in answers
        self.last = ask if status != 403 else None

    @invariant()
    def all_agree(self):
        """What was written by a step follows from what was there before, and all parts of it say the same."""
        if not hasattr(self, "crews"):
            return
        before, after = self.before, kept(self.team())
        assert before.entries == after.entries[: len(before.entries)]
        new = after.entries[len(before.entries) :]
        fold(after, before.entries)
        given = fold(after, new, limits=after.seats)

        held = Counter(after.holders.values())
        for kind, row in after.seats.items():
            assert (after.bought[kind], held[kind]) == (row["bought"], row["held"])
            assert len(after.queues[kind]) == row["waiting"]
        assert after.holders == after.holdings
        moments = [row["at"] for row in after.entries]
        assert sorted(moments) == moments
        for person, row in after.people.items():
            assert row["active"] == row["claims"]
            if not row["active"]:
                assert person not in after.holdings or row["settle_at"]
                assert all(person not in queue for queue in after.queues.values())
                if kept_until(before, person):
                    assert after.holdings.get(person) == before.holdings.get(person)
        self._told(before, after, new)
        self._in_turn(before, after, given)
        self.before, self.alone = after, True

    def _as_wanted(self, now: Kept) -> None:
        """At rest everybody decided has what the rules say of what they are, or waits for it."""
        for person, wanted in self._wanted().items():
            waits = next((kind for kind, queue in now.queues.items() if person in queue), None)
            decided = now.people[person]["settle_at"] is None
            if decided and not self.overflown:
                assert wanted in {now.holdings.get(person), waits} - ({None} if wanted else set())

    def _wanted(self) -> dict[str, str | None]:
        """Return person → the kind that the rules want for them, of all whom somebody vouches for."""
        rows = self.team().rows(
            "SELECT r.person_id, r.document, g.document AS of FROM resources r"
            " LEFT JOIN members m ON m.member_id = r.id LEFT JOIN resources g ON g.id = m.group_id"
            " WHERE r.team_id = $1 AND r.kind = 'User' AND r.active"
        )
        facts: dict[str, set[str]] = {}
        for row in rows:
            said = facts.setdefault(row["person_id"], set())
            said.add(json.loads(row["document"])["userType"])
            said |= {json.loads(row["of"])["displayName"]} if row["of"] else set()
        rules, default = self.chosen
        met = [(when.split('"')[1], kind) for when, kind in rules]
        return {
            person: next((kind for word, kind in met if word in said), default)
            for person, said in facts.items()
        }

    def _told(self, before: Kept, after: Kept, new: Sequence[Row]) -> None:
        """Each entry about a person is told of once; whoever began to wait was told to."""
        events = seat_events(after)[len(seat_events(before)) :]
        told = [(each["name"], each["cause"], each["person"]) for each in events]
        written = [
            (TOLD[row["what"]], row["reference"], person_of(row)) for row in new if row["what"] in TOLD
        ]
        waits = [each for each in told if each[0] == "seat_waiting"]

        assert written == [each for each in told if each[0] != "seat_waiting"]
        began = {person for kind in KINDS for person in {*after.queues[kind]} - {*before.queues[kind]}}
        assert began <= {person for _, _, person in waits}

    def _in_turn(self, before: Kept, after: Kept, given: Sequence[tuple[str, str]]) -> None:
        """Who got a seat came first: nobody who waited for it before, and still does, was passed over."""
        for person, kind in given:
            queue = before.queues[kind]
            ahead = queue[: queue.index(person)] if person in queue else queue
            passed = [each for each in ahead if each in after.queues[kind]]
            row = after.seats[kind]
            if person in queue or row["policy"] == "wait":
                assert [] == passed
            elif self.alone:
                assert left(row) >= len(passed)

    def teardown(self):
        """In the end all comes to rest, and the hub's own verification finds nothing wrong."""
        if not hasattr(self, "crews"):
            return
        for _ in range(2):
            self.team().time_passes()
            self.all_agree()
            self.rest()
            self.all_agree()
        after = kept(self.team())
        assert {*after.holdings} <= {person for person, row in after.people.items() if row["active"]}
        assert [] == self.hub.run(self.hub.house.bookkeeping.verify(self.team().way.team))


def fold(
    book: Kept, entries: Sequence[Row], limits: Mapping[str, Row] | None = None
) -> list[tuple[str, str]]:
    """Add *entries* to what a book comes to; return who was given which kind, none of them past its limit."""
    given = []
    for row in entries:
        for posting in json.loads(row["postings"]):
            kind, count = posting["seat"], posting["count"]
            for account, change in ((posting["source"], -count), (posting["target"], count)):
                if account == "bought":
                    book.bought[kind] -= change
                elif account.startswith("held:") and change < 0:
                    assert kind == book.holders.pop(account[5:])
                elif account.startswith("held:"):
                    assert account[5:] not in book.holders
                    book.holders[account[5:]] = kind
                    given.append((account[5:], kind))
                    held = Counter(book.holders.values())[kind]
                    assert limits is None or held <= book.bought[kind] + limits[kind]["overdraft"]
    return given


def person_of(row: Row) -> str:
    """Return whom an entry is about."""
    accounts = [
        each for posting in json.loads(row["postings"]) for each in (posting["source"], posting["target"])
    ]
    (person,) = {each[5:] for each in accounts if each.startswith("held:")}
    return str(person)


def seat_events(book: Kept) -> list[Mapping[str, Any]]:
    """Return what was told of people's seats."""
    return [each for each in book.events if each["name"].startswith("seat_")]


def kept_until(book: Kept, person: str) -> bool:
    """Say whether somebody's seat was being kept for them."""
    row = book.people.get(person)
    return row is not None and not row["active"] and row["settle_at"] not in {None, PAST}


def left(row: Row) -> int:
    """Return how many seats of a kind may still be taken."""
    return int(row["bought"] + row["overdraft"] - row["held"])


@pytest.mark.machine
@pytest.mark.timeout(14_400)
def test_seats_agree_whatever_happens(migrated_url, tmp_path):
    """No sequence of requests, commands, steps and moments has seats, queue, book and events disagree."""
    with bench(migrated_url, tmp_path) as hub:
        machine = type("Here", (Machine,), {"hub": hub})
        settings = hypothesis.settings(max_examples=scale(12, trust=2_000), stateful_step_count=50)
        run_state_machine_as_test(machine, settings=settings)
