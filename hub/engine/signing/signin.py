"""People sign in: sent to their provider, believed when they come back, and let in, or told why not."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit, urlunsplit

import structlog
from attrs import evolve, frozen

from hub.engine.values.entitlements import REFUSALS, Reason, decide
from hub.engine.values.errors import AdminError, StoreAway
from hub.engine.values.flows import FLOW_SECONDS, Errand, Flow, Purpose
from hub.engine.values.known import Linked
from hub.engine.values.notes import Author
from hub.moments import later
from hub.providers import Doors, NobodyIn, NotBelieved, Proof

from .drafts import Misfit
from .endings import Admitted, Lost, SentOn, Trial, Tried, TurnedAway, Unsent
from .matching import Match, whom

if TYPE_CHECKING:
    from hub.engine.ports import Clock, Flows, Speaks, Standings, Subjects
    from hub.engine.product.handover import HandOver
    from hub.providers import How, Identity, Provider

    from .providing import Providing

log = structlog.get_logger("hub.signin")


#: Why the portal is not somebody's → what they are told.
_NO_ADMIN = {
    "no_admin": "You are no administrator of this team. Ask one of its owners to add you.",
    "out": "You look after this team, and are removed from it, or suspended there. Ask one of its owners.",
}


@frozen(kw_only=True)
class SignIns:
    """Begins sign-ins, and ends them. *random* makes secrets that nobody guesses, *key* digests of them."""

    providing: Providing
    flows: Flows
    subjects: Subjects
    standings: Standings
    speaks: Speaks
    handover: HandOver
    clock: Clock
    random: Callable[[], str]
    key: bytes

    async def begin(
        self,
        provider: Provider,
        errand: Errand,
        *,
        doors: Doors,
        state: str,
        browser: str,
        hint: str | None = None,
    ) -> str:
        """Return the URL to send somebody to, whose browser holds the secret *browser*; raises `Unsent`.

        They come back with the *state*, which nobody guesses either.
        """
        proof = Proof(state=state, nonce=self.random(), verifier=self.random())
        try:
            url = await self.speaks.begin(self.providing.opened(provider), doors, proof, hint=hint)
        except (NotBelieved, Misfit) as error:
            log.warning("signin.unsent", team=provider.team, provider=provider.id, why=str(error))
            raise Unsent(str(error)) from error
        flow = Flow(
            id=self._digest(proof.state),
            team=provider.team,
            provider=provider.id,
            errand=errand,
            proof=evolve(proof, state=""),
            browser=self._digest(browser),
            expires_at=later(self.clock(), FLOW_SECONDS),
        )
        if not await self.flows.begin(flow):
            raise Unsent("it has just been removed")
        return url

    async def answered(
        self,
        provider: Provider,
        state: str,
        answer: Mapping[str, str],
        *,
        doors: Doors,
        browser: str | None = None,
    ) -> None:
        """Take up what a provider *answer*ed, once; raises `Lost`.

        That it is the same *browser* is checked here where it can be told, and again when the sign-in is
        `finished`.
        """
        flow, over = await self._flow(provider, state)
        if over or (browser is not None and not self._same(flow, browser)):
            raise self._lost(provider, "taken up already, or in another browser")
        # Before the provider is asked: a code that is shown twice is worth nothing (RFC 6749 §4.1.2).
        if not await self.flows.claim(flow):
            raise self._lost(provider, "taken up already")
        try:
            agreed = self.providing.opened(provider)
            identity, how = await self.speaks.finish(agreed, doors, flow.proof, answer)
        except (NotBelieved, Misfit) as error:
            await self._disbelieved(flow, provider, error)
            return
        if not await self.flows.answer(evolve(flow, identity=identity)):
            raise self._lost(provider, "over, or with a provider that has just been removed")
        if how != agreed:
            await self._renewed(provider, how)

    async def finished(
        self, provider: Provider, state: str, *, browser: str
    ) -> Admitted | SentOn | TurnedAway | Tried:
        """Return what becomes of whoever signed in, once; raises `Lost`."""
        flow = await self._over(provider, state, browser)
        if flow.errand.purpose is Purpose.TEST:
            return Tried()
        if flow.identity is None or not await self.flows.take(flow):
            raise self._lost(provider, "taken up already")
        match = await whom(self.subjects, provider, flow.identity)
        if flow.errand.purpose is Purpose.PORTAL:
            return await self._to_portal(flow, flow.identity, provider, match)
        return await self._to_product(flow, flow.identity, provider, match)

    async def trial(self, provider: Provider, state: str, *, browser: str) -> Trial:
        """Return what came of trying to sign in, for some minutes; raises `Lost`.

        The first look notes that it worked: from then on a team that had no SSO has it.
        """
        flow = await self._over(provider, state, browser)
        if flow.errand.purpose is not Purpose.TEST:
            raise self._lost(provider, "no trial")
        if flow.identity is None:
            return Trial(fault=flow.fault)
        if (provider.tested_at or "") < later(flow.expires_at, -FLOW_SECONDS):
            await self.providing.tested(provider, flow.identity, by=Author(name=flow.errand.by))
        return Trial(identity=flow.identity, match=await whom(self.subjects, provider, flow.identity))

    async def _to_portal(
        self, flow: Flow, identity: Identity, provider: Provider, match: Match
    ) -> Admitted | TurnedAway:
        if match.admin is None:
            return _no_admin(provider, identity, "no_admin")
        # Before it is asked who is out: whoever has come back is not shut out by who they were.
        linked = await self._linked(provider, identity, match)
        if await self.subjects.out(provider.team, admin=match.admin, person=match.person):
            return _no_admin(provider, identity, "out")
        if not linked:
            return _no_admin(provider, identity, "no_admin")
        return Admitted(admin=match.admin, to=flow.errand.return_to)

    async def _to_product(
        self, flow: Flow, identity: Identity, provider: Provider, match: Match
    ) -> SentOn | TurnedAway:
        now = self.clock()
        standings = await self.standings.person(provider.team, match.person) if match.person else ()
        entitlement = decide(standings, now=now)
        person = entitlement.person
        if not entitlement.entitled or person is None:
            return _turned(provider, identity, entitlement.reason)
        if not await self._linked(provider, identity, match):
            return _turned(provider, identity, Reason.UNKNOWN)
        code = await self.handover.code(provider.team, person, flow.errand, auth_time=identity.auth_time)
        return SentOn(url=_with(flow.errand.return_to, code=code, state=flow.errand.state))

    async def _linked(self, provider: Provider, identity: Identity, match: Match) -> bool:
        return await self.subjects.link(provider, identity, Linked(person=match.person, admin=match.admin))

    async def _renewed(self, provider: Provider, how: How) -> None:
        """Keep what the provider's metadata says now; where that fails, the next who signs in brings it."""
        try:
            await self.providing.renewed(provider, how, by=Author(name="metadata"))
        except (AdminError, StoreAway) as error:
            log.warning("signin.unrenewed", team=provider.team, provider=provider.id, why=str(error))

    async def _disbelieved(self, flow: Flow, provider: Provider, error: NotBelieved | Misfit) -> None:
        """Keep why an answer is not believed, for whoever tries sign-in; nobody else is told."""
        await self.flows.answer(evolve(flow, fault=str(error)))
        if flow.errand.purpose is not Purpose.TEST:
            raise self._lost(provider, "not let in there" if isinstance(error, NobodyIn) else str(error))

    async def _flow(self, provider: Provider, state: str) -> tuple[Flow, bool]:
        """Return the sign-in with that *state* and whether somebody has its answer."""
        found = await self.flows.under_way(provider.team, provider.id, self._digest(state))
        if found is None or found[0].expires_at <= self.clock():
            raise self._lost(provider, "unknown, or over")
        return found

    async def _over(self, provider: Provider, state: str, browser: str) -> Flow:
        """Return the sign-in of this *browser* with that *state*, which was answered."""
        flow, _ = await self._flow(provider, state)
        if not flow.answered or not self._same(flow, browser):
            raise self._lost(provider, "not answered yet, or in another browser")
        return flow

    def _same(self, flow: Flow, browser: str) -> bool:
        return hmac.compare_digest(flow.browser, self._digest(browser))

    def _digest(self, text: str) -> str:
        return hmac.new(self.key, text.encode(), hashlib.sha256).hexdigest()

    def _lost(self, provider: Provider, why: str) -> Lost:
        log.warning("signin.lost", team=provider.team, provider=provider.id, why=why)
        return Lost(why)


def _turned(provider: Provider, identity: Identity, reason: Reason) -> TurnedAway:
    log.info("signin.refused", team=provider.team, provider=provider.id, reason=reason.value)
    return TurnedAway(
        provider=provider,
        called=_called(identity),
        reason=reason,
        message=REFUSALS[reason][0],
    )


def _no_admin(provider: Provider, identity: Identity, why: str) -> TurnedAway:
    log.info("signin.refused", team=provider.team, provider=provider.id, reason=why)
    return TurnedAway(provider=provider, called=_called(identity), reason=None, message=_NO_ADMIN[why])


def _called(identity: Identity) -> str:
    return next(iter((*identity.addresses, *identity.doubtful)), identity.name or identity.subject)


def _with(url: str, **values: str) -> str:
    """Return *url* with *values* added to its query."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query="&".join(filter(None, [parts.query, urlencode(values)]))))
