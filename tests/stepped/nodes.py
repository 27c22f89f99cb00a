"""Two nodes of a hub in this process, each with connections of its own to one database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx2
from attrs import evolve, frozen
from tortoise.context import TortoiseContext

from hub.assembly import assemble
from storage.reaching import config
from tests.inprocess import HOST, Bench, bench
from tests.stepped.stepper import Stepper, stops, watching


@frozen(kw_only=True)
class Nodes:
    """Both nodes; the second opens the database in a *context* of Tortoise's own."""

    first: Bench
    second: Bench
    context: TortoiseContext
    stepper: Stepper

    @property
    def apart(self) -> bool:
        """Say whether two transactions can be open at a time: on PostgreSQL."""
        return self.first.house.database.dialect == "postgres"


@contextmanager
def nodes(database_url: str, data: Path) -> Iterator[Nodes]:
    """Open two nodes on the database at *database_url*, whose statements can be stepped."""
    with ExitStack() as stack:
        stack.enter_context(stops())
        first = stack.enter_context(bench(database_url, data))
        house = assemble(first.house.settings)
        app = house.app(ready=house.check)
        client = httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=HOST, timeout=60)
        context = TortoiseContext()
        opened: Any = watching(database_url)
        first.run(context.init(config(house.database.url, pool=4)))
        stepper = first.run(opened.__aenter__())
        try:
            yield Nodes(
                first=first,
                second=evolve(first, house=house, app=app, client=client),
                context=context,
                stepper=stepper,
            )
        finally:
            first.run(opened.__aexit__(None, None, None))
            first.run(context.close_connections())
            first.run(client.aclose())
