"""Events of transactions that end in another order than they began."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

import storage.outbox
from hub.engine.ports import Outbox
from tests.races.racing import Pair

# On SQLite transactions end in the order in which they began: it has one writer at a time.
pytestmark = [pytest.mark.races, pytest.mark.parametrize("two_nodes", ["postgres"], indirect=True)]

LISTENER = "late"


@asynccontextmanager
async def late(pair: Pair, *, cause: str) -> AsyncIterator[asyncpg.Connection]:
    """Write an event in a transaction of a connection's own, whose commit is the caller's to make."""
    connection = await asyncpg.connect(pair.desk.hub.database_url)
    team, values = (await pair.desk.team()).id, await an_event(pair)
    try:
        await connection.execute("BEGIN")
        await connection.execute(
            "INSERT INTO outbox (team_id, reference, event, at) VALUES ($1, $2, $3, $4)",
            *(team, cause, json.dumps({**values, "cause": cause}), values["at"]),
        )
        yield connection
    finally:
        await connection.close()


async def an_event(pair: Pair) -> dict[str, Any]:
    """Return the values of some event."""
    door = await pair.door("okta")
    await door.create(0, "ann@a.example")
    rows = await pair.desk.house.database.rows("SELECT event FROM outbox ORDER BY id DESC LIMIT 1")
    values: dict[str, Any] = json.loads(rows[0]["event"])
    return values


async def hear(outbox: Outbox) -> Sequence[str]:
    """Return the causes of what is pending, and note that it was told."""
    await outbox.lease(LISTENER, owner="test", seconds=60)
    heard = []
    while told := await outbox.pending(LISTENER, count=500):
        heard += [event.cause for _, event in told]
        await outbox.told(LISTENER, told[-1][0], owner="test")
    return heard


async def heard_around_a_late_commit(pair: Pair) -> tuple[Sequence[str], Sequence[str]]:
    """Return what is heard while an old transaction is open, others having ended, and after its commit."""
    outbox = pair.desk.house.relay.outbox
    await hear(outbox)
    async with late(pair, cause="late") as transaction:
        await hear(outbox)
        door = await pair.door("okta")
        for number in range(6):
            await door.create(number, f"user-{number}@a.example")
        before = await hear(outbox)
        await transaction.execute("COMMIT")
    return before, await hear(outbox)


async def test_a_late_commit_is_not_skipped(pair: Pair):
    """What was written after an event that may yet be committed is not told before it."""
    before, after = await heard_around_a_late_commit(pair)

    assert [] == before
    assert "late" == after[0]
    assert 13 == len(after)


async def test_an_abandoned_transaction_holds_nothing_up(pair: Pair):
    """When it ends without a commit, the others are told."""
    outbox = pair.desk.house.relay.outbox
    async with late(pair, cause="abandoned"):
        await hear(outbox)
        await (await pair.door("okta")).create(0, "ann@a.example")
        assert [] == await hear(outbox)
    heard: Sequence[str] = []
    async with asyncio.timeout(30):
        while not heard:
            heard = await hear(outbox)

    assert 2 == len(heard)
    assert "abandoned" not in heard


async def test_a_skipped_event_is_noticed(pair: Pair, monkeypatch: pytest.MonkeyPatch):
    """Without the wait for older transactions, the same look never sees the late one."""
    patient = storage.outbox._AFTER["postgres"]
    impatient = re.sub(r" AND o\.transaction_id < \S+", "", patient)
    assert patient != impatient
    monkeypatch.setitem(storage.outbox._AFTER, "postgres", impatient)

    before, after = await heard_around_a_late_commit(pair)

    assert 12 == len(before)
    assert [] == after
