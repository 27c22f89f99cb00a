"""Whoever is erased is named nowhere any more; the book keeps its numbers."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any
from urllib.parse import unquote_plus

import pytest
from attrs import evolve

from hub.engine.people.byhand import Nobody
from hub.engine.values.errors import AdminError
from hub.engine.values.notes import Author
from hub.engine.values.scope import Scope
from hub.scim.folding import fold
from hub.scim.membership import MemberChange
from hub.teams import Role, Team
from storage import erasing
from storage.database import Database
from tests.author import BY
from tests.inprocess import Bench, Way

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

#: What names her, as it is looked for.
ANN = ("ann.lee@a.example", "ann lee", "ext-4711", "lee@home.example", "annie")

WHY, PLAIN = evolve(BY, why="request 12 of Ann Lee"), evolve(BY, why="request 12")


def texts(house: Bench) -> dict[str, list[str]]:
    """Return every row of every table of the whole database, as folded text without percent signs."""

    async def read() -> dict[str, list[str]]:
        database = house.house.database
        named = {
            "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table'",
            "postgres": "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'",
        }
        tables = [row["name"] for row in await database.rows(named[database.dialect])]
        return {
            table: [
                unquote_plus(fold(repr(dict(row)))) for row in await database.rows(f"SELECT * FROM {table}")
            ]
            for table in tables
        }

    return house.run(read())


def naming(house: Bench, *names: str) -> dict[str, int]:
    """Return table → how many rows name somebody by one of *names*."""
    counts = {
        table: sum(any(name in row for name in names) for row in rows) for table, rows in texts(house).items()
    }
    return {table: count for table, count in counts.items() if count}


async def written(house: Bench) -> None:
    """Have all exchanges written."""
    writing = asyncio.create_task(house.house.keeper.run())
    await house.house.keeper.close()
    await writing


def kept(house: Bench) -> None:
    """Have all exchanges written."""
    house.run(written(house))


def ask(house: Bench, way: Way, method: str, path: str, body: Any = None, **query: str) -> Any:
    """Send a request, and return its answer."""
    answer = house.ask(way, method, path, body, **query)
    return answer.json() if answer.content else None


def user(called: str, **more: Any) -> dict[str, Any]:
    """Return the body of a user."""
    return {"schemas": [USER], "userName": f"{called}@a.example", "active": True, **more}


async def attend(house: Bench, team: Team, person: str) -> None:
    """Have Ann look after the team for a while, sign in, and let somebody else set up a connection."""
    made, by = house.house, Author(name="ann.lee@a.example")
    admin = await made.admins.add(team, "Ann.Lee@a.example", role=Role.OWNER, name="Ann Lee", by=WHY)
    await made.admins.add(team, "bob@a.example", role=Role.OWNER, by=by)
    await made.sessions.begin(admin)
    link, _ = await made.links.for_admin(team, by=by)
    await made.links.revoke(team, link.key_id, by=by)
    await made.admins.remove(team, "ann.lee@a.example", by=by)


@pytest.fixture
def life(house):
    """A team in which Ann has left traces everywhere, beside Bob: the team, and her."""
    run, people = house.run, house.house.people
    team = house.team(seats=2)
    ann = run(people.add(team, "Ann.Lee@a.example", name="Ann Lee", by=WHY))
    run(people.seat(team, ann, by=WHY))
    first = house.way(team, "generic", domains=["a.example"])
    second = house.way(team, "okta", domains=["a.example"])
    third = house.way(team, "generic")
    said = {
        "externalId": "EXT-4711",
        "displayName": "Ann Lee",
        "emails": [{"value": "Lee@home.example", "type": "home"}],
    }
    one = ask(house, first, "POST", "/Users", user("Ann.Lee", **said))
    ask(house, second, "POST", "/Users", user("ann.lee", name={"givenName": "Ann", "familyName": "Lee"}))
    bob = ask(house, first, "POST", "/Users", user("bob", displayName="Bob Roe", externalId="ext-1"))
    assert 403 == house.ask(third, "POST", "/Users", user("ann.lee", **said)).status_code
    members = [{"value": one["id"]}, {"value": bob["id"]}]
    group = ask(
        house, first, "POST", "/Groups", {"schemas": [GROUP], "displayName": "Crew", "members": members}
    )
    for path, query in (
        (f"/Users/{one['id']}", {}),
        ("/Nothing", {"filter": 'externalId eq "EXT-4711"'}),
        ("/Nothing", {"filter": 'userName eq "Ann.Lee@a.example"'}),
    ):
        ask(house, first, "GET", path, **query)
    rename = {"op": "replace", "path": "title", "value": "Guide"}
    ask(house, first, "PATCH", f"/Users/{one['id']}", {"schemas": [PATCH_OP], "Operations": [rename]})
    ask(house, first, "PATCH", f"/Users/{bob['id']}", {"schemas": [PATCH_OP], "Operations": [rename]})
    short = {"op": "replace", "path": "nickName", "value": "Annie"}
    wrong = {"schemas": [PATCH_OP], "Operations": [short, {"op": "replace", "path": "no["}]}
    assert 400 == house.ask(first, "PATCH", f"/Users/{one['id']}", wrong).status_code
    run(people.suspend(team, ann, by=WHY))
    run(house.house.tokens.create(first.connection, user=one["id"], by=WHY))

    async def expect(unit):
        await unit.lock("Group", group["id"])
        await unit.expect(group["id"], MemberChange(added=frozenset({"ann.lee@a.example"})))

    scope = Scope(team=team.id, connection=first.connection.id)
    run(house.house.registry.store(scope).write(expect, reference="expect"))
    run(attend(house, team, ann))
    kept(house)
    yield team, ann
    erase(house, team, ann, PLAIN)  # the whole database is looked through, and it is all tests'


def erase(house, team, person, by=WHY):
    """Erase somebody."""
    return house.run(house.house.erasing.erase(team, person, by=by, progress=lambda _: None))


def test_whoever_is_erased_is_named_nowhere(house, life):
    """Not in any column of any table; the traces of others stay as they were."""
    team, ann = life
    assert {
        *("persons", "person_keys", "resources", "searched", "resource_keys", "pending_members"),
        *("exchanges", "outbox", "audit", "refused"),
    } <= naming(house, *ANN).keys()
    others = naming(house, "bob@a.example", "ext-1")

    assert erase(house, team, ann)
    kept(house)

    assert {} == naming(house, *ANN)
    assert others.keys() == naming(house, "bob@a.example", "ext-1").keys()
    assert others["outbox"] == naming(house, "bob@a.example", "ext-1")["outbox"]


def test_whoever_looks_after_the_team_is_removed_first(house, life):
    """Nobody is erased who can still sign in to the portal: the sentence names the command."""
    team, ann = life
    add = house.house.admins.add(team, "ann.lee@a.example", role=Role.AUDITOR, by=WHY)
    house.run(add)
    with pytest.raises(AdminError, match=f"hub admin remove {team.name} ann.lee@a.example"):
        erase(house, team, ann)
    house.run(house.house.admins.remove(team, "ann.lee@a.example", by=WHY))

    assert erase(house, team, ann)


def test_the_book_of_an_erased_person_is_whole(house, life):
    """The seat comes free by an entry; the entries before stand, and name an id that is nobody's."""
    team, ann = life

    async def book():
        return [entry async for entry in house.house.bookkeeping.entries(team)]

    before = house.run(book())
    erase(house, team, ann)
    after = house.run(book())

    assert before == after[: len(before)]
    assert ["released"] == [entry.what for entry in after[len(before) :]]
    assert f"held:{ann}" == after[-1].postings[0].source
    assert [] == house.run(house.house.bookkeeping.verify(team))
    assert 1 == house.run(house.house.bookkeeping.seats(team))["standard"].held
    dossier = house.run(house.house.people.dossier(team, ann))
    assert (0, None, None, (), ()) == (
        dossier.standing.claims,
        dossier.name,
        dossier.suspended,
        dossier.addresses,
        dossier.vouching,
    )


def test_erasing_is_noted_without_a_name(house, life):
    """That somebody was erased stays, by whom and when; so does what was done to them, but not their name.

    A reason for it goes, too, also one that names nobody: it is about them.
    """
    team, ann = life
    house.run(house.house.people.unsuspend(team, ann, by=evolve(BY, why="the quarrel is over")))
    erase(house, team, ann, PLAIN)

    async def audit():
        return [
            (note.action, note.target, note.why, note.changes)
            async for note in house.house.trail.of(team.id, person=ann)
        ]

    assert [
        ("person.add", ann, "(erased)", {}),
        ("person.seat", ann, "(erased)", {}),
        ("person.suspend", ann, "(erased)", {}),
        ("person.unsuspend", ann, "(erased)", {}),
        ("person.erase", ann, "request 12", {}),
    ] == house.run(audit())


def test_events_are_still_told_in_order(house, life):
    """What listeners have not heard yet, they hear: of whom by an id, and nothing of what they were."""
    team, ann = life

    async def events():
        rows = await house.house.database.rows(
            "SELECT event FROM outbox WHERE team_id = $1 ORDER BY id", team.id
        )
        return [json.loads(row["event"]) for row in rows]

    before = house.run(events())
    erase(house, team, ann)
    after = house.run(events())

    assert [event["id"] for event in before] == [event["id"] for event in after][: len(before)]
    assert ["user_deprovisioned", "user_deprovisioned", "seat_released"] == [
        event["name"] for event in after[len(before) :]
    ]
    assert {None} == {
        event[when] for event in after if event["person"] == ann for when in ("before", "after")
    }


def test_it_goes_on_where_it_was_broken_off(house, life, monkeypatch):
    """The users gone and the rest not done: given again, nothing is left."""
    team, ann = life

    async def broken(*_):
        raise OSError("away")

    with monkeypatch.context() as patch:
        patch.setattr(type(house.house.erasing), "_forget", broken)
        with pytest.raises(OSError, match="away"):
            erase(house, team, ann)
    assert naming(house, *ANN)
    assert ann == house.run(house.house.people.find(team, "ann.lee@a.example"))

    erase(house, team, ann, PLAIN)
    erase(house, team, ann, PLAIN)
    assert {} == naming(house, *ANN)


def test_whoever_is_sent_anew_meanwhile_is_erased_too(house, life, monkeypatch):
    """A provider that makes them again while all is looked through leaves nobody with access and no seat."""
    team, ann = life
    traces = type(house.house.erasing.traces)
    look, ways = traces.erase, [house.way(team, "generic", domains=["a.example"])]

    async def meanwhile(self, *args, **more):
        count = await look(self, *args, **more)
        if ways:
            way = ways.pop()
            headers = {"authorization": f"Bearer {way.token}"}
            made = await house.client.post(f"{way.path}/Users", json=user("ann.lee"), headers=headers)
            assert 201 == made.status_code
            await written(house)
        return count

    monkeypatch.setattr(traces, "erase", meanwhile)
    erase(house, team, ann, PLAIN)

    assert {} == naming(house, *ANN)
    (row,) = house.run(house.house.database.rows("SELECT claims, unsettled FROM persons WHERE id = $1", ann))
    assert (0, False) == (row["claims"], bool(row["unsettled"]))


def test_a_connection_that_comes_meanwhile_is_known_with_its_user(house, life, monkeypatch):
    """Whoever is sent through it while she is erased is erased, too."""
    team, ann = life
    registry, new = type(house.house.registry), []
    read = registry.connections

    async def meanwhile(self, of):
        found = await read(self, of)
        if not new:
            new.append("one")
            connection, token = await house.house.connections.create(
                team, idp="generic", domains=["a.example"], on=True, by=BY
            )
            way = Way(team=team, connection=connection, token=token)
            headers = {"authorization": f"Bearer {way.token}"}
            made = await house.client.post(f"{way.path}/Users", json=user("ann.lee"), headers=headers)
            assert 201 == made.status_code
            await written(house)
        return found

    monkeypatch.setattr(registry, "connections", meanwhile)
    erase(house, team, ann, PLAIN)

    assert (["one"], {}) == (new, naming(house, *ANN))


def test_all_rows_are_looked_through(house, life, monkeypatch):
    """However many pages there are of them."""
    monkeypatch.setattr(erasing, "PAGE", 2)
    erase(house, *life)

    assert {} == naming(house, *ANN)


def test_erasing_says_why(house, life):
    """Without a reason nobody is erased."""
    with pytest.raises(AdminError, match="--why"):
        erase(house, *life, BY)
    assert naming(house, *ANN)


def test_people_by_hand_are_erased_with_seat_and_place(house):
    """Whoever nobody's user vouches for gives back what they hold, and leaves the queue."""
    run, people = house.run, house.house.people
    team = house.team(seats=1)
    ann, bob = (run(people.add(team, f"{name}@hand.example", by=BY)) for name in ("ann", "bob"))

    async def waits():
        async with house.house.database.transaction() as client:
            sql = "UPDATE seats SET policy = 'wait' WHERE team_id = $1"
            await house.house.database.run(client, sql, team.id)

    run(waits())
    for person in (ann, bob):
        run(people.seat(team, person, by=BY))
    for person in (bob, ann):
        erase(house, team, person, PLAIN)

    seats = run(house.house.bookkeeping.seats(team))["standard"]
    assert (0, 0) == (seats.held, seats.waiting)
    assert {} == naming(house, "@hand.example")
    assert [] == run(house.house.bookkeeping.verify(team))


def test_what_all_others_wait_for_is_locked_last(house, monkeypatch):
    """Keys and names are gone before seats are counted and the entry of the book has its number."""
    people, team, said, run = house.house.people, house.team(seats=1), [], Database.run
    ann = house.run(people.add(team, "ann@hand.example", by=BY))
    house.run(people.seat(team, ann, by=BY))

    async def noted(self, client, sql, *values):
        said.append(sql)
        return await run(self, client, sql, *values)

    monkeypatch.setattr(Database, "run", noted)
    erase(house, team, ann, PLAIN)

    parts = ("DELETE FROM person_keys", "UPDATE links", "UPDATE seats", "UPDATE teams SET entries")
    assert list(parts) == [part for sql in said for part in parts if part in sql]


def test_an_id_of_one_sign_is_no_word(house):
    """Whoever is called 7 by a provider takes along no request in which a number is 7."""
    team = house.team(seats=9)
    way = house.way(team, "generic", domains=["a.example"])
    ask(house, way, "POST", "/Users", user("ann", externalId="7"))
    ask(house, way, "POST", "/Users", user("bob", externalId="77", title="7 up, 7"))
    kept(house)

    erase(house, team, house.run(house.house.people.find(team, "ann@a.example")), PLAIN)

    records = house.run(
        house.house.database.rows("SELECT record FROM exchanges WHERE team_id = $1 ORDER BY id", team.id)
    )
    assert ["(erased)", "bob@a.example"] == [
        request if isinstance(request := json.loads(row["record"])["request"], str) else request["userName"]
        for row in records
    ]


def test_whoever_comes_again_is_somebody_new(house, life):
    """A provider that still has them assigned makes a person of whom nothing was known."""
    team, ann = life
    erase(house, team, ann)
    way = house.way(team, "generic", domains=["a.example"])

    assert 201 == house.ask(way, "POST", "/Users", user("ann.lee")).status_code
    assert ann != house.run(house.house.people.find(team, "ann.lee@a.example"))
    kept(house)
    erase(house, team, house.run(house.house.people.find(team, "ann.lee@a.example")), PLAIN)


@pytest.fixture
def turned_away(house):
    """A team without seats, by which Ann was refused twice, and Bob once: the team, and the way."""
    team = house.team(seats=0)
    way = house.way(team, "generic", domains=["a.example"])
    said = {
        "externalId": "EXT-4711",
        "name": {"givenName": "Ann", "familyName": "Lee"},
        "emails": {"value": "Lee@home.example"},
    }
    bob = user("bob", externalId="ext-1", name=None, emails=[None])
    for body in (user("Ann.Lee"), user("Ann.Lee", **said), bob):
        assert 403 == house.ask(way, "POST", "/Users", body).status_code
    for name, value in (("userName", "ann.lee@a.example"), ("externalId", "EXT-4711")):
        ask(house, way, "GET", "/Nothing", filter=f'{name} eq "{value}"')
    kept(house)
    yield team, way
    for name in ("ann.lee@a.example", "bob@a.example"):
        with contextlib.suppress(Nobody):  # the whole database is looked through, and it is all tests'
            erase_called(house, team, name)


def erase_called(house, team, name, by=PLAIN):
    """Erase whoever is called so."""
    return house.run(house.house.erasing.erase_called(team, name, by=by, progress=lambda _: None))


def refused(house, team):
    """Return the names in the list of those who were refused."""

    async def read():
        return [each.user_name async for each in house.house.purchasing.refused(team)]

    return house.run(read())


def last_note(house, team):
    """Return the last line of the audit: what was done, to whom, who it is about, and why."""

    async def read():
        return [
            (each.action, each.target, each.person, each.why) async for each in house.house.trail.of(team.id)
        ]

    return house.run(read())[-1]


def test_whoever_was_only_ever_refused_is_erased_by_name(house, turned_away):
    """From the list of the refused and from all exchanges about them; others stay, and it is noted."""
    team, _ = turned_away
    others = naming(house, "bob@a.example", "ext-1")
    assert {"refused", "exchanges"} <= naming(house, *ANN).keys()

    person, count = erase_called(house, team, " ANN.Lee@a.example ", WHY)

    assert (None, 5) == (person, count)  # the reason is the fifth
    assert {} == naming(house, *ANN)
    assert others == naming(house, "bob@a.example", "ext-1")
    assert ["bob@a.example"] == refused(house, team)
    action, target, about, why = last_note(house, team)
    assert ("person.erase", None, "(erased)") == (action, about, why)
    assert "(erased)" == house.run(house.house.activity.kept.one(team.id, target))["request"]


def test_of_whom_nothing_is_kept_is_nobody(house, turned_away):
    """Not of this team, and not any more: then there is nothing to erase, and nothing is noted."""
    team, _ = turned_away
    erase_called(house, team, "ann.lee@a.example")
    before = last_note(house, team)

    for whose, name in (
        (team, "ann.lee@a.example"),
        (team, "a.example"),
        (house.team(seats=0), "bob@a.example"),
    ):
        with pytest.raises(Nobody, match=f"has nobody called '{name}'"):
            erase_called(house, whose, name)
    assert before == last_note(house, team)


def test_the_refused_are_erased_under_the_same_conditions(house, turned_away):
    """With a reason, and not while they look after the team."""
    team, _ = turned_away
    with pytest.raises(AdminError, match="--why"):
        erase_called(house, team, "ann.lee@a.example", BY)
    house.run(house.house.admins.add(team, "lee@home.example", role=Role.AUDITOR, by=PLAIN))
    with pytest.raises(AdminError, match=f"hub admin remove {team.name} lee@home.example"):
        erase_called(house, team, "ann.lee@a.example")
    house.run(house.house.admins.remove(team, "lee@home.example", by=PLAIN))
    assert {"ann.lee@a.example", "bob@a.example"} == {fold(each) for each in refused(house, team)}


def test_a_person_is_erased_by_name_too(house, life):
    """Whoever is more than refused is erased as the person they are, and from the list with it."""
    team, ann = life

    assert ann == erase_called(house, team, "Ann.Lee@a.example")[0]
    assert {} == naming(house, *ANN)
