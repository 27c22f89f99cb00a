"""Whoever reads much on SQLite, where rows wait for nothing, lets others have their turn."""

from __future__ import annotations

import asyncio
import re

import pytest

from hub.engine.rounds.sealing import Sealer
from hub.ledger.entries import FREE, Posting, held_by
from hub.ledger.holdings import Period
from hub.providers import Oidc, Provider
from storage.books import DatabaseBooks
from storage.census import DatabaseCensus
from storage.dossiers import DatabaseDossiers
from storage.erasing import DatabaseTraces
from storage.gaps import DatabaseGaps
from storage.seals import DatabaseSeals
from storage.trail import DatabaseTrail
from tests.author import BY
from tests.storage.conftest import NOW, user

pytestmark = pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)

PERIOD = Period(begin="2026-01-01T00:00:00.000Z", end="2027-01-01T00:00:00.000Z")

PROVIDER = Provider(
    id="i1",
    team="t",
    title="One",
    how=Oidc(issuer="https://i1.example", client_id="hub", client_secret="sealed"),
    created_at=NOW,
)

#: Each way to read a list to its end.
WALKS = {
    "candidates": (DatabaseCensus, lambda census: census.candidates("t")),
    "waiting": (DatabaseCensus, lambda census: census.waiting("t", None)),
    "refused": (DatabaseCensus, lambda census: census.refused("t")),
    "entries": (DatabaseBooks, lambda books: books.entries("t")),
    "seals": (DatabaseBooks, lambda books: books.seals("t")),
    "claims": (DatabaseBooks, lambda books: books.claims("t")),
    "holders": (DatabaseBooks, lambda books: books.holders("t", "standard", at=NOW)),
    "stays": (DatabaseBooks, lambda books: books.stays("t", "standard", PERIOD)),
    "notes": (DatabaseTrail, lambda trail: trail.of("t")),
    "people": (DatabaseDossiers, lambda dossiers: dossiers.of("t")),
}


#: Each way to have many counted.
COUNTS = {
    "effect of a switch": lambda world: DatabaseDossiers(database=world.database, patience=5).tally(
        "t", "c1"
    ),
    "gaps": lambda world: DatabaseGaps(database=world.database, patience=5).between("t", "c1", "i1"),
}


async def written(unit):
    """Write something that each of the lists is about."""
    await unit.count("standard", waiting=1)
    await unit.enqueue("p-u2", "standard")
    await unit.refused("ann", "standard")
    taken = Posting(source=FREE, target=held_by("p-u1"), seat="standard", count=1)
    await unit.post("taken", "test", [taken])
    await note(unit)


async def note(unit):
    """Write that an administrator did something."""
    await unit.note(BY, "rule.set", "t", changes={})


@pytest.fixture
async def lists(world):
    """Return the database with one page of each list, and open the connection that reads it."""
    await world.add(user("u1"), user("u2"))
    await world.write(written)
    asked = {"database": world.database, "patience": 5}
    books, seals = DatabaseBooks(**asked), DatabaseSeals(**asked)
    await Sealer(books=books, seals=seals, clock=lambda: NOW, key=bytes(32)).seal("t")
    return asked


def turn():
    """Return what happens as soon as somebody else has their turn."""
    event = asyncio.Event()
    asyncio.get_running_loop().call_soon(event.set)
    return event


@pytest.mark.parametrize(("where", "walk"), WALKS.values(), ids=WALKS)
async def test_others_have_their_turn_between_two_pages(lists, where, walk):
    """However many there are, others wait for one page, and not for the last."""
    somebody_else = turn()
    waited = [somebody_else.is_set() async for _ in walk(where(**lists))]

    assert waited
    assert not any(waited)
    assert somebody_else.is_set()


@pytest.mark.usefixtures("lists")
@pytest.mark.parametrize("count", COUNTS.values(), ids=COUNTS)
async def test_others_have_their_turn_while_many_are_counted(world, count):
    """There is but one page of them; so they are counted beside all else."""
    await world.write(lambda unit: unit.put_provider(PROVIDER))
    await world.database.rows(
        "INSERT INTO subjects (provider_id, subject, team_id, address, first_at, last_at)"
        " VALUES ('i1', 'dan', 't', 'dan@a.example', $1, $1)",
        NOW,
    )
    somebody_else = turn()
    await count(world)

    assert somebody_else.is_set()


async def test_others_have_their_turn_while_traces_are_looked_through(world, lists, monkeypatch):
    """Also where nothing is found that is to be erased, and so nothing written."""
    monkeypatch.setattr("storage.erasing.PAGE", 1)
    await world.write(note)
    traces, somebody_else, waited = DatabaseTraces(**lists), turn(), []

    def progress(_):
        waited.append(somebody_else.is_set())

    await traces.erase("t", "p9", re.compile("nobody"), progress=progress)

    assert [False, True] == waited
