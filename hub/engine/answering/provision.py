"""The walk of a write: a request becomes a resource, a seat, an entry and events, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from attrs import frozen

from hub.engine.asking.removals import is_removal
from hub.engine.values.errors import NameTaken, UnknownMembers, ValueTaken
from hub.engine.values.kinds import NAMES
from hub.engine.values.resources import Resource
from hub.scim.errors import InvalidValue, NotFound, Uniqueness

from .groups import Groups
from .rolls import Rolls
from .showing import shows_memberships
from .users import Users

if TYPE_CHECKING:
    from hub.engine.asking.requests import Request
    from hub.engine.common.plugins import Plugins
    from hub.engine.ports import Ids, Unit

    from .intents import Intent
    from .outcomes import Outcome


@frozen(kw_only=True)
class Provisioning:
    """Does what requests ask, inside a unit; may be run again with the same request."""

    users: Users
    groups: Groups
    ids: Ids
    rolls: Rolls

    @classmethod
    def of(cls, plugins: Plugins, *, ids: Ids, rolls: Rolls) -> Provisioning:
        """Return one whose parts have these *plugins*, *ids* and *rolls*."""
        return cls(
            users=Users(plugins=plugins, ids=ids, rolls=rolls),
            groups=Groups(plugins=plugins, ids=ids, rolls=rolls),
            ids=ids,
            rolls=rolls,
        )

    async def write(self, unit: Unit, request: Request, intent: Intent) -> Outcome:
        """Do what *request* asks, or raise the `ScimError` that says why not."""
        try:
            to_come = await self._to_come(unit, request, intent)
            before = await self._before(unit, request)
            after = self._after(unit, request, intent, before)
            if request.inbound.kind == "User":
                outcome = await self.users.write(unit, request, before, after)
            else:
                outcome = await self.groups.write(unit, request, before, after, intent.members, to_come)
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
        """Return the members that the request names and that are nobody yet; a removal waits for none."""
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
