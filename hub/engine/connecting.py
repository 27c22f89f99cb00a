"""What administrators change of a connection while it is in use: its token, domains, guide, provider."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from hub import tokens
from hub.moments import later
from hub.teams import Token

from .admin import domain_in
from .errors import AdminError
from .scope import Scope
from .trail import changed

if TYPE_CHECKING:
    from hub.providers import Provider
    from hub.teams import Connection

    from .notes import Author
    from .plugins import Plugins
    from .ports import Clock, Ids, Providers, Registry, Unit

#: Days that a token stays valid beside the one that takes its place.
OVERLAP_DAYS = 7

#: The most domains of a connection.
DOMAINS_MAX = 100


@frozen(kw_only=True)
class Connecting:
    """Changes connections; each raises `AdminError`, and is noted in the team's audit."""

    registry: Registry
    signing_in: Providers
    plugins: Plugins
    clock: Clock
    ids: Ids
    key: bytes
    entropy: Callable[[int], bytes]

    async def rotate(
        self, connection: Connection, *, expires_at: str | None = None, by: Author
    ) -> tuple[Token, str]:
        """Make the next token of *connection*; those that open it now do so for a week more, if so long.

        Return it, and its text, once. It ends at *expires_at* (RFC 3339, UTC) or never.
        """
        now = self.clock()
        if expires_at is not None and expires_at <= now:
            raise AdminError(f"a token cannot expire in the past ({expires_at})")
        credential = tokens.mint(self.entropy(tokens.ENTROPY))
        token = Token(
            key_id=credential.key_id,
            team=connection.team,
            connection=connection.id,
            digest=tokens.digest(credential, self.key),
            created_at=now,
            expires_at=expires_at,
        )
        ends = later(now, OVERLAP_DAYS * 86_400)

        async def work(unit: Unit) -> None:
            await unit.team()
            for each in await self.registry.tokens(connection.id):
                if each.user is None and each.valid(at=now) and (each.expires_at or ends) >= ends:
                    await unit.put(evolve(each, expires_at=ends))
                    told = changed({"expires_at": each.expires_at}, {"expires_at": ends})
                    await unit.note(by, "token.retire", each.key_id, changes=told)
            await unit.put(token)
            made = {"connection": connection.id, "expires_at": expires_at}
            await unit.note(by, "token.create", token.key_id, changes=changed({}, made))

        await self.registry.store(Scope(team=connection.team)).write(work, reference=f"admin_{self.ids()}")
        return token, str(credential)

    async def trust(self, connection: Connection, domains: Collection[str], *, by: Author) -> Connection:
        """Let *connection* vouch for addresses in these *domains*, and in no others."""
        if len(domains) > DOMAINS_MAX:
            raise AdminError(f"a connection vouches for at most {DOMAINS_MAX} domains")
        return await self._set(connection, by, domains=tuple(dict.fromkeys(map(domain_in, domains))))

    async def follow(self, connection: Connection, guide: str, *, by: Author) -> Connection:
        """Have the page of *connection* show the *guide* of that name, of those its dialect has."""
        there = [each.name for each in self.plugins.dialect(connection.idp).guides]
        if guide not in there:
            raise AdminError(f"{connection.idp} has no guide '{guide}': it has {', '.join(there)}")
        return await self._set(connection, by, guide=guide)

    async def providers(self, connection: Connection) -> Sequence[Provider]:
        """Return the providers with which the people of *connection* may sign in, oldest first."""
        return await self.signing_in.of(connection.team)

    async def signs_in_by(self, connection: Connection, provider: str | None, *, by: Author) -> Connection:
        """Say with which *provider* the people of *connection* sign in; None leaves it open."""
        return await self._set(connection, by, provider=provider)

    async def _set(self, connection: Connection, by: Author, **changes: Any) -> Connection:
        async def work(unit: Unit) -> Connection:
            await unit.team()
            if changes.get("provider") not in {None, *(each.id for each in await unit.providers())}:
                raise AdminError("there is no such provider any more: choose one of those listed")
            (before,) = (each for each in await unit.connections() if each.id == connection.id)
            after = evolve(before, **changes)
            if after != before:
                await unit.put(after)
                told = changed({name: _plain(getattr(before, name)) for name in changes}, _all_plain(changes))
                await unit.note(by, "connection.set", connection.id, changes=told)
            return after

        return await self.registry.store(Scope(team=connection.team)).write(
            work, reference=f"admin_{self.ids()}"
        )


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _all_plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in values.items()}
