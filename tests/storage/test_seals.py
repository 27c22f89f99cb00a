"""Seals are added once each, and neither they nor entries ever change: the database itself sees to it."""

from __future__ import annotations

import asyncio

import pytest
from attrs import evolve

from hub.engine.rounds import sealing
from hub.engine.rounds.sealing import Sealer
from hub.ledger.moves import buy
from storage import books as module
from storage.books import DatabaseBooks
from storage.seals import DatabaseSeals
from tests.storage.conftest import NOW

KEY = bytes(32)


@pytest.fixture
def seals(world):
    """Return the seals of the world."""
    return DatabaseSeals(database=world.database, patience=5)


@pytest.fixture
def sealer(world, seals):
    """Return who seals."""
    books = DatabaseBooks(database=world.database, patience=5)
    return Sealer(books=books, seals=seals, clock=lambda: NOW, key=KEY)


async def post(world, *, team="t", count=1):
    """Write entries into a team's book."""
    for _ in range(count):
        await world.write(lambda unit: unit.post("bought", "r", buy("standard", 1)), team=team)


REWRITING = {
    "sqlite": [
        *("UPDATE {} SET at = '2020'", "DELETE FROM {}", "REPLACE INTO {0} SELECT * FROM {0}"),
        "REPLACE INTO {0} (rowid, team_id, number, at, {1}) SELECT rowid, team_id, 999, '2020', {1} FROM {0}",
    ],
    "postgres": ["UPDATE {} SET at = '2020'", "DELETE FROM {}", "TRUNCATE {}"],
}


#: The columns of either table that the last of these keeps as they are.
REST = {"entries": "what, reference, postings", "seals": "last, head, signature"}


@pytest.mark.parametrize("table", ["entries", "seals"])
async def test_the_database_refuses_to_rewrite_the_book(world, sealer, table):
    """No statement of the hub, whatever it was meant to do, changes what was written."""
    await post(world)
    await sealer.seal("t")
    before = await world.database.rows(f"SELECT * FROM {table}")

    for statement in REWRITING[world.database.dialect]:
        with pytest.raises(Exception, match="the book is append-only"):
            async with world.database.transaction() as client:
                await world.database.run(client, statement.format(table, REST[table]))
        assert before == await world.database.rows(f"SELECT * FROM {table}")


async def test_of_two_seals_of_a_block_the_first_stays(world, sealer, seals):
    """Nodes may seal at the same time: one seal of a number is kept, and the chain goes on from it."""
    await post(world)
    await sealer.seal("t")
    kept = await seals.latest("t")

    assert not await seals.add(evolve(kept, head="other"))
    assert kept == await seals.latest("t")
    for number in range(2, 8):
        await post(world)
        await asyncio.gather(*(sealer.seal("t") for _ in range(8)))
        assert (number, number) == ((latest := await seals.latest("t")).number, latest.last)


async def test_all_that_is_there_is_sealed(world, sealer, seals, monkeypatch):
    """What is more than a block is sealed by the next, and what comes later by one after it."""
    monkeypatch.setattr(sealing, "BLOCK", 2)
    monkeypatch.setattr(module, "PAGE", 2)
    await post(world, count=5)

    assert [2, 2, 1, 0] == [await sealer.seal("t") for _ in range(4)]
    await post(world)
    assert [1, 0] == [await sealer.seal("t") for _ in range(2)]
    assert [(1, 2), (2, 4), (3, 5), (4, 6)] == [
        (seal.number, seal.last)
        async for seal in DatabaseBooks(database=world.database, patience=5).seals("t")
    ]


async def test_seals_come_in_order_across_pages(world, sealer, monkeypatch):
    """However many pages it takes, each seal comes once."""
    for _ in range(5):
        await post(world)
        await sealer.seal("t")
    monkeypatch.setattr(module, "PAGE", 2)
    books = DatabaseBooks(database=world.database, patience=5)

    assert [1, 2, 3, 4, 5] == [seal.number async for seal in books.seals("t")]
    assert [] == [seal async for seal in books.seals("u")]


async def test_teams_with_entries_to_seal_are_found(world, sealer, seals):
    """Those of which all is sealed are not; they come in order, after one, no more than asked for."""
    assert [] == await seals.unsealed(after="", count=9)
    await post(world)
    await post(world, team="u")
    assert ["t", "u"] == await seals.unsealed(after="", count=9)
    assert ["t"] == await seals.unsealed(after="", count=1)
    assert ["u"] == await seals.unsealed(after="t", count=9)

    await sealer.seal("t")
    assert ["u"] == await seals.unsealed(after="", count=9)
    await post(world)
    assert ["t", "u"] == await seals.unsealed(after="", count=9)


async def test_a_round_seals_a_block_of_each_book(world, sealer, seals, monkeypatch):
    """Teams come in batches, and it says whether any has more than that block."""
    monkeypatch.setattr(sealing, "BATCH", 1)
    monkeypatch.setattr(sealing, "BLOCK", 2)
    monkeypatch.setattr(module, "PAGE", 2)
    await post(world, count=3)
    await post(world, team="u")

    assert await sealer.seal_all()
    assert (2, 1) == ((await seals.latest("t")).last, (await seals.latest("u")).last)
    assert not await sealer.seal_all()
    assert 3 == (await seals.latest("t")).last
    assert not await sealer.seal_all()


async def test_a_book_that_cannot_be_sealed_holds_up_no_other(world, sealer, seals, monkeypatch):
    """The others are sealed, and it is tried again with the next round."""
    await post(world)
    await post(world, team="u")
    latest = DatabaseSeals.latest

    async def failing(self, team):
        if team == "t":
            raise OSError
        return await latest(self, team)

    with monkeypatch.context() as patch:
        patch.setattr(DatabaseSeals, "latest", failing)
        await sealer.seal_all()
    assert (None, 1) == (await seals.latest("t"), (await seals.latest("u")).last)
    await sealer.seal_all()
    assert 1 == (await seals.latest("t")).last
