"""The front desk: who may come in, and the answer to what they ask."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import structlog
from attrs import evolve, field, frozen

from hub import tokens
from hub.scim.errors import (
    NotFound,
    PreconditionFailed,
    ScimError,
    TooManyRequests,
    Unauthorized,
    Unavailable,
)
from hub.scim.extensions import types_of
from hub.scim.reading import PATCH_OP
from hub.scim.strictjson import dumps
from hub.spi import Dialect, Inbound, Json, Outbound, Verb
from hub.teams import State

from . import translate
from .conditions import NO_CONDITIONS, Conditions
from .failpoints import failpoint
from .intents import intent_of
from .plugins import UnknownDialect
from .query import Query
from .removals import deactivates, is_removal
from .requests import Admission, Answer, Request
from .seats import NoSeat
from .shape import as_text, location, version_of
from .showing import shown, with_seats
from .values import StoreAway

if TYPE_CHECKING:
    from hub.teams import Connection

    from .exchanges import Recording
    from .plugins import Plugins
    from .ports import Clock, Registry, Store, Unit
    from .provision import Outcome, Provisioning

log = structlog.get_logger("hub.service")

#: One sentence whatever was wrong, so that an answer teaches nothing about tokens, connections or users.
REFUSED = "This connection needs its own valid token, as Authorization: Bearer <token>."

#: Seconds after which a provider is asked to come again.
RETRY_SECONDS = 30

_READS = {Verb.READ, Verb.SEARCH}


@frozen(kw_only=True)
class Service:
    """Answers SCIM requests of every connection."""

    registry: Registry
    plugins: Plugins
    provisioning: Provisioning
    query: Query
    clock: Clock
    key: bytes
    operations_max: int
    #: What each connection speaks that was let in: for when the database cannot be asked whose a token is.
    _spoken: dict[str, Dialect] = field(factory=dict, init=False)

    async def admit(self, connection_id: str, authorization: str | None) -> Admission:
        """Return whose request it is, or raise `Unauthorized`: one sentence, whatever is wrong."""
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
        """Say whether *user*, whom a token stands for, is there and active: asked with each request."""
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
        _grants(admission, inbound)
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
        store, me = self.registry.store(request.admission.scope), request.admission.user
        match request.inbound.verb:
            case Verb.READ:
                answer = await self.query.read(store, request)
                # RFC 7644 §3.11: any answer at /Me says where the user is found.
                return evolve(answer, location=location(request.base_url, "User", me)) if me else answer
            case Verb.SEARCH:
                return await self.query.search(store, request)
            case _:
                return await self._written(store, request, recording)

    async def _written(self, store: Store, request: Request, recording: Recording) -> Answer:
        try:
            outcome, answer = await self._write(store, request)
        except (NotFound, PreconditionFailed, StoreAway):  # what was asked only if … is not done if not
            raise
        except NoSeat as refusal:
            await self._note(store, request, refusal)
            raise
        except Exception as error:
            if not deactivates(request.inbound):
                raise
            await self._off_all_the_same(store, request, recording, error)
            raise
        recording.effect = outcome.effect
        failpoint("answer.before")
        return answer

    async def _write(self, store: Store, request: Request) -> tuple[Outcome, Answer]:
        intent = intent_of(request, operations_max=self.operations_max)

        async def work(unit: Unit) -> tuple[Outcome, Answer]:
            outcome = await self.provisioning.write(unit, request, intent)
            return outcome, await _answer_to(unit, request, outcome)

        return await store.write(work, reference=request.reference)

    async def _note(self, store: Store, request: Request, refusal: NoSeat) -> None:
        """Keep in mind who was refused for want of a seat; what was done for them is undone already."""
        name = str(refusal.user_name)
        try:
            await store.write(lambda unit: unit.refused(name, refusal.kind), reference=request.reference)
        except Exception:  # the answer is the same
            log.exception("alarm.refusal_not_kept", exchange=request.reference)

    async def _off_all_the_same(
        self, store: Store, request: Request, recording: Recording, error: Exception
    ) -> None:
        """Deactivate alone, where a request wanted that and more and failed with *error*.

        RFC 7644 §3.5.2 wants all or nothing. Leavers must not stay because of a comma: a
        documented deviation, which the strict profile does not take.
        """
        if request.strict:
            log.error("alarm.removal_refused", exchange=request.reference, why=type(error).__name__)
            return
        alone = evolve(request, inbound=_deactivation(request.inbound))
        outcome, _ = await self._write(store, alone)
        recording.effect = outcome.effect
        if isinstance(error, ScimError):
            error.detail = f"{error.detail.rstrip('.')}. This user's access is off all the same."

    def _shaped(self, admission: Admission, inbound: Inbound, answer: Answer) -> Answer:
        """Return *answer* as the dialect likes it; parsed only where the dialect has a word to say."""
        if answer.body is None or not translate.shapes(admission.dialect, inbound.verb):
            return answer
        outbound = Outbound(
            verb=inbound.verb, kind=inbound.kind, status=answer.status, body=json.loads(answer.body)
        )
        liked = translate.answer(admission.dialect, outbound)
        body = None if liked.body is None else dumps(liked.body)
        return evolve(answer, status=liked.status, body=body)


async def _answer_to(unit: Unit, request: Request, outcome: Outcome) -> Answer:
    """Shape the answer to a write, before its commit: what can fail, fails while nothing is done."""
    resource = outcome.resource
    if resource is None:
        return Answer(status=204)
    (text,) = await with_seats(unit.statuses, request, [as_text(resource)])
    tag = version_of(text)
    silent = resource.kind == "Group" and request.inbound.verb is Verb.PATCH
    if silent and "attributes" not in request.inbound.query:
        # It would grow with the group; RFC 7644 §3.5.2 allows none, unless attributes are asked for.
        return Answer(status=204, tag=tag)
    body = await shown(unit.members, request, text)
    if request.inbound.verb is not Verb.CREATE:
        return Answer(status=200, body=body, tag=tag)
    where = location(request.base_url, resource.kind, resource.id)
    return Answer(status=201, body=body, location=where, tag=tag)


def _grants(admission: Admission, inbound: Inbound) -> None:
    """Raise what a paused connection answers to whatever is neither a read nor a removal."""
    connection, team = admission.connection, admission.team
    if inbound.verb in _READS or is_removal(inbound) or connection.state_in(team) is not State.PAUSED:
        return
    why = f" ({' and '.join(team.lacks())})" if team.lacks() else ""
    raise Unavailable(
        f"SCIM is paused for this team{why}: nobody can be added now", retry_after=RETRY_SECONDS
    )


def _deactivation(inbound: Inbound) -> Inbound:
    operation: Json = {"op": "replace", "path": "active", "value": False}
    body: Json = {"schemas": [PATCH_OP], "Operations": [operation]}
    return Inbound(verb=Verb.PATCH, kind="User", id=inbound.id, body=body)


def _unknown() -> Unauthorized:
    return Unauthorized(REFUSED)


def _away(dialect: Dialect | None) -> ScimError:
    """Return the error on which who speaks *dialect* comes again by itself."""
    limited = dialect is not None and dialect.policy.unavailable_status == TooManyRequests.status
    kind = TooManyRequests if limited else Unavailable
    return kind("the hub cannot reach its database; please try again", retry_after=RETRY_SECONDS)
