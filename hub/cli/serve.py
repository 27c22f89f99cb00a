"""hub serve: the hub at work."""

import asyncio
import functools
import sys
from collections.abc import Callable, Coroutine
from typing import Any, NoReturn

from hub import logs, serving
from hub.cli.numbers import Whole
from hub.cli.opening import fit_house
from hub.cli.options import NONE, Options
from hub.main import create_app
from hub.serving import listening
from hub.settings import Settings


def serve(*, bind: str | None = None, workers: Whole | None = None, options: Options = NONE) -> None:
    """Serve SCIM until told to stop, then finish what is in flight.

    Parameters
    ----------
    bind
        Where to listen, HOST:PORT.
    workers
        How many processes answer.
    """
    run(options.settings(bind=bind, workers=workers), _upgrade)


def run(settings: Settings, prepare: Callable[[Settings], Coroutine[Any, Any, None]]) -> NoReturn:
    """Listen, *prepare*, serve until told to stop, and end the process."""
    server = settings.server
    with listening(server.bind, server.workers) as sockets:
        asyncio.run(prepare(settings))
        logs.configure(settings.log.level)
        sys.exit(
            serving.serve(functools.partial(create_app, settings), sockets, stop_seconds=server.stop_seconds)
        )


async def _upgrade(settings: Settings) -> None:
    """See that the house is fit, and an embedded database up to date, before any worker looks at it."""
    async with fit_house(settings, upgrade=True):
        pass
