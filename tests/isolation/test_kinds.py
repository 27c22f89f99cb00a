"""What is done with kinds of seats and rules is a team's own affair: no other notices, or is told of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from hub.ledger.policies import Policy
from hub.scim.catalog import SEAT_USER
from tests.author import BY
from tests.digest import digest
from tests.inprocess import Bench, Way, bench
from tests.isolation.test_commands import everything
from tests.isolation.test_predicates import OWNER, instead, mutants

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
RULES: Any = {"rules": [{"when": 'userName eq "bob"', "seat": "gold"}]}

#: Statements whose owner nobody misses, by how they go, and why: each is a second lock on a door.
HARMLESS = {
    r"SELECT id, team_id, .* person_id >= ": "of people from one id to another, all found in the team",
    r"SELECT p.id, .* AND p.id = \$2": "of a person who was found in the team",
    r"UPDATE persons SET unsettled = TRUE": "of people who were found in the team",
}


def furnish(hub: Bench, *, gold: int) -> Way:
    """Make a team with one standard seat, which Ann holds; Bob and Eve wait, and Joe was refused."""
    team, purchasing = hub.team(seats=1), hub.house.purchasing
    hub.run(purchasing.buy(team, "gold", gold, by=BY))
    way = hub.way(team, "generic")
    pushed(hub, way, "ann", 201)
    pushed(hub, way, "joe", 403)
    hub.run(purchasing.set_kind(team, "standard", policy=Policy.WAIT, by=BY))
    pushed(hub, way, "bob", 201)
    pushed(hub, way, "eve", 201)
    return way


def pushed(hub: Bench, way: Way, name: str, status: int) -> None:
    """Have a provider create a user."""
    answer = hub.ask(way, "POST", "/Users", {"schemas": [USER], "userName": name})
    assert status == answer.status_code, answer.text


def furnished(hub: Bench) -> Callable[[], None]:
    """Make three teams; return what does in one all there is to do, and raises where another notices."""
    first, way, last = (
        furnish(hub, gold=count) for count in (3, 2, 3)
    )  # whichever is read last is another's

    def others() -> list[Any]:
        return [hub.run(everything(hub, twin.team.id)) for twin in (first, last)]

    before = others()

    def live() -> None:
        acts(hub, way)
        assert before == others()

    return live


def acts(hub: Bench, way: Way) -> None:
    """Do in one team what there is to do with kinds and rules, and see what is told of it."""
    team, purchasing, ruling = way.team, hub.house.purchasing, hub.house.ruling

    assert 2 == hub.run(purchasing.kinds(team))["gold"].bought
    assert 4 == hub.run(purchasing.buy(team, "gold", 2, by=BY)).bought
    assert 1 == hub.run(purchasing.give_up(team, "gold", 3, by=BY)).bought
    assert Policy.WAIT is hub.run(purchasing.set_kind(team, "gold", policy=Policy.WAIT, by=BY)).policy
    assert [("bob", 1), ("eve", 2)] == [(w.name, w.position) for w in listed(hub, purchasing.waiting(team))]
    assert ["joe"] == [each.user_name for each in listed(hub, purchasing.refused(team))]
    shown = hub.ask(way, "GET", "/Users", attributes=f"userName,{SEAT_USER.id}").json()["Resources"]
    assert [("ann", 0), ("bob", 1), ("eve", 2)] == [
        (each["userName"], each[SEAT_USER.id].get("position", 0)) for each in shown
    ]
    seating = hub.run(ruling.read(team, RULES))
    preview = hub.run(ruling.preview(team, seating, progress=str))
    assert (3, 1, [1], 2, {}) == (
        preview.people,
        preview.moving,
        preview.decided,
        preview.default,
        preview.short,
    )
    assert 1 == hub.run(ruling.apply(team, seating, by=BY, progress=str))
    assert 1 == sum(row["unsettled"] for row in hub.run(digest(hub.house.database, team.id))["persons"])
    people = {each.name: each.person for each in listed(hub, purchasing.waiting(team, "standard"))}
    fresh = hub.run(hub.house.teams.named(team.id))
    assert 0 == hub.run(ruling.reasons(fresh, people["bob"])).rule
    assert hub.run(ruling.reasons(fresh, people["eve"])).rule is None


def listed(hub: Bench, found: Any) -> list[Any]:
    """Return all of what comes one after the other."""

    async def read() -> list[Any]:
        return [each async for each in found]

    return hub.run(read())


def missed(hub: Bench, monkeypatch: pytest.MonkeyPatch, sql: str) -> bool:
    """Say whether somebody misses the team in *sql*."""
    live = furnished(hub)
    try:
        with instead(monkeypatch, {sql: next(mutants(sql))}, set()):
            live()
    except (Exception, pytest.fail.Exception):  # noqa: BLE001 - whoever notices, and however
        return True
    return False


def test_no_statement_may_forget_its_owner(migrated_url, tmp_path, monkeypatch):
    """Whoever counts, lists or changes what a team has of a kind does so in one team, or somebody notices."""
    heard: set[str] = set()
    with bench(migrated_url, tmp_path) as hub:
        live = furnished(hub)
        with instead(monkeypatch, {}, heard):
            live()
        scoped = sorted(filter(OWNER.search, heard))
        survived = [sql for sql in scoped if not missed(hub, monkeypatch, sql)]

    assert 8 < len(scoped)
    assert [] == [sql for sql in survived if not any(re.match(start, sql) for start in HARMLESS)]
    assert [] == [start for start in HARMLESS if not any(re.match(start, sql) for sql in survived)]
