"""What administrators do is noted with who, why and what changed, together with what they did."""

from __future__ import annotations

import json

import pytest
from attrs import evolve
from tortoise.exceptions import BaseORMException

from hub.engine.common.trail import changed
from hub.engine.values.errors import AdminError
from hub.engine.values.notes import Author
from hub.engine.values.scope import Scope
from hub.teams import ENTERPRISE, State
from storage import trail
from storage.database import Database
from storage.unit import DatabaseUnit
from tests.author import BY

ANN = Author(name="cli:ann", why="since Monday")
ISSUER = "https://sign-in.example"
URN = "urn:example:acme:2.0:User"
BADGE = {
    "id": URN,
    "name": "Acme",
    "attributes": [{"name": "badge", "type": "string", "multiValued": False, "description": "Its number."}],
}


def notes(house, team, **chosen):
    """Return a team's audit."""

    async def read():
        return [note async for note in house.house.trail.of(team.id, **chosen)]

    return house.run(read())


def test_what_is_done_is_noted(house):
    """Each use case says who did what to what and why, with what differs before and after; in order."""
    engine, run = house.house, house.run
    team = run(engine.teams.create("noted", seats=3, plan="basic", by=ANN))
    run(house.house.switches.set_team(team, {"plan": ENTERPRISE, "sso_issuer": ISSUER}, by=ANN))
    run(engine.schemas.add(team, json.dumps(BADGE).encode(), kind="User", by=ANN))
    team = run(engine.teams.named("noted"))
    run(engine.schemas.remove(team, URN, by=ANN))
    connection, _ = run(engine.connections.create(team, idp="generic", domains=["a.example"], by=ANN))
    token, _ = run(engine.tokens.create(connection, expires_at="2999-01-01T00:00:00.000Z", by=ANN))
    run(engine.tokens.revoke(token.key_id, by=ANN))
    for state in (State.ON, State.PAUSED, State.OFF):
        run(engine.connections.set_state(connection, state, by=ANN))

    said = [(note.action, note.target, note.changes) for note in notes(house, team)]
    first = said[5][1]
    ended = said[7][2]["revoked_at"]["after"]
    whose = {"before": None, "after": connection.id}
    assert [
        ("team.create", "noted", changed({}, {"plan": "basic", "seats": 3})),
        (
            "team.set",
            "noted",
            changed({"plan": "basic"}, {"plan": "enterprise", "sso_issuer": ISSUER}),
        ),
        ("schema.add", URN, {"attributes": {"before": None, "after": ["badge"]}}),
        ("schema.remove", URN, {"attributes": {"before": ["badge"], "after": None}}),
        (
            "connection.create",
            connection.id,
            changed(
                {}, {"idp": "generic", "profile": "tolerant", "state": "draft", "domains": ["a.example"]}
            ),
        ),
        ("token.create", first, {"connection": whose}),
        (
            "token.create",
            token.key_id,
            {"connection": whose, "expires_at": {"before": None, "after": "2999-01-01T00:00:00.000Z"}},
        ),
        ("token.revoke", token.key_id, {"revoked_at": {"before": None, "after": ended}}),
        ("connection.on", connection.id, changed({"state": "draft"}, {"state": "on"})),
        ("connection.pause", connection.id, changed({"state": "on"}, {"state": "paused"})),
        ("connection.off", connection.id, changed({"state": "paused"}, {"state": "off"})),
    ] == said
    assert {("cli:ann", "since Monday")} == {(note.who, note.why) for note in notes(house, team)}


def test_secrets_are_not_noted(house):
    """Neither a token nor what is kept of it stands anywhere in the audit."""
    team = house.team(seats=1)
    way = house.way(team, "generic")
    kept, text = house.run(house.house.tokens.create(way.connection, by=BY))
    rows = house.run(house.house.database.rows("SELECT * FROM audit WHERE team_id = $1", team.id))

    said = json.dumps([dict(row) for row in rows])
    assert kept.key_id in said
    for secret in (text, way.token, text.split("_")[2], kept.digest):
        assert secret not in said


def test_what_changes_nothing_is_not_noted(house):
    """Whoever turns on what is on, or ends a token twice, has done nothing."""
    engine, run = house.house, house.run
    team = house.team(seats=1)
    way = house.way(team, "generic")
    before = notes(house, team)

    run(engine.connections.set_state(way.connection, State.ON, by=BY))
    run(house.house.switches.set_team(team, {"plan": ENTERPRISE}, by=BY))
    assert before == notes(house, team)

    run(engine.tokens.revoke(way.token, by=BY))
    run(engine.tokens.revoke(way.token, by=BY))
    assert ["token.revoke"] == [note.action for note in notes(house, team)[len(before) :]]


@pytest.fixture
def deaf(monkeypatch):
    """An audit that cannot be written."""

    async def note(self, *_, **__):
        # A statement that the database refuses: on PostgreSQL, none after it is heard either.
        await self.rows("INSERT INTO audit (team_id) VALUES ($1)", "nobody")

    monkeypatch.setattr(DatabaseUnit, "note", note)


def test_what_cannot_be_noted_is_not_done(house, request):
    """A use case whose note fails leaves everything as it was."""
    engine, run = house.house, house.run
    team = house.team(seats=1)
    connection, token = run(engine.connections.create(team, idp="generic", by=BY))
    request.getfixturevalue("deaf")

    for work in (
        engine.teams.create("never", seats=1, plan="basic", by=BY),
        engine.schemas.add(team, json.dumps(BADGE).encode(), kind="User", by=BY),
        engine.connections.create(team, idp="generic", by=BY),
        engine.tokens.create(connection, by=BY),
        engine.connections.set_state(connection, State.ON, by=BY),
        engine.tokens.revoke(token, by=BY),
        house.house.switches.set_team(team, {"plan": "basic"}, by=BY),
        house.house.people.add(team, "ann@a.example", by=BY),
    ):
        with pytest.raises(BaseORMException):
            run(work)

    assert "never" not in {each.name for each in run(engine.teams.all())}
    assert team == run(engine.teams.named(team.id))
    assert [connection] == list(run(engine.connections.of(team)))
    assert [None] == [each.revoked_at for each in run(engine.tokens.of(connection))]
    with pytest.raises(AdminError, match="nobody called"):
        run(house.house.people.find(team, "ann@a.example"))


def test_a_removal_does_not_wait_for_its_note(house, request):
    """Access goes off and the seat comes free although the audit cannot be written."""
    people, run = house.house.people, house.run
    team = house.team(seats=3)
    ann, bob, cid = (run(people.add(team, f"{name}@a.example", by=BY)) for name in ("ann", "bob", "cid"))
    for person in (ann, bob, cid):
        run(people.seat(team, person, by=BY))
    request.getfixturevalue("deaf")

    run(people.unseat(team, ann, by=BY))
    run(people.remove(team, bob, by=BY))
    run(people.suspend(team, cid, by=ANN))

    assert {"held": 1} == {"held": run(house.house.bookkeeping.seats(team))["standard"].held}
    assert "since Monday" == run(people.dossier(team, cid)).suspended
    assert not run(people.dossier(team, bob)).standing.claims


def test_the_audit_is_never_shortened(house):
    """The database itself refuses to delete a line."""
    team = house.team(seats=1)
    database = house.house.database

    async def forget(sql):
        async with database.transaction() as client:
            await database.run(client, sql)

    for sql in ["DELETE FROM audit", *(["TRUNCATE audit"] * (database.dialect == "postgres"))]:
        with pytest.raises(Exception, match="the audit is append-only"):  # each database has its own
            house.run(forget(sql))
    assert ["team.create"] == [note.action for note in notes(house, team)]


def test_the_audit_is_read_in_pages(house, monkeypatch):
    """Oldest first, whatever the page; from a moment on; and what is about one person."""
    monkeypatch.setattr(trail, "PAGE", 2)
    team = house.team(seats=1)
    ann = house.run(house.house.people.add(team, "ann@a.example", by=BY))
    for number in range(4):
        house.run(house.house.people.suspend(team, ann, by=evolve(BY, why=str(number))))
    every = notes(house, team)

    assert ["team.create", "person.add", *["person.suspend"] * 4] == [note.action for note in every]
    assert [None, None, "0", "1", "2", "3"] == [note.why for note in every]
    assert every[1:] == notes(house, team, person=ann)
    assert [note for note in every if note.at >= every[3].at] == notes(house, team, since=every[3].at)
    assert [] == notes(house, team, since="2999-01-01T00:00:00.000Z")


def test_a_commit_that_got_no_answer_is_known_by_its_note(house, monkeypatch):
    """What was committed, and seemed not to be, is not done again: it is noted once."""
    team, written, tries = house.team(seats=1), Database.written, []

    async def lossy(self, writing, **when):
        answer = await written(self, writing, **when)
        tries.append(answer)
        if len(tries) == 1:
            raise OSError("the answer is lost")
        return answer

    async def buy(unit):
        await unit.buy("standard", 5)
        await unit.note(BY, "seat-kind.buy", "standard", changes={})

    monkeypatch.setattr(Database, "written", lossy)
    store = house.house.registry.store(Scope(team=team.id))
    house.run(store.write(buy, reference="once"))
    monkeypatch.undo()

    assert 6 == house.run(house.house.bookkeeping.seats(team))["standard"].bought
    assert ["team.create", "seat-kind.buy"] == [note.action for note in notes(house, team)]
