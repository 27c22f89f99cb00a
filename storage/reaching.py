"""How a database is reached, read off its URL once for all who reach for it."""

from __future__ import annotations

import ssl
from typing import Any

from attrs import asdict

from hub import postgres_url

#: Milliseconds that SQLite itself waits for another process's transaction.
BUSY_TIMEOUT = 500

#: Seconds that a transaction waits for its turn, a connection or a lock, unless it is told otherwise.
PATIENCE = 15

#: Seconds that a statement may take on PostgreSQL, unless it is told otherwise.
STATEMENT_SECONDS = 30


def config(
    url: str, *, pool: int, patience: float = PATIENCE, seconds: float | None = STATEMENT_SECONDS
) -> dict[str, Any]:
    """Return Tortoise's configuration for the database at *url*.

    What a transaction has to wait for, it waits for no longer than *patience*, seconds; and PostgreSQL may
    be at a statement for so many *seconds*.

    Reads have connections of their own, so that none waits for a transaction, and so have reads of much,
    fewer, so that none of the others waits for these. Connections are called by the kind of database,
    since Tortoise keeps SQL by a connection's name.
    """
    name = dialect(url)
    one = _sqlite(url) if name == "sqlite" else _postgres(url, pool, patience, seconds)
    one["credentials"]["patience"] = patience
    app = {"models": ["storage.tables"], "migrations": "storage.migrations", "default_connection": name}
    if name == "sqlite":
        # What undoes a part of a transaction is kept in memory.
        writing, reading, scanning = _also(one, temp_store="MEMORY"), _also(one, cache_size=-_CACHE), one
    else:
        writing, reading, scanning = one, one, _scanning(one)
    connections = {name: writing, f"{name}-read": reading, f"{name}-scan": scanning}
    return {"connections": connections, "apps": {"hub": app}}


def _scanning(one: dict[str, Any]) -> dict[str, Any]:
    """Return how many connections are for statements worth a second processor and some memory: a quarter."""
    credentials = one["credentials"]
    settings = {
        **credentials["server_settings"],
        "parallel_setup_cost": "10",
        "parallel_tuple_cost": "0.01",
        "work_mem": "64MB",
    }
    few = {**credentials, "maxsize": -(-credentials["maxsize"] // 4), "server_settings": settings}
    return {**one, "credentials": few}


def dialect(url: str) -> str:
    """Return which kind of database is at *url*: `sqlite` or `postgres`."""
    return "sqlite" if url.startswith("sqlite:") else "postgres"


#: What is written is brought from the journal into the file after so many pages of 4 KiB, four times as many
#: as SQLite would have: many of them were written again meanwhile. The journal, once it is so long (bytes),
#: is written over and not cut off: to grow again costs the disk more.
_JOURNAL = {"wal_autocheckpoint": "4000", "journal_size_limit": str(64 * 2**20)}


#: How much of a file SQLite keeps to look rows up in, KiB, instead of 2 MiB. The system may keep nothing of
#: a file that is read here and there, and then each page comes from the disk.
_CACHE = 32_768


def _sqlite(url: str) -> dict[str, Any]:
    pragmas = {"journal_mode": "WAL", "synchronous": "FULL", "foreign_keys": "ON", **_JOURNAL}
    return {
        "engine": "storage.sqlite",
        "credentials": {
            "file_path": url.removeprefix("sqlite://"),
            "busy_timeout": BUSY_TIMEOUT,
            **pragmas,
        },
    }


def _also(one: dict[str, Any], **pragmas: object) -> dict[str, Any]:
    """Return a connection to SQLite like *one*, with these pragmas, too."""
    return {**one, "credentials": {**one["credentials"], **pragmas}}


def _postgres(url: str, pool: int, patience: float, seconds: float | None) -> dict[str, Any]:
    credentials = {
        **postgres(url),
        "minsize": 1,
        "maxsize": pool,
        "timeout": 5,
        "command_timeout": seconds,
        "application_name": "provisioning-hub",
        # Compiling a statement takes PostgreSQL longer than any of ours takes to run.
        "server_settings": {"lock_timeout": str(max(1, round(patience * 1000))), "jit": "off"},
    }
    return {"engine": "storage.postgres", "credentials": credentials}


def postgres(url: str) -> dict[str, Any]:
    """Return the arguments with which asyncpg connects to *url*; ValueError where it is wrong."""
    said = asdict(postgres_url.read(url))
    mode = said.pop("sslmode")
    return said if mode is None else {**said, "ssl": _encryption(mode)}


def _encryption(mode: str) -> str | ssl.SSLContext:
    if mode in {"disable", "prefer"}:
        return mode
    context = ssl.create_default_context()
    if mode == "require":  # asyncpg's own would verify, were there a file for it in the home folder
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
