"""What a measurement ran on: enough to compare, nothing to find the machine by."""

from __future__ import annotations

import asyncio
import os
import platform
import sqlite3
from importlib.metadata import version

import asyncpg

#: Of these the version says something about the figures.
PACKAGES = ("hypercorn", "h11", "starlette", "uvloop", "asyncpg", "scim2-server")


def described(postgres_url: str, *, seconds: float, rounds: int) -> str:
    """Return a paragraph on the machine, the versions and the way it was measured."""
    postgres = asyncio.run(_told(postgres_url, "SHOW server_version"))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} on {platform.machine()}; "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        f"PostgreSQL {postgres.split()[0]}; {packages}. "
        f"Medians of {rounds} rounds, {seconds:g} s for each work on each server in each; "
        "the load runs on the same cores, as does PostgreSQL."
    )


def analysed(postgres_url: str) -> None:
    """Have PostgreSQL know what it holds, as its autovacuum would have it after a while."""
    asyncio.run(_told(postgres_url, "VACUUM ANALYZE"))


async def _told(postgres_url: str, statement: str) -> str:
    connection = await asyncpg.connect(postgres_url)
    try:
        return str(await connection.fetchval(statement))
    finally:
        await connection.close()
