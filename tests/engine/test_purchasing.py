"""Kinds of seats: bought, given back, and what becomes of whoever finds none left."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from hub.engine.seats.purchasing import GRACE_MAX
from hub.engine.values.errors import AdminError
from hub.engine.values.places import SEATS_MAX, SeatCount
from hub.ledger.policies import CHAIN_MAX, Policy
from tests.author import BY
from tests.inprocess import Bench, Way

USER = "urn:ietf:params:scim:schemas:core:2.0:User"


@pytest.fixture
def way(house: Bench) -> Way:
    """Return a connection of a team with three seats."""
    return house.way(house.team(seats=3), "generic")


@pytest.fixture
def kinds(house, way):
    """Have the team buy one gold, silver, bronze and iron seat each, and return what there is by kind."""
    for kind in ("gold", "silver", "bronze", "iron"):
        bought(house, way, kind, 1)
    return lambda: house.run(house.house.purchasing.kinds(way.team))


def create(house: Bench, way: Way, name: str) -> int:
    """Push a user and return the status of the answer."""
    return house.ask(way, "POST", "/Users", {"schemas": [USER], "userName": name}).status_code


def bought(house: Bench, way: Way, kind: str, count: int) -> SeatCount:
    """Buy seats."""
    return house.run(house.house.purchasing.buy(way.team, kind, count, by=BY))


def given_up(house: Bench, way: Way, kind: str, count: int) -> SeatCount:
    """Give seats back."""
    return house.run(house.house.purchasing.give_up(way.team, kind, count, by=BY))


def changed(house: Bench, way: Way, kind: str, **terms: Any) -> SeatCount:
    """Change the terms of a kind."""
    return house.run(house.house.purchasing.set_kind(way.team, kind, by=BY, **terms))


def listed(house: Bench, found: AsyncIterator[Any]) -> list[Any]:
    """Return all of what comes one after the other."""

    async def gathered():
        return [each async for each in found]

    return house.run(gathered())


def book(house: Bench, way: Way) -> list[tuple[str, list[tuple[str, str, str, int]]]]:
    """Return what the entries say."""
    return [
        (entry.what, [(p.source, p.target, p.seat, p.count) for p in entry.postings])
        for entry in listed(house, house.house.bookkeeping.entries(way.team))
    ]


def audit(house: Bench, way: Way) -> list[tuple[str, str, Any]]:
    """Return the latest notes of the audit but for those about connections."""
    notes = listed(house, house.house.trail.of(way.team.id))
    return [(note.action, note.target, note.changes) for note in notes if note.action.startswith("seat-")]


def test_what_is_bought_and_given_back_is_in_the_book_and_in_the_audit(house, way):
    """A new kind begins with what is bought of it; the entry of a return is that of a purchase reversed."""
    assert 3 == bought(house, way, "gold", 3).bought
    assert 5 == bought(house, way, "gold", 2).bought
    assert (1, 1) == ((count := given_up(house, way, "gold", 4)).bought, count.free)

    assert [
        ("bought", [("bought", "free", "gold", 3)]),
        ("bought", [("bought", "free", "gold", 2)]),
        ("returned", [("free", "bought", "gold", 4)]),
    ] == book(house, way)[1:]
    assert [
        ("seat-kind.buy", "gold", {"bought": {"before": 0, "after": 3}}),
        ("seat-kind.buy", "gold", {"bought": {"before": 3, "after": 5}}),
        ("seat-kind.return", "gold", {"bought": {"before": 5, "after": 1}}),
    ] == audit(house, way)
    assert 1 == house.run(house.house.purchasing.kinds(way.team))["gold"].bought
    assert [] == house.run(house.house.bookkeeping.verify(way.team))


def test_fewer_than_are_held_unseats_nobody(house, way):
    """Nobody new is seated until there are enough again; then the provider's next attempt succeeds."""
    assert [201] * 3 == [create(house, way, name) for name in ("ann", "bob", "eve")]

    assert (1, 3, -2) == ((c := given_up(house, way, "standard", 2)).bought, c.held, c.free)

    assert 403 == create(house, way, "joe")
    bought(house, way, "standard", 2)
    assert 403 == create(house, way, "joe")
    bought(house, way, "standard", 1)
    assert 201 == create(house, way, "joe")
    assert [] == house.run(house.house.bookkeeping.verify(way.team))


@pytest.mark.parametrize(
    ("kind", "count", "why"),
    [
        ("standard", 0, "1 or more, not 0"),
        ("standard", -2, "1 or more, not -2"),
        ("standard", SEATS_MAX + 1, "at most 2147483647"),
        ("standard", SEATS_MAX, "at most 2147483647"),
        ("Gold", 1, "'Gold' cannot be a kind of seat"),
        ("g" * 41, 1, "up to 40 small letters"),
        ("7", 1, "a letter first"),
        ("", 1, "cannot be"),
        ("none", 1, "not 'none'"),
    ],
)
def test_what_cannot_be_bought_is_refused(house, way, kind, count, why):
    """The sentence says what would do, and nothing is half done."""
    before = house.run(house.house.purchasing.kinds(way.team)), book(house, way)
    with pytest.raises(AdminError, match=why):
        bought(house, way, kind, count)
    assert before == (house.run(house.house.purchasing.kinds(way.team)), book(house, way))
    assert [] == audit(house, way)


@pytest.mark.parametrize(
    ("kind", "count", "why"),
    [
        ("standard", 4, "bought 3 standard seats: it cannot return 4"),
        ("standard", 0, "1 or more"),
        ("gold", 1, "never bought 'gold': it has standard"),
    ],
)
def test_what_cannot_be_given_back_is_refused(house, way, kind, count, why):
    """Nobody returns what they have not got."""
    with pytest.raises(AdminError, match=why):
        given_up(house, way, kind, count)
    assert ["bought"] == [what for what, _ in book(house, way)]
    assert 3 == house.run(house.house.purchasing.kinds(way.team))["standard"].bought


def test_fewer_seats_are_a_larger_share(house, way):
    """What is told of shares in use is told when they are come to by a return, too, and once."""
    create(house, way, "ann")
    bought(house, way, "gold", 1)
    given_up(house, way, "gold", 1)
    given_up(house, way, "standard", 1)
    given_up(house, way, "standard", 1)
    given_up(house, way, "standard", 1)

    rows = house.run(
        house.house.database.rows("SELECT event FROM outbox WHERE team_id = $1 ORDER BY id", way.team.id)
    )
    told = [row["event"] for row in rows if "seats_threshold" in row["event"]]
    assert 1 == len(told)
    assert '"seat":"standard"' in told[0]
    assert '"percent":100' in told[0]


def test_terms_are_changed_one_by_one(house, way, kinds):
    """What is not said stays, but what belongs to another policy goes with it."""
    changed(house, way, "gold", policy=Policy.OVERDRAFT, overdraft=2)
    changed(house, way, "gold", grace=60)
    assert (Policy.OVERDRAFT, 2, None, 60) == terms(kinds()["gold"])
    changed(house, way, "gold", overdraft=7)
    assert 7 == kinds()["gold"].overdraft

    changed(house, way, "gold", policy=Policy.OVERFLOW, overflow="silver")
    assert (Policy.OVERFLOW, 0, "silver", 60) == terms(kinds()["gold"])
    changed(house, way, "gold", policy=Policy.WAIT)
    assert (Policy.WAIT, 0, None, 60) == terms(kinds()["gold"])
    changed(house, way, "gold", policy=Policy.WAIT)

    notes = [each for each in audit(house, way) if each[0] == "seat-kind.set"]
    assert 5 == len(notes)
    assert ("seat-kind.set", "gold", {"grace": {"before": 0, "after": 60}}) == notes[1]


def terms(count: SeatCount) -> tuple[Policy, int, str | None, int]:
    """Return what may be changed of a kind."""
    return count.policy, count.overdraft, count.overflow, count.grace


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"policy": Policy.OVERDRAFT}, "overdraft: the policy needs a limit"),
        ({"policy": Policy.OVERDRAFT, "overdraft": 0}, "needs a limit"),
        ({"policy": Policy.OVERDRAFT, "overdraft": -1}, "needs a limit"),
        ({"policy": Policy.OVERDRAFT, "overdraft": SEATS_MAX + 1}, "from 1 to 2147483647"),
        ({"overdraft": 3}, "lent under the policy overdraft, and not under refuse"),
        ({"policy": Policy.WAIT, "overdraft": 3}, "and not under wait"),
        ({"policy": Policy.OVERFLOW}, "overflow: the policy needs the kind"),
        ({"overflow": "silver"}, "given under the policy overflow, not under refuse"),
        ({"policy": Policy.OVERFLOW, "overflow": "tin"}, "never bought 'tin'"),
        ({"policy": Policy.OVERFLOW, "overflow": "gold"}, "gold → gold is a ring"),
        ({"grace": -1}, "grace: from 0 to"),
        ({"grace": GRACE_MAX + 1}, "grace: from 0 to"),
    ],
)
def test_terms_that_cannot_be_are_refused(house, way, kinds, said, why):
    """The sentence begins with what is wrong, and nothing is changed."""
    before = kinds()
    with pytest.raises(AdminError, match=why):
        changed(house, way, "gold", **said)
    assert before == kinds()


def test_overflows_are_no_ring_and_no_long_chain(house, way, kinds):
    """So many kinds are tried one after the other, wherever a link is added."""
    assert 3 == CHAIN_MAX
    changed(house, way, "gold", policy=Policy.OVERFLOW, overflow="silver")
    changed(house, way, "silver", policy=Policy.OVERFLOW, overflow="bronze")

    for kind, to, why in (
        ("silver", "gold", "gold → silver → gold is a ring"),
        ("bronze", "gold", "is a ring"),
        ("bronze", "iron", "gold → silver → bronze → iron .* more than 3 kinds"),
        ("iron", "gold", "iron → gold → silver → bronze"),
    ):
        with pytest.raises(AdminError, match=why):
            changed(house, way, kind, policy=Policy.OVERFLOW, overflow=to)
    assert {"gold": "silver", "silver": "bronze"} == {
        kind: count.overflow for kind, count in kinds().items() if count.overflow
    }


def test_two_at_once_make_no_ring(house, way, kinds):
    """Whoever comes second sees what the first has done."""
    ways = [("gold", "silver"), ("silver", "bronze"), ("bronze", "gold")]

    async def together():
        put = house.house.purchasing.set_kind
        return await asyncio.gather(
            *(put(way.team, kind, policy=Policy.OVERFLOW, overflow=to, by=BY) for kind, to in ways),
            return_exceptions=True,
        )

    ends = house.run(together())

    assert [AdminError] == [type(end) for end in ends if isinstance(end, BaseException)]
    assert 2 == sum(bool(count.overflow) for count in kinds().values())


def test_who_waits_and_who_was_refused(house, way):
    """The queue is told in order, and whoever was refused with how often; both until they are in."""
    for name in ("ann", "bob", "eve", "joe"):
        create(house, way, name)
    create(house, way, "Joe")
    changed(house, way, "standard", policy=Policy.WAIT)
    create(house, way, "kim")
    create(house, way, "lea")
    purchasing = house.house.purchasing

    waits = listed(house, purchasing.waiting(way.team))
    assert [("standard", 1, "kim"), ("standard", 2, "lea")] == [(w.kind, w.position, w.name) for w in waits]
    assert waits == listed(house, purchasing.waiting(way.team, "standard"))
    [refusal] = listed(house, purchasing.refused(way.team))
    assert ("Joe", "standard", 2, way.connection.id) == (
        refusal.user_name,
        refusal.kind,
        refusal.attempts,
        refusal.connection,
    )
    assert refusal.first_at <= refusal.last_at
    with pytest.raises(AdminError, match="never bought 'gold'"):
        listed(house, purchasing.waiting(way.team, "gold"))


def test_who_waits_by_hand_is_called_by_name_or_address(house):
    """Whom no provider knows has a name where one was said, and else the address that they were added by."""
    team, people, purchasing = house.team(seats=0), house.house.people, house.house.purchasing
    house.run(purchasing.set_kind(team, "standard", policy=Policy.WAIT, by=BY))
    for address, name in (("ann@a.example", None), ("bob@a.example", "Bob Lee")):
        person = house.run(people.add(team, address, name=name, by=BY))
        house.run(people.seat(team, person, by=BY))

    assert ["ann@a.example", "Bob Lee"] == [each.name for each in listed(house, purchasing.waiting(team))]


def test_a_queue_is_read_a_page_at_a_time(house, way, monkeypatch):
    """The place in a queue goes on where the page before ended, and begins anew with another kind."""
    monkeypatch.setattr("storage.census.PAGE", 2)
    bought(house, way, "gold", 1)
    for kind in ("gold", "standard"):
        changed(house, way, kind, policy=Policy.WAIT)
        rules = house.run(house.house.ruling.read(way.team, {"default": kind}))
        house.run(house.house.ruling.apply(way.team, rules, by=BY, progress=str))
        for number in range(6):
            create(house, way, f"{kind}{number}")

    places = [(each.kind, each.position) for each in listed(house, house.house.purchasing.waiting(way.team))]

    assert [("gold", n) for n in range(1, 6)] == places[:5]
    assert [("standard", n) for n in range(1, len(places) - 4)] == places[5:]
    only = listed(house, house.house.purchasing.waiting(way.team, "standard"))
    assert [place for _, place in places[5:]] == [each.position for each in only]
