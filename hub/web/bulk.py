"""A bulk request, done: each operation as a request of its own, and one answer to them all."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from attrs import define, field, frozen
from starlette.requests import ClientDisconnect

from hub.engine.asking.conditions import NO_CONDITIONS, Conditions
from hub.engine.asking.removals import is_removal
from hub.engine.values.errors import StoreAway
from hub.scim import bulkids
from hub.scim.bulk import BULK_RESPONSE, METHODS, BulkOperation, BulkRequest, planned, resolved
from hub.scim.errors import InvalidSyntax, InvalidValue, ScimError, TooManyRequests
from hub.scim.strictjson import dumps
from hub.spi import Inbound
from hub.web import guards, responses, routes
from hub.web.call import Call
from hub.web.preconditions import conditions

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope

    from hub.engine.asking.requests import Admission
    from hub.web.limits import Limits
    from hub.web.notes import Notes
    from hub.web.ports import Door


@frozen(kw_only=True)
class Bulk:
    """Does what bulk requests ask: one operation after the other, each kept or refused for itself."""

    door: Door
    limits: Limits
    notes: Notes

    async def reply(
        self, call: Call, admission: Admission, request: BulkRequest, receive: Receive, *, base_url: str
    ) -> responses.Reply:
        """Return what came of the operations of *request*, as they were sent (RFC 7644 §3.7.3).

        Raises `ClientDisconnect` where the client left: what was begun is done, the rest is not begun.
        """
        run = _Run(bulk=self, outer=call, admission=admission, base_url=base_url)
        leaving = asyncio.ensure_future(receive())
        try:
            for operation in planned(request.operations):
                if _has_left(leaving):
                    raise ClientDisconnect
                failed = await run.do(operation)
                if failed and request.fail_on_errors is not None and run.errors >= request.fail_on_errors:
                    break
        finally:
            leaving.cancel()
            done = len(run.entries) - run.errors
            call.recording.effect = (f"{done} of {len(request.operations)} operations",)
        entries = [entry for _, entry in sorted(run.entries.items())]
        return responses.Reply(body=dumps({"schemas": [BULK_RESPONSE], "Operations": entries}))


@define(kw_only=True)
class _Run:
    """One bulk request on its way: what it made, by bulkId, and what came of each operation."""

    bulk: Bulk
    outer: Call
    admission: Admission
    base_url: str
    made: dict[str, str] = field(factory=dict)
    entries: dict[int, Any] = field(factory=dict)
    errors: int = 0
    #: The bucket that is empty, of removals or not, and what its next one was told.
    limited: dict[bool, TooManyRequests] = field(factory=dict)
    away: ScimError | None = None

    async def do(self, operation: BulkOperation) -> bool:
        """Do one operation, note it as a request of its own, and say whether it failed."""
        call = Call(scope=self.outer.scope, recording=self.bulk.notes.begin(), admission=self.admission)
        reply = await responses.caught(
            self._reply(operation, call),
            refused=lambda error: responses.refusal(error, unavailable_status=call.unavailable_status),
            reference=call.recording.reference,
        )
        self.bulk.notes.close(call, reply)
        self.entries[operation.number] = self._entry(operation, call, reply)
        failed = reply.status >= 400
        self.errors += failed
        return failed

    async def _reply(self, operation: BulkOperation, call: Call) -> responses.Reply:
        inbound = self._counted(operation, call)
        if self.away:
            raise self.away
        try:
            answer = await self.bulk.door.answer(
                self.admission,
                inbound,
                call.recording,
                base_url=self.base_url,
                conditions=_conditions(operation),
            )
        except ScimError as error:
            # The database was waited for once: to wait for it with each operation would take for ever.
            self.away = error if isinstance(error.__cause__, StoreAway) else None
            raise
        if operation.makes is not None and answer.location is not None:
            self.made[operation.makes] = answer.location.rpartition("/")[2]
        return responses.success(answer)

    def _counted(self, operation: BulkOperation, call: Call) -> Inbound:
        """Return what *operation* asks; one that is refused counts against the limits, too."""
        removal = False
        try:
            call.asked = inbound = self._inbound(operation, call)
            removal = is_removal(inbound)
            return inbound
        finally:
            self._take(removal=removal)

    def _take(self, *, removal: bool) -> None:
        # Once a limit strikes, nothing of its kind overtakes what was refused: the provider sends it again.
        if removal in self.limited:
            raise self.limited[removal]
        try:
            self.bulk.limits.take(self.admission.connection.id, removal=removal)
        except TooManyRequests as error:
            self.limited[removal] = error
            raise

    def _inbound(self, operation: BulkOperation, call: Call) -> Inbound:
        """Return the message that *operation* would be as a request of its own, which *call* becomes."""
        call.scope = self._scope(operation)
        if operation.error:
            raise operation.error
        operation = resolved(operation, self.made)
        call.scope = scope = self._scope(operation)
        target = routes.find(scope["method"], guards.segments(_below(operation)))
        if not isinstance(target, routes.Resource):
            raise InvalidValue(f"Operations[{operation.number}].path must lead to Users or Groups")
        query = guards.query(scope["query_string"])
        body = None if operation.method == "DELETE" else operation.data
        return Inbound(verb=target.verb, kind=target.kind, id=target.id, query=query, body=body)

    def _scope(self, operation: BulkOperation) -> Scope:
        """Return the scope of a request of its own; of the bulk request, where that cannot be read."""
        scope = self.outer.scope
        if operation.method not in METHODS or operation.path is None:
            return scope
        root = f"/scim/v2/{self.admission.connection.id}".encode()
        query = operation.path.partition("?")[2].encode()
        return {
            **scope,
            "method": operation.method,
            "raw_path": root + _below(operation),
            "query_string": query,
        }

    def _entry(self, operation: BulkOperation, call: Call, reply: responses.Reply) -> dict[str, Any]:
        """Return what the client is told of *operation* (RFC 7644 §3.7.3)."""
        headers = dict(reply.headers)
        said = {
            "method": operation.method,
            "bulkId": operation.bulk_id,
            "version": headers.get(b"etag", b"").decode(),
            "location": headers.get(b"location", b"").decode() or self._location(operation, call),
            "status": str(reply.status),
            "response": json.loads(reply.body) if reply.error is not None and reply.body else None,
        }
        return {name: value for name, value in said.items() if value}

    def _location(self, operation: BulkOperation, call: Call) -> str | None:
        """Return the address of what was to be changed; None for a POST that failed, which made nothing."""
        if operation.method == "POST" or call.scope is self.outer.scope:
            return None
        below = call.scope["raw_path"].split(b"/", 4)[4].decode()
        return None if bulkids.in_path(f"/{below}") else f"{self.base_url}/{below}"


def _conditions(operation: BulkOperation) -> Conditions:
    """Return what *operation* depends on: its version is what a request of its own has in If-Match."""
    if operation.version is None or operation.method == "POST":
        return NO_CONDITIONS
    try:
        return conditions({b"if-match": operation.version.encode()})
    except InvalidSyntax:
        raise InvalidSyntax(f'Operations[{operation.number}].version must be one such as W/"1"') from None


def _below(operation: BulkOperation) -> bytes:
    """Return the path of *operation* below its connection, as bytes on the wire would have it."""
    return "/".join(["", (operation.path or "").partition("?")[0].removeprefix("/")]).encode()


def _has_left(leaving: asyncio.Future[Message]) -> bool:
    return leaving.done() and leaving.result()["type"] == "http.disconnect"
