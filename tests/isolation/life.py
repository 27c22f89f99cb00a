"""What three connections of two teams do side by side, each blind to the others."""

from __future__ import annotations

from typing import Any

from attrs import evolve, frozen

from hub.teams import Team
from tests.digest import digest
from tests.inprocess import Bench, Way
from tests.seated import Crew, crew

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

OFF = {"op": "replace", "path": "active", "value": False}
ON = {"op": "replace", "path": "active", "value": True}
NOBODY = {"op": "replace", "path": "members", "value": []}
NAMELESS = {"op": "replace", "path": "displayName", "value": "Other"}


@frozen(kw_only=True)
class Side:
    """A connection with a user in a group, called as they are on every other side."""

    hub: Bench
    way: Way
    user: str
    group: str

    def ask(self, method: str, path: str, *operations: dict[str, Any], body: Any = None, **query: str) -> Any:
        """Return the status, and the answer if there is one."""
        if operations:
            body = {"schemas": [PATCH], "Operations": list(operations)}
        answer = self.hub.ask(self.way, method, path, body, **query)
        return answer.status_code, answer.json() if answer.content else None

    def found(self, endpoint: str, **query: str) -> list[str]:
        """Return the ids that are listed."""
        status, answer = self.ask("GET", endpoint, **query)
        assert 200 == status, answer
        assert len(answer["Resources"]) == answer["totalResults"]
        return [each["id"] for each in answer["Resources"]]

    def seen(self) -> Any:
        """Return everything that this side sees of its own."""
        return [self.ask("GET", path) for path in ("/Users", "/Groups", f"/Groups/{self.group}")]

    def lives(self) -> None:
        """Go, come back, be renamed, leave the group and join it again."""
        user, group = f"/Users/{self.user}", f"/Groups/{self.group}"
        join = {"op": "add", "path": "members", "value": [{"value": self.user}]}
        leave = {"op": "remove", "path": f'members[value eq "{self.user}"]'}
        put = {"schemas": [USER], "userName": "ann", "externalId": "e1", "title": "Guide"}
        staff = {"schemas": [GROUP], "displayName": "Staff", "members": [{"value": self.user}]}
        steps: list[tuple[str, str, dict[str, Any]]] = [
            ("PATCH", user, OFF),
            ("PATCH", user, ON),
            ("PUT", user, put),
            ("PATCH", group, leave),
            ("PATCH", group, join),
            ("PATCH", group, {"op": "remove", "path": 'members[type eq "Group"]'}),
            ("PATCH", group, NOBODY),
            ("PUT", group, staff),
        ]
        for method, path, asked in steps:
            status, answer = (
                self.ask(method, path, asked) if method == "PATCH" else self.ask(method, path, body=asked)
            )
            assert status in {200, 204}, (method, path, answer)


def side(hub: Bench, way: Way) -> Side:
    """Make the user and the group of one side."""
    ann = {"schemas": [USER], "userName": "ann", "externalId": "e1", "emails": [{"value": "ann@a.example"}]}
    user = hub.ask(way, "POST", "/Users", ann)
    assert 201 == user.status_code, user.text
    members = [{"value": user.json()["id"]}]
    group = hub.ask(way, "POST", "/Groups", {"schemas": [GROUP], "displayName": "Staff", "members": members})
    assert 201 == group.status_code, group.text
    return Side(hub=hub, way=way, user=user.json()["id"], group=group.json()["id"])


def live(hub: Bench) -> None:
    """Live side by side; raises where one side notices another."""
    one, two = hub.team(seats=100), hub.team(seats=90)
    bystanders = [Crew(hub=hub, way=hub.way(team, "generic")) for team in (one, two)]
    for bystander in bystanders:
        bystander.refuse("ann")
    sides = [
        side(hub, way) for way in (hub.way(one, "generic"), hub.way(one, "generic"), hub.way(two, "okta"))
    ]
    for each in sides:
        finds_its_own(each)
        touches_no_other(each, [other for other in sides if other is not each])
    before = [each.seen() for each in sides]
    sides[0].lives()
    assert before[1:] == [each.seen() for each in sides[1:]]
    assert (204, None) == sides[1].ask("DELETE", f"/Users/{sides[1].user}")
    assert (204, None) == sides[1].ask("DELETE", f"/Groups/{sides[1].group}")
    assert before[2] == sides[2].seen()
    assert [sides[0].user] == sides[0].found("/Users")
    assert [[("ann", "standard", 1)]] * 2 == [bystander.refused() for bystander in bystanders]
    asks_for_its_own(hub, one, two)
    asks_for_its_own(hub, two, one)
    for team, bought in ((one, 100), (two, 90)):
        entries = hub.run(hub.house.bookkeeping.books.length(team.id))
        assert entries == hub.run(hub.house.relay.sealer.seal(team.id))
        assert hub.run(hub.house.relay.sealer.seals.latest(team.id))
        for person in persons(hub, team.id):
            hub.run(hub.house.relay.settling.settle(team.id, person))
        assert [] == hub.run(hub.house.bookkeeping.verify(team))
        seats = hub.run(hub.house.bookkeeping.seats(team))["standard"]
        assert (bought, 1) == (seats.bought, seats.held)


def wants_seats(hub: Bench) -> None:
    """Be refused, wait, be seated in turn and move in one team; raises where another team notices."""
    one, two, three = crew(hub, seats=1), crew(hub, seats=1), crew(hub, seats=2)
    beside = evolve(one, way=hub.way(one.way.team, "generic"))
    for team in (beside, three):
        team.refuse("ann")
    people: dict[str, str] = {}
    for team, grace in ((two, 0), (one, 60)):
        people["ann"] = team.make("ann")
        team.buy("viewer", 1)
        assert 403 == team.create("bob").status_code
        team.kind("standard", policy="wait", grace=grace)
        people |= {name: team.make(name) for name in ("cid", "dan")}
        people["crew"] = team.group("Crew", people["dan"])
    beside.refuse("ann")
    beside.refuse("bob")
    before = [known(hub, team) for team in (two, three)]

    assert 200 == one.switch(people["cid"], active=False)
    one.buy("standard", 1)
    one.settle()
    assert {"ann": "standard", "cid": "", "dan": "standard"} == one.spots()
    assert 200 == one.switch(people["ann"], active=False)
    one.make("bob")
    one.time_passes()
    one.settle()
    assert {"ann": "", "cid": "", "dan": "standard", "bob": "standard"} == one.spots()
    one.rule(('groups.display eq "Crew"', "viewer"))
    assert 204 == one.patch(people["crew"], NAMELESS, endpoint="/Groups")
    assert 204 == one.patch(people["crew"], {**NAMELESS, "value": "Crew"}, endpoint="/Groups")
    assert 200 == one.say(people["dan"], "title", "Guide")
    one.settle()
    assert "viewer" == one.spots()["dan"]

    ann, bob = ("ann", "standard", 1), ("bob", "standard", 1)
    refused = [team.refused() for team in (one, beside, two, three)]
    assert [[], [("ann", "standard", 2), bob], [bob], [ann]] == refused
    assert [0] == [row["told"] for row in three.rows("SELECT told FROM seats WHERE team_id = $1")]
    assert [0] == [row["grace"] for row in two.rows("SELECT DISTINCT grace FROM seats WHERE team_id = $1")]
    assert before == [known(hub, team) for team in (two, three)]
    assert 201 == two.create("eva").status_code
    assert "?standard" == two.spots()["eva"]


def known(hub: Bench, team: Crew) -> Any:
    """Return all that is kept of a team."""
    return hub.run(digest(hub.house.database, team.team))


def persons(hub: Bench, team: str) -> list[str]:
    """Return the ids of a team's people."""
    return [row["id"] for row in hub.run(digest(hub.house.database, team))["persons"]]


def finds_its_own(side: Side) -> None:
    """See that lists and filters have what is this side's, and nothing else."""
    for filter in (
        'userName eq "ann"',
        'externalId eq "e1"',
        'userName sw "a"',
        f'id eq "{side.user}"',
        "active eq true",
        'emails eq "ann@a.example"',
        'emails.value co "ann" and meta.created pr',
        "groups pr",
        'groups.display eq "Staff"',
        'groups[type eq "direct" and display sw "S"]',
    ):
        assert [side.user] == side.found("/Users", filter=filter), filter
    for filter in (
        'displayName eq "Staff"',
        'displayName sw "S"',
        f'members.value eq "{side.user}"',
        'members.type eq "User"',
    ):
        assert [side.group] == side.found("/Groups", filter=filter), filter
    assert [side.user] == side.found("/Users", sortBy="userName")
    assert [side.user] == side.found("/Users", sortBy="userName", filter="userName pr")
    assert [side.user, side.group] == side.found("")
    assert [side.user] == side.found("/Users")
    assert [side.user] == [each["value"] for each in side.ask("GET", f"/Groups/{side.group}")[1]["members"]]


def asks_for_its_own(hub: Bench, team: Team, other: Team) -> None:
    """See that a team's product is told of the team's own people, whoever else is called so."""
    key, mine, theirs = hub.key(team), persons(hub, team.id), persons(hub, other.id)
    answers = [
        hub.question(team, key, user="ann").json(),
        *hub.question(team, key, ["ann"]).json(),
        *(hub.question(team, key, person=id).json() for id in theirs),
    ]
    assert ["seated", "seated", *["unknown"] * len(theirs)] == [each["reason"] for each in answers]
    assert {answers[0]["person"], answers[1]["person"]} <= set(mine)


def touches_no_other(side: Side, others: list[Side]) -> None:
    """See that what others made can be neither read nor changed by its id, nor put into a group."""
    database = side.hub.house.database
    teams = {each.way.team.id for each in (side, *others)}
    before = [side.hub.run(digest(database, team)) for team in teams]
    for other in others:
        for path, operation in ((f"/Users/{other.user}", OFF), (f"/Groups/{other.group}", NOBODY)):
            assert 404 == side.ask("GET", path)[0]
            assert 404 == side.ask("PATCH", path, operation)[0]
            assert 404 == side.ask("DELETE", path)[0]
        assert [] == side.found("/Users", filter=f'id eq "{other.user}"')
        assert [] == side.found("/Groups", filter=f'members.value eq "{other.user}"')
        join = {"op": "add", "path": "members", "value": [{"value": other.user}]}
        assert 400 == side.ask("PATCH", f"/Groups/{side.group}", join)[0]
    assert before == [side.hub.run(digest(database, team)) for team in teams]
