"""A group written as a request asks: who comes into it, who goes, and whose seats may depend on that."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from attrs import frozen

from hub.engine.seats import seats
from hub.engine.seats.events import event
from hub.engine.values.kinds import NAMES
from hub.scim.membership import MemberChange

from .outcomes import Outcome

if TYPE_CHECKING:
    from hub.engine.asking.requests import Request
    from hub.engine.common.plugins import Plugins
    from hub.engine.ports import Ids, Unit
    from hub.engine.values.resources import Resource
    from hub.spi import Event

    from .rolls import Rolls


@frozen(kw_only=True)
class Groups:
    """Writes groups, inside a unit; may be run again with the same request."""

    plugins: Plugins
    ids: Ids
    rolls: Rolls

    async def write(
        self,
        unit: Unit,
        request: Request,
        before: Resource | None,
        after: Resource | None,
        members: Sequence[MemberChange],
        to_come: frozenset[str],
    ) -> Outcome:
        """Make the group *before* the one *after*, with these changes of its *members*.

        Of those, some are nobody yet (*to_come*): they come into it when they are made.
        """
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
    """Return the id of a group whose name has changed, in a list; none where it has not."""
    name = NAMES["Group"]
    return [after.id] if before and before.document.get(name) != after.document.get(name) else []
