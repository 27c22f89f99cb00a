"""hub migrate and hub check: bringing the database up to date, and seeing that all is well."""

import os
from pathlib import Path

from hub.cli import opening, printing
from hub.cli.errors import Failed
from hub.cli.options import NONE, Options
from hub.engine.common.plugins import PluginError, Plugins
from hub.fitness import database_file, database_url, faults_of, folder_fault
from hub.main import open_house
from hub.secret import key_fault
from hub.settings import Settings, SettingsError
from storage.database import opened


async def migrate(*, options: Options = NONE) -> None:
    """Bring the database to what this version needs; what it holds is kept."""
    with printing.working("Migrating") as working:
        async with open_house(options.settings()) as house:
            await opening.migrate(house, working)
    options.answer({"migrated": True}, "The database is up to date.")


async def check(*, options: Options = NONE) -> None:
    """Look at settings, key, plugins, database and durability, and tell everything that is wrong."""
    try:
        problems = await _problems(options.settings(), frozenset())
    except SettingsError as error:
        problems = error.faults
        if error.rest:
            problems += await _problems(error.rest, error.wrong)
    if problems:
        raise Failed("\n".join(problems))
    options.answer({"well": True}, "All is well.")


async def _problems(settings: Settings, wrong: frozenset[str]) -> list[str]:
    """Return what is wrong beside *settings* themselves; what hangs on a *wrong* one is not looked at."""
    folder = None if wrong & {"server", "server.data"} else settings.server.data
    problems = [] if folder is None else _folder_problems(folder)
    plugins = None
    if not wrong & {"plugins", "plugins.blocked"}:
        try:
            plugins = Plugins.load(blocked=settings.plugins.blocked)
        except PluginError as error:
            problems.append(f"plugins: {error}")
    if not wrong & {"database", "database.url"} and (folder or settings.database.url):
        problems += await _database_problems(settings, plugins)
    return problems


def _folder_problems(folder: Path) -> list[str]:
    fault, key = folder_fault(folder), key_fault(folder, os.environ)
    return [problem for problem in (fault, key and f"key: {key}") if problem]


async def _database_problems(settings: Settings, plugins: Plugins | None) -> list[str]:
    if not settings.database.url and not database_file(settings).exists():
        return []  # the first start makes it
    async with opened(database_url(settings)) as database:
        return await faults_of(database, plugins)
