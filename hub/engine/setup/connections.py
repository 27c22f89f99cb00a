"""Connections: made, found, turned on and off, and changed while they are in use."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import evolve, frozen

from hub.engine.common.trail import changed
from hub.engine.values.addresses import domain_in
from hub.engine.values.errors import AdminError
from hub.engine.values.scope import Scope
from hub.teams import Connection, Profile, State

from .tokens import put_new

if TYPE_CHECKING:
    from hub.engine.common.minting import Mint
    from hub.engine.common.plugins import Plugins
    from hub.engine.ports import Ids, Providers, Registry, Unit, Work
    from hub.engine.values.notes import Author
    from hub.providers import Provider
    from hub.spi import Dialect
    from hub.teams import Team

T = TypeVar("T")

#: The most domains of a connection.
DOMAINS_MAX = 100

#: State → the command that brings a connection into it.
_TURNS = {State.ON: "on", State.PAUSED: "pause", State.OFF: "off"}


@frozen(kw_only=True)
class Connections:
    """Makes and changes connections; each raises `AdminError`, and is noted in the team's audit."""

    registry: Registry
    signing_in: Providers
    plugins: Plugins
    mint: Mint
    ids: Ids

    async def create(
        self,
        team: Team,
        *,
        idp: str,
        profile: Profile = Profile.TOLERANT,
        domains: Sequence[str] = (),
        guide: str | None = None,
        on: bool = False,
        by: Author,
    ) -> tuple[Connection, str]:
        """Make a connection with a first token, which is returned once and never again.

        Its page shows the *guide* of its dialect that is called so, the first where none is named.
        """
        dialect = self.plugins.dialect(idp)
        connection = Connection(
            id=self.ids(),
            team=team.id,
            idp=dialect.name,
            profile=profile,
            state=State.ON if on else State.DRAFT,
            domains=_domains(domains),
            guide=_guide(guide, dialect) if guide is not None else None,
        )
        token, text = self.mint.token(connection)

        async def work(unit: Unit) -> None:
            _check_on(await unit.team(), connection.state)
            await unit.put(connection)
            await unit.note(by, "connection.create", connection.id, changes=changed({}, _told(connection)))
            await put_new(unit, token, by=by)

        await self._write(team.id, work)
        return connection, text

    async def one(self, id: str) -> Connection:
        """Return the connection that has this id."""
        connection = await self.registry.connection(id)
        if connection is None:
            raise AdminError(f"there is no connection '{id}': `hub connection list` shows all")
        return connection

    async def of(self, team: Team) -> Sequence[Connection]:
        """Return the connections of *team*, oldest first."""
        return await self.registry.connections(team.id)

    async def all(self) -> Sequence[Connection]:
        """Return the connections of all teams, oldest first."""
        return await self.registry.connections()

    async def set_state(self, connection: Connection, state: State, *, by: Author) -> Connection:
        """Turn a connection on, pause it, or turn it off; people and seats stay as they are."""

        async def work(unit: Unit) -> Connection:
            team = await unit.team()
            before = await _now(unit, connection)
            after = evolve(before, state=state)
            _check_on(team, state)
            if after != before:
                await unit.put(after)
                changes = changed(_told(before), _told(after))
                await unit.note(by, f"connection.{_TURNS[state]}", connection.id, changes=changes)
            return after

        return await self._write(connection.team, work)

    async def trust(self, connection: Connection, domains: Collection[str], *, by: Author) -> Connection:
        """Let *connection* vouch for addresses in these *domains*, and in no others."""
        return await self._set(connection, by, domains=_domains(domains))

    async def follow(self, connection: Connection, guide: str, *, by: Author) -> Connection:
        """Have the page of *connection* show the *guide* of that name, of those its dialect has."""
        return await self._set(connection, by, guide=_guide(guide, self.plugins.dialect(connection.idp)))

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
            before = await _now(unit, connection)
            after = evolve(before, **changes)
            if after != before:
                await unit.put(after)
                told = changed({name: _plain(getattr(before, name)) for name in changes}, _all_plain(changes))
                await unit.note(by, "connection.set", connection.id, changes=told)
            return after

        return await self._write(connection.team, work)

    async def _write(self, team: str, work: Work[T]) -> T:
        return await self.registry.store(Scope(team=team)).write(work, reference=f"admin_{self.ids()}")


async def _now(unit: Unit, connection: Connection) -> Connection:
    """Return *connection* as it is now, which may be otherwise than when it was read."""
    (found,) = (each for each in await unit.connections() if each.id == connection.id)
    return found


def _domains(domains: Collection[str]) -> tuple[str, ...]:
    if len(domains) > DOMAINS_MAX:
        raise AdminError(f"a connection vouches for at most {DOMAINS_MAX} domains")
    return tuple(dict.fromkeys(map(domain_in, domains)))


def _guide(name: str, dialect: Dialect) -> str:
    there = [each.name for each in dialect.guides]
    if name not in there:
        raise AdminError(f"{dialect.name} has no guide '{name}': it has {', '.join(there)}")
    return name


def _check_on(team: Team, state: State) -> None:
    if state is State.ON and (lacks := team.lacks()):
        raise AdminError(f"SCIM cannot be turned on for '{team.name}': {' and '.join(lacks)}")


def _told(connection: Connection) -> dict[str, Any]:
    """Return what the audit says of a connection."""
    return {
        "idp": connection.idp,
        "profile": connection.profile,
        "state": connection.state,
        "domains": list(connection.domains),
    }


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _all_plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in values.items()}
