"""The ways into the house: for a command, and for any server."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from hub import logs
from hub.assembly import assemble
from hub.fitness import unmade, unready
from hub.house import House
from hub.serving import tame_worker
from hub.settings import Settings, SettingsError, read_settings

if TYPE_CHECKING:
    from starlette.applications import Starlette


@asynccontextmanager
async def open_house(settings: Settings) -> AsyncIterator[House]:
    """Put the house together and open it, for a command beside whoever else is at work in it."""
    try:
        settings.server.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError([unmade(settings.server.data, error.strerror)]) from error
    house = assemble(settings)
    async with house.open():
        yield house


def create_app(settings: Settings | None = None) -> Starlette:
    """Return the hub as an ASGI application, for any server: `hypercorn "hub.main:create_app()"`.

    Without *settings* they come from the environment: HUB_CONFIG, HUB_DATA, HUB_SECTION__KEY.
    """
    tame_worker()
    settings = settings or read_settings(None, None, os.environ)
    logs.configure(settings.log.level)
    house = assemble(settings)

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        async with house.at_work():
            yield

    async def ready() -> list[str]:
        return await unready(house.database)

    return house.app(ready=ready, lifespan=lifespan)
