"""A fresh team for two operations that are stepped, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from attrs import define, field, frozen

from hub.teams import State, Team
from tests.author import BY
from tests.inprocess import MEDIA_TYPE, Bench, Way
from tests.races import checker
from tests.seated import PATCH, USER, Crew
from tests.stepped.nodes import Nodes

#: What there is to step: a provider turns a user on, off, deletes them, changes a group's members, all in
#: one connection; another's turns the same person off, a third's brings them; an administrator buys a seat
#: or gives one back; and the hub's own step releases a seat whose time is up, if it is, or moves it.
ASSIGN, RELEASE, DEACTIVATE, DELETE, NUMBER = "assign", "release", "deactivate", "delete", "number"
ADDED, REMOVED = "member added", "member removed"
ELSEWHERE_OFF, ELSEWHERE_NEW = "deactivated elsewhere", "created elsewhere"
OPERATIONS = (
    *(ASSIGN, RELEASE, DEACTIVATE, DELETE, NUMBER),
    *(ADDED, REMOVED, ELSEWHERE_OFF, ELSEWHERE_NEW),
)

#: What an administrator does to what a write goes by: turns its connection off or pauses it, lets the plan
#: lapse, revokes its token, sets rules, and has who is marked settled; and what a provider does besides,
#: that may depend on it.
SWITCHED, PAUSED, LAPSED, RULES = "connection off", "connection paused", "plan lost", "rules set"
REVOKED, SAID, UNGROUPED = "token revoked", "profile changed", "group deleted"

#: One person, or one each; whoever finds no seat waits; the group chooses the seat.
SAME, APART, WAITING, RULED = "one person", "two people", "who waits", "by group"
VARIANTS = (SAME, APART, WAITING, RULED)

#: What gives a seat.
TAKERS = {ASSIGN, ELSEWHERE_NEW}

#: What the second judge does not know of: that seats are given back. In this the hub's own has the word, and
#: that it comes to the same as in an order.
EXCUSED = ["cannot go from ['free'] to ['bought']", "(bought, held) is counted"]

#: Nor that a seat is kept for a while, and that somebody is undecided for a while.
PASSING = ["holds a seat and is not active", "is active without a seat"]

#: Nor that a seat of another kind is told as one taken, and written as one moved.
MOVED = ["told, not written", "the seat is told as"]

OFF = {"op": "replace", "path": "active", "value": False}
ON = {"op": "replace", "path": "active", "value": True}
GUEST = {"op": "replace", "path": "userType", "value": "Guest"}

#: The rules that are set.
RULED_BY: dict[str, Any] = {
    "rules": [
        {"when": 'userType eq "Guest"', "seat": "viewer"},
        {"when": 'groups.display eq "Staff"', "seat": "viewer"},
    ]
}


@frozen
class Case:
    """Two operations, and on whom."""

    one: str
    other: str
    variant: str

    def __str__(self) -> str:
        return f"{self.one} + {self.other}, {self.variant}"

    @property
    def pair(self) -> tuple[str, str]:
        """Return the operations."""
        return (self.one, self.other)

    @property
    def people(self) -> tuple[str, str]:
        """Return whom each is about."""
        return ("ann", "bob") if self.variant in {APART, WAITING} else ("ann", "ann")

    @property
    def returns(self) -> bool:
        """Say whether the number is lowered, where it is raised otherwise."""
        return self.variant in {APART, WAITING}

    def user(self, name: str) -> dict[str, Any]:
        """Return the body of a user; where rules are set, one whom they move."""
        guest = {"userType": "Guest"} if RULES in self.pair and TAKERS & {*self.pair} else {}
        return {"schemas": [USER], "userName": f"{name}@a.example", **guest}

    @property
    def moves(self) -> bool:
        """Say whether somebody may come from one kind of seat to another."""
        return self.variant == RULED or RULES in self.pair

    @property
    def left(self) -> int:
        """Return how many seats are left: one too few, where that can be."""
        takers = sum(each in TAKERS for each in self.pair)
        if self.variant in {APART, WAITING}:
            return int(takers == 2 or (takers == 1 and self.other == NUMBER))
        return int(takers == 2 or (takers == 1 and NUMBER not in self.pair))


@define(eq=False)
class World:
    """A team with a group, whose people have users in up to three connections."""

    nodes: Nodes
    case: Case
    team: Team
    #: The first has the group; then, as they are needed, one where people are too, and one where not yet.
    ways: Sequence[Way]
    crew: Crew
    users: dict[str, str] = field(factory=dict)
    elsewhere: dict[str, str] = field(factory=dict)
    persons: dict[str, str] = field(factory=dict)
    group: str = ""

    @property
    def hub(self) -> Bench:
        """Return the node that makes it ready, and looks at it."""
        return self.nodes.first

    def work(self, number: int) -> Callable[[], Awaitable[Any]]:
        """Return the operation of that number."""
        node, name = (self.nodes.first, self.nodes.second)[number], self.case.people[number]
        one, another = self.ways[0], self.ways[-1]
        user, group = f"/Users/{self.users[name]}", f"/Groups/{self.group}"

        async def send(way: Way, method: str, path: str, body: Any = None) -> int:
            return await _send(node, way, method, path, body)

        async def number_of_seats() -> int:
            change = node.house.purchasing.buy
            if self.case.returns and number:
                change = node.house.purchasing.give_up
            await change(self.team, "standard", 1, by=BY)
            return 200

        def switched(way: Way, state: State) -> Awaitable[Any]:
            return node.house.connections.set_state(way.connection, state, by=BY)

        async def let_in(change: Awaitable[Any]) -> int:
            await change
            rows = node.house.database.rows
            return len(await rows("SELECT 1 FROM resources WHERE team_id = $1 AND active", self.team.id))

        async def ruled() -> int:
            house = node.house
            seating = await house.ruling.read(self.team, RULED_BY)
            await house.ruling.apply(self.team, seating, by=BY, progress=lambda _: None)
            marked = "SELECT id FROM persons WHERE team_id = $1 AND unsettled ORDER BY id"
            for each in await house.database.rows(marked, self.team.id):
                await house.relay.settling.settle(self.team.id, each["id"])
            return 200

        async def settled() -> int:
            await node.house.relay.settling.settle(self.team.id, self.persons[name])
            return 200

        member = {"op": "add", "path": "members", "value": [{"value": self.users[name]}]}
        no_member = {"op": "remove", "path": f'members[value eq "{self.users[name]}"]'}
        return {
            ASSIGN: lambda: send(one, "PATCH", user, ON),
            RELEASE: settled,
            DEACTIVATE: lambda: send(one, "PATCH", user, OFF),
            DELETE: lambda: send(one, "DELETE", user),
            NUMBER: number_of_seats,
            SWITCHED: lambda: let_in(
                switched(another if ELSEWHERE_NEW in self.case.pair else one, State.OFF)
            ),
            PAUSED: lambda: let_in(switched(one, State.PAUSED)),
            LAPSED: lambda: let_in(node.house.switches.set_team(self.team, {"plan": "basic"}, by=BY)),
            REVOKED: lambda: let_in(node.house.tokens.revoke(one.token, by=BY)),
            RULES: ruled,
            SAID: lambda: send(one, "PATCH", user, GUEST),
            UNGROUPED: lambda: send(one, "DELETE", group),
            ADDED: lambda: send(one, "PATCH", group, member),
            REMOVED: lambda: send(one, "PATCH", group, no_member),
            ELSEWHERE_OFF: lambda: send(self.ways[1], "PATCH", f"/Users/{self.elsewhere.get(name)}", OFF),
            ELSEWHERE_NEW: lambda: send(another, "POST", "/Users", self.case.user(name)),
        }[self.case.pair[number]]

    # What came of it

    def settle(self) -> None:
        """Let time pass, and do what goes on by itself, until there is nothing left to do."""
        self.crew.time_passes()
        self.crew.settle()

    def seen(self) -> dict[str, Any]:
        """Return what is kept of the team, but for ids and times."""
        names = {person: name for name, person in self.persons.items()}
        ways = {way.connection.id: number for number, way in enumerate(self.ways, 1)}
        rows = self.crew.rows
        users = rows("SELECT * FROM resources WHERE team_id = $1 AND kind = 'User'")
        for user in users:
            names.setdefault(user["person_id"], f"another {_name(user)}")
        of = {user["id"]: _name(user) for user in users}
        return {
            "users": sorted((ways[row["connection_id"]], _name(row), bool(row["active"])) for row in users),
            "people": sorted(
                (names.get(row["id"], "nobody"), row["claims"])
                for row in rows("SELECT id, claims FROM persons WHERE team_id = $1")
            ),
            "members": sorted(
                of.get(row["member_id"], "nobody")
                for row in rows("SELECT member_id FROM members WHERE team_id = $1")
            ),
            "counts": sorted(
                (ways[row["connection_id"]], row["kind"], row["resources"])
                for row in rows("SELECT * FROM counts WHERE team_id = $1")
                if row["resources"]
            ),
            "seats": [
                (row["kind"], row["bought"], row["held"], row["waiting"])
                for row in rows("SELECT * FROM seats WHERE team_id = $1 ORDER BY kind")
            ],
            "holders": sorted(
                (names[row["person_id"]], row["kind"])
                for row in rows("SELECT * FROM holdings WHERE team_id = $1 AND until IS NULL")
            ),
            "waiting": [
                (names[row["person_id"]], row["kind"])
                for row in rows("SELECT * FROM waiting WHERE team_id = $1 ORDER BY number")
            ],
            "refused": sorted(
                (row["user_name"], row["attempts"])
                for row in rows("SELECT * FROM refused WHERE team_id = $1")
            ),
            "book": sorted(row["what"] for row in rows("SELECT what FROM entries WHERE team_id = $1")),
            "events": sorted(
                json.loads(row["event"])["name"]
                for row in rows("SELECT event FROM outbox WHERE team_id = $1")
            ),
        }

    def faults(self, *, settled: bool) -> list[str]:
        """Return what is wrong with the team, in the hub's own eyes and in those of a second judge."""
        seen = checker.faults(self.hub.run(checker.kept(self.hub.house, self.team.id)))
        excused = [*EXCUSED, *([] if settled else PASSING), *(MOVED if self.case.moves else [])]
        seen = [each for each in seen if not any(excuse in each for excuse in excused)]
        return [*seen, *self.hub.run(self.hub.house.bookkeeping.verify(self.team))]


def _name(row: Any) -> str:
    return str(json.loads(row["document"])["userName"])


async def _send(node: Bench, way: Way, method: str, path: str, body: Any = None) -> int:
    if method == "PATCH":
        body = {"schemas": [PATCH], "Operations": [body]}
    headers = {"authorization": f"Bearer {way.token}", "content-type": MEDIA_TYPE}
    content = None if body is None else json.dumps(body).encode()
    answer = await node.client.request(method, way.path + path, headers=headers, content=content)
    return answer.status_code


def world(nodes: Nodes, case: Case) -> World:
    """Make a team that is ready for the operations of *case*."""
    hub = nodes.first
    # Who looks for a team's events looks through all there are: with those of each world, ever longer.
    hub.run(hub.house.database.rows("DELETE FROM outbox"))
    team = hub.team(seats=9)
    ways = [
        hub.way(team, "generic", domains=["a.example"])
        for needed in (None, ELSEWHERE_OFF, ELSEWHERE_NEW)
        if needed in (None, *case.pair)
    ]
    made = World(nodes=nodes, case=case, team=team, ways=ways, crew=Crew(hub=hub, way=ways[0]))
    crew = made.crew
    if RELEASE in case.pair:
        crew.rows("UPDATE seats SET grace = 3600 WHERE team_id = $1")
    for name in dict.fromkeys(case.people):
        _enter(made, name, {each for each, who in zip(case.pair, case.people, strict=True) if who == name})
    inside = {REMOVED, UNGROUPED}
    members = [made.users[n] for e, n in zip(case.pair, case.people, strict=True) if e in inside]
    if members or ADDED in case.pair or case.variant == RULED:
        made.group = crew.group("Staff", *dict.fromkeys(members))
    crew.time_passes()
    rows = crew.rows("SELECT held FROM seats WHERE team_id = $1")
    surplus = 9 - rows[0]["held"] - case.left
    hub.run(hub.house.purchasing.give_up(team, "standard", surplus, by=BY))
    if case.variant == WAITING:
        crew.rows("UPDATE seats SET policy = 'wait' WHERE team_id = $1")
    if RULES in case.pair:
        crew.buy("viewer", 1)
    if case.variant == RULED:
        crew.buy("viewer", 1)
        crew.rule(('groups.display eq "Staff"', "viewer"))
        if members:
            crew.rows("UPDATE persons SET unsettled = TRUE WHERE team_id = $1")
        if RELEASE not in case.pair:
            crew.settle()
    return made


def _enter(made: World, name: str, operations: AbstractSet[str]) -> None:
    """Let somebody in as the *operations* on them find them."""
    body = made.case.user(name)
    if ELSEWHERE_NEW in operations:
        body.pop("userType", None)
    ways: Sequence[tuple[Way, dict[str, str]]] = [(made.ways[0], made.users)]
    if ELSEWHERE_OFF in operations:
        ways = [*ways, (made.ways[1], made.elsewhere)]
    for way, users in ways:
        answer = made.hub.ask(way, "POST", "/Users", body)
        assert 201 == answer.status_code, answer.text
        users[name] = answer.json()["id"]
    rows = made.crew.rows("SELECT person_id FROM resources WHERE team_id = $1 AND id = $2", made.users[name])
    made.persons[name] = rows[0]["person_id"]
    if ASSIGN in operations or (RELEASE in operations and not operations & {DEACTIVATE, DELETE}):
        assert 200 == made.crew.switch(made.users[name], active=False)
