"""Who is signed in to the portal: sessions, begun by a link or a sign-in, and how they end."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import structlog
from attrs import frozen

from hub.engine.common.trail import changed
from hub.engine.values.notes import Author, Note
from hub.moments import later
from hub.teams import Role, Session

if TYPE_CHECKING:
    from hub.engine.ports import Clock, Ids, Visits
    from hub.providers import Provider
    from hub.teams import Admin, Link, Team

#: Seconds without a request after which a session ends, and after which it ends in any case.
IDLE_SECONDS = 30 * 60
LASTS_SECONDS = 12 * 3600

#: Seconds within which a session's requests are not noted again: a read is no write.
SEEN_SECONDS = 60

#: How many random bytes the browser holds.
ENTROPY = 32

log = structlog.get_logger("hub.sessions")


@frozen(kw_only=True)
class Sessions:
    """Begins, finds and ends sessions."""

    visits: Visits
    clock: Clock
    ids: Ids
    key: bytes
    entropy: Callable[[int], bytes]

    async def begin(self, admin: Admin, *, provider: str | None = None) -> tuple[Session, str] | None:
        """Begin a session of an *admin* who has just signed in; return it, and what their browser is to hold.

        It ends with the *provider* that they came by, if any. None where the admin or the provider has just
        been removed.
        """
        session, text = self._made(
            role=admin.role, who=admin.address, team=admin.team, admin=admin.id, provider=provider
        )
        return (session, text) if await self._begun(session) else None

    async def enter(self, link: Link) -> tuple[Session, str] | None:
        """Begin a session by a *link*; None where it was used up. A link for setting up never is."""
        ends = min(link.expires_at, later(self.clock(), LASTS_SECONDS)) if link.role is Role.SETUP else None
        session, text = self._made(
            role=link.role,
            who=link.who,
            team=link.team,
            connection=link.connection,
            link=link.key_id,
            expires_at=ends,
        )
        return (session, text) if await self._begun(session) else None

    async def find(self, text: str, *, alive: bool = True) -> Session | None:
        """Return the session of the browser that holds *text*; None where there is none, or no longer.

        It is prolonged, unless this request is no sign that somebody is *alive*.
        """
        session = await self.look(self._digest(text))
        if session is not None and alive and later(session.seen_at, SEEN_SECONDS) <= self.clock():
            await self.visits.seen(session.id, at=self.clock())
        return session

    async def look(self, id: str) -> Session | None:
        """Return a session as it is now, without prolonging it."""
        now = self.clock()
        return await self.visits.session(id, at=now, seen_after=later(now, -IDLE_SECONDS))

    async def end(self, session: Session) -> None:
        """Sign somebody out."""
        note = self._note(Author(name=session.who), "session.end", session.role, {})
        await self.visits.end(session, note=note, reference=self._reference())

    async def refused(self, provider: Provider, who: str, *, says: str) -> None:
        """Note that somebody signed in with *provider*, and was told that the portal is not open to them."""
        told = changed({}, {"says": says})
        note = self._note(Author(name=who), "session.refuse", provider.title, told)
        await self.visits.refused(provider.team, note=note, reference=self._reference())

    async def end_all(self, team: Team | None, *, by: Author) -> int:
        """Sign everybody out who looks after *team*, or all operators, and end their links; return how many.

        Whoever sets up a connection can come back by their link, until it is revoked.
        """
        whose, note = team.id if team else None, self._note(by, "session.end", "all", {})
        count = await self.visits.shut(whose, note=note, reference=self._reference())
        log.info("session.end", team=whose, count=count)
        return count

    async def _begun(self, session: Session) -> bool:
        how = changed({}, {"link": session.link, "connection": session.connection})
        note = self._note(Author(name=session.who), "session.begin", session.role, how)
        begun = await self.visits.begin(session, note=note, reference=self._reference())
        if begun:
            log.info("session.begin", team=session.team, role=session.role, link=session.link)
        return begun

    def _note(self, by: Author, action: str, target: str, changes: Mapping[str, Any]) -> Note:
        return Note(
            at=self.clock(),
            who=by.name,
            action=action,
            target=target,
            person=None,
            why=by.why,
            changes=changes,
        )

    def _made(
        self,
        *,
        role: Role,
        who: str,
        team: str | None,
        admin: str | None = None,
        connection: str | None = None,
        link: str | None = None,
        provider: str | None = None,
        expires_at: str | None = None,
    ) -> tuple[Session, str]:
        text, now = self.entropy(ENTROPY).hex(), self.clock()
        session = Session(
            id=self._digest(text),
            team=team,
            role=role,
            who=who,
            created_at=now,
            seen_at=now,
            expires_at=expires_at or later(now, LASTS_SECONDS),
            admin=admin,
            connection=connection,
            link=link,
            provider=provider,
        )
        return session, text

    def _digest(self, text: str) -> str:
        # No token's digest: those are of a key id of twelve signs.
        return hmac.new(self.key, f"session.{text}".encode(), hashlib.sha256).hexdigest()

    def _reference(self) -> str:
        return f"session_{self.ids()}"
