"""The books, to be read: in pages, and as of one moment; and held against all that they should agree with."""

from __future__ import annotations

import pytest
from attrs import evolve

from hub.engine.book import verifiers
from hub.engine.book.bookkeeping import Bookkeeping
from hub.engine.book.verifying import problems_of
from hub.engine.rounds.sealing import Sealer
from hub.engine.seats.events import about_seat
from hub.ledger import moves
from hub.ledger.entries import BOUGHT, FREE, Posting, held_by
from hub.ledger.moves import buy, give_up
from hub.teams import Team
from storage import books as module
from storage.books import DatabaseBooks
from storage.database import Database
from storage.seals import DatabaseSeals
from tests.storage.conftest import NOW, user

KEY = bytes(range(32))


@pytest.fixture
def books(world):
    """Return the books of the world."""
    return DatabaseBooks(database=world.database, patience=5)


@pytest.fixture
def sealer(world, books):
    """Return who seals them."""
    seals = DatabaseSeals(database=world.database, patience=5)
    return Sealer(books=books, seals=seals, clock=lambda: NOW, key=KEY)


async def problems(books, heads=()):
    """Return what is wrong with the book of `t`, of which no event is deleted."""
    return await problems_of("t", books, key=KEY, told_since="", heads=heads)


async def bought(world, count=2, kind="standard"):
    """Write that the team bought seats, as the world's database counts them already."""
    await world.write(lambda unit: unit.post("bought", "r", moves.buy(kind, count)))


async def seated(world, *people):
    """Seat *people*, each by an active user, in a book that is whole."""
    await bought(world)
    for person in people:

        async def work(unit, person=person):
            await unit.claim(f"p-{person}", None, 1)
            await unit.insert(user(person), exclusive=True)
            await unit.take("standard")
            await settle(unit, f"p-{person}", None, "standard", "taken")

        await world.write(work)


async def released(world, person):
    """Let *person* go."""

    async def work(unit):
        await unit.claims(f"p-{person}", -1)
        await unit.count("standard", held=-1)
        await settle(unit, f"p-{person}", "standard", None, "released")
        await unit.rows("UPDATE resources SET active = FALSE WHERE id = $1", person)

    await world.write(work)


async def settle(unit, person, held, wanted, what):
    """Write what became of a person's seat, and tell of it."""
    reference = f"{what}-{person}"
    await unit.post(what, reference, moves.settle(person, held=held, wanted=wanted))
    name, kind = ("seat_taken", wanted) if wanted else ("seat_released", held)
    told = about_seat(name, kind, team="t", person=person, id="e", at=NOW, cause=reference)
    await unit.tell([told])


async def tamper(world, *statements):
    """Do to the database what only somebody with the database in hand can."""
    async with world.database.transaction() as client:
        for statement in statements:
            await world.database.run(client, statement)


GUARDS = {
    "sqlite": [
        f"DROP TRIGGER {name}"
        for name in ("entries_stay", "entries_are_kept", "seals_stay", "seals_are_kept")
    ],
    "postgres": [f"ALTER TABLE {name} DISABLE TRIGGER USER" for name in ("entries", "seals")],
}


async def tamper_with_the_book(world, *statements):
    """Do it to what the database itself guards."""
    await tamper(world, *GUARDS[world.database.dialect], *statements)


async def test_entries_come_in_order_across_pages(world, books, monkeypatch):
    """However many pages it takes, each entry comes once."""
    monkeypatch.setattr(module, "PAGE", 2)
    await seated(world, "u1", "u2")

    assert [1, 2, 3] == [entry.number async for entry in books.entries("t")]


@pytest.mark.parametrize("size", [1, 9])
async def test_as_many_entries_are_read_as_are_shown(world, books, monkeypatch, size):
    """However few, or many, a page of the book has."""
    monkeypatch.setattr(module, "PAGE", size)
    await seated(world, "u1", "u2")
    asked, team = (
        Bookkeeping(books=books, sealer=None, clock=lambda: NOW),
        Team(id="t", name="t", plan="basic"),
    )
    read, ask = [], Database.rows

    async def noted(self, sql, *values):
        rows = await ask(self, sql, *values)
        read.extend(row["number"] for row in rows if "number" in row)
        return rows

    monkeypatch.setattr(Database, "rows", noted)

    for before, shown in ((None, [3, 2]), (3, [2, 1]), (2, [1])):
        entries, latest = await asked.page(team, before=before, count=2)
        assert (shown, 3) == ([entry.number for entry in entries], latest)
    assert [2, 3, 1, 2, 1, 2] == read


async def test_a_whole_book_has_no_problems(world, books, sealer, monkeypatch):
    """Entries, seats, holdings, claims, queues, seals and events agree, in however many pages they come."""
    monkeypatch.setattr(module, "PAGE", 2)
    await seated(world, "u1", "u2")
    assert 2 == await sealer.seal("t")
    await released(world, "u1")

    assert [] == await problems(books)
    assert 2 == await sealer.seal("t")
    assert 0 == await sealer.seal("t")
    assert [] == await problems(books)


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE seats SET held = 0 WHERE team_id = 't'", "standard: the book says 1 held, 0 are counted"),
        (
            "UPDATE seats SET bought = 3 WHERE team_id = 't'",
            "standard: the book says 2 bought, 3 are counted",
        ),
        ("UPDATE teams SET entries = 5 WHERE id = 't'", "the book ends with entry 4, 5 were written"),
        (
            "UPDATE holdings SET until = since WHERE until IS NULL",
            f"person p-u2: standard from {NOW} until now is in the book, and not kept",
        ),
        (
            "UPDATE holdings SET until = NULL WHERE until IS NOT NULL",
            f"person p-u1: standard from {NOW} until now is kept, and not in the book",
        ),
        (
            "UPDATE holdings SET until = '2027-01-01T00:00:00.000Z' WHERE until IS NOT NULL",
            f"person p-u1: standard from {NOW} until {NOW} is in the book, and not kept",
        ),
        (
            "UPDATE holdings SET since = '2020-01-01T00:00:00.000Z' WHERE until IS NOT NULL",
            f"person p-u1: standard from {NOW} until {NOW} is in the book, and not kept",
        ),
        (
            "UPDATE holdings SET since = '2027-01-01T00:00:00.000Z' WHERE until IS NULL",
            "person p-u2: standard from 2027-01-01T00:00:00.000Z until now is kept, and not in the book",
        ),
        (
            "DELETE FROM holdings WHERE until IS NOT NULL",
            f"person p-u1: standard from {NOW} until {NOW} is in the book, and not kept",
        ),
        (
            "UPDATE persons SET claims = 2 WHERE id = 'p-u2'",
            "person p-u2: 2 claims are counted, 1 users are active",
        ),
        (
            "UPDATE persons SET by_hand = TRUE WHERE id = 'p-u2'",
            "person p-u2: 1 claims are counted, 1 users are active, one claim is by hand",
        ),
        ("DELETE FROM resources WHERE id = 'u2'", "person p-u2: 1 claims are counted, 0 users are active"),
        ("UPDATE seats SET waiting = 1 WHERE team_id = 't'", "standard: 1 are counted as waiting, 0 wait"),
        ("DELETE FROM outbox WHERE reference = 'taken-p-u2'", "entry 3: no event says that a seat was taken"),
        (
            "UPDATE outbox SET event = replace(event, 'p-u2', 'p-u1')",
            "entry 3: no event says that a seat was taken",
        ),
        (
            "UPDATE outbox SET event = replace(event, 'seat_taken', 'seat_waiting')",
            "entry 2: no event says that a seat was taken",
        ),
        (
            "INSERT INTO entries SELECT team_id, 9, at, what, reference, postings FROM entries LIMIT 1",
            "entry 9 stands where 5 was expected",
        ),
    ],
)
async def test_a_book_that_is_not_whole_says_where(world, books, statement, problem):
    """Whichever part was tampered with is named."""
    await seated(world, "u1", "u2")
    await released(world, "u1")
    assert [] == await problems(books)
    await tamper(world, statement)

    assert problem in await problems(books)


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        (
            "UPDATE entries SET reference = 'x' WHERE number = 2",
            "seal 1: the entries up to 3 are not those sealed",
        ),
        ("UPDATE entries SET at = '2020' WHERE number = 2", "entry 2: it is of 2020, one before it of 2026"),
        (
            "UPDATE entries SET postings = replace(postings, 'u2', 'u3')",
            "seal 1: the entries up to 3 are not",
        ),
        ("DELETE FROM entries WHERE number >= 3", "seal 1: it closes entry 3, the book ends before"),
        ("DELETE FROM entries", "seal 1: it closes entry 3, the book ends before"),
        ("UPDATE seals SET head = 'x'", "seal 1: the entries up to 3 are not those sealed"),
        ("UPDATE seals SET head = 'x'", "seal 1: it is not signed with this hub's key"),
        ("UPDATE seals SET signature = 'x'", "seal 1: it is not signed with this hub's key"),
        ("UPDATE seals SET at = 'x'", "seal 1: it is not signed with this hub's key"),
        ("UPDATE seals SET last = 2", "seal 1: the entries up to 2 are not those sealed"),
        ("UPDATE seals SET number = 2", "seal 2 stands where 1 was expected"),
        ("UPDATE entries SET what = 'released' WHERE number = 3", "entry 3: its postings are not those of"),
    ],
)
async def test_a_book_that_was_rewritten_says_where(world, books, sealer, statement, problem):
    """What was sealed is found changed, cut short, or sealed by somebody else."""
    await seated(world, "u1", "u2")
    await sealer.seal("t")
    await tamper_with_the_book(world, statement)

    assert problem in "\n".join(await problems(books))


async def test_only_the_block_that_was_rewritten_is_named(world, books, sealer, monkeypatch):
    """The blocks after it are held against the head that was kept."""
    monkeypatch.setattr(module, "PAGE", 1)
    await seated(world, "u1", "u2")
    assert [1, 1, 1, 0] == [await sealer.seal("t") for _ in range(4)]
    await tamper_with_the_book(world, "UPDATE entries SET reference = 'x' WHERE number = 2")

    assert [f"seal 2: the entries up to 2 are not those sealed at {NOW}"] == [
        each for each in await problems(books) if each.startswith("seal")
    ]


async def test_a_book_sealed_anew_is_found_by_a_head_kept_elsewhere(world, books, sealer):
    """Whoever has database and key can rewrite and seal again, and is found by what was exported before."""
    await seated(world, "u1", "u2")
    await sealer.seal("t")
    heads = [seal async for seal in books.seals("t")]
    assert [] == await problems(books, heads)
    await tamper_with_the_book(
        world, "UPDATE entries SET reference = 'taken-p-u9' WHERE number = 2", "DELETE FROM seals",
        "UPDATE outbox SET reference = 'taken-p-u9' WHERE reference = 'taken-p-u1'",
    )  # fmt: skip
    await sealer.seal("t")

    assert [] == await problems(books)
    assert ["head 1, of entry 3: it is not in the book, which was rewritten"] == await problems(books, heads)


async def test_a_book_cut_short_is_found_by_a_head_kept_elsewhere(world, books, sealer):
    """Entries and seals may be gone without a trace in the database; the head that was exported is one."""
    await bought(world)
    await sealer.seal("t")
    await bought(world, 1)
    await tamper(world, "UPDATE seats SET bought = 3")
    await sealer.seal("t")
    heads = [seal async for seal in books.seals("t")]
    await tamper_with_the_book(
        world,
        "DELETE FROM entries WHERE number = 2",
        "DELETE FROM seals WHERE number = 2",
        "UPDATE teams SET entries = 1 WHERE id = 't'",
        "UPDATE seats SET bought = 2",
    )

    assert [] == await problems(books, heads[:1])
    assert ["head 2, of entry 2: it is not in the book, which was cut short"] == await problems(books, heads)


async def test_a_head_that_this_hub_did_not_sign_is_no_witness(world, books, sealer):
    """What was exported must be signed, too: nobody makes a book look rewritten by a file of their own."""
    await bought(world)
    await sealer.seal("t")
    (head,) = [seal async for seal in books.seals("t")]
    forged = [evolve(head, head="0" * 64), evolve(head, number=7)]

    assert [
        "head 1, of entry 1: it is not signed with this hub's key",
        "head 7, of entry 1: it is not signed with this hub's key",
    ] == await problems(books, forged)


async def test_a_seat_without_a_user_is_a_problem(world, books):
    """Nobody holds a seat whom no active user vouches for, unless it is kept for them for a while."""
    await seated(world, "u1")
    await tamper(world, "DELETE FROM resources WHERE id = 'u1'", "UPDATE persons SET claims = 0")
    assert ["person p-u1: holds a seat without an active user"] == await problems(books)

    await tamper(world, "UPDATE persons SET settle_at = '2027-01-01T00:00:00.000Z'")
    assert [] == await problems(books)


async def test_a_person_vouched_for_by_hand_is_one_claim(world, books):
    """An administrator's word counts as a user's does."""
    await seated(world, "u1")
    await tamper(world, "UPDATE persons SET by_hand = TRUE", "UPDATE resources SET active = FALSE")

    assert [] == await problems(books)


async def test_who_waits_is_counted(world, books):
    """A kind's queue is as long as its counter says."""
    await seated(world, "u1", "u2")

    async def work(unit):
        await unit.claim("p-u3", None, 1)
        await unit.insert(user("u3"), exclusive=True)
        await unit.count("standard", waiting=1)
        await unit.enqueue("p-u3", "standard")

    await world.write(work)
    assert [] == await problems(books)
    await tamper(world, "DELETE FROM waiting")
    assert ["standard: 1 are counted as waiting, 0 wait"] == await problems(books)


async def test_events_are_looked_for_as_long_as_they_are_kept(world, books):
    """Of an entry whose event may be deleted by now, nothing is expected."""
    await seated(world, "u1")
    await tamper(world, "DELETE FROM outbox")

    assert [] == await problems_of("t", books, key=KEY, told_since="2026-06-01T12:00:00.001Z")
    assert ["entry 2: no event says that a seat was taken"] == await problems_of(
        "t", books, key=KEY, told_since=NOW
    )


async def test_problems_are_named_up_to_a_number(world, books, monkeypatch):
    """Of a book in ruins, the first problems are named and the others counted."""
    monkeypatch.setattr(verifiers, "NAMED_MAX", 2)
    await seated(world, "u1", "u2")
    await tamper(world, "UPDATE persons SET claims = 7", "UPDATE seats SET bought = 9")

    said = await problems(books)

    assert (3, "and 2 more") == (len(said), said[-1])


def settling(*, back=FREE, gives="held", takes=None, reverse=False):
    """Return a way to settle, with a bug unless it is asked for nothing."""

    def settle(person, *, held, wanted):
        mine, kinds = held_by(person), {"held": held, "wanted": wanted or held}
        given = [Posting(source=mine, target=back, seat=kinds[gives])] if held else []
        taken = [Posting(source=FREE, target=mine, seat=takes or wanted)] if wanted else []
        return (*taken, *given) if reverse else (*given, *taken)

    return settle


BUGS = {
    "none": ("buy", buy),
    "none in settling": ("settle", settling()),
    "one more is bought": ("buy", lambda kind, count: buy(kind, count + 1)),
    "what is bought is returned": ("buy", give_up),
    "another kind is taken": ("settle", settling(takes="viewer")),
    "what is released is returned": ("settle", settling(back=BOUGHT)),
    "a move gives back what it takes": ("settle", settling(gives="wanted")),
    "a move takes before it gives back": ("settle", settling(reverse=True)),
}


@pytest.mark.parametrize("bug", BUGS)
async def test_a_bug_in_what_is_posted_is_found(world, books, monkeypatch, bug):
    """What a wrong move writes does not agree with the seats, or with what its entry is called."""
    monkeypatch.setattr(moves, *BUGS[bug])
    await world.write(lambda unit: unit.buy("viewer", 0))
    await seated(world, "u1", "u2")

    async def move(unit):
        await unit.count("standard", held=-1)
        await unit.rows("UPDATE seats SET overdraft = 1, held = held + 1 WHERE kind = 'viewer'")
        await settle(unit, "p-u2", "standard", "viewer", "moved")

    await world.write(move)
    await released(world, "u1")

    assert bug.startswith("none") == ([] == await problems(books))


async def test_books_read_at_once_stay_at_their_moment(world, books):
    """What is written meanwhile is not seen until the next look."""
    await seated(world, "u1")
    async with books.at_once() as still:
        assert 1 == (await still.seats("t"))["standard"].held
        await world.write(lambda unit: unit.take("standard"))
        assert 1 == (await still.seats("t"))["standard"].held
    assert 2 == (await books.seats("t"))["standard"].held
