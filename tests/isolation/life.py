"""What three connections of two teams do side by side, each blind to the others."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from hub.engine.relay import settle
from hub.main import new_id
from tests.digest import digest
from tests.inprocess import Bench, Way

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

OFF = {"op": "replace", "path": "active", "value": False}
ON = {"op": "replace", "path": "active", "value": True}
NOBODY = {"op": "replace", "path": "members", "value": []}


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
    for team, bought in ((one, 100), (two, 90)):
        for person in persons(hub, team.id):
            hub.run(settle(hub.house.admin.registry, team.id, person, ids=new_id))
        assert [] == hub.run(hub.house.admin.verify(team))
        seats = hub.run(hub.house.admin.seats(team))["standard"]
        assert (bought, 1) == (seats.bought, seats.held)


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
