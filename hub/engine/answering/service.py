"""The front desk: whom a token lets in, and the answer to what they ask."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import structlog
from attrs import evolve, field, frozen

from hub import tokens
from hub.engine.asking.conditions import NO_CONDITIONS, Conditions
from hub.engine.asking.requests import REFUSED, RETRY_SECONDS, Admission, Answer, Request
from hub.engine.common.plugins import UnknownDialect
from hub.engine.values.errors import StoreAway
from hub.scim.errors import ScimError, TooManyRequests, Unauthorized, Unavailable
from hub.scim.extensions import types_of
from hub.scim.strictjson import dumps
from hub.spi import Dialect, Inbound, Outbound, Verb

from . import translate
from .query import Query

if TYPE_CHECKING:
    from hub.engine.asking.recording import Recording
    from hub.engine.common.plugins import Plugins
    from hub.engine.ports import Clock, Registry
    from hub.teams import Connection

    from .writing import Writing

log = structlog.get_logger("hub.service")


@frozen(kw_only=True)
class Service:
    """Answers SCIM requests of every connection."""

    registry: Registry
    plugins: Plugins
    writing: Writing
    query: Query
    clock: Clock
    key: bytes
    #: What each connection speaks that was let in: for when the database cannot be asked whose a token is.
    _spoken: dict[str, Dialect] = field(factory=dict, init=False)

    async def admit(self, connection_id: str, authorization: str | None) -> Admission:
        """Return whose request it is; raises `Unauthorized`, in the same words whatever is wrong."""
        scheme, _, rest = (authorization or "").partition(" ")
        credential = tokens.parse(rest.strip() if scheme.lower() == "bearer" else authorization or "")
        try:
            found = await self.registry.token(credential.key_id) if credential else None
        except StoreAway as error:
            raise _away(self._spoken.get(connection_id)) from error
        if found is None or credential is None:
            raise _unknown()
        token, connection, team = found
        genuine = tokens.same(token.digest, tokens.digest(credential, self.key))
        if not genuine or connection.id != connection_id or not token.valid(at=self.clock()):
            raise _unknown()
        dialect = self._dialect(connection)
        admission = Admission(
            connection=connection,
            team=team,
            dialect=dialect,
            types=types_of(team.schemas),
            user=token.user,
            key_id=token.key_id,
        )
        if scheme.lower() != "bearer" and not admission.dialect.policy.bare_token:
            raise _unknown()
        if token.user is not None and not await self._has_access(admission, token.user):
            raise _unknown()
        self._spoken[connection_id] = admission.dialect
        return admission

    async def _has_access(self, admission: Admission, user: str) -> bool:
        """Say whether the *user* for whom a token stands exists and is active, as of this request."""
        try:
            text = await self.registry.store(admission.scope).text("User", user, memberships=False)
        except StoreAway as error:
            raise _away(admission.dialect) from error
        return text is not None and json.loads(text.document).get("active") is True

    def _dialect(self, connection: Connection) -> Dialect:
        try:
            return self.plugins.dialect(connection.idp)
        except UnknownDialect:
            log.exception("alarm.no_dialect", connection=connection.id, idp=connection.idp)
            raise Unavailable(
                "the hub does not speak this provider's dialect just now", retry_after=RETRY_SECONDS
            ) from None

    async def answer(
        self,
        admission: Admission,
        inbound: Inbound,
        recording: Recording,
        *,
        base_url: str,
        conditions: Conditions = NO_CONDITIONS,
    ) -> Answer:
        """Do what *inbound* asks and note in *recording* what came of it, or raise a `ScimError`."""
        if (inbound.verb, inbound.id) != (Verb.READ, admission.user):
            admission.check_whole()
        admission.check_unpaused(inbound)
        plain, quirks = translate.hear(admission.dialect, inbound, strict=admission.connection.strict)
        recording.quirks = quirks
        recording.became = plain.body if quirks else None
        request = Request(
            admission=admission,
            inbound=plain,
            quirks=quirks,
            reference=recording.reference,
            base_url=base_url,
            conditions=conditions,
        )
        try:
            return self._shaped(admission, plain, await self._answered(request, recording))
        except StoreAway as error:
            raise _away(admission.dialect) from error

    async def _answered(self, request: Request, recording: Recording) -> Answer:
        store = self.registry.store(request.admission.scope)
        match request.inbound.verb:
            case Verb.READ:
                return await self.query.read(store, request)
            case Verb.SEARCH:
                return await self.query.search(store, request)
            case _:
                return await self.writing.answer(request, recording)

    def _shaped(self, admission: Admission, inbound: Inbound, answer: Answer) -> Answer:
        """Return *answer* as the dialect wants it; it is parsed only for a dialect that changes answers."""
        if answer.body is None or not translate.shapes(admission.dialect, inbound.verb):
            return answer
        outbound = Outbound(
            verb=inbound.verb, kind=inbound.kind, status=answer.status, body=json.loads(answer.body)
        )
        liked = translate.answer(admission.dialect, outbound)
        body = None if liked.body is None else dumps(liked.body)
        return evolve(answer, status=liked.status, body=body)


def _unknown() -> Unauthorized:
    return Unauthorized(REFUSED)


def _away(dialect: Dialect | None) -> ScimError:
    """Return the error after which a provider that speaks *dialect* comes again by itself."""
    limited = dialect is not None and dialect.policy.unavailable_status == TooManyRequests.status
    kind = TooManyRequests if limited else Unavailable
    return kind("the hub cannot reach its database; please try again", retry_after=RETRY_SECONDS)
