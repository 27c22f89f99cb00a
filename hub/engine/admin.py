"""What an operator does: teams, connections, tokens, and looking into the book."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from hub import tokens
from hub.ledger import moves
from hub.scim import extensions
from hub.scim.definitions import SchemaError, read_schema
from hub.scim.errors import InvalidSyntax
from hub.scim.extensions import Extension
from hub.scim.folding import fold
from hub.scim.strictjson import loads
from hub.teams import Connection, Profile, State, Team, Token

from .audit import Progress, problems_of, silent
from .plugins import UnknownDialect
from .ports import NameTaken, Scope

if TYPE_CHECKING:
    from hub.ledger.entries import Entry
    from hub.scim.schema import Schema

    from .plugins import Plugins
    from .ports import Books, Clock, Exchanges, Ids, Registry, SeatCount, Unit

#: The kind of seat that a team buys where it says nothing else.
STANDARD = "standard"

#: The most schemas that a team adds.
SCHEMAS_MAX = 20

#: The most seats of a kind that a team can buy: what every database counts to.
SEATS_MAX = 2**31 - 1


class AdminError(Exception):
    """What an operator asked cannot be done; the text says why and the way out."""


@frozen(kw_only=True)
class Admin:
    """The operator's use cases; each raises `AdminError`."""

    registry: Registry
    books: Books
    kept: Exchanges
    plugins: Plugins
    clock: Clock
    ids: Ids
    key: bytes
    entropy: Callable[[int], bytes]

    async def create_team(self, name: str, *, seats: int, plan: str, sso_issuer: str | None = None) -> Team:
        """Make a team that has bought *seats* standard seats."""
        if not name.strip():
            raise AdminError("a team needs a name")
        if seats < 0:
            raise AdminError("the number of seats cannot be below zero")
        if seats > SEATS_MAX:
            raise AdminError(f"a team can buy at most {SEATS_MAX} seats")
        team = Team(id=self.ids(), name=name, plan=plan, sso_issuer=sso_issuer)
        reference = f"team_{self.ids()}"

        async def work(unit: Unit) -> None:
            await unit.found(team)
            await unit.buy(STANDARD, seats)
            if seats:
                await unit.post("bought", reference, moves.buy(STANDARD, seats))

        try:
            await self.registry.store(Scope(team=team.id)).write(work, reference=reference)
        except NameTaken:
            raise AdminError(f"there is a team '{name}' already") from None
        return team

    async def team(self, name: str) -> Team:
        """Return the team called *name* (its id will do too)."""
        team = await self.registry.team(name=name) or await self.registry.team(id=name)
        if team is None:
            raise AdminError(f"there is no team '{name}': `hub team list` shows all")
        return team

    async def teams(self) -> Sequence[Team]:
        """Return all teams, by name."""
        return await self.registry.teams()

    def schemas(self, team: Team) -> Sequence[Extension]:
        """Return the schemas that *team* added to the built-in ones."""
        return extensions.read(team.schemas)

    async def add_schema(self, team: Team, text: bytes, *, kind: str) -> Extension:
        """Let resources of a *kind* have what the schema in *text*, as RFC 7643 §7 writes it, defines.

        One with the same URN gives way to it, unless resources hold attributes of it.
        """
        added = Extension(kind=kind, schema=_schema(text))
        urn = added.schema.id.lower()
        others = [each for each in self.schemas(team) if each.schema.id.lower() != urn]
        before = [each for each in self.schemas(team) if each.schema.id.lower() == urn]
        if extensions.written(before) == extensions.written([added]):
            return added
        if len(others) >= SCHEMAS_MAX:
            raise AdminError(f"a team has at most {SCHEMAS_MAX} schemas of its own")
        if other := extensions.overlapping(urn, [each.schema.id for each in others]):
            raise AdminError(f"id: a path could not tell it from {other}, which begins alike")
        await self._put_schemas(team, [*others, added], before)
        return added

    async def remove_schema(self, team: Team, urn: str) -> None:
        """Take a schema away, unless resources hold attributes of it."""
        before = [each for each in self.schemas(team) if each.schema.id.lower() == urn.lower()]
        if not before:
            raise AdminError(f"'{team.name}' has no schema '{urn}': `hub schema list TEAM` shows all")
        left = [each for each in self.schemas(team) if each.schema.id.lower() != urn.lower()]
        await self._put_schemas(team, left, before)

    async def _put_schemas(self, team: Team, schemas: Sequence[Extension], gone: Sequence[Extension]) -> None:
        for each in gone:
            if held := await self.registry.holders(team.id, each.schema.id):
                raise AdminError(
                    f"{held} resources of '{team.name}' hold attributes of {each.schema.id}:"
                    " it can be changed or removed once their providers have taken these away"
                )
        if not await self.registry.put_schemas(team, extensions.written(schemas)):
            raise AdminError(f"the schemas of '{team.name}' have just been changed: look, and try again")

    async def create_connection(
        self,
        team: Team,
        *,
        idp: str,
        profile: Profile = Profile.TOLERANT,
        domains: Sequence[str] = (),
        on: bool = False,
    ) -> tuple[Connection, str]:
        """Make a connection with a first token, which is returned once and never again."""
        try:
            dialect = self.plugins.dialect(idp)
        except UnknownDialect as error:
            raise AdminError(str(error)) from None
        connection = Connection(
            id=self.ids(),
            team=team.id,
            idp=dialect.name,
            profile=profile,
            state=_state(team, State.ON) if on else State.DRAFT,
            domains=tuple(_domain(domain) for domain in domains),
        )
        await self.registry.put_connection(connection)
        return connection, (await self.create_token(connection))[1]

    async def connection(self, id: str) -> Connection:
        """Return a connection."""
        connection = await self.registry.connection(id)
        if connection is None:
            raise AdminError(f"there is no connection '{id}': `hub connection list` shows all")
        return connection

    async def connections(self, team: Team | None = None) -> Sequence[Connection]:
        """Return the connections of *team*, or all, oldest first."""
        return await self.registry.connections(team.id if team else None)

    async def set_state(self, connection: Connection, state: State) -> Connection:
        """Turn a connection on, pause it, or turn it off; people and seats stay as they are."""
        team = await self.team(connection.team)
        changed = evolve(connection, state=_state(team, state))
        await self.registry.put_connection(changed)
        return changed

    async def create_token(
        self, connection: Connection, *, expires_at: str | None = None, user: str | None = None
    ) -> tuple[Token, str]:
        """Make one more token for *connection*, ending at *expires_at* (RFC 3339, UTC) or never.

        With the id of a *user* it stands for this user, who may read themself by it and nothing else.
        """
        if expires_at is not None and expires_at <= self.clock():
            raise AdminError(f"a token cannot expire in the past ({expires_at})")
        if user is not None and not await self._has_user(connection, user):
            raise AdminError(f"connection {connection.id} has no user '{user}': --user takes a SCIM id")
        credential = tokens.mint(self.entropy(tokens.ENTROPY))
        token = Token(
            key_id=credential.key_id,
            team=connection.team,
            connection=connection.id,
            digest=tokens.digest(credential, self.key),
            created_at=self.clock(),
            expires_at=expires_at,
            user=user,
        )
        await self.registry.put_token(token)
        return token, str(credential)

    async def _has_user(self, connection: Connection, user: str) -> bool:
        store = self.registry.store(Scope(team=connection.team, connection=connection.id))
        return await store.text("User", user) is not None

    async def tokens(self, connection: Connection) -> Sequence[Token]:
        """Return the tokens of *connection*, oldest first."""
        return await self.registry.tokens(connection.id)

    async def revoke(self, key: str) -> Token:
        """End a token, named by its key id or by itself, from the next request on."""
        credential = tokens.parse(key)
        found = await self.registry.token(credential.key_id if credential else key)
        if found is None:
            raise AdminError(f"there is no token '{key[:16]}': `hub token list CONNECTION` shows all")
        token = found[0] if found[0].revoked_at else evolve(found[0], revoked_at=self.clock())
        await self.registry.put_token(token)
        return token

    async def seats(self, team: Team) -> Mapping[str, SeatCount]:
        """Return a team's seats by kind."""
        return await self.books.seats(team.id)

    def entries(self, team: Team) -> AsyncIterator[Entry]:
        """Return the entries of a team's book, in order."""
        return self.books.entries(team.id)

    async def verify(self, team: Team, *, progress: Progress = silent) -> list[str]:
        """Return what is wrong with a team's book, first things first; nothing when it is whole."""
        async with self.books.at_once() as books:
            return await problems_of(team.id, books, progress=progress)

    async def exchanges(
        self, connection: Connection, *, after: str = "", count: int = 50
    ) -> Sequence[Mapping[str, Any]]:
        """Return exchanges of *connection* that came after the one referred to, else the newest."""
        return await self.kept.of(connection.id, after=after, count=count)


def _schema(text: bytes) -> Schema:
    try:
        return read_schema(loads(text))
    except InvalidSyntax as error:
        raise AdminError(error.detail.replace("the body", "the schema", 1)) from None
    except SchemaError as error:
        raise AdminError(str(error)) from None


def _state(team: Team, state: State) -> State:
    if state is State.ON and (lacks := team.lacks()):
        raise AdminError(f"SCIM cannot be turned on for '{team.name}': {' and '.join(lacks)}")
    return state


def _domain(text: str) -> str:
    domain = fold(text.strip())
    if "." not in domain or not all(domain.split(".")) or set(domain) & set("@/ "):
        raise AdminError(f"'{text}' is not a domain, such as example.com")
    return domain
