"""What keeps the hub from serving safely, in sentences, and where it keeps what it knows."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import TYPE_CHECKING

from hub.sources import clock
from hub.teams import State
from storage import migrate
from storage.registry import DatabaseRegistry

if TYPE_CHECKING:
    from hub.engine.common.plugins import Plugins
    from hub.settings import Settings
    from storage.database import Database


class NotFit(Exception):
    """The hub refuses to serve; the text says what is wrong and the way out."""


async def faults_of(database: Database, plugins: Plugins | None = None) -> list[str]:
    """Return everything that keeps the hub from serving safely from *database*, a sentence each.

    With *plugins*, also the connections for whose dialect they have no word: only these are not served.
    """
    where = migrate.describe(database.url)
    try:
        problems = [await migrate.behind(database), *await migrate.unsafe(database)]
        if plugins and not problems[0]:
            problems += await _unspoken(database, plugins)
    except Exception as error:  # noqa: BLE001 - whatever it is, the operator is to read it
        return [f"database ({where}): {error!r}"]
    return [f"database ({where}): {problem}" for problem in problems if problem]


async def _unspoken(database: Database, plugins: Plugins) -> list[str]:
    registry = DatabaseRegistry(database=database, clock=clock, patience=0)
    return [
        f"connection {connection.id}: no plugin speaks {connection.idp!r}: install one, or turn it off"
        for connection in await registry.connections()
        if connection.state is not State.OFF and not plugins.speaks(connection.idp)
    ]


async def unready(database: Database) -> list[str]:
    """Return why the hub cannot serve from *database*, for anybody to read: `faults_of` says it in full."""
    try:
        newer, older = await migrate.differing(database)
        unsafe = await migrate.unsafe(database)
    except Exception:  # noqa: BLE001 - whatever it is, strangers are not to read it
        return ["the database does not answer"]
    reasons = {
        "the schema is newer than this hub": newer,
        "the schema is older than this hub": older,
        "the database is not set up to keep what it acknowledges": unsafe,
    }
    return [reason for reason, facts in reasons.items() if facts]


def database_url(settings: Settings) -> str:
    """Return where the hub keeps what it knows: the setting, else a file in the data folder."""
    return settings.database.url or f"sqlite://{database_file(settings)}"


def database_file(settings: Settings) -> Path:
    """Return the file of the embedded database."""
    return settings.server.data.absolute() / "hub.sqlite"


def folder_fault(folder: Path) -> str | None:
    """Return why the data folder cannot be made or written to, None when it can; nothing is made."""
    there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    if not there.is_dir():
        return unmade(folder, os.strerror(errno.ENOTDIR))
    return None if os.access(there, os.W_OK | os.X_OK) else unmade(folder, os.strerror(errno.EACCES))


def unmade(folder: Path, why: str | None) -> str:
    """Say that the data folder cannot be made, and *why*."""
    return f"server.data: {folder} cannot be made: {why}"
