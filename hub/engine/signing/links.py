"""Links that let somebody into the portal without signing in: an admin once, an outside admin for days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import structlog
from attrs import evolve, frozen

from hub import tokens
from hub.engine.common.trail import changed
from hub.engine.values.errors import AdminError
from hub.engine.values.scope import Scope
from hub.moments import later
from hub.teams import Link, Role

if TYPE_CHECKING:
    from hub.engine.common.minting import Mint
    from hub.engine.ports import Clock, Ids, Registry, Trail, Unit, Visits, Work
    from hub.engine.values.notes import Author
    from hub.teams import Connection, Team, Token

#: Seconds that a link to the portal lasts, and one for setting up a connection.
ADMIN_SECONDS = 30 * 60
SETUP_SECONDS = 7 * 86_400

#: The most tokens that are looked for of those that were made with a link.
TOKENS_MAX = 1000

#: What there was before something is made.
NOTHING: Mapping[str, Any] = MappingProxyType({})

log = structlog.get_logger("hub.links")


@frozen(kw_only=True)
class Links:
    """Makes links, finds what one is, and revokes them; who does so is in the team's audit."""

    registry: Registry
    visits: Visits
    trail: Trail
    clock: Clock
    ids: Ids
    mint: Mint

    async def for_admin(self, team: Team, *, role: Role = Role.OWNER, by: Author) -> tuple[Link, str]:
        """Make a link that lets whoever follows it first into *team*; return it, and its text, once."""
        if role in {Role.SETUP, Role.OPERATOR}:
            raise AdminError(f"a link to a team is for an owner, an admin or an auditor, not for '{role}'")
        link, text = self._minted(team=team.id, role=role, seconds=ADMIN_SECONDS, by=by)
        await self._add(link, by=by)
        return link, text

    async def for_operator(self, *, by: Author) -> tuple[Link, str]:
        """Make a link that lets whoever follows it first see all teams; no team's audit tells of it."""
        link, text = self._minted(team=None, role=Role.OPERATOR, seconds=ADMIN_SECONDS, by=by)
        await self.visits.add(link)
        log.info("link.create", link=link.key_id, role=link.role)
        return link, text

    async def for_setup(self, connection: Connection, *, by: Author) -> tuple[Link, str]:
        """Make a link by which an outside admin can set up *connection* for a week."""
        link, text = self._minted(
            team=connection.team, role=Role.SETUP, seconds=SETUP_SECONDS, by=by, connection=connection.id
        )
        await self._add(link, by=by)
        return link, text

    async def of(self, connection: Connection) -> Sequence[Link]:
        """Return the links for setting up *connection*, oldest first."""
        return await self.visits.links(connection.team, connection=connection.id)

    async def find(self, text: str) -> Link | None:
        """Return the link whose text this is, if it lets anybody in at this moment."""
        credential = tokens.parse(text)
        if credential is None:
            return None
        link = await self.visits.link(credential.key_id)
        if link is None or not tokens.same(link.digest, tokens.digest(credential, self.mint.key)):
            return None
        return link if link.opens(at=self.clock()) else None

    async def tokens(self, link: Link) -> Sequence[Token]:
        """Return the tokens made by whoever came in by a set-up *link* that still open something."""
        if link.team is None or link.connection is None:
            return []
        notes = await self.trail.latest(
            link.team,
            who=link.who,
            action="token.create",
            since="",
            before=None,
            count=TOKENS_MAX,
        )
        made, now = {note.target for _, note in notes}, self.clock()
        there = await self.registry.tokens(link.connection)
        return [each for each in there if each.key_id in made and each.valid(at=now)]

    async def revoke(self, team: Team, key_id: str, *, tokens_too: bool = False, by: Author) -> Link:
        """End a link of *team*, and the sessions that were begun by it, from the next request on.

        With *tokens_too*, so do those that were made with it.
        """
        link = await self.visits.link(key_id)
        if link is None or link.team != team.id:
            raise AdminError(f"'{team.name}' has no link '{key_id}'")
        if link.revoked_at is not None:
            return link
        revoked = evolve(link, revoked_at=(at := self.clock()))

        async def work(unit: Unit) -> None:
            await unit.team()  # in turn with whoever makes a token
            await _put(unit, revoked, "link.revoke", by=by, before=_told(link))
            if tokens_too and link.connection:
                await _end(unit, await unit.tokens(link.connection, by=link.who), at, by=by)

        await self._write(revoked, work)
        return revoked

    async def _add(self, link: Link, *, by: Author) -> None:
        await self._write(link, lambda unit: _put(unit, link, "link.create", by=by))

    async def _write(self, link: Link, work: Work[None]) -> None:
        assert link.team is not None
        await self.registry.store(Scope(team=link.team)).write(work, reference=f"admin_{self.ids()}")

    def _minted(
        self, *, team: str | None, role: Role, seconds: int, by: Author, connection: str | None = None
    ) -> tuple[Link, str]:
        kept, text = self.mint.credential(later(self.clock(), seconds))
        return Link(team=team, role=role, connection=connection, created_by=by.name, **kept), text


async def _put(
    unit: Unit, link: Link, action: str, *, by: Author, before: Mapping[str, Any] = NOTHING
) -> None:
    await unit.put(link)
    await unit.note(by, action, link.key_id, changes=changed(before, _told(link)))


async def _end(unit: Unit, tokens: Sequence[Token], at: str, *, by: Author) -> None:
    for each in tokens:
        if each.valid(at=at):
            await unit.put(evolve(each, revoked_at=at))
            ended = changed({"revoked_at": None}, {"revoked_at": at})
            await unit.note(by, "token.revoke", each.key_id, changes=ended)


def _told(link: Link) -> dict[str, str | None]:
    """Return what the audit says of a link, never what opens anything."""
    return {
        "role": link.role,
        "connection": link.connection,
        "expires_at": link.expires_at,
        "revoked_at": link.revoked_at,
    }
