"""A hub in the test's own process, where a test can reach into it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hub.engine.asking.recording import Recording
from hub.engine.values.scope import Scope
from hub.house import House
from hub.main import open_house
from hub.settings import read_settings
from hub.spi import Inbound, Verb
from storage.store import DatabaseStore
from tests.author import BY
from tests.kills import checker
from tests.kills.operations import person
from tests.running import DOMAIN, ISSUER, Hub

#: Seconds after which nothing comes any more.
HANGS = 5


class Inside:
    """A house in this process, and one connection's requests to its service."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.count = 0

    async def settle_in(self) -> None:
        """Make the team and the connection."""
        engine = self.house
        self.team = await engine.teams.create(
            "inside", seats=100_000, plan="enterprise", sso_issuer=ISSUER, by=BY
        )
        connection, self.token = await engine.connections.create(
            self.team, idp="generic", domains=[DOMAIN], on=True, by=BY
        )
        self.id = connection.id

    @property
    def store(self) -> DatabaseStore:
        """Return the store of the connection."""
        made = self.house.service.registry.store(Scope(team=self.team.id, connection=self.id))
        assert isinstance(made, DatabaseStore)
        return made

    async def create(self) -> int:
        """Ask for one more user; return the status."""
        self.count += 1
        inbound = Inbound(verb=Verb.CREATE, kind="User", body=person(f"user{self.count}"))
        admission = await self.house.service.admit(self.id, f"Bearer {self.token}")
        recording = Recording(f"hx_{self.count}")
        answer = await self.house.service.answer(admission, inbound, recording, base_url="http://hub.example")
        return answer.status

    async def works(self) -> bool:
        """Whether several requests at once are still answered, each soon, and what they ask is done."""
        before = await self.state()
        async with asyncio.timeout(HANGS):
            answers = await asyncio.gather(*(self.create() for _ in range(9)))
        return [201] * 9 == answers and before != await self.state()

    async def state(self) -> checker.State:
        """Return all that is written."""
        return await checker.state(self.house.database.rows, self.team.id)


@asynccontextmanager
async def inside_of(hub: Hub) -> AsyncIterator[Inside]:
    """Open a house of *hub* in this process, with a connection."""
    async with open_house(read_settings(None, None, hub.environ)) as house:
        await house.migrate()
        made = Inside(house)
        await made.settle_in()
        yield made
