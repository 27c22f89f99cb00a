"""The walk of a write, from request to answer: tried again, noted, or done in part where it must."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from attrs import evolve, frozen

from hub.engine.asking.removals import deactivates, is_removal
from hub.engine.asking.requests import REFUSED, Answer
from hub.engine.common.failpoints import failpoint
from hub.engine.seats.refusing import NoSeat
from hub.engine.values.errors import Outdated, StoreAway
from hub.engine.values.shape import as_text, location, version_of
from hub.scim.errors import NotFound, PreconditionFailed, ScimError, Unauthorized
from hub.scim.extensions import types_of
from hub.scim.reading import PATCH_OP
from hub.spi import Inbound, Json, Verb

from .intents import intent_of
from .showing import shown, with_seats

if TYPE_CHECKING:
    from hub.engine.asking.recording import Recording
    from hub.engine.asking.requests import Request
    from hub.engine.ports import Registry, Unit

    from .outcomes import Outcome
    from .provision import Provisioning

log = structlog.get_logger("hub.writing")

#: How often a write is begun anew because an administrator has changed what it goes by.
CHANGES_MAX = 5


@frozen(kw_only=True)
class Writing:
    """Answers requests that change something."""

    registry: Registry
    provisioning: Provisioning
    operations_max: int

    async def answer(self, request: Request, recording: Recording) -> Answer:
        """Do what *request* asks and note in *recording* what it did, or raise a `ScimError`."""
        try:
            outcome, answer = await self._write(request)
        except (NotFound, PreconditionFailed, StoreAway):  # what was asked only if … is not done if not
            raise
        except NoSeat as refusal:
            await self._note(request, refusal)
            raise
        except Exception as error:
            if not deactivates(request.inbound):
                raise
            await self._off_all_the_same(request, recording, error)
            raise
        recording.effect = outcome.effect
        failpoint("answer.before")
        return answer

    async def _write(self, request: Request) -> tuple[Outcome, Answer]:
        """Do what *request* asks, by its connection and team as they are when it is committed."""
        for _ in range(CHANGES_MAX):
            try:
                return await self._tried(request)
            except Outdated:  # no pause: what overtook it is committed, so that there is nothing to wait for
                request = await self._renewed(request)
        raise StoreAway("its connection is changed again and again")

    async def _renewed(self, request: Request) -> Request:
        """Return *request* as it is admitted now; a removal is admitted whatever has changed."""
        assert request.admission.key_id is not None, "what came by no token is no request of a provider"
        found = await self.registry.token(request.admission.key_id)
        assert found is not None, "a token is ended, and stays"
        token, connection, team = found
        admission = evolve(request.admission, connection=connection, team=team, types=types_of(team.schemas))
        if not is_removal(request.inbound):
            if token.revoked_at:
                raise Unauthorized(REFUSED)
            admission.check_open()
        admission.check_unpaused(request.inbound)
        return evolve(request, admission=admission)

    async def _tried(self, request: Request) -> tuple[Outcome, Answer]:
        intent = intent_of(request, operations_max=self.operations_max)
        scope = evolve(request.admission.scope, revision=request.connection.revision)

        async def work(unit: Unit) -> tuple[Outcome, Answer]:
            outcome = await self.provisioning.write(unit, request, intent)
            return outcome, await _answer_to(unit, request, outcome)

        adds = request.inbound.verb is Verb.CREATE and request.inbound.kind == "User"
        return await self.registry.store(scope).write(work, reference=request.reference, shares=adds)

    async def _note(self, request: Request, refusal: NoSeat) -> None:
        """Note who was refused for want of a seat, now that what was done for them is undone."""
        store, name = self.registry.store(request.admission.scope), str(refusal.user_name)
        try:
            await store.write(lambda unit: unit.refused(name, refusal.kind), reference=request.reference)
        except Exception:  # the answer is the same
            log.exception("alarm.refusal_not_kept", exchange=request.reference)

    async def _off_all_the_same(self, request: Request, recording: Recording, error: Exception) -> None:
        """Deactivate a user, and do no more, where a request wanted that and more and failed with *error*.

        RFC 7644 §3.5.2 wants all or nothing. Leavers must not stay because of a comma: a documented
        deviation, which the strict profile does not take.
        """
        if request.strict:
            log.error("alarm.removal_refused", exchange=request.reference, why=type(error).__name__)
            return
        alone = evolve(request, inbound=_deactivation(request.inbound))
        outcome, _ = await self._write(alone)
        recording.effect = outcome.effect
        if isinstance(error, ScimError):
            error.detail = f"{error.detail.rstrip('.')}. This user's access is off all the same."


async def _answer_to(unit: Unit, request: Request, outcome: Outcome) -> Answer:
    """Shape the answer to a write before it is committed, so that nothing is done where this fails."""
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
    where = location(request.base_url, resource.kind, resource.id)
    status = 201 if request.inbound.verb is Verb.CREATE else 200
    return Answer(status=status, body=body, location=where, tag=tag)


def _deactivation(inbound: Inbound) -> Inbound:
    operation: Json = {"op": "replace", "path": "active", "value": False}
    body: Json = {"schemas": [PATCH_OP], "Operations": [operation]}
    return Inbound(verb=Verb.PATCH, kind="User", id=inbound.id, body=body)
