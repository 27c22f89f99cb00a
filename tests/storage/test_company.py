"""Writes of a team on PostgreSQL that share a commit: what they save, and that each is as if alone."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import asyncpg
import pytest
from attrs import evolve

from hub.engine.seats.seats import grant
from hub.engine.values.errors import NameTaken
from hub.engine.values.places import NOWHERE
from hub.ledger.moves import settle
from hub.spi import Event
from storage import reaching
from storage.batches import ASIDE_MAX, ASIDE_SECONDS
from storage.database import BATCH_MAX, Database
from tests.storage.conftest import group, user

pytestmark = pytest.mark.parametrize("migrated_url", ["postgres"], indirect=True)

MOST = BATCH_MAX["postgres"]

#: What somebody else does who adds a user of that name: writes it, and takes a seat.
NAMED = "UPDATE resources SET name_key = $1 WHERE id = 'u9'"
SEATED = "UPDATE seats SET told = told WHERE team_id = 't' AND kind = 'standard'"

#: What an administrator does who changes a connection and what its team has.
SWITCHED = "UPDATE connections SET revision = revision + 1 WHERE id = 'c1'"

BLOCKED = "SELECT 1 WHERE cardinality(pg_blocking_pids($1)) > 0"


def told(name: str) -> Event:
    """Return an event about a user."""
    return Event(
        id=f"e-{name}", name="user_provisioned", at=datetime(2026, 6, 1, tzinfo=UTC), team="t",
        connection="c1", kind="User", resource=name, person=f"p-{name}", version=1, before=None, after=None,
        seat=None, quirks=(), cause=name,
    )  # fmt: skip


def newcomer(name: str, *, known_as: str | None = None, address: str | None = None, then=None):
    """Return work that adds somebody, with a seat where one is left; it may do more *then*."""

    async def work(unit):
        person = await unit.claim(f"p-{name}", address or f"{name}@a.example", 1)
        await unit.insert(evolve(user(known_as or name), id=name, person=person), exclusive=True)
        count = await unit.take("standard") if person == f"p-{name}" else None
        if count is not None:
            await unit.post("taken", name, settle(person, held=None, wanted="standard"))
        await unit.tell([told(name)])
        if then is not None:
            await then(unit)
        return person, count and count.held

    return work


async def together(world, **works):
    """Have *works* written at once; return what each came to, an error by its name."""
    ends = await asyncio.gather(
        *(world.store().write(work, reference=name, shares=True) for name, work in works.items()),
        return_exceptions=True,
    )
    return [type(end).__name__ if isinstance(end, Exception) else end for end in ends]


def some(count: int, first: int = 0):
    """Return so many newcomers by name."""
    return {name: newcomer(name) for name in (f"u{number}" for number in range(first, first + count))}


async def column(database: Database, sql: str) -> list[object]:
    """Return the first column of what *sql* finds."""
    return [next(iter(row.values())) for row in await database.rows(sql)]


@pytest.fixture
async def sizes(world, monkeypatch) -> list[int]:
    """Note how many writes each transaction is opened for that may be shared; the team has 100 seats."""
    await world.write(lambda unit: unit.buy("standard", 98))
    opened: list[int] = []
    transaction = world.database._batches.transaction

    def counting(count, until):
        opened.append(count)
        return transaction(count, until)

    monkeypatch.setattr(world.database._batches, "transaction", counting)
    return opened


async def test_those_who_wait_share_a_commit(world, sizes):
    """Several newcomers take few commits, and each is told its own answer; the book has no gap."""
    works = some(2 * MOST)

    assert [(f"p-{name}", number) for number, name in enumerate(works, 1)] == await together(world, **works)
    assert [MOST, MOST] == sizes
    numbers = "SELECT number FROM entries WHERE team_id = 't' ORDER BY number"
    assert list(range(1, 2 * MOST + 1)) == await column(world.database, numbers)
    assert [2 * MOST] == await column(world.database, "SELECT held FROM seats WHERE team_id = 't'")
    assert [2 * MOST] == await column(world.database, "SELECT resources FROM counts")
    assert list(works) == await column(world.database, "SELECT reference FROM outbox ORDER BY id")
    assert 2 == len(await column(world.database, "SELECT DISTINCT transaction_id FROM outbox"))


@pytest.fixture
async def asked(sizes, monkeypatch) -> list[str]:
    """Note each round trip of a write, but those that begin and end it."""
    noted: list[str] = []
    run = Database.run

    async def noting(self, client, sql, *values):
        noted.append(sql)
        return await run(self, client, sql, *values)

    monkeypatch.setattr(Database, "run", noting)
    return noted


async def test_they_take_few_round_trips(world, sizes, asked):
    """What all of them lock is locked once, and what they write goes in one piece."""
    await together(world, **some(MOST))

    assert [MOST] == sizes
    assert 1 == len(asked)


async def test_a_write_alone_shares_nothing(world, sizes):
    """Whoever comes when nobody waits goes at once, and the next who wait go together."""
    first = asyncio.ensure_future(together(world, **some(1)))
    while not sizes:
        await asyncio.sleep(0)
    await together(world, **some(3, first=1))
    await first

    assert [1, 3] == sizes


async def test_each_connection_has_its_own(world, sizes):
    """What comes through one is shared with nothing of another."""
    stores = [world.store(), world.store("d1", "u")] * 2
    works = [store.write(newcomer(f"u{n}"), reference="r", shares=True) for n, store in enumerate(stores)]
    await asyncio.gather(*works)

    assert [2, 2] == sizes


async def test_one_that_fails_fails_alone(world, sizes):
    """Whatever its fault, the others of its commit land, and it leaves nothing behind."""

    async def fails(unit):
        raise ValueError

    await world.add(user("u9"))
    works = some(6)
    works["u2"] = newcomer("u2", then=fails)
    works["u4"] = newcomer("u4", known_as="u9")

    ends = await together(world, **works)

    assert ["u2", "u4"] == [name for name, end in zip(works, ends, strict=True) if isinstance(end, str)]
    assert ["ValueError", NameTaken.__name__] == [end for end in ends if isinstance(end, str)]
    assert ["u0", "u1", "u3", "u5", "u9"] == await column(
        world.database, "SELECT id FROM resources ORDER BY id"
    )
    assert [4] == await column(world.database, "SELECT held FROM seats WHERE team_id = 't'")
    assert [1, 2, 3, 4] == await column(world.database, "SELECT number FROM entries ORDER BY number")
    assert 4 == len(await column(world.database, "SELECT reference FROM outbox"))


async def test_no_more_seats_than_there_are(world):
    """What is known of a locked kind is what the database knows of it."""
    assert [1, 2, None, None, None] == [held for _, held in await together(world, **some(5))]
    assert [2] == await column(world.database, "SELECT held FROM seats WHERE team_id = 't'")


def granted(name: str):
    """Return work that adds somebody who is refused where no seat is left."""

    async def work(unit):
        await unit.claim(f"p-{name}", None, 1)
        await unit.insert(user(name), exclusive=True)
        return (await grant(unit, f"p-{name}", NOWHERE, "standard", reference=name)).after.held

    return work


async def test_who_is_refused_undoes_nobody(world, sizes):
    """Who finds no seat left is told so where it is known, and all others of their commit land in it."""
    await world.write(lambda unit: unit.give_up("standard", 98))

    ends = await together(world, **{f"u{number}": granted(f"u{number}") for number in range(MOST)})

    assert ["standard"] * 2 + ["NoSeat"] * (MOST - 2) == ends
    assert [MOST] == sizes
    assert ["u0", "u1"] == await column(world.database, "SELECT id FROM resources ORDER BY id")
    assert [1, 2] == await column(world.database, "SELECT number FROM entries ORDER BY number")


async def test_who_is_there_is_told_so_by_a_full_team(world, sizes):
    """Also where others share the commit: the provider is to find its user, and not to wait for a seat."""
    await world.write(lambda unit: unit.give_up("standard", 99))
    await world.write(newcomer("u9", known_as="u0"))
    sizes.clear()

    ends = await together(world, **{name: granted(name) for name in ("u0", "u1")})

    assert ["NameTaken", "NoSeat"] == ends
    assert [2] == sizes


@pytest.mark.parametrize("trace", ["took", "asked", "left"])
async def test_who_fails_and_left_a_trace_undoes_all(world, sizes, trace):
    """Nothing of them is there, and nobody goes by what they did."""
    traces = {
        "took": lambda unit: unit.take("standard"),
        "asked": lambda unit: unit.rows("SELECT 1"),
        "left": lambda unit: unit.finish(),
    }

    async def fails(unit):
        await unit.claim("p-u9", None, 1)
        await unit.insert(user("u9"), exclusive=True)
        await traces[trace](unit)
        raise ValueError

    failed, *landed = await together(world, u9=fails, **some(2))

    assert "ValueError" == failed
    assert [1, 2] == sorted(held for _, held in landed)
    assert [3] == sizes
    assert ["u0", "u1"] == await column(world.database, "SELECT id FROM resources ORDER BY id")


async def test_what_one_changes_the_next_knows(world, sizes):
    """Whoever counts, or tells of a share in use, is seen by those after it in the same commit."""
    counts = []

    def counting(change):
        async def work(unit):
            await change(unit)
            counts.append(await unit.take("standard"))

        return work

    await together(
        world,
        one=counting(lambda unit: unit.count("standard", held=7)),
        two=counting(lambda unit: unit.told("standard", 80)),
        three=counting(lambda unit: unit.kind("standard")),
    )

    assert [3] == sizes
    assert [(8, 0), (9, 80), (10, 80)] == [(count.held, count.told) for count in counts]


async def test_whoever_is_known_is_not_made_twice(world, sizes):
    """Who comes with an address that has an owner is that owner, and comes alone."""
    await together(world, **some(2))
    works = some(2, first=2)
    works["u4"] = newcomer("u4", address="u1@a.example")

    ends = await together(world, **works)

    assert ["p-u2", "p-u3", "p-u1"] == [person for person, _ in ends]
    assert [2] == await column(world.database, "SELECT claims FROM persons WHERE id = 'p-u1'")
    apart = "SELECT DISTINCT transaction_id FROM outbox WHERE reference NOT IN ('u0', 'u1')"
    assert 3 == len(await column(world.database, apart))


@pytest.mark.parametrize("change", ["lock", "recount", "personal", "team"])
async def test_what_others_may_be_at_is_changed_alone(world, sizes, change):
    """Events of one person or group are told in the order of transactions: it has one after those of others.

    A transaction that is shared has its number before it could wait for them.
    """
    await world.add(group("g1"), user("u9"))
    changes = {
        "lock": lambda unit: unit.lock("Group", "g1"),
        "recount": lambda unit: unit.recount("p-u9"),
        "personal": lambda unit: unit.personal("p-u9"),
        "team": lambda unit: unit.team(),
    }
    works = some(3)
    works["u1"] = newcomer("u1", then=changes[change])

    assert [] == [end for end in await together(world, **works) if isinstance(end, str)]
    assert 3 == len(await column(world.database, "SELECT DISTINCT transaction_id FROM outbox"))


async def test_killed_in_the_middle(world, sizes):
    """The server ends their connection: each is done once all the same."""
    killed: list[int] = []

    async def kill(unit):
        (row,) = await unit.rows("SELECT pg_backend_pid() AS pid")
        if not killed:
            killed.append(row["pid"])
            await world.database.rows("SELECT pg_terminate_backend($1)", row["pid"])

    works = some(5)
    works["u3"] = newcomer("u3", then=kill)

    assert [] == [end for end in await together(world, **works) if isinstance(end, str)]
    assert killed
    assert list(works) == await column(world.database, "SELECT id FROM resources ORDER BY id")
    assert [5] == await column(world.database, "SELECT held FROM seats WHERE team_id = 't'")
    assert 5 == len(await column(world.database, "SELECT reference FROM outbox"))


async def test_a_commit_without_an_answer_is_done_once(world, sizes, monkeypatch):
    """What landed without anybody being told is recognised, of each of them."""
    transaction, lost = world.database._batches.transaction, []

    def losing(count, until):
        opened = transaction(count, until)

        class Lost:
            async def __aenter__(self):
                return await opened.__aenter__()

            async def __aexit__(self, *raised):
                await opened.__aexit__(*raised)
                if raised == (None, None, None) and not lost:
                    lost.append(count)
                    raise ConnectionResetError

        return Lost()

    monkeypatch.setattr(world.database._batches, "transaction", losing)

    assert [] == [end for end in await together(world, **some(5)) if isinstance(end, str)]
    assert [5] == lost
    assert [5] == await column(world.database, "SELECT held FROM seats WHERE team_id = 't'")
    assert 5 == len(await column(world.database, "SELECT reference FROM outbox"))


async def test_whoever_waits_for_the_seats_is_let_by(world, sizes):
    """Who added the same name elsewhere, and waits for the seats, is not ended as the one who waits too long.

    Two transactions wait for each other, and the one that is shared gives way.
    """
    await world.add(user("u9"))
    other = await asyncpg.connect(**reaching.postgres(world.database.url))
    try:
        transaction = other.transaction()
        await transaction.start()
        await other.execute(NAMED, "u2")
        waiting: list[asyncio.Task[str]] = []

        async def wait(unit):
            if not waiting:
                waiting.append(asyncio.create_task(other.execute(SEATED)))
                while not await world.database.rows(BLOCKED, other.get_server_pid()):
                    await asyncio.sleep(0)

        works = some(4)
        works["u1"] = newcomer("u1", then=wait)
        ends = asyncio.ensure_future(together(world, **works))
        while not waiting:
            await asyncio.sleep(0)
        assert "UPDATE 1" == await waiting[0]
        await transaction.commit()
    finally:
        await other.close()

    assert [NameTaken.__name__] == [end for end in await ends if isinstance(end, str)]
    assert 4 == sizes[0]
    assert [3] == await column(world.database, "SELECT held FROM seats WHERE team_id = 't'")


async def test_an_administrator_is_let_by(world, sizes):
    """Who changes the connection, and then what its team has, is not waited for with the seats locked."""
    other = await asyncpg.connect(**reaching.postgres(world.database.url))
    try:
        transaction = other.transaction()
        await transaction.start()
        await other.execute(SWITCHED)
        ends = asyncio.ensure_future(together(world, **some(3)))
        waits = "SELECT 1 FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid))"
        while not (ends.done() or await world.database.rows(waits, other.get_server_pid())):
            await asyncio.sleep(0)
        assert not ends.done()
        await other.execute("SET LOCAL lock_timeout = 1")
        assert "UPDATE 1" == await other.execute(SEATED)
        await transaction.commit()
    finally:
        await other.close()

    assert [1, 2, 3] == [held for _, held in await ends]
    assert [3] == sizes


@pytest.fixture
async def elsewhere(world):
    """Somebody's own transaction, and how many writes wait for it; undone where nobody ends it."""
    other = await asyncpg.connect(**reaching.postgres(world.database.url))
    await other.execute("BEGIN")
    yield other
    await other.close()


async def waiting_for(world, other, count: int = 1) -> None:
    """Come back once so many wait for the transaction that *other* is in."""
    waits = "SELECT 1 FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid))"
    while count != len(await world.database.rows(waits, other.get_server_pid())):
        await asyncio.sleep(0)


async def test_one_that_waits_is_gone_by(world, sizes, elsewhere):
    """Whose name somebody else is adding waits alone: those behind are done, and so is the one at last."""
    await world.add(user("u9"))
    await elsewhere.execute(NAMED, "u0")
    slow = asyncio.ensure_future(together(world, **some(1)))
    await waiting_for(world, elsewhere)

    assert [1, 2, 3] == [held for _, held in await together(world, **some(3, first=1))]
    assert not slow.done()
    await elsewhere.execute("ROLLBACK")
    assert [("p-u0", 4)] == await slow
    assert [1, 3] == sizes


async def test_few_that_wait_are_gone_by(world, sizes, elsewhere):
    """However many of a connection wait, they leave others a part of the pool: the next wait with them."""
    await world.add(*(user(f"u9{number}") for number in range(ASIDE_MAX + 1)))
    slow = []
    for number in range(ASIDE_MAX + 1):
        await elsewhere.execute(
            "UPDATE resources SET name_key = $1 WHERE id = $2", f"u{number}", f"u9{number}"
        )
        slow.append(asyncio.ensure_future(together(world, **some(1, first=number))))
        await waiting_for(world, elsewhere, number + 1)
    behind = asyncio.ensure_future(together(world, **some(1, first=50)))
    await asyncio.wait({behind}, timeout=3 * ASIDE_SECONDS)

    assert not behind.done()
    await elsewhere.execute("ROLLBACK")
    await asyncio.gather(*slow, behind)
    assert [1] * (ASIDE_MAX + 2) == sizes


async def test_one_name_in_two_commits_at_once(world, sizes, elsewhere):
    """Who is gone by and who goes by wait for one name: one has it, the other is told so, all others land."""
    await world.add(user("u9"))
    await elsewhere.execute(NAMED, "u0")
    slow = asyncio.ensure_future(together(world, **some(1)))
    await waiting_for(world, elsewhere)
    behind = asyncio.ensure_future(together(world, **some(2, first=1), u3=newcomer("u3", known_as="u0")))
    await waiting_for(world, elsewhere, 2)
    while [2] != await column(world.database, "SELECT held FROM seats WHERE team_id = 't'"):
        await asyncio.sleep(0)
    await elsewhere.execute("ROLLBACK")

    ends = [*await slow, *await behind]
    assert [NameTaken.__name__] == [end for end in ends if isinstance(end, str)]
    assert [3] == await column(world.database, "SELECT held FROM seats WHERE team_id = 't'")
    assert [1, 2, 3] == await column(world.database, "SELECT number FROM entries ORDER BY number")
    assert [1, 3] == sizes
