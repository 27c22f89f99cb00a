"""Groups of any size: what a change costs does not grow with them, and they are read in bounded memory."""

from __future__ import annotations

import json
import tracemalloc
from collections import Counter

import pytest
from attrs import field, frozen

from hub.engine.answering.showing import MEMBERS_PAGE
from hub.engine.values.resources import MEMBERS_FIRST
from storage.database import Database
from tests.inprocess import Bench, Way, bench

GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
MANY = 10_000

#: How many times an answer may be in memory: whole, once more where it is received, and with a page of
#: its members as values and as text, which are half of these.
TIMES = 3

#: Ways to ask for a group without its members.
NO_MEMBERS = (
    {"excludedAttributes": "members"},
    {"excludedAttributes": f"Title, {GROUP}:Members"},
    {"excludedAttributes": "members.value,members.$ref,members.type"},
    {"attributes": "displayName,urn:x:members"},
    {"attributes": "members", "excludedAttributes": "members"},
)

PERSON = "INSERT INTO persons (id, team_id, claims) VALUES ($1, $2, 1)"
USERS = """INSERT INTO resources (id, team_id, connection_id, kind, document, name_key, exclusive, active,
    person_id, version, created, modified) WITH ids (id) AS ({})
    SELECT id, $1, $2, 'User', '{{}}', id, TRUE, TRUE, $3, 1, '', '' FROM ids"""
MEMBERS = """INSERT INTO members (team_id, connection_id, group_id, member_id)
    SELECT team_id, connection_id, $3, id FROM resources
    WHERE team_id = $1 AND connection_id = $2 AND kind = 'User'"""


@frozen(kw_only=True)
class Office:
    """A connection with *MANY* users, and what its provider asks."""

    hub: Bench
    way: Way
    users: list[str]
    asked: list[str] = field(factory=list)

    def group(self, *, full: bool) -> str:
        """Return a group that nobody is in, or everybody."""
        made = self.hub.ask(self.way, "POST", "/Groups", {"schemas": [GROUP], "displayName": "Staff"})
        assert 201 == made.status_code, made.text
        id = str(made.json()["id"])
        if full:
            self.hub.run(self._everybody(id))
        return id

    async def _everybody(self, group: str) -> None:
        database, owner = self.hub.house.database, (self.way.team.id, self.way.connection.id)
        async with database.transaction() as client:
            await database.run(client, MEMBERS, *owner, group)

    def statements(self, method: str, path: str, body: object = None, **query: str) -> Counter[str]:
        """Return the statements that an answer took, and how often each."""
        self.asked.clear()
        answer = self.hub.ask(self.way, method, path, body, **query)
        assert answer.status_code in {200, 204}, answer.text
        return Counter(self.asked)


@pytest.fixture
def office(migrated_url, tmp_path, monkeypatch):
    """A hub that notes its statements, and a connection with many users."""
    asked: list[str] = []
    run = Database.run

    async def noted(self, client, sql, *values):
        asked.append(sql)
        return await run(self, client, sql, *values)

    monkeypatch.setattr(Database, "run", noted)
    with bench(migrated_url, tmp_path) as hub:
        team = hub.team(seats=1)
        way = hub.way(team, "generic")
        users = [f"0190-{number:032}" for number in range(MANY)]
        hub.run(_fill(hub.house.database, way, users))
        yield Office(hub=hub, way=way, users=users, asked=asked)


async def _fill(database: Database, way: Way, users: list[str]) -> None:
    async with database.transaction() as client:
        await database.run(client, PERSON, "p", way.team.id)
        sql = USERS.format(database.listed("$4"))
        await database.run(client, sql, way.team.id, way.connection.id, "p", json.dumps(users))


def patch(*operations):
    """Return the body of a PATCH."""
    return {"schemas": [PATCH], "Operations": list(operations)}


def test_a_change_costs_the_same_in_a_group_of_any_size(office):
    """To add, remove, and choose by id takes as many statements in a large group as in an empty one."""
    small, large = office.group(full=False), office.group(full=True)
    one = office.users[0]
    changes = {
        "remove": {"op": "remove", "path": f'members[value eq "{one}"]'},
        "add": {"op": "add", "path": "members", "value": [{"value": one}]},
        "add again": {"op": "add", "path": "members", "value": [{"value": one}]},
        "rename": {"op": "replace", "path": "displayName", "value": "Crew"},
    }
    for name, operation in changes.items():
        few = office.statements("PATCH", f"/Groups/{small}", patch(operation))
        many = office.statements("PATCH", f"/Groups/{large}", patch(operation))
        if name != "remove":  # from the empty group nobody went
            assert few == many, name
        assert many.total() < 15
    assert few.total() > 1


def test_everybody_comes_and_goes_in_a_few_statements(office):
    """A whole list is put in place, and taken away, by as few statements as one member."""
    group = office.group(full=False)
    everybody = [{"value": id} for id in office.users]
    one = patch({"op": "replace", "path": "members", "value": everybody[:1]})
    expected = office.statements("PATCH", f"/Groups/{group}", one).total()

    for value in (everybody, everybody[: MANY // 2]):
        body = patch({"op": "replace", "path": "members", "value": value})
        # One more where somebody is there already: they may have been deleted instead.
        assert expected + 1 >= office.statements("PATCH", f"/Groups/{group}", body).total()
    assert (
        expected
        >= office.statements("PATCH", f"/Groups/{group}", patch({"op": "remove", "path": "members"})).total()
    )
    assert "members" not in office.hub.ask(office.way, "GET", f"/Groups/{group}").json()


def test_who_wants_no_members_reads_none(office):
    """Without members a large group is read as a small one is, and so is a list of groups."""
    groups = [office.group(full=True), office.group(full=False)]
    for path in (f"/Groups/{groups[0]}", "/Groups"):
        for query in NO_MEMBERS:
            read = office.statements("GET", path, **query)
            assert not any("members" in statement for statement in read), query


def test_members_are_read_a_page_at_a_time(office):
    """A group is read whole, however large: the first members come with it, the others in pages."""
    small, large = office.group(full=False), office.group(full=True)
    few = office.statements("GET", f"/Groups/{small}")
    many = office.statements("GET", f"/Groups/{large}")

    pages = -(-(MANY - MEMBERS_FIRST) // MEMBERS_PAGE)
    assert few.total() + pages + 1 >= many.total() > pages
    for query in ({}, {"attributes": "members.value"}, {"attributes": "displayName,members"}):
        found = office.hub.ask(office.way, "GET", f"/Groups/{large}", **query).json()["members"]
        assert office.users == [each["value"] for each in found]
        assert ("$ref" in found[0]) == (query.get("attributes") != "members.value")


def test_a_large_group_is_read_in_little_memory(office):
    """Beside the answer there is never more in hand than a page of members, and the answer's own pieces."""
    group = office.group(full=True)
    size = len(office.hub.ask(office.way, "GET", f"/Groups/{group}").content)
    tracemalloc.start()
    try:
        office.hub.ask(office.way, "GET", f"/Groups/{group}")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < TIMES * size
