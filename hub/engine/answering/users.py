"""A user written as a request asks: whose person they are, and what that does to the seat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from hub.engine.asking.removals import deactivates
from hub.engine.seats import seats
from hub.engine.seats.events import event, thresholds, user_event
from hub.engine.seats.people import address_of, person_of
from hub.engine.seats.refusing import NoSeat
from hub.engine.values.claimants import Claimant
from hub.engine.values.places import NOWHERE
from hub.scim.errors import InvalidValue
from hub.scim.folding import fold
from hub.spi import UNDECIDED, Change, Seat

from .outcomes import Outcome
from .showing import shows_memberships

if TYPE_CHECKING:
    from hub.engine.asking.requests import Request
    from hub.engine.common.plugins import Plugins
    from hub.engine.ports import Ids, Unit
    from hub.engine.values.resources import Resource
    from hub.spi import Event

    from .rolls import Rolls

#: Somebody of whom nobody has heard yet, but for the one who vouches for them now.
NOBODY = Claimant(claims=1)


@frozen(kw_only=True)
class Users:
    """Writes users, inside a unit; may be run again with the same request."""

    plugins: Plugins
    ids: Ids
    rolls: Rolls

    async def write(
        self, unit: Unit, request: Request, before: Resource | None, after: Resource | None
    ) -> Outcome:
        """Make the user *before* the one *after*: None before it is made, and once it is deleted."""
        was, now = bool(before and before.active), bool(after and after.active)
        if after is not None and not (was or now) and (before is None or deactivates(request.inbound)):
            await unit.let_in(after.document["userName"])  # nobody waits any more for a seat for them
        if after == before:
            return Outcome(resource=after)
        joined: Sequence[Event] = ()
        claimant = NOBODY
        if after is not None and before is None:
            after, claimant, joined = await self._arrived(unit, request, after)
        elif before is not None:
            await _rewritten(unit, before, after)
            if now and not was:
                claimant = await unit.claims(str(before.person), 1)
        if after is not None and now and not was:
            return await self._granted(unit, request, before, after, claimant, joined)
        told = event(user_event(before, after), request, before, after, ids=self.ids, now=unit.now)
        events = [told, *joined]
        if before is not None and was and now:
            await self._changed(unit, request, before)
        if before is not None and was and not now:
            events += await self._let_go(unit, request, before, after)
        await unit.tell(events)
        return Outcome(resource=after, events=events)

    async def _changed(self, unit: Unit, request: Request, before: Resource) -> None:
        """Have somebody settled whose profile changes, where that may change which seat they need.

        Whoever was adopted is met by their provider only now: their groups may still come, but not for ever.
        """
        team, person = request.admission.team, str(before.person)
        if seats.may_matter(self.plugins, team):
            await unit.unsettled(person, by=seats.groups_come_by(team, unit.now))

    async def _arrived(
        self, unit: Unit, request: Request, user: Resource
    ) -> tuple[Resource, Claimant, Sequence[Event]]:
        """Write a new *user*; return it with its person, how they stand, and events of groups it joined."""
        newcomer, address = self.ids(), address_of(request.connection, user.document)
        groups = await self.rolls.awaiting(unit, user)
        user = evolve(user, person=await unit.claim(newcomer, address, int(user.active)))
        await unit.insert(user, exclusive=True)
        if joined := await self.rolls.welcome(unit, request, user, groups, ids=self.ids):
            user = evolve(user, groups=await unit.groups(user.id))
        if user.person == newcomer:
            return user, NOBODY, joined
        if not user.active:
            await _taken_over(unit, str(user.person))
            return user, NOBODY, joined
        return user, await unit.claimant(str(user.person)), joined

    async def _granted(
        self,
        unit: Unit,
        request: Request,
        before: Resource | None,
        after: Resource,
        claimant: Claimant,
        joined: Sequence[Event],
    ) -> Outcome:
        """Finish a write that lets somebody in, the seat last of all."""
        name = after.document["userName"]
        if self.plugins.reviews:
            self._review(request, before, after)
        try:
            moved = await self._seated(unit, request, after, claimant)
        except NoSeat as refusal:
            refusal.user_name = name
            raise
        await unit.let_in(name)
        told = event(user_event(before, after), request, before, after, ids=self.ids, now=unit.now)
        events = [told, *self._told(unit, request, before, after, moved), *joined]
        await unit.tell(events)
        return Outcome(resource=after, events=events)

    def _review(self, request: Request, before: Resource | None, after: Resource) -> None:
        """Raise `InvalidValue` where a plugin has something against letting the user in."""
        team = request.admission.team.id
        change = Change(
            team=team,
            connection=request.connection.id,
            before=person_of(before, team) if before else None,
            after=person_of(after, team),
        )
        for objection in self.plugins.review_grant(change):
            raise InvalidValue(objection.detail)

    async def _seated(self, unit: Unit, request: Request, user: Resource, claimant: Claimant) -> seats.Move:
        """Give the person *user* is about the seat that they need, unless they have one or are undecided."""
        team, person, now = request.admission.team, str(user.person), claimant.spot
        matters = seats.may_matter(self.plugins, team)
        if matters and not shows_memberships(request, "User"):
            user = evolve(user, groups=await unit.groups(user.id))
        # Only rules and plugins know of groups that are still to come.
        young = matters and unit.now < seats.groups_come_by(team, user.created)
        choice = seats.choice_of(self.plugins, team, [user], young=young)
        wanted = choice.kind if isinstance(choice, Seat) else None
        is_right = wanted is not None and wanted in {now.held, now.waits}
        if (matters and claimant.claims > 1) or (now != NOWHERE and not is_right):
            # Their other users have a say in it, or they have what they do not want.
            await unit.unsettled(person)
        if choice is UNDECIDED and claimant.settle_at is None:
            await unit.settle_at(person, seats.groups_come_by(team, unit.now))
        if now != NOWHERE:
            return seats.Move(before=now, after=now)
        if wanted is None:
            return seats.Move()
        return await seats.grant(unit, person, now, wanted, reference=request.reference)

    async def _let_go(
        self, unit: Unit, request: Request, before: Resource, after: Resource | None
    ) -> list[Event]:
        moved = await seats.let_go(unit, str(before.person), reference=request.reference)
        return self._told(unit, request, before, after, moved)

    def _told(
        self,
        unit: Unit,
        request: Request,
        before: Resource | None,
        after: Resource | None,
        moved: seats.Move,
    ) -> list[Event]:
        """Return the events that tell of the seat that moved as *request* asked."""
        events = []
        if moved.told:
            name, kind = moved.told
            events.append(event(name, request, before, after, ids=self.ids, now=unit.now, seat=kind))
        return events + thresholds(
            moved.crossings,
            team=request.admission.team.id,
            ids=self.ids,
            at=unit.now,
            cause=request.reference,
        )


async def _taken_over(unit: Unit, person: str) -> None:
    """Have no administrator vouch any longer for somebody whom a provider sends as inactive."""
    personal = await unit.personal(person)
    if personal is not None and personal.by_hand:
        await unit.put_personal(person, evolve(personal, by_hand=False))
        await unit.unsettled(person)


async def _rewritten(unit: Unit, before: Resource, after: Resource | None) -> None:
    """Write the user *after*, or delete the one *before* where there is none."""
    if after is None:
        await unit.delete(before)
    else:
        await unit.update(before, after, exclusive=True)
    name = str(before.document["userName"])
    if not before.active and (after is None or fold(after.document["userName"]) != fold(name)):
        await unit.let_in(name)  # nobody is called so any more who may have been refused
