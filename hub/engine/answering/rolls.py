"""Members of a group as a request changes them: no more than fit, and some who are still to come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from attrs import frozen

from hub.engine.seats.events import event
from hub.scim.errors import InvalidValue, NoTarget
from hub.scim.membership import UNTOUCHED, MemberChange, chooser

from .showing import MEMBERS_PAGE

if TYPE_CHECKING:
    from hub.engine.asking.requests import Request
    from hub.engine.ports import Ids, Unit
    from hub.engine.values.resources import Resource
    from hub.scim.expressions import Filter
    from hub.spi import Event

#: Who came and who went.
Moved = tuple[list[str], list[str]]

#: Nobody came to those who are pending, and nobody went.
NEITHER = (False, False)


@frozen(kw_only=True)
class Rolls:
    """Changes members of groups; *members_max* is how many one may have, 0 for any number.

    With *pending*, a member that the connection does not have is waited for; otherwise it is refused.
    """

    members_max: int = 0
    pending: bool = False

    async def to_come(self, unit: Unit, steps: Sequence[MemberChange]) -> frozenset[str]:
        """Return the values in *steps* by which nobody is called yet; it is asked before anything is locked.

        Whoever waits for somebody takes turns with all who write; so this is asked even of no values.
        """
        added = frozenset[str]().union(*(step.added for step in steps))
        return await unit.unknown(added) if self.pending else frozenset()

    async def change(
        self, unit: Unit, group: str, steps: Sequence[MemberChange], to_come: frozenset[str]
    ) -> Moved:
        """Apply *steps* in order; return who came and who went, without those who did both."""
        values = {value for step in steps for value in step.added | step.removed}
        called = await unit.known(values) if self.pending and values else {}
        came, went, more = set[str](), set[str](), False
        for step in steps:
            awaited, given_up = await _expected(unit, group, step, to_come) if self.pending else NEITHER
            more |= awaited
            new, old = map(set, await self._changed(unit, group, step, called))
            if step.must_find and not old and not given_up:
                raise NoTarget("members: nobody is chosen by this path")  # RFC 7644 §3.5.2.3
            came, went = (came - old) | (new - went), (went - new) | (old - came)
        if self.members_max and (came or more):
            await self._check(unit, group)
        return sorted(came), sorted(went)

    async def _changed(self, unit: Unit, group: str, step: MemberChange, called: Mapping[str, str]) -> Moved:
        if step.where is not None:
            step = MemberChange(removed=await _chosen(unit, group, step.where))
        elif self.pending:
            step = _by_id(step, called)
        return await unit.change_members(group, step, known=self.pending)

    async def _check(self, unit: Unit, group: str) -> None:
        """Raise `InvalidValue` where a locked group has, or expects, more members than it may.

        It is no `tooMany`, which RFC 7644 §3.12 has for what a filter yields.
        """
        if await unit.count_members(group, most=self.members_max + 1) > self.members_max:
            raise InvalidValue(f"members: a group may have {self.members_max} at most")

    async def awaiting(self, unit: Unit, newcomer: Resource) -> Sequence[Resource]:
        """Return the groups in which *newcomer* is expected, locked: before it is written itself.

        So the changes of a group are numbered in their order.
        """
        expecting = await unit.expecting(newcomer) if self.pending else ()
        found = [await unit.lock("Group", id) for id in expecting]
        return [group for group in found if group is not None]

    async def welcome(
        self, unit: Unit, request: Request, newcomer: Resource, groups: Sequence[Resource], *, ids: Ids
    ) -> list[Event]:
        """Make *newcomer* a member of *groups* that expect it; return what happened there, not yet told."""
        events: list[Event] = []
        for before in groups:
            if not await unit.arrive(newcomer, before.id):
                continue
            came = MemberChange(added=frozenset({newcomer.id}))
            moved = await unit.change_members(before.id, came, known=True)
            after = before.changed(before.document, at=unit.now)
            await unit.update(before, after, exclusive=request.policy.group_names_unique)
            events.append(
                event("group_changed", request, before, after, ids=ids, now=unit.now, members=moved)
            )
        return events


def _by_id(step: MemberChange, called: Mapping[str, str]) -> MemberChange:
    """Return *step* with the ids of those who are called by its values; the others are left out."""
    added, removed = (
        frozenset(called[value] for value in values if value in called)
        for values in (step.added, step.removed)
    )
    return MemberChange(reset=step.reset, added=added, removed=removed - added)


async def _expected(unit: Unit, group: str, step: MemberChange, to_come: frozenset[str]) -> tuple[bool, bool]:
    """Keep those of *step* who are *to_come* as pending; say whether any came to them, and any went."""
    later = MemberChange(reset=step.reset, added=step.added & to_come, removed=step.removed)
    return NEITHER if later == UNTOUCHED else await unit.expect(group, later)


async def _chosen(unit: Unit, group: str, where: Filter) -> frozenset[str]:
    """Return the ids of the members that match *where*, looked at a page at a time."""
    is_chosen, chosen, after = chooser(where), set[str](), ""
    while page := await unit.members(group, after=after, count=MEMBERS_PAGE):
        chosen |= {each.id for each in page if is_chosen({"value": each.id, "type": each.kind})}
        after = page[-1].id
    return frozenset(chosen)
