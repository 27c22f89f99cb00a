"""Seats brought to rest: what claims, rules, free seats and time say now, one person at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

import structlog
from attrs import field, frozen

from hub.engine.seats import seats
from hub.engine.seats.events import told_of
from hub.engine.seats.placing import place
from hub.engine.values.places import Spot
from hub.engine.values.scope import Scope
from hub.moments import later
from hub.spi import UNDECIDED, Seat

if TYPE_CHECKING:
    from hub.engine.common.plugins import Plugins
    from hub.engine.ports import Ids, Outbox, Registry, Unit
    from hub.engine.values.claimants import Claimant

log = structlog.get_logger("hub.settling")

#: What is done for a person, or a kind of seat, of a team; returned is how much.
Step = Callable[[str, str], Awaitable[int]]

#: How many people, queues, and people of one queue, are taken up at a time.
BATCH = 100

#: Seconds for which whoever could not be settled is let be, so that they are no more than a nuisance.
REST_SECONDS = 60


class NoSuchKind(LookupError):
    """Rules or a plugin choose a kind of seat that the team never bought; the text says which."""


@frozen(kw_only=True)
class Settling:
    """Settles people who are marked or due, and gives free seats to those who wait for them.

    Every process has one; whoever comes to a person second finds nothing left to do.
    """

    outbox: Outbox
    registry: Registry
    plugins: Plugins
    ids: Ids
    #: (alarm, team, person or kind) → the loop's time before which it is let be.
    _resting: dict[tuple[str, str, str], float] = field(factory=dict, init=False)

    async def settle_due(self) -> None:
        """Settle everybody who is marked, or whose time has come."""
        await self._all("alarm.not_settled", self.outbox.due(count=BATCH), self.settle)

    async def promote_all(self) -> bool:
        """Give free seats to those who wait for them; say whether there may be more to give."""
        return await self._all("alarm.not_promoted", self._queues(), self.promote)

    async def _queues(self) -> AsyncIterator[Sequence[tuple[str, str]]]:
        after = ("", "")
        while queues := await self.outbox.waited_for(after=after, count=BATCH):
            yield queues
            after = queues[-1]

    async def _all(self, alarm: str, pages: AsyncIterator[Sequence[tuple[str, str]]], step: Step) -> bool:
        """Take *step* for all of *pages*, and say whether one did as much as it may at a time.

        Whoever rested and is not among them was settled meanwhile, by whomever, and is forgotten.
        """
        more, rested = False, {each for each in self._resting if each[0] == alarm}
        async for page in pages:
            for team, which in page:
                rested.discard((alarm, team, which))
                more |= await self._tried(alarm, team, which, step) == BATCH
            await asyncio.sleep(0)  # to read does not always wait, nor to pass over whoever rests
        for each in rested:
            self._resting.pop(each, None)
        return more

    async def settle(self, team: str, person: str) -> int:
        """Bring one person's seat to rest; idempotent, safe to repeat."""
        reference = f"settle_{self.ids()}"

        async def work(unit: Unit) -> None:
            await settle(unit, team, person, plugins=self.plugins, ids=self.ids, reference=reference)

        await self.registry.store(Scope(team=team)).write(work, reference=reference)
        return 1

    async def promote(self, team: str, kind: str) -> int:
        """Give free seats of a kind to those who have waited longest for one; return to how many."""
        for count in range(BATCH):
            reference = f"settle_{self.ids()}"

            async def work(unit: Unit, reference: str = reference) -> bool:
                return await promote(unit, team, kind, ids=self.ids, reference=reference)

            if not await self.registry.store(Scope(team=team)).write(work, reference=reference):
                return count
        return BATCH

    async def _tried(self, alarm: str, team: str, which: str, step: Step) -> int:
        """Return how much *step* did; where it fails it is left alone for a while, and holds up no other."""
        now = asyncio.get_running_loop().time()
        if self._resting.get((alarm, team, which), now) > now:
            return 0
        try:
            return await step(team, which)
        except Exception:
            log.exception(alarm, team=team, which=which)
            self._resting[alarm, team, which] = now + REST_SECONDS
            return 0


async def settle(unit: Unit, team: str, person: str, *, plugins: Plugins, ids: Ids, reference: str) -> None:
    """Bring the seat of *person* to what claims, rules, free seats and time say now.

    Whoever is vouched for has been let in already: where no seat is left for them they wait, whatever the
    policy, and meanwhile keep what they hold.
    """
    claimant = await unit.recount(person)
    if claimant is None:  # erased since they were marked
        return
    goal, until = await _goal(unit, claimant, person, plugins) if claimant.claims else _kept(unit, claimant)
    moved = await seats.move(unit, person, claimant.spot, goal, reference=reference)
    await unit.settled(person, until=until)
    await unit.tell(told_of(moved, team=team, person=person, ids=ids, at=unit.now, cause=reference))


async def promote(unit: Unit, team: str, kind: str, *, ids: Ids, reference: str) -> bool:
    """Give a free seat of *kind* to whoever has waited for one longest; say whether one was given.

    It asks no rules: whether they still want it is for `settle` to decide for each alone, so that nobody else
    waits for that. The person is locked before the seats; so who is first is looked up before that, and again
    once nobody can come or go.
    """
    person = await unit.first(kind)
    if person is None:
        return False
    claimant = await unit.recount(person)
    kinds = await unit.kinds()
    if claimant is None or claimant.spot.waits != kind or await unit.first(kind) != person:
        return False
    if not claimant.claims:  # nobody vouches for them any more, and their leaving was not noted here
        goal, until = _kept(unit, claimant)
        await unit.settled(person, until=until)
    elif kinds[kind].left > 0:
        goal = Spot(held=kind)
    else:
        return False
    moved = await seats.move(unit, person, claimant.spot, goal, reference=reference)
    await unit.tell(told_of(moved, team=team, person=person, ids=ids, at=unit.now, cause=reference))
    return True


def _kept(unit: Unit, claimant: Claimant) -> tuple[Spot, str | None]:
    """Return the spot of somebody for whom nobody vouches, and until when they keep it."""
    until = claimant.settle_at
    if claimant.spot.held is None or (until is None and not claimant.grace):
        return Spot(), None
    if until is None:  # it begins now: it was to begin with their leaving, which was not noted here
        until = later(unit.now, claimant.grace)
    return (Spot(held=claimant.spot.held), until) if until > unit.now else (Spot(), None)


async def _goal(unit: Unit, claimant: Claimant, person: str, plugins: Plugins) -> tuple[Spot, str | None]:
    """Return the spot where somebody is to be, and until when that is undecided."""
    now, until = claimant.spot, claimant.settle_at
    if claimant.claims == int(claimant.by_hand):  # they have what an administrator gave them
        return now, None
    # Read once the person is locked: whoever changes rules, or a person, marks people afterwards.
    team = await unit.team(alone=False)
    users = await unit.users(person) if seats.may_matter(plugins, team) else ()
    young = until is not None and until > unit.now
    choice = seats.choice_of(plugins, team, users, young=young)
    if choice is UNDECIDED:
        return now, until
    assert isinstance(choice, Seat)
    if choice.kind is None or choice.kind == now.held:
        return Spot(held=choice.kind), None
    goal = place(await unit.kinds(), choice.kind, now=now, welcome=True)
    if goal is None:
        raise NoSuchKind(choice.kind)
    return goal, None
