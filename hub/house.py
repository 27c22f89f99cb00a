"""All parts of the hub as one value, and what goes on in it beside requests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from attrs import field, frozen

from hub.engine.answering.service import Service
from hub.engine.book.bookkeeping import Bookkeeping
from hub.engine.common.plugins import Plugins
from hub.engine.people.adoption import Adoption
from hub.engine.people.byhand import People
from hub.engine.people.directory import Directory
from hub.engine.people.erasing import Erasing
from hub.engine.people.grouping import Grouping
from hub.engine.product.handover import HandOver
from hub.engine.product.questions import Questions
from hub.engine.rounds.relay import Relay
from hub.engine.seats.purchasing import Purchasing
from hub.engine.seats.ruling import Ruling
from hub.engine.setup.admins import Admins
from hub.engine.setup.connections import Connections
from hub.engine.setup.schemas import Schemas
from hub.engine.setup.switches import Switches
from hub.engine.setup.teams import Teams
from hub.engine.setup.tokens import Tokens
from hub.engine.signing.links import Links
from hub.engine.signing.providing import Providing
from hub.engine.signing.sessions import Sessions
from hub.engine.signing.signin import SignIns
from hub.engine.signing.ways import Ways
from hub.engine.watched.activity import Activity
from hub.engine.watched.arrivals import Arrivals
from hub.engine.watched.exchanges import Keeper
from hub.engine.watched.health import Healths
from hub.engine.watched.lookout import Lookout
from hub.engine.watched.overview import Overview
from hub.fitness import NotFit, faults_of
from hub.settings import Settings
from hub.sources import clock
from hub.sso.signing import Signer
from hub.web.api import Product
from hub.web.app import build
from hub.web.portal.app import portal
from hub.web.portal.desk import Desk
from storage import migrate
from storage.database import Database, opened
from storage.registry import DatabaseRegistry
from storage.trail import DatabaseTrail

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.types import Lifespan

    from hub.web.ports import Ready


@frozen(kw_only=True)
class House:
    """All parts of the hub, put together."""

    settings: Settings
    database: Database
    plugins: Plugins
    key: bytes = field(repr=False)
    registry: DatabaseRegistry
    trail: DatabaseTrail
    teams: Teams
    schemas: Schemas
    connections: Connections
    tokens: Tokens
    activity: Activity
    admins: Admins
    links: Links
    sessions: Sessions
    bookkeeping: Bookkeeping
    people: People
    directory: Directory
    grouping: Grouping
    overview: Overview
    adoption: Adoption
    switches: Switches
    erasing: Erasing
    service: Service
    questions: Questions
    providing: Providing
    signins: SignIns
    handover: HandOver
    signs: Signer
    purchasing: Purchasing
    ruling: Ruling
    keeper: Keeper
    lookout: Lookout
    healths: Healths
    arrivals: Arrivals
    ways: Ways
    relay: Relay

    async def migrate(self, progress: Callable[[str], object] = lambda _: None) -> None:
        """Bring the database to what this version needs, telling *progress* of each step."""
        await migrate.migrate(self.database.url, progress=progress)

    @property
    def desk(self) -> Desk:
        """Return what the portal's pages ask for."""
        return Desk(
            activity=self.activity,
            admins=self.admins,
            arrivals=self.arrivals,
            bookkeeping=self.bookkeeping,
            clock=clock,
            connections=self.connections,
            directory=self.directory,
            grouping=self.grouping,
            healths=self.healths,
            links=self.links,
            overview=self.overview,
            people=self.people,
            plugins=self.plugins,
            providing=self.providing,
            purchasing=self.purchasing,
            registry=self.registry,
            ruling=self.ruling,
            sessions=self.sessions,
            signins=self.signins,
            signs=self.signs,
            speaks=self.providing.speaks,
            switches=self.switches,
            teams=self.teams,
            tokens=self.tokens,
            trail=self.trail,
            ways=self.ways,
        )

    def app(self, *, ready: Ready, lifespan: Lifespan[Starlette] | None = None) -> Starlette:
        """Return the application that serves all of it, and is up when *ready*."""
        return build(
            self.service,
            product=Product(questions=self.questions, handover=self.handover),
            settings=self.settings,
            keeper=self.keeper,
            lookout=self.lookout,
            ready=ready,
            portal=portal(self.desk, settings=self.settings, keeper=self.keeper, key=self.key),
            lifespan=lifespan,
        )

    async def check(self) -> list[str]:
        """Return everything that keeps the hub from serving safely, a sentence each."""
        return await faults_of(self.database)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Hold the database's connections for as long as they are used."""
        how = self.settings.database
        async with opened(self.database.url, pool=how.pool, patience=how.patience_seconds):
            yield

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Run what goes on beside requests; raises where the database is not fit to serve from."""
        async with self.open():
            if problems := await self.check():
                raise NotFit("\n".join(problems))
            parts = (self.keeper, self.lookout, self.relay)
            keeping, looking, relaying = (asyncio.create_task(part.run()) for part in parts)
            try:
                yield
            finally:
                relaying.cancel()
                self.lookout.close()
                await self.keeper.close()
                await asyncio.gather(keeping, looking, relaying, return_exceptions=True)
