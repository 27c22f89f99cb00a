"""hub migrate and hub check: bringing the database up to date, and seeing that all is well."""

import os
from collections.abc import Iterator

from hub.cli import opening, printing
from hub.cli.errors import Failed
from hub.cli.options import NONE, Options
from hub.engine.plugins import PluginError, Plugins
from hub.main import database_file, database_url, faults_of, open_house
from hub.secret import SecretError, server_key
from hub.settings import Settings
from storage.database import opened


async def migrate(*, options: Options = NONE) -> None:
    """Bring the database to what this version needs; what it holds is kept."""
    with printing.working("Migrating") as working:
        async with open_house(options.settings()) as house:
            await opening.migrate(house, working)
    options.answer({"migrated": True}, "The database is up to date.")


async def check(*, options: Options = NONE) -> None:
    """Look at settings, key, plugins, database and durability, and tell everything that is wrong."""
    settings = options.settings()
    if problems := [*_problems(settings), *await _database_problems(settings)]:
        raise Failed("\n".join(problems))
    options.answer({"well": True}, "All is well.")


async def _database_problems(settings: Settings) -> list[str]:
    if not settings.database.url and not database_file(settings).exists():
        return []  # the first start makes it
    async with opened(database_url(settings)) as database:
        return await faults_of(database)


def _problems(settings: Settings) -> Iterator[str]:
    try:
        server_key(settings.server.data, os.environ)
    except SecretError as error:
        yield f"key: {error}"
    try:
        Plugins.load(blocked=settings.plugins.blocked)
    except PluginError as error:
        yield f"plugins: {error}"
