"""What a request asks: its path and method, and its body where it has one, as one message."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, assert_never

from attrs import evolve, frozen

from hub.scim.bulk import BulkRequest, read_bulk
from hub.scim.errors import NotImplementedByHub
from hub.scim.searching import read_search
from hub.spi import Inbound, Json, Verb
from hub.web import guards, handling, routes

if TYPE_CHECKING:
    from starlette.types import Receive

    from hub.engine.asking.requests import Admission
    from hub.settings import Settings
    from hub.web.call import Call

#: What a request turned out to ask.
Told: TypeAlias = Inbound | routes.Document | routes.Allowed | BulkRequest

_HAVE_BODY = frozenset({Verb.CREATE, Verb.REPLACE, Verb.PATCH})


@frozen(kw_only=True)
class Hearing:
    """One request of *admission* being read; *call* is told how far that got."""

    settings: Settings
    call: Call
    admission: Admission
    head: guards.Head
    receive: Receive

    async def told(self, below: tuple[str, ...]) -> Told:
        """Return what is asked of the path *below* the connection, or raise why it cannot be read."""
        target = routes.find(self.call.scope["method"], below)
        if not isinstance(target, (routes.Document, routes.Me, routes.Allowed)):
            self.admission.check_whole()
        match target:
            case routes.Resource(verb, kind, id):
                asked = self._heard(Inbound(verb=verb, kind=kind, id=id, query=self.head.query))
                return await self._with_body(asked) if verb in _HAVE_BODY else asked
            case routes.Document() | routes.Allowed():
                self.call.asked = target
                return target
            case routes.Bulk():
                self.call.asked = target
                return await self._bulk()
            case routes.Me():
                return self._heard(self._themself())
            case routes.Query(kind):
                return await self._searched(self._heard(Inbound(verb=Verb.SEARCH, kind=kind)))
            case _:
                assert_never(target)

    def _heard(self, asked: Inbound) -> Inbound:
        self.call.asked = asked
        return asked

    async def _with_body(self, asked: Inbound) -> Inbound:
        return self._heard(evolve(asked, body=await self._body(self.settings.server.body_max)))

    async def _searched(self, asked: Inbound) -> Inbound:
        """Return a search by POST as the same search by GET (RFC 7644 §3.4.3)."""
        asked = await self._with_body(asked)
        return self._heard(evolve(asked, query=read_search(asked.body, strict=self._strict)))

    async def _bulk(self) -> BulkRequest:
        limits = self.settings.scim
        message = await self._body(limits.bulk_bytes_max)
        return read_bulk(message, strict=self._strict, operations_max=limits.bulk_operations_max)

    def _themself(self) -> Inbound:
        """Return the question for the user whom the token stands for (RFC 7644 §3.11)."""
        if self.admission.user is None:
            raise NotImplementedByHub("/Me is for tokens of one user: this one is the connection's")
        if self.call.scope["method"] not in {"GET", "HEAD"}:
            self.admission.check_whole()
        return Inbound(verb=Verb.READ, kind="User", id=self.admission.user, query=self.head.query)

    async def _body(self, bytes_max: int) -> Json:
        return await handling.message(
            *(self.call, self.head.headers, self.receive),
            among=guards.MEDIA_TYPES,
            bytes_max=bytes_max,
            seconds=self.settings.server.body_seconds,
        )

    @property
    def _strict(self) -> bool:
        return self.admission.connection.strict
