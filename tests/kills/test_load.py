"""`kill -9` of a whole hub under load: what was acknowledged is there, and nothing by halves."""

from __future__ import annotations

import asyncio
import random

import pytest
from attrs import evolve

from storage.store import DatabaseStore
from tests.kills import checker, load
from tests.kills.quick import connected, through, victim
from tests.running import Connected, Desk, Hub
from tests.scale import scale

pytestmark = [pytest.mark.anyio, pytest.mark.kills]

KILLS = scale(3, trust=50)


async def test_acknowledged_writes_outlive_the_hub(still: Hub, operator: Desk):
    """Each of several rounds ends in `kill -9` of the process group, at a random moment."""
    chance = random.Random(7)
    hub = evolve(still, settings={"HUB_SERVER__WORKERS": "2"})
    source: Connected | None = None
    writers, wrong = load.clients(), []

    for _ in range(KILLS):
        node = hub.start()
        source = source or await connected(operator, "generic", node.url)
        http = through(operator, source, node.url)
        wrong += await compared(source, writers, node.url, operator)
        done = sum(writer.acknowledged for writer in writers)
        await load.until_killed(http, writers, node.kill, seconds=chance.uniform(0.3, 0.9))
        assert done < sum(writer.acknowledged for writer in writers)

    assert source is not None
    with victim(still) as reborn:
        wrong += await compared(source, writers, reborn.url, operator)
    assert [] == wrong


async def compared(source: Connected, writers: list[load.Client], url: str, desk: Desk) -> list[str]:
    """Return what the hub at *url* has lost, or has by halves."""
    users = await load.found(source, through(desk, source, url))
    lost = [problem for writer in writers for problem in writer.problems(users)]
    now = await checker.state(source.house.database.rows, source.team.id)
    return [*lost, *checker.problems(now), *await source.problems()]


def acknowledge_first() -> None:
    """Plant a hub that answers a write before it commits it."""
    committed = DatabaseStore.write

    async def write(store, work, *, reference, shares=False):
        answered = asyncio.get_running_loop().create_future()

        async def told_early(unit):
            answered.set_result(await work(unit))
            await asyncio.sleep(0.05)

        writing = asyncio.ensure_future(committed(store, told_early, reference=reference, shares=shares))
        done, _ = await asyncio.wait({answered, writing}, return_when=asyncio.FIRST_COMPLETED)
        return done.pop().result()

    DatabaseStore.write = write  # type: ignore[method-assign]


async def test_acknowledging_before_the_commit_is_noticed(still: Hub, operator: Desk):
    """A hub that answers first loses what it said: the same history shows it."""
    problems: list[str] = []
    for _ in range(5):  # the moment between the answer and the commit is short: it is not hit each time
        writers = load.clients()
        with victim(still, plant=acknowledge_first) as early:
            source = await connected(operator, "generic", early.url)
            await load.until_killed(source.client, writers, early.kill, seconds=0.5)
        with victim(still) as reborn:
            users = await load.found(source, through(operator, source, reborn.url))
        problems += [problem for writer in writers for problem in writer.problems(users)]
        if problems:
            break

    assert [] != problems
