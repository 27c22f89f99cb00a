"""Users removed by the hub itself, the way that their provider would have them removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from hub.engine.asking.requests import own
from hub.engine.common.plugins import UnknownDialect
from hub.engine.common.trail import changed, note_removal
from hub.scim.errors import NotFound
from hub.scim.reading import PATCH_OP
from hub.spi import Dialect, Inbound, Verb

from .intents import intent_of

if TYPE_CHECKING:
    from hub.engine.asking.requests import Request
    from hub.engine.common.plugins import Plugins
    from hub.engine.ports import Ids, Registry, Unit, Work
    from hub.engine.values.notes import Author
    from hub.spi import Json
    from hub.teams import Connection, Team

    from .provision import Provisioning

_OFF: Json = {"schemas": [PATCH_OP], "Operations": [{"op": "replace", "path": "active", "value": False}]}


@frozen(kw_only=True)
class Ousting:
    """Deactivates and deletes users, each in a transaction, whatever the state of their connection."""

    registry: Registry
    provisioning: Provisioning
    plugins: Plugins
    ids: Ids

    async def deactivate(
        self, team: Team, connection: Connection, id: str, *, by: Author, action: str
    ) -> bool:
        """Deactivate a user, noted in the audit as *action*; False where they were inactive already."""
        inbound = Inbound(verb=Verb.PATCH, kind="User", id=id, body=_OFF)
        request = self._request(team, connection, inbound)

        async def work(unit: Unit) -> bool:
            outcome = await self.provisioning.write(unit, request, intent_of(request, operations_max=1))
            if not outcome.events:
                return False
            user = outcome.resource
            assert user is not None
            changes = changed({"active": True}, {"active": False})
            await note_removal(
                unit, by, action, user.document["userName"], changes=changes, person=user.person
            )
            return True

        return await self._write(request, work)

    async def delete(self, team: Team, connection: Connection, id: str) -> bool:
        """Delete a user; False where there was none any more."""
        request = self._request(team, connection, Inbound(verb=Verb.DELETE, kind="User", id=id))

        async def work(unit: Unit) -> bool:
            await self.provisioning.write(unit, request, intent_of(request, operations_max=1))
            return True

        return await self._write(request, work)

    async def _write(self, request: Request, work: Work[bool]) -> bool:
        store = self.registry.store(request.admission.scope)
        try:
            return await store.write(work, reference=request.reference)
        except NotFound:
            return False

    def _request(self, team: Team, connection: Connection, inbound: Inbound) -> Request:
        try:
            dialect = self.plugins.dialect(connection.idp)
        except UnknownDialect:  # whoever leaves does not wait for a plugin
            dialect = Dialect(name=connection.idp, title=connection.idp)
        reference = f"oust_{self.ids()}"
        return own(inbound, team=team, connection=connection, dialect=dialect, reference=reference)
