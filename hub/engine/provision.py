"""The walk of a write: a request becomes a resource, a seat, an entry and events, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from hub.moments import later
from hub.scim.errors import InvalidValue, NotFound, Uniqueness
from hub.scim.folding import fold
from hub.scim.membership import MemberChange
from hub.spi import UNDECIDED, Change, Seat

from . import seats
from .claimants import Claimant
from .errors import NameTaken, UnknownMembers, ValueTaken
from .events import event, thresholds, user_event
from .kinds import NAMES
from .people import address_of, person_of
from .places import NOWHERE
from .removals import is_removal
from .resources import Resource
from .rolls import Rolls
from .seating import seating_of
from .showing import shows_memberships

if TYPE_CHECKING:
    from hub.spi import Event

    from .intents import Intent
    from .plugins import Plugins
    from .ports import Ids, Unit
    from .requests import Request

#: Somebody of whom nobody has heard yet, but for the one who vouches for them now.
NOBODY = Claimant(claims=1)


@frozen(kw_only=True)
class Outcome:
    """What a write came to: the resource afterwards, None when it is gone, and what happened."""

    resource: Resource | None
    events: Sequence[Event] = ()

    @property
    def effect(self) -> tuple[str, ...]:
        """Return what happened, in words for a person to read."""
        return tuple(f"{each.name} {each.seat}" if each.seat else each.name for each in self.events)


@frozen(kw_only=True)
class Provisioning:
    """Does what requests ask, inside a unit; may be run again with the same request."""

    plugins: Plugins
    ids: Ids
    rolls: Rolls

    async def write(self, unit: Unit, request: Request, intent: Intent) -> Outcome:
        """Do what *request* asks, or raise the `ScimError` that says why not."""
        try:
            to_come = await self._to_come(unit, request, intent)
            before = await self._before(unit, request)
            after = self._after(unit, request, intent, before)
            if request.inbound.kind == "User":
                outcome = await self._user(unit, request, before, after)
            else:
                outcome = await self._group(unit, request, before, after, intent.members, to_come)
            # What locks others out waits for the end of the unit, where the answer reads many members first.
            await (unit.finish() if request.inbound.kind == "User" else unit.flush())
            return outcome
        except NameTaken as error:
            raise _taken(request, NAMES[request.inbound.kind]) from error
        except ValueTaken as error:
            raise _taken(request, *error.args) from error
        except UnknownMembers as error:
            raise _unknown(error.args) from error

    async def _to_come(self, unit: Unit, request: Request, intent: Intent) -> frozenset[str]:
        """Return whom the request names and nobody is; who takes a user's access away waits for nobody."""
        if request.inbound.kind == "User" and is_removal(request.inbound):
            return frozenset()
        return await self.rolls.to_come(unit, intent.members)

    async def _before(self, unit: Unit, request: Request) -> Resource | None:
        id = request.inbound.id
        if id is None:
            return None
        kind = request.inbound.kind
        before = await unit.lock(kind, id, groups=shows_memberships(request, kind))
        if before is None:
            raise NotFound(f"no {kind} has this id")
        request.conditions.check_write(before.version)
        return before

    def _after(
        self, unit: Unit, request: Request, intent: Intent, before: Resource | None
    ) -> Resource | None:
        document = intent.becomes(before.document if before else {})
        if document is None:
            return None
        if before is None:
            id = self.ids()
            return Resource(
                id=id,
                kind=request.inbound.kind,
                document=_named(document, id),
                created=unit.now,
                modified=unit.now,
            )
        document = _named(document, before.id)
        return before if document == before.document else before.changed(document, at=unit.now)

    async def _user(
        self, unit: Unit, request: Request, before: Resource | None, after: Resource | None
    ) -> Outcome:
        if after == before:
            return Outcome(resource=after)
        was, now = bool(before and before.active), bool(after and after.active)
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
        if before is not None and was and now and seats.may_matter(self.plugins, request.admission.team):
            await unit.unsettled(str(before.person))
        if before is not None and was and not now:
            events += await self._let_go(unit, request, before, after)
        await unit.tell(events)
        return Outcome(resource=after, events=events)

    async def _arrived(
        self, unit: Unit, request: Request, user: Resource
    ) -> tuple[Resource, Claimant, Sequence[Event]]:
        """Write a new *user*; return them with their person, how that one stands, and what came of it."""
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
        team, name = request.admission.team.id, after.document["userName"]
        change = Change(
            team=team,
            connection=request.connection.id,
            before=person_of(before, team) if before else None,
            after=person_of(after, team),
        )
        for objection in self.plugins.review_grant(change):
            raise InvalidValue(objection.detail)
        try:
            moved = await self._seated(unit, request, after, claimant, young=before is None)
        except seats.NoSeat as refusal:
            refusal.user_name = name
            raise
        await unit.let_in(name)
        told = event(user_event(before, after), request, before, after, ids=self.ids, now=unit.now)
        events = [told, *self._told(unit, request, before, after, moved), *joined]
        await unit.tell(events)
        return Outcome(resource=after, events=events)

    async def _seated(
        self, unit: Unit, request: Request, user: Resource, claimant: Claimant, *, young: bool
    ) -> seats.Move:
        """Give whoever *user* is about the seat that they need, unless they have one, or are undecided."""
        team, person, now = request.admission.team, str(user.person), claimant.spot
        matters = seats.may_matter(self.plugins, team)
        if matters and not shows_memberships(request, "User"):
            user = evolve(user, groups=await unit.groups(user.id))
        choice = seats.choice_of(self.plugins, team, [user], young=young)
        wanted = choice.kind if isinstance(choice, Seat) else None
        is_right = wanted is not None and wanted in {now.held, now.waits}
        if (matters and claimant.claims > 1) or (now != NOWHERE and not is_right):
            # Their other users have a say in it, or they have what they do not want.
            await unit.unsettled(person)
        if choice is UNDECIDED and claimant.settle_at is None:
            await unit.settle_at(person, later(unit.now, seating_of(team).settle_after))
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
        """Return what is told of a seat that moved as a request asked."""
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

    async def _group(
        self,
        unit: Unit,
        request: Request,
        before: Resource | None,
        after: Resource | None,
        members: Sequence[MemberChange],
        to_come: frozenset[str],
    ) -> Outcome:
        unique, joined = request.policy.group_names_unique, list["Event"]()
        matters = seats.may_matter(self.plugins, request.admission.team, groups=True)
        if after is None:
            assert before is not None
            if matters:  # members before people, as whoever joins, leaves or is deleted locks them
                _, left = await unit.change_members(before.id, MemberChange(reset=True))
                await seats.marked(unit, partial(unit.unsettle, left), reference=request.reference)
            await unit.delete(before)
            moved: tuple[list[str], list[str]] = ([], [])
        else:
            if before is None:
                groups = await self.rolls.awaiting(unit, after)
                await unit.insert(after, exclusive=unique)
                joined = await self.rolls.welcome(unit, request, after, groups, ids=self.ids)
            moved = await self.rolls.change(unit, after.id, members, to_come)
            if before is not None and after == before and not any(moved):
                return Outcome(resource=after)
            if before is not None:
                after = before.changed(after.document, at=unit.now)
                await unit.update(before, after, exclusive=unique)
            if matters and (ids := {*moved[0], *moved[1], *_renamed(before, after)}):
                await seats.marked(unit, partial(unit.unsettle, ids), reference=request.reference)
        told = event("group_changed", request, before, after, ids=self.ids, now=unit.now, members=moved)
        await unit.tell([told, *joined])
        return Outcome(resource=after, events=[told, *joined])


def _renamed(before: Resource | None, after: Resource) -> list[str]:
    """Return the id of a group that is called otherwise than before."""
    name = NAMES["Group"]
    return [after.id] if before and before.document.get(name) != after.document.get(name) else []


async def _taken_over(unit: Unit, person: str) -> None:
    """Let no administrator vouch any longer for somebody whom a provider sends as one who has no access."""
    personal = await unit.personal(person)
    if personal is not None and personal.by_hand:
        await unit.put_personal(person, evolve(personal, by_hand=False))
        await unit.unsettled(person)


async def _rewritten(unit: Unit, before: Resource, after: Resource | None) -> None:
    """Write what became of a user."""
    if after is None:
        await unit.delete(before)
    else:
        await unit.update(before, after, exclusive=True)
    name = str(before.document["userName"])
    if not before.active and (after is None or fold(after.document["userName"]) != fold(name)):
        await unit.let_in(name)  # nobody is called so any more who may have been refused


def _named(document: Any, id: str) -> dict[str, Any]:
    """Return *document* with the hub's *id* in it, in the order in which RFCs show it."""
    rest = {name: value for name, value in document.items() if name not in {"schemas", "id"}}
    return {"schemas": document["schemas"], "id": id, **rest}


def _taken(request: Request, *attributes: str) -> Uniqueness:
    kind = request.inbound.kind
    return Uniqueness(f"another {kind} of this connection has this {', '.join(attributes)}")


def _unknown(ids: Sequence[str]) -> InvalidValue:
    shown = ", ".join(ids[:3]) + (" …" if len(ids) > 3 else "")
    return InvalidValue(f"members: this connection has no resource with the id {shown}")
