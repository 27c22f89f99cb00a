"""What an administrator does in one team, no other team notices; no statement of it may forget its owner."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable

import pytest
from attrs import evolve

from hub.engine.values.errors import AdminError
from hub.engine.values.notes import Author
from hub.engine.values.scope import Scope
from hub.scim.membership import MemberChange
from hub.teams import ENTERPRISE, Role, State
from tests.author import BY
from tests.digest import digest
from tests.inprocess import Bench, Way, bench
from tests.isolation.test_predicates import OWNER, instead, mutants

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
SAID = evolve(BY, why="left")

#: What an administrator's commands write, beside what requests do.
MORE = ("connections", "tokens", "audit", "refused", "exchanges", "admins", "links")

#: Statements about something that has an id, which was found in the team: it is no other team's.
BY_ID = re.compile(r"(?<!\w)(?:\w+\.)?(?:person_id|id|key_id|number) (?:= [\w$]|IN \()")

#: Other statements whose owner nobody misses, by how they go, and why: each is a second lock on a door.
HARMLESS = {
    r"SELECT \* FROM (audit|exchanges|outbox) WHERE": "what is found there is rewritten in its team only",
    r"SELECT \w+ AS key, \w+ AS said FROM": "what is found there is forgotten in its team only",
    r"SELECT id FROM resources WHERE": "they are removed through their own connection, in its team only",
}


def furnish(hub: Bench) -> tuple[Way, dict[str, str]]:
    """Make a team of people by hand and of two connections that are off; return the first, and name → id."""
    team, people = hub.team(seats=5), hub.house.people
    way, other = (hub.way(team, "generic", domains=[f"{name}.example"]) for name in "bc")
    for through, name in ((way, "cid@b.example"), (way, "dan@b.example"), (other, "gil@c.example")):
        pushed(hub, through, name, 201)
    turned(hub, State.OFF, way, other)
    ids = {
        name: hub.run(people.add(team, f"{name}@b.example", name=name, by=BY))
        for name in ("ann", "bob", "eve")
    }
    for name in ("ann", "bob"):
        hub.run(people.seat(team, ids[name], by=BY))
    turned(hub, State.ON, way, other)
    pushed(hub, other, "ann@b.example", 403)  # who is refused: no seat is left
    crew = hub.ask(way, "POST", "/Groups", {"schemas": [GROUP], "displayName": "Crew"}).json()["id"]
    turned(hub, State.OFF, way, other)

    async def expect(unit):
        await unit.expect(crew, MemberChange(added=frozenset({"ann@b.example"})))

    scope = Scope(team=team.id, connection=way.connection.id)
    hub.run(hub.house.registry.store(scope).write(expect, reference="expect"))
    hub.run(hub.house.links.for_setup(way.connection, by=Author(name="ann@b.example")))
    written(hub)
    return way, {**ids, "cid": hub.run(people.find(team, "cid@b.example"))}


def pushed(hub: Bench, way: Way, name: str, status: int) -> None:
    """Have a provider create a user."""
    user = {"schemas": [USER], "userName": name, "active": True}
    assert status == hub.ask(way, "POST", "/Users", user).status_code


def turned(hub: Bench, state: State, *ways: Way) -> None:
    """Turn connections."""
    for way in ways:
        hub.run(hub.house.connections.set_state(way.connection, state, by=BY))


def written(hub: Bench) -> None:
    """Have all exchanges written."""

    async def write() -> None:
        writing = asyncio.create_task(hub.house.keeper.run())
        await hub.house.keeper.close()
        await writing

    hub.run(write())


async def everything(hub: Bench, team: str) -> dict[str, list[str]]:
    """Return every row of a team."""
    rows = {
        table: await hub.house.database.rows(f"SELECT * FROM {table} WHERE team_id IN ($1)", team)
        for table in MORE
    }
    found = {**await digest(hub.house.database, team), **rows}
    return {table: sorted(repr(dict(row)) for row in each) for table, each in found.items()}


def furnished(hub: Bench) -> Callable[[], None]:
    """Make two teams alike; return what does in one all that an administrator does.

    It raises where the other, its twin, notices.
    """
    (way, ids), (twin, others) = furnish(hub), furnish(hub)

    async def more(unit):
        # Alike but for a seat that is free, for a kind, and for an admin, who would not be erased.
        await unit.buy("standard", 1)
        await unit.buy("viewer", 1)

    hub.run(hub.house.registry.store(Scope(team=twin.team.id)).write(more, reference="more"))
    hub.run(hub.house.admins.add(twin.team, "ann@b.example", role=Role.ADMIN, by=BY))
    before = hub.run(everything(hub, twin.team.id))

    def live() -> None:
        acts(hub, way, ids, others)
        assert before == hub.run(everything(hub, twin.team.id))

    return live


def acts(hub: Bench, way: Way, ids: dict[str, str], others: dict[str, str]) -> None:
    """Do in one team what an administrator does, where *others* are in another."""
    team, house = way.team, hub.house
    people = house.people

    found = listed(hub, team)
    assert set(ids.values()) < {each.standing.person for each in found}
    assert (6, set()) == (len(found), {*others.values()} & {each.standing.person for each in found})
    for name in ("ann", "bob", "cid"):
        assert ids[name] == hub.run(people.find(team, f"{name}@b.example"))
        dossier = hub.run(people.dossier(team, ids[name]))
        assert ((f"{name}@b.example",), 1) == (dossier.addresses, len(dossier.holdings))
    with pytest.raises(AdminError, match="No seat left: 5 of 5"):
        hub.run(people.seat(team, ids["eve"], by=BY))
    hub.run(people.unseat(team, ids["bob"], by=BY))
    hub.run(people.seat(team, ids["bob"], by=BY))
    hub.run(people.suspend(team, ids["bob"], by=SAID))
    hub.run(people.unsuspend(team, ids["bob"], by=BY))
    hub.run(people.remove(team, ids["eve"], by=BY))
    assert 2 == hub.run(house.switches.effect(way.connection, State.OFF)).people
    gone = hub.run(house.switches.effect(way.connection, State.OFF, release=True))
    assert (2, {"cid@b.example", "dan@b.example"}) == (gone.without_access, set(gone.names))
    assert 2 == hub.run(house.adoption.prospect(way.connection)).adopted
    told = hub.run(house.adoption.adopt(way.connection, by=BY, progress=lambda _: None))
    assert (2, 0, 0) == (told.adopted, told.seatless, told.elsewhere)
    assert ["ann@b.example"] == [each.user_name for each in refused(hub, team)]  # by the other connection
    hub.run(house.erasing.erase(team, ids["ann"], by=SAID, progress=lambda _: None))
    hub.run(people.remove(team, ids["cid"], by=BY))
    assert 2 == hub.run(house.switches.release(way.connection, by=BY, progress=lambda _: None))
    for plan in ("basic", ENTERPRISE):
        hub.run(house.switches.set_team(team, {"plan": plan}, by=BY))
    turned(hub, State.ON, way)
    for each in hub.run(house.tokens.of(way.connection)):
        hub.run(house.tokens.revoke(each.key_id, by=BY))
    assert {team.id} == audited(hub, team)
    assert {"standard": 1} == {
        kind: count.held for kind, count in hub.run(house.bookkeeping.seats(team)).items()
    }


def listed(hub: Bench, team):
    """Return all people of a team."""

    async def read():
        return [each async for each in hub.house.people.of(team)]

    return hub.run(read())


def refused(hub: Bench, team):
    """Return who was refused in a team."""

    async def read():
        return [each async for each in hub.house.purchasing.refused(team)]

    return hub.run(read())


def audited(hub: Bench, team) -> set[str]:
    """Return whose the notes are that are read as a team's."""

    async def read():
        return [note async for note in hub.house.trail.of(team.id)]

    notes = [(note.at, note.action, note.target) for note in hub.run(read())]
    rows = hub.run(hub.house.database.rows("SELECT * FROM audit ORDER BY id"))
    return {row["team_id"] for row in rows if (row["at"], row["action"], row["target"]) in notes}


def missed(hub, monkeypatch, sql: str) -> bool:
    """Say whether somebody misses the owner in *sql*."""
    for mutant in mutants(sql):
        live = furnished(hub)
        try:
            with instead(monkeypatch, {sql: mutant}, set()):
                live()
        except (Exception, pytest.fail.Exception):  # noqa: BLE001 - whoever notices, and however
            continue
        return False
    return True


@pytest.mark.timeout(600)
def test_no_statement_may_forget_its_owner(migrated_url, tmp_path, monkeypatch):
    """Whoever looks for something by a name, or for all there is, looks in one team, or somebody notices."""
    heard: set[str] = set()
    with bench(migrated_url, tmp_path) as hub:
        live = furnished(hub)
        with instead(monkeypatch, {}, heard):
            live()
        scoped = sorted(sql for sql in heard if OWNER.search(sql) and not BY_ID.search(sql))
        survived = [sql for sql in scoped if not missed(hub, monkeypatch, sql)]

    assert 10 < len(scoped)
    assert [] == [sql for sql in survived if not any(re.match(start, sql) for start in HARMLESS)]
    assert [] == [start for start in HARMLESS if not any(re.match(start, sql) for sql in survived)]


def test_the_twin_notices_nothing(migrated_url, tmp_path):
    """All that an administrator does in one team, in the same names as in another, stays in it."""
    with bench(migrated_url, tmp_path) as hub:
        furnished(hub)()
