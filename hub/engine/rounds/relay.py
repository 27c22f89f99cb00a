"""From the outbox to the plugins' hooks, and seats to rest, at the relay's own pace."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import structlog
from attrs import field, frozen

from hub.engine.common.failpoints import failpoint
from hub.moments import later

from .stirring import Stirred

if TYPE_CHECKING:
    from hub.engine.ports import Clock, Flows, Outbox
    from hub.spi import Event

    from .sealing import Sealer
    from .settling import Settling

log = structlog.get_logger("hub.relay")

Hook = Callable[["Event"], Awaitable[None]]

#: Seconds between two looks into the outbox, and between two tries to settle.
POLL_SECONDS = 0.5

#: Seconds for which a lease is held, in which of these hooks begin, and which a hook gets: all have
#: ended before another relay may take over, even where its clock is some seconds ahead.
LEASE_SECONDS, BEGIN_SECONDS, HOOK_SECONDS = 60, 20, 30

#: Seconds between two looks for entries that are not sealed yet.
SEAL_SECONDS = 60

#: The longest pause before a failing listener is told again, seconds.
PAUSE_MAX = 300

#: How many events are taken up at a time.
BATCH = 100

#: Days for which an event is kept after everybody was told.
KEPT_DAYS = 7


@frozen(kw_only=True)
class Relay:
    """Tells *listeners* (plugin → hook name → hook) of what was committed.

    Every process has one, called *owner*; a lease says which of them tells a listener.
    """

    outbox: Outbox
    flows: Flows
    settling: Settling
    sealer: Sealer
    listeners: Mapping[str, Mapping[str, Hook]]
    owner: str
    clock: Clock
    stirred: Stirred = field(factory=Stirred)

    async def run(self) -> None:
        """Work until cancelled."""
        try:
            async with asyncio.TaskGroup() as tasks:
                for listener, hooks in self.listeners.items():
                    tasks.create_task(_forever(partial(self.tell, listener, hooks)))
                tasks.create_task(_forever(self.settle, self.stirred.marked))
                tasks.create_task(_forever(self.promote, self.stirred.freed))
                tasks.create_task(_forever(self.seal))
                tasks.create_task(_forever(self.prune))
        finally:
            # Whoever tells next need not wait for the leases to run out.
            await asyncio.gather(*map(self._release, self.listeners))

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

    async def _release(self, listener: str) -> None:
        try:
            await self.outbox.lease(listener, owner=self.owner, seconds=0)
        except Exception:
            log.exception("relay.not_released", listener=listener)

    async def settle(self) -> float:
        """Bring seats to rest that are marked, or whose time has come; return the seconds until the next."""
        await self.settling.settle_due()
        return POLL_SECONDS

    async def promote(self) -> float:
        """Give free seats to those who wait for them; return the seconds until there may be more."""
        return 0 if await self.settling.promote_all() else POLL_SECONDS

    async def seal(self) -> float:
        """Seal what was added to the books; return the seconds until there may be more."""
        # Not at once, even where there is more: whoever asks something comes first.
        return POLL_SECONDS if await self.sealer.seal_all() else SEAL_SECONDS

    async def prune(self) -> float:
        """Delete events that all have heard long ago, and sign-ins that nobody ended."""
        now = self.clock()
        await self.flows.prune(before=now)
        await self.outbox.prune(before=later(now, -KEPT_DAYS * 86_400), listeners=list(self.listeners))
        return 600


async def _forever(step: Callable[[], Awaitable[float]], stirred: asyncio.Event | None = None) -> None:
    """Repeat *step*: at once when it is *stirred*, and less and less often while it fails."""
    pause, stirred = POLL_SECONDS, stirred or asyncio.Event()
    while True:
        try:
            stirred.clear()
            await _rest(await step(), stirred)
            pause = POLL_SECONDS
        except Exception:
            log.exception("relay.failed", retry_seconds=pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, PAUSE_MAX)


async def _rest(seconds: float, stirred: asyncio.Event) -> None:
    """Return after so many *seconds*, or when it is *stirred*."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stirred.wait()
