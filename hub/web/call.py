"""One request on its way: what is known of it so far, and what is noted of it in the end."""

from __future__ import annotations

import time
from typing import TypeAlias

from attrs import define, field
from starlette.requests import Request
from starlette.types import Scope

from hub.engine.asking.recording import Recording
from hub.engine.asking.requests import Admission
from hub.spi import Inbound, Verb
from hub.web.routes import Allowed, Bulk, Document

_ANNOUNCES_BODY = frozenset({b"content-length", b"transfer-encoding"})


Asked: TypeAlias = Inbound | Document | Bulk | Allowed


@define(kw_only=True)
class Incoming:
    """One request, whatever it asks; its body is *unread* until somebody has read it."""

    scope: Scope
    recording: Recording
    started: float = field(factory=time.perf_counter)
    unread: bool = True

    @property
    def has_unread_body(self) -> bool:
        """Say whether a body was announced that nobody has read."""
        return self.unread and any(
            name in _ANNOUNCES_BODY and value != b"0" for name, value in self.scope["headers"]
        )

    def root(self, public_url: str) -> str:
        """Return the hub's own address: the public one, else the one that was asked."""
        url = Request(self.scope).url
        return public_url or f"{url.scheme}://{url.netloc}"

    def duration_ms(self) -> float:
        """Return the milliseconds since the request came."""
        return (time.perf_counter() - self.started) * 1000


@define(kw_only=True)
class Call(Incoming):
    """One for SCIM, filled on the way: *admission* once it is known whose, *asked* once it is known what."""

    admission: Admission | None = None
    asked: Asked | None = None

    @property
    def operation(self) -> str:
        """Return the method and what it is about: `PATCH User`."""
        match self.asked:
            case None | Allowed():
                return str(self.scope["method"])
            case Inbound(kind=about):
                return f"{self.scope['method']} {about}"
            case document:
                return f"{self.scope['method']} {document.name}"

    @property
    def target(self) -> str:
        """Return path and query as they were sent."""
        path: bytes = self.scope["raw_path"]
        query: bytes = self.scope["query_string"]
        return (path + b"?" + query if query else path).decode("ascii", "backslashreplace")

    @property
    def is_read(self) -> bool:
        """Say whether the request, whatever it was, can have changed nothing."""
        searches = isinstance(self.asked, Inbound) and self.asked.verb is Verb.SEARCH
        return searches or self.scope["method"] in {"GET", "HEAD", "OPTIONS"}

    @property
    def unavailable_status(self) -> int:
        """Return the status after which this connection's provider tries again."""
        return self.admission.dialect.policy.unavailable_status if self.admission else 503
