"""Bringing a database's schema to what the code needs, and telling whether it is."""

from __future__ import annotations

import asyncio
import contextvars
import fcntl
import importlib
import pkgutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
from tortoise import Tortoise, connections
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget

from hub import postgres_url

from .database import Database
from .reaching import config, dialect, postgres

#: What one migrator at a time holds on PostgreSQL: any number that others do not use.
LOCK = 0x5EA7

NEWER = "the database was written by a newer hub ({}): install that version, or restore a backup"
OLDER = "the database is older than this hub (it lacks {}): run `hub migrate`"


def known() -> list[str]:
    """Return the names of the migrations in this code, in order."""
    package = importlib.import_module("storage.migrations")
    return sorted(module.name for module in pkgutil.iter_modules(package.__path__))


async def applied(database: Database) -> list[str]:
    """Return the names of the migrations that the database has seen; none for an empty one."""
    tables = {
        "sqlite": "SELECT name FROM sqlite_master WHERE name = 'tortoise_migrations'",
        "postgres": "SELECT 1 AS name WHERE to_regclass('tortoise_migrations') IS NOT NULL",
    }
    if not await database.rows(tables[database.dialect]):
        return []
    rows = await database.rows("SELECT name FROM tortoise_migrations WHERE app = 'hub' ORDER BY name")
    return [row["name"] for row in rows]


async def differing(database: Database) -> tuple[list[str], list[str]]:
    """Return the migrations that only the database has seen, and those that only the code knows."""
    mine, theirs = set(known()), set(await applied(database))
    return sorted(theirs - mine), sorted(mine - theirs)


async def behind(database: Database) -> str | None:
    """Return a sentence on how the schema differs from what the code needs, None when it does not."""
    newer, older = await differing(database)
    if newer:
        return NEWER.format(", ".join(newer))
    return OLDER.format(", ".join(older)) if older else None


async def migrate(
    url: str, *, target: str | None = None, progress: Callable[[str], object] = lambda _: None
) -> None:
    """Apply what is missing, or go to the migration named *target* (`__first__` is none at all)."""
    async with _alone(url):
        # In a context of its own: Tortoise's runner would take over the connections of this one.
        runner = _run(url, target, progress)
        await asyncio.create_task(runner, context=contextvars.Context())


async def _run(url: str, target: str | None, progress: Callable[[str], object]) -> None:
    settings = config(url, pool=1, seconds=None)  # a migration takes as long as there is data
    await Tortoise.init(config=settings, init_connections=False)

    async def run(targets: list[MigrationTarget] | None) -> None:
        await MigrationExecutor(connections.get(dialect(url)), settings["apps"]).migrate(
            targets,
            direction="forward" if target is None else "both",
            progress=lambda event, _, name: progress(f"{event} {name}"),
        )

    try:
        await run([])  # makes the table that notes what was applied
        # Tortoise notes a migration after its commit: killed between the two, it would fail for ever at what
        # is there already. So all that is to be done is one transaction, with the notes.
        async with Database(url=url).transaction():
            await run(None if target is None else [MigrationTarget("hub", target)])
    finally:
        await connections.close_all()


async def unsafe(database: Database) -> list[str]:
    """Return what would let an acknowledged write be lost in a power cut, as sentences."""
    if database.dialect == "sqlite":
        level = (await database.rows("PRAGMA synchronous"))[0]["synchronous"]
        return [] if level >= 2 else ["SQLite's synchronous is not FULL"]
    asked = await database.rows(
        "SELECT name, setting FROM pg_settings"
        " WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit')"
    )
    return [
        f"PostgreSQL's {row['name']} is off: set it on, for this role or for the server"
        for row in asked
        if row["setting"] == "off"
    ]


@asynccontextmanager
async def _alone(url: str) -> AsyncIterator[None]:
    """Keep out every other migrator, on this machine and on others."""
    if url.startswith("sqlite:"):
        async with _file_lock(Path(url.removeprefix("sqlite://") + ".lock")):
            yield
        return
    connection = await asyncpg.connect(**postgres(url))
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", LOCK)
        yield
    finally:
        await connection.close()


@asynccontextmanager
async def _file_lock(path: Path) -> AsyncIterator[None]:
    with path.open("w") as file:
        await asyncio.to_thread(fcntl.flock, file, fcntl.LOCK_EX)
        yield


def describe(url: str) -> str:
    """Return where the database is, without its password."""
    if url.startswith("sqlite:"):
        return url.removeprefix("sqlite://")
    said = postgres_url.read(url)
    return f"PostgreSQL at {said.host}, database {said.database}"
