"""The SCIM endpoints: HTTP in, one message for the service, its answer out."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from attrs import frozen

from hub.engine.asking.removals import is_removal
from hub.scim.bulk import BulkRequest
from hub.spi import Inbound
from hub.web import guards, handling, responses, routes
from hub.web.auth import admit
from hub.web.bulk import Bulk
from hub.web.call import Call
from hub.web.hearing import Hearing
from hub.web.preconditions import conditions

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from starlette.types import Receive, Scope, Send

    from hub.engine.asking.requests import Admission
    from hub.settings import Settings
    from hub.web.documents import Documents
    from hub.web.hearing import Told
    from hub.web.limits import Limits
    from hub.web.notes import Notes
    from hub.web.ports import Door


@frozen(kw_only=True)
class Scim:
    """Answers everything under the prefix, as one ASGI application: with SCIM bodies and nothing else."""

    door: Door
    settings: Settings
    documents: Documents
    limits: Limits
    notes: Notes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, then note what came of it."""
        if await handling.turned_away(scope, send):
            return
        call = Call(scope=scope, recording=self.notes.begin())
        reply = await handling.handled(
            call,
            self._answer(call, receive),
            *(receive, send),
            refused=lambda error: responses.refusal(error, unavailable_status=call.unavailable_status),
        )
        self.notes.close(call, reply)

    async def _answer(self, call: Call, receive: Receive) -> responses.Reply:
        head = guards.head(call.scope)
        connection, below = routes.below_connection(head.path)
        call.admission = admission = await admit(self.door, connection, head.headers.get(b"authorization"))
        admission.check_open()
        hearing = Hearing(settings=self.settings, call=call, admission=admission, head=head, receive=receive)
        asked = await self._counted(admission, hearing.told(below))
        base_url = self._base_url(call.scope, head, connection)
        match asked:
            case Inbound():
                answer = await self.door.answer(
                    *(admission, asked, call.recording),
                    base_url=base_url,
                    conditions=conditions(head.headers),
                )
                return responses.success(answer)
            case routes.Allowed(methods):
                return responses.allowing(methods)
            case routes.Document():
                return self.documents.reply(asked, head.query, base_url, admission.types)
            case BulkRequest():
                bulk = Bulk(door=self.door, limits=self.limits, notes=self.notes)
                return await bulk.reply(call, admission, asked, receive, base_url=base_url)
            case _:
                assert_never(asked)

    async def _counted(self, admission: Admission, asking: Awaitable[Told]) -> Told:
        asked: Told | None = None
        try:
            asked = await asking
            return asked
        finally:  # a refusal costs what an answer costs; a bulk request costs what its operations cost
            if not isinstance(asked, BulkRequest):
                removal = isinstance(asked, Inbound) and is_removal(asked)
                self.limits.take(admission.connection.id, removal=removal)

    def _base_url(self, scope: Scope, head: guards.Head, connection: str) -> str:
        root = self.settings.server.public_url
        return f"{root or _asked_at(scope, head)}/scim/v2/{connection}"


def _asked_at(scope: Scope, head: guards.Head) -> str:
    return f"{scope['scheme']}://{guards.host(head.headers.get(b'host'))}"
