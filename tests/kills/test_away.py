"""A database that is away or locked is asked again for some seconds, then the provider told to come again."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg
import httpx2
import pytest
from attrs import evolve

from hub.teams import Team
from tests.kills import checker
from tests.kills.operations import patched, person
from tests.kills.quick import connected, victim
from tests.postgres import Server
from tests.running import Desk, Hub, desk, running

pytestmark = [pytest.mark.anyio, pytest.mark.kills]

#: Seconds for which the impatient hub asks again, and how much later its answer may come.
PATIENCE, SLACK = 2, 2.5
IMPATIENT = {"HUB_DATABASE__PATIENCE_SECONDS": str(PATIENCE)}

#: A server may come back slowly where many tests run.
PATIENT = {"HUB_DATABASE__PATIENCE_SECONDS": "60", "HUB_SERVER__STOP_SECONDS": "61"}

#: How many of each provider ask at once: together more than a pool has connections.
MANY = 8

#: The answer on which each provider comes again by itself.
COME_AGAIN = {"okta": 429, "entra": 503, "generic": 503}

Ask = Callable[[], Awaitable[httpx2.Response]]


@contextmanager
def alone(server: Server, data: Path, **settings: str) -> Iterator[Hub]:
    """A hub without a node on a PostgreSQL of its own."""
    with running(server.create_database(), data, nodes=0, **settings) as hub:
        yield hub


async def requests(http: httpx2.AsyncClient) -> dict[str, Ask]:
    """Return one request of each kind, after making what it needs."""
    made = await http.post("Users", json=person(f"ann{time.monotonic_ns()}"))
    assert 201 == made.status_code, made.text
    ann, ben = made.json()["id"], f"ben{time.monotonic_ns()}"
    return {
        "create": lambda: http.post("Users", json=person(ben)),
        "deactivate": lambda: http.patch(f"Users/{ann}", json=patched("replace", "active", False)),
        "read": lambda: http.get(f"Users/{ann}"),
        "find": lambda: http.get("Users", params={"filter": f'userName eq "{ann}"'}),
        "token": lambda: http.get("ServiceProviderConfig"),
    }


async def timed(ask: Ask) -> tuple[httpx2.Response, float]:
    """Return an answer and the seconds it took."""
    begun = time.monotonic()
    return await ask(), time.monotonic() - begun


async def asked(asks: dict[str, Ask]) -> dict[str, tuple[httpx2.Response, float]]:
    """Ask all at once; return the answers and how long each took."""
    return dict(zip(asks, await asyncio.gather(*map(timed, asks.values())), strict=True))


def right(timed: tuple[httpx2.Response, float], status: int) -> bool:
    """Whether an answer came in time and is a SCIM error that says in whole seconds when to come again."""
    answer, took = timed
    body = answer.json()
    return (
        PATIENCE / 2 < took < PATIENCE + SLACK
        and status == answer.status_code
        and str(status) == body["status"]
        and ["urn:ietf:params:scim:api:messages:2.0:Error"] == body["schemas"]
        and answer.headers["content-type"].startswith("application/scim+json")
        and 1 <= int(answer.headers["retry-after"])
    )


def wrong(answers: dict[str, tuple[httpx2.Response, float]]) -> dict[str, tuple[object, ...]]:
    """Return the answers that are not right for the provider they are for, with what matters of each."""
    return {
        name: (answer.status_code, answer.text, answer.headers.get("retry-after"), took)
        for name, (answer, took) in answers.items()
        if not right((answer, took), COME_AGAIN[name.split()[0]])
    }


async def test_short_outage_is_waited_for(postgres_alone: Server, tmp_path: Path):
    """PostgreSQL stops or crashes and comes back: nobody hears of it, and nothing is done twice."""
    with alone(postgres_alone, tmp_path, **PATIENT) as hub, victim(hub) as node:
        async with desk(hub) as operator:
            source = await connected(operator, "generic", node.url)
            for leave in (postgres_alone.stop, postgres_alone.crash):
                asks = await requests(source.client)
                leave()
                asking = asyncio.create_task(asked(asks))
                await asyncio.sleep(1)
                await asyncio.to_thread(postgres_alone.restart)
                statuses = {name: answer.status_code for name, (answer, _) in (await asking).items()}

                assert {"create": 201, "deactivate": 200, "read": 200, "find": 200, "token": 200} == statuses
            await checker.whole(source)


async def test_outage_in_the_middle_of_writes(postgres_alone: Server, tmp_path: Path):
    """Writes that are under way when PostgreSQL crashes end well, each done once."""
    with alone(postgres_alone, tmp_path, **PATIENT) as hub, victim(hub) as node:
        async with desk(hub) as operator:
            source = await connected(operator, "generic", node.url)
            asking = [
                asyncio.create_task(source.client.post("Users", json=person(f"p{n}"))) for n in range(60)
            ]
            await asyncio.wait(asking, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.to_thread(postgres_alone.crash)
            await asyncio.to_thread(postgres_alone.restart)

            assert [201] * 60 == [answer.status_code for answer in await asyncio.gather(*asking)]
            assert 60 == (await source.seats())["held"]
            await checker.whole(source)


async def test_long_outage_is_the_providers_to_wait_for(postgres_alone: Server, tmp_path: Path):
    """Past its patience the hub says when to come again, as each provider understands it, and recovers."""
    with alone(postgres_alone, tmp_path, **IMPATIENT) as hub, victim(hub) as node:
        async with desk(hub) as operator:
            sources = {idp: await connected(operator, idp, node.url) for idp in COME_AGAIN}
            asks = {
                f"{idp} {name}": ask
                for idp, source in sources.items()
                for name, ask in (await requests(source.client)).items()
            }
            postgres_alone.stop()
            answers = await asked(asks)
            ready = await operator.client(node.url, "").get("readyz")
            health = await operator.client(node.url, "").get("healthz")
            postgres_alone.restart()

            assert {} == wrong(answers)
            assert [503, 200] == [ready.status_code, health.status_code]
            for name, (answer, _) in (await asked(asks)).items():
                assert (201 if name.endswith("create") else 200) == answer.status_code
            for source in sources.values():
                await checker.whole(source)


@contextmanager
def file_locked(hub: Hub) -> Iterator[None]:
    """Hold the write lock of an SQLite file, as another process may."""
    other = sqlite3.connect(hub.data / "hub.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.close()


@pytest.mark.parametrize("still", ["sqlite"], indirect=True)
async def test_locked_file_is_waited_for(still: Hub, operator: Desk):
    """Somebody else writes for a while: writes wait, reads do not notice."""
    with victim(still) as node:
        source = await connected(operator, "generic", node.url)
        asks = await requests(source.client)
        with file_locked(still):
            asking = asyncio.create_task(asked(asks))
            await asyncio.sleep(3)
        answers = await asking

    assert 201 == answers["create"][0].status_code
    assert 200 == answers["deactivate"][0].status_code
    for name in ("read", "find", "token"):
        assert 200 == answers[name][0].status_code
        assert answers[name][1] < 1
    await checker.whole(source)


@asynccontextmanager
async def rows_locked(team: Team, url: str) -> AsyncIterator[None]:
    """Hold the team's seats in PostgreSQL, as another process may."""
    other = await asyncpg.connect(url)
    try:
        async with other.transaction():
            await other.execute("SELECT 1 FROM seats WHERE team_id = $1 FOR UPDATE", team.id)
            yield
    finally:
        await other.close()


async def test_what_is_locked_for_long_is_the_providers_to_wait_for(still: Hub, operator: Desk):
    """However many ask, past its patience the hub tells each when to come again, and recovers by itself."""
    hub = evolve(still, settings=IMPATIENT)
    with victim(hub) as node:
        team = await operator.team()
        sources = {idp: await connected(operator, idp, node.url, team=team) for idp in COME_AGAIN}
        asks = {
            f"{idp} {number}": (await requests(source.client))["create"]
            for idp, source in sources.items()
            for number in range(MANY)
        }
        async with AsyncExitStack() as locked:
            if hub.database_url.startswith("sqlite:"):
                locked.enter_context(file_locked(hub))
            else:
                await locked.enter_async_context(rows_locked(team, hub.database_url))
            answers = await asked(asks)
        after = await asked(asks)

    assert {} == wrong(answers)
    assert {201} == {answer.status_code for answer, _ in after.values()}
    await checker.whole(sources["generic"])


@pytest.mark.parametrize("still", ["postgres"], indirect=True)
async def test_removal_does_not_wait_for_seats_that_are_locked(still: Hub, operator: Desk):
    """Access goes off even then; the seat follows once somebody lets go of it."""
    hub = evolve(still, settings=IMPATIENT)
    with victim(hub) as node:
        source = await connected(operator, "generic", node.url)
        asks = await requests(source.client)
        async with rows_locked(source.team, hub.database_url):
            answer, took = await timed(asks["deactivate"])
            assert 1 == (await source.seats())["held"]
        async with asyncio.timeout(10):
            while (await source.seats())["held"]:
                await asyncio.sleep(0.05)

    assert 200 == answer.status_code
    assert answer.json()["active"] is False
    assert took < PATIENCE + SLACK
    assert [] == await source.problems()
