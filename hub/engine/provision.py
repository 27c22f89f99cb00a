"""The walk of a write: a request becomes a resource, a seat, an entry and events, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from hub.scim.catalog import GROUP
from hub.scim.errors import InvalidValue, NotFound, Uniqueness
from hub.scim.match import element_predicate
from hub.scim.membership import MemberChange
from hub.spi import Change

from . import seats
from .events import event, user_event
from .people import address_of, person_of
from .ports import NameTaken, Resource, UnknownMembers

if TYPE_CHECKING:
    from hub.spi import Event

    from .intents import Intent
    from .plugins import Plugins
    from .ports import Ids, Unit
    from .requests import Request

_MEMBERS = next(attribute for attribute in GROUP.attributes if attribute.name == "members")


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

    async def write(self, unit: Unit, request: Request, intent: Intent) -> Outcome:
        """Do what *request* asks, or raise the `ScimError` that says why not."""
        try:
            before = await self._before(unit, request)
            after = self._after(unit, request, intent, before)
            if request.inbound.kind == "User":
                return await self._user(unit, request, before, after)
            return await self._group(unit, request, before, after, intent.members)
        except NameTaken as error:
            raise _taken(request) from error
        except UnknownMembers as error:
            raise _unknown(error.args) from error

    async def _before(self, unit: Unit, request: Request) -> Resource | None:
        id = request.inbound.id
        if id is None:
            return None
        before = await unit.lock(request.inbound.kind, id)
        if before is None:
            raise NotFound(f"no {request.inbound.kind} has this id")
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
        if after is not None and before is None:
            address = address_of(request.connection, after.document)
            person, claims = await unit.claim(self.ids(), address, int(now))
            after = evolve(after, person=person)
            await unit.insert(after, exclusive=True)
        else:
            claims = await self._rewrite(unit, before, after, change=now - was)
        if now and not was:
            return await self._granted(unit, request, before, after)
        events = [event(user_event(before, after), request, before, after, ids=self.ids, now=unit.now)]
        if was and not now and not claims:
            events += await self._let_go(unit, request, before, after)
        await unit.tell(events)
        return Outcome(resource=after, events=events)

    async def _rewrite(
        self, unit: Unit, before: Resource | None, after: Resource | None, *, change: int
    ) -> int:
        """Write what became of *before* and return the claims on its person."""
        assert before is not None
        if after is None:
            await unit.delete(before)
        else:
            await unit.update(after, exclusive=True)
        return await unit.claims(str(before.person), change) if change else 1

    async def _granted(
        self, unit: Unit, request: Request, before: Resource | None, after: Resource | None
    ) -> Outcome:
        """Finish a write that lets somebody in, the seat last of all."""
        assert after is not None
        team, person = request.admission.team.id, str(after.person)
        change = Change(
            team=team,
            connection=request.connection.id,
            before=person_of(before, team) if before else None,
            after=person_of(after, team),
        )
        kind = seats.wanted(self.plugins, change)
        taken = kind is not None and await unit.hold(person, kind)
        names = [(user_event(before, after), None), *([("seat_taken", kind)] if taken else [])]
        events = [
            event(name, request, before, after, ids=self.ids, now=unit.now, seat=seat) for name, seat in names
        ]
        await unit.tell(events)
        if taken and kind:
            await seats.take(unit, person, kind, reference=request.reference)
        return Outcome(resource=after, events=events)

    async def _let_go(
        self, unit: Unit, request: Request, before: Resource | None, after: Resource | None
    ) -> list[Event]:
        assert before is not None
        kind = await seats.let_go(unit, str(before.person), reference=request.reference)
        if kind is None:
            return []
        return [event("seat_released", request, before, after, ids=self.ids, now=unit.now, seat=kind)]

    async def _group(
        self,
        unit: Unit,
        request: Request,
        before: Resource | None,
        after: Resource | None,
        members: MemberChange,
    ) -> Outcome:
        unique = request.policy.group_names_unique
        if after is None:
            assert before is not None
            await unit.delete(before)
            moved: tuple[list[str], list[str]] = ([], [])
        else:
            if before is None:
                await unit.insert(after, exclusive=unique)
            moved = await self._members(unit, after.id, members)
            if before is not None and after == before and not any(moved):
                return Outcome(resource=after)
            if before is not None:
                after = before.changed(after.document, at=unit.now)
                await unit.update(after, exclusive=unique)
        told = event("group_changed", request, before, after, ids=self.ids, now=unit.now, members=moved)
        await unit.tell([told])
        return Outcome(resource=after, events=[told])

    async def _members(self, unit: Unit, group: str, change: MemberChange) -> tuple[list[str], list[str]]:
        if change.where:
            chosen = frozenset(await _chosen(unit, group, change))
            change = evolve(change, removed=(change.removed | chosen) - change.added, where=())
        return await unit.change_members(group, change) if change.touched else ([], [])


async def _chosen(unit: Unit, group: str, change: MemberChange) -> list[str]:
    """Return the members that the filters of *change* are about."""
    tests = [element_predicate(_MEMBERS, where) for where in change.where]
    members = await unit.members(group)
    seen = [{"value": each.id, "type": each.kind} for each in members]
    return [each["value"] for each in seen if any(test(each) for test in tests)]


def _named(document: Any, id: str) -> dict[str, Any]:
    """Return *document* with the hub's *id* in it, in the order in which RFCs show it."""
    rest = {name: value for name, value in document.items() if name not in {"schemas", "id"}}
    return {"schemas": document["schemas"], "id": id, **rest}


def _taken(request: Request) -> Uniqueness:
    name = {"User": "userName", "Group": "displayName"}[request.inbound.kind]
    return Uniqueness(f"another {request.inbound.kind} of this connection has this {name}")


def _unknown(ids: Sequence[str]) -> InvalidValue:
    shown = ", ".join(ids[:3]) + (" …" if len(ids) > 3 else "")
    return InvalidValue(f"members: this connection has no resource with the id {shown}")
