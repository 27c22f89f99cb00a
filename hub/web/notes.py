"""What is noted of each request: a line in the log always, an exchange where it counts."""

from __future__ import annotations

from attrs import frozen

from hub import logs
from hub.engine.exchanges import Exchange, Recording
from hub.spi import Inbound
from hub.web.call import Call
from hub.web.ports import Keeper
from hub.web.responses import GONE, Reply
from hub.web.routes import Bulk


@frozen(kw_only=True)
class Notes:
    """Keeps writes and refusals of connections that were let in, and their reads where *reads* says so."""

    keeper: Keeper
    reads: bool

    def begin(self) -> Recording:
        """Return what a new exchange is noted in."""
        return self.keeper.begin()

    def close(self, call: Call, reply: Reply) -> None:
        """Note what came of *call*."""
        duration_ms = call.duration_ms()
        self._log(call, reply, duration_ms)
        # Who was not let in has no connection that an exchange could belong to.
        if call.admission and reply is not GONE and self._counts(call, reply):
            self.keeper.keep(_exchange(call, reply, duration_ms))

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
