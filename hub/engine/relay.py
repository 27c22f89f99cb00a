"""From the outbox to the plugins' hooks, and unsettled seats to rest, at the relay's own pace."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

import structlog
from attrs import frozen

from hub.moments import later

from . import seats
from .failpoints import failpoint
from .ports import Scope

if TYPE_CHECKING:
    from hub.spi import Event

    from .ports import Clock, Ids, Outbox, Registry, Unit

log = structlog.get_logger("hub.relay")

Hook = Callable[["Event"], Awaitable[None]]

#: Seconds between two looks into the outbox, and between two tries to settle.
POLL_SECONDS = 0.5

#: Seconds for which a lease is held, in which of these hooks begin, and which a hook gets: all have
#: ended before another relay may take over, even where its clock is some seconds ahead.
LEASE_SECONDS, BEGIN_SECONDS, HOOK_SECONDS = 60, 20, 30

#: The longest pause before a failing listener is told again, seconds.
PAUSE_MAX = 300

#: How many events, or people, are taken up at a time.
BATCH = 100

#: Days for which an event is kept after everybody was told.
KEPT_DAYS = 7


@frozen(kw_only=True)
class Relay:
    """Tells *listeners* (plugin → hook name → hook) of what was committed.

    Every process has one, called *owner*; a lease says which of them tells a listener.
    """

    outbox: Outbox
    registry: Registry
    listeners: Mapping[str, Mapping[str, Hook]]
    owner: str
    clock: Clock
    ids: Ids

    async def run(self) -> None:
        """Work until cancelled."""
        try:
            async with asyncio.TaskGroup() as tasks:
                for listener, hooks in self.listeners.items():
                    tasks.create_task(_forever(partial(self.tell, listener, hooks)))
                tasks.create_task(_forever(self.settle))
                tasks.create_task(_forever(self.prune))
        finally:
            for listener in self.listeners:  # whoever comes next need not wait for the lease to run out
                await self.outbox.lease(listener, owner=self.owner, seconds=0)

    async def tell(self, listener: str, hooks: Mapping[str, Hook]) -> float:
        """Tell *listener* what it has not heard; return the seconds until there may be more."""
        time = asyncio.get_running_loop().time
        until = time() + BEGIN_SECONDS
        if not await self.outbox.lease(listener, owner=self.owner, seconds=LEASE_SECONDS):
            return POLL_SECONDS
        failpoint("relay.lease")
        told = await self.outbox.pending(listener, count=BATCH)
        for place, event in told:
            if time() > until:
                return 0
            if hook := hooks.get(event.name):
                failpoint("relay.hook.before")
                async with asyncio.timeout(HOOK_SECONDS):
                    await hook(event)
                failpoint("relay.hook.after")
            if (hook or place == told[-1][0]) and not await self.outbox.told(
                listener, place, owner=self.owner
            ):
                return POLL_SECONDS
            failpoint("relay.told")
        return 0 if len(told) == BATCH else POLL_SECONDS

    async def settle(self) -> float:
        """Bring seats to rest that a removal had to leave; return the seconds until there may be more."""
        for team, person in await self.outbox.unsettled(count=BATCH):
            try:
                await settle(self.registry, team, person, ids=self.ids)
            except Exception:  # one who cannot be settled holds up nobody else
                log.exception("alarm.not_settled", team=team, person=person)
        return POLL_SECONDS

    async def prune(self) -> float:
        """Delete events that all have heard long ago."""
        before = later(self.clock(), -KEPT_DAYS * 86_400)
        await self.outbox.prune(before=before, listeners=list(self.listeners))
        return 600


async def settle(registry: Registry, team: str, person: str, *, ids: Ids) -> None:
    """Bring one person's seat to what their claims say now."""

    async def work(unit: Unit) -> None:
        await seats.settled(unit, team, person, ids=ids)

    await registry.store(Scope(team=team)).write(work, reference=ids())


async def _forever(step: Callable[[], Awaitable[float]]) -> None:
    """Repeat *step*, later and later while it fails: one that fails holds up nobody else."""
    pause = POLL_SECONDS
    while True:
        try:
            await asyncio.sleep(await step())
            pause = POLL_SECONDS
        except Exception:
            log.exception("relay.failed", retry_seconds=pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, PAUSE_MAX)
