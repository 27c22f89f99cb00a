"""What is noted of a request: a line in the log, what it shows of the connection, an exchange to look at."""

from __future__ import annotations

import structlog
from attrs import frozen

from hub import logs
from hub.engine.asking.recording import Recording
from hub.engine.watched.exchanges import Exchange
from hub.scim.errors import Unauthorized
from hub.spi import Inbound
from hub.web import guards, responses, routes
from hub.web.call import Call
from hub.web.ports import Keeper, Lookout
from hub.web.responses import GONE, Reply
from hub.web.routes import Bulk


@frozen(kw_only=True)
class Notes:
    """Keeps writes and refusals of connections that were let in, and their reads where *reads* says so."""

    keeper: Keeper
    lookout: Lookout
    reads: bool

    def begin(self) -> Recording:
        """Return what a new exchange is noted in."""
        return self.keeper.begin()

    def close(self, call: Call, reply: Reply) -> None:
        """Note what came of *call*; never raises: no note is worth what follows it."""
        try:
            self._note(call, reply)
        except Exception as error:  # noqa: BLE001  # what is done stays done, and is answered
            structlog.get_logger("hub.web").error(
                "exchange.not_noted", exchange=call.recording.reference, trace=responses.trace(error)
            )

    def _note(self, call: Call, reply: Reply) -> None:
        duration_ms = call.duration_ms()
        self._log(call, reply, duration_ms)
        if reply is GONE:
            return
        self._look(call, reply)
        # Who was not let in has no connection that an exchange could belong to.
        if call.admission and self._counts(call, reply):
            self.keeper.keep(_exchange(call, reply, duration_ms))

    def _look(self, call: Call, reply: Reply) -> None:
        if call.admission:
            self.lookout.saw(
                *(call.admission, call.asked if isinstance(call.asked, Inbound) else None, call.recording),
                read=call.is_read,
                status=reply.status,
                answer=reply.body,
            )
        elif reply.status == Unauthorized.status:
            head = guards.head(call.scope)
            connection, _ = routes.below_connection(head.path)
            self.lookout.turned_away(connection, head.headers.get(b"authorization"), call.recording.reference)

    def _counts(self, call: Call, reply: Reply) -> bool:
        if reply.status >= 400:
            return True
        # The operations of a bulk request are kept, one exchange each.
        return not isinstance(call.asked, Bulk) and (self.reads or not call.is_read)

    def _log(self, call: Call, reply: Reply, duration_ms: float) -> None:
        connection = call.admission.connection if call.admission else None
        logs.request(
            exchange=call.recording.reference,
            connection=connection.id if connection else None,
            team=connection.team if connection else None,
            operation=call.operation,
            status=reply.status,
            duration_ms=duration_ms,
            quirks=call.recording.quirks,
            effect=", ".join(call.recording.effect),
        )


def _exchange(call: Call, reply: Reply, duration_ms: float) -> Exchange:
    assert call.admission
    recording = call.recording
    return Exchange(
        reference=recording.reference,
        team=call.admission.team.id,
        connection=call.admission.connection.id,
        method=call.scope["method"],
        path=call.target,
        status=reply.status,
        duration_ms=duration_ms,
        request=call.asked.body if isinstance(call.asked, Inbound) else None,
        answer=reply.body,
        error=reply.error,
        quirks=recording.quirks,
        became=recording.became,
        effect=recording.effect,
    )
