"""Tokens of connections and keys of the API: made, rotated and revoked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from hub import tokens
from hub.engine.common.trail import changed
from hub.engine.values.errors import AdminError
from hub.engine.values.scope import Scope
from hub.moments import later
from hub.teams import ApiKey, Token

if TYPE_CHECKING:
    from hub.engine.common.minting import Mint
    from hub.engine.ports import Clock, Ids, Registry, Unit, Work
    from hub.engine.values.notes import Author
    from hub.teams import Connection, Team

#: Days that a token stays valid beside the one that takes its place.
OVERLAP_DAYS = 7


@frozen(kw_only=True)
class Tokens:
    """Makes tokens and ends them; each raises `AdminError`, and is noted in the team's audit."""

    registry: Registry
    mint: Mint
    clock: Clock
    ids: Ids

    async def create(
        self, connection: Connection, *, expires_at: str | None = None, user: str | None = None, by: Author
    ) -> tuple[Token, str]:
        """Make one more token for *connection*, ending at *expires_at* (RFC 3339, UTC) or never.

        With the id of a *user* it stands for this user, who may read themself by it and nothing else.
        """
        if user is not None and not await self._has_user(connection, user):
            raise AdminError(f"connection {connection.id} has no user '{user}': --user takes a SCIM id")
        token, text = self.mint.token(connection, expires_at=expires_at, user=user)
        await self._add(token, by=by)
        return token, text

    async def create_api_key(
        self, team: Team, *, expires_at: str | None = None, by: Author
    ) -> tuple[ApiKey, str]:
        """Make one more key of the API of *team*, ending at *expires_at* (RFC 3339, UTC) or never."""
        key, text = self.mint.api_key(team, expires_at=expires_at)
        await self._add(key, by=by)
        return key, text

    async def rotate(
        self, connection: Connection, *, expires_at: str | None = None, by: Author
    ) -> tuple[Token, str]:
        """Make the next token of *connection*, and let those there are end in a week, if they do not sooner.

        Return it with its text, which is shown this once. It ends at *expires_at* (RFC 3339, UTC) or never.
        """
        token, text = self.mint.token(connection, expires_at=expires_at)
        now = token.created_at
        ends = later(now, OVERLAP_DAYS * 86_400)

        async def work(unit: Unit) -> None:
            await unit.team()
            for each in await unit.tokens(connection.id):
                if each.user is None and each.valid(at=now) and (each.expires_at or ends) >= ends:
                    await unit.put(evolve(each, expires_at=ends))
                    told = changed({"expires_at": each.expires_at}, {"expires_at": ends})
                    await unit.note(by, "token.retire", each.key_id, changes=told)
            await put_new(unit, token, by=by)

        await self._write(connection.team, work)
        return token, text

    async def of(self, connection: Connection) -> Sequence[Token]:
        """Return the tokens of *connection*, oldest first."""
        return await self.registry.tokens(connection.id)

    async def api_keys(self, team: Team) -> Sequence[ApiKey]:
        """Return the keys of the API of *team*, oldest first."""
        return await self.registry.api_keys(team.id)

    async def revoke(self, key: str, *, by: Author) -> Token | ApiKey:
        """End a token, named by its key id or by itself, from the next request on."""
        credential = tokens.parse(key)
        token = await self._kept(credential.key_id if credential else key)
        if token is None:
            raise AdminError(f"there is no token '{key[:16]}': `hub token list CONNECTION` shows all")
        if token.revoked_at:
            return token
        revoked = evolve(token, revoked_at=self.clock())

        async def work(unit: Unit) -> None:
            await unit.put(revoked)
            changes = changed(audited(token), audited(revoked))
            await unit.note(by, "token.revoke", token.key_id, changes=changes)

        await self._write(token.team, work)
        return revoked

    async def _add(self, key: Token | ApiKey, *, by: Author) -> None:
        async def work(unit: Unit) -> None:
            await unit.team()  # in turn with whoever ends all that there are
            await put_new(unit, key, by=by)

        await self._write(key.team, work)

    async def _kept(self, key_id: str) -> Token | ApiKey | None:
        found = await self.registry.token(key_id)
        return found[0] if found else await self.registry.api_key(key_id)

    async def _has_user(self, connection: Connection, user: str) -> bool:
        store = self.registry.store(Scope(team=connection.team, connection=connection.id))
        return await store.text("User", user) is not None

    async def _write(self, team: str, work: Work[None]) -> None:
        await self.registry.store(Scope(team=team)).write(work, reference=f"admin_{self.ids()}")


async def put_new(unit: Unit, key: Token | ApiKey, *, by: Author) -> None:
    """Keep a new token, and note that it was made."""
    await unit.put(key)
    await unit.note(by, "token.create", key.key_id, changes=changed({}, audited(key)))


def audited(key: Token | ApiKey) -> dict[str, Any]:
    """Return what the audit says of a token: whose it is and when it ends, never what opens anything."""
    opens = {"connection": key.connection, "user": key.user} if isinstance(key, Token) else {"kind": "api"}
    return {**opens, "expires_at": key.expires_at, "revoked_at": key.revoked_at}
