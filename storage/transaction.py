"""An open transaction of one team: statements, put off until somebody asks for their rows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from attrs import field, frozen

from hub.engine.rounds.stirring import Stirred
from hub.engine.values.errors import Overtaken
from hub.engine.values.scope import Scope

from .client import Client, Row
from .database import Database
from .faults import overtaking
from .running import run
from .statements import NONE, Refusals, Statement, together


@frozen(kw_only=True)
class Transaction:
    """What all parts of a unit write through: its *client*; *reference* marks what is written."""

    database: Database
    client: Client
    scope: Scope
    now: str
    reference: str
    stirred: Stirred

    #: What is to be set once it is committed.
    stirs: set[asyncio.Event] = field(factory=set, init=False)

    #: What is still to be run: nobody has asked for its rows. And which tables that writes.
    _behind: list[Statement] = field(factory=list, init=False)
    _written: set[str] = field(factory=set, init=False)

    async def rows(self, sql: str, *values: object) -> Sequence[Row]:
        """Run a statement after all that were put off, and return its rows."""
        await self.flush()
        await self._catch_up()
        return await self.database.run(self.client, sql, *values)

    async def joined(self, last: Statement) -> Sequence[Row]:
        """Run *last* in one round trip with what was put off, and return its rows."""
        if last.table in self._written:  # together, what one of them writes would be lost
            await self.flush()
        await self._catch_up()
        return await run(self.database, self.client, [*self._taken(), last])

    async def later(self, sql: str, *values: object, refusals: Refusals = NONE, name: str = "") -> None:
        """Put a statement off: it runs with the next whose rows are asked for, or at the end of the write."""
        statement = Statement(sql, values, refusals, name)
        if statement.table in self._written:  # together, what one of them writes would be lost
            await self.flush()
        self._behind.append(statement)
        self._written.add(statement.table)

    def in_turn(self, place: str) -> str:
        """Return a condition that is met once all who asked before for the id at *place* are done.

        A transaction that others share has its number already, and cannot come after them.
        """
        if self.client.company:
            raise Overtaken("what others may be at is changed by a write alone")
        return self.database.in_turn(place)

    async def flush(self) -> None:
        if self._behind:
            await self._catch_up()
            await run(self.database, self.client, self._taken())

    async def leave(self) -> None:
        """Run what was put off until now; where others share the transaction, at its end."""
        company = self.client.company
        if company and self._behind:
            company.leave(together(self._taken()))
        await self.flush()

    async def _catch_up(self) -> None:
        """Run what earlier writes of the same transaction have put off."""
        if self.client.company:
            await self.client.company.catch_up(self.client)

    def _taken(self) -> list[Statement]:
        """Return what was put off, which is put off no longer."""
        taken = self._behind.copy()
        self._behind.clear()
        self._written.clear()
        return taken

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        await self.rows("SAVEPOINT part")
        try:
            yield
            await self.flush()
        except Exception as error:
            if overtaking(error):
                raise Overtaken from error
            self._taken()
            await self.rows("ROLLBACK TO SAVEPOINT part")
            raise
        await self.rows("RELEASE SAVEPOINT part")
