"""Opening the house for a command, and seeing that it is fit for use."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from hub.fitness import NotFit, faults_of
from hub.house import House
from hub.main import open_house
from hub.settings import Settings
from storage.database import Database
from storage.migrate import applied


@asynccontextmanager
async def fit_house(settings: Settings, *, upgrade: bool = False) -> AsyncIterator[House]:
    """Open a house that is fit for use, or raise NotFit.

    An embedded database is made where there is none, and with *upgrade* brought up to date.
    """
    async with open_house(settings) as house:
        if not settings.database.url and (upgrade or await is_new(house.database)):
            await migrate(house)
        if problems := await house.check():
            raise NotFit("\n".join(problems))
        yield house


async def migrate(house: House, progress: Callable[[str], object] = lambda _: None) -> None:
    """Bring the database up to date, or raise NotFit where it cannot even be asked what it holds."""
    await is_new(house.database)
    await house.migrate(progress)


async def is_new(database: Database) -> bool:
    """Say whether *database* holds nothing yet, or raise NotFit."""
    try:
        return not await applied(database)
    except Exception:  # noqa: BLE001 - whatever it is, the check has a sentence for it
        raise NotFit("\n".join(await faults_of(database))) from None
