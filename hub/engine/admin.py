"""What an operator does: teams, connections, tokens, and looking into the book."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import evolve, frozen

from hub import tokens
from hub.ledger import moves
from hub.moments import later
from hub.scim import extensions
from hub.scim.definitions import SchemaError, read_schema
from hub.scim.errors import InvalidSyntax
from hub.scim.extensions import Extension
from hub.scim.folding import fold
from hub.scim.strictjson import loads
from hub.teams import ApiKey, Connection, Profile, State, Team, Token

from .audit import Progress, problems_of, silent
from .errors import AdminError, NameTaken
from .plugins import UnknownDialect
from .relay import KEPT_DAYS
from .scope import Scope
from .seating import STANDARD, SeatingError, seating_of
from .trail import changed

if TYPE_CHECKING:
    from hub.ledger.entries import Entry
    from hub.ledger.seals import Seal
    from hub.scim.schema import Schema

    from .notes import Author, Note
    from .places import SeatCount
    from .plugins import Plugins
    from .ports import Books, Clock, Exchanges, Ids, Registry, Trail, Unit, Work

T = TypeVar("T")

#: The most schemas that a team adds.
SCHEMAS_MAX = 20

#: The most seats of a kind that a team can buy: what every database counts to.
SEATS_MAX = 2**31 - 1


#: State → the command that brings a connection into it.
_TURNS = {State.ON: "on", State.PAUSED: "pause", State.OFF: "off"}


@frozen(kw_only=True)
class Admin:
    """The operator's use cases; each raises `AdminError`.

    What changes something is done *by* somebody, and noted in the team's audit in the same transaction.
    """

    registry: Registry
    books: Books
    trail: Trail
    kept: Exchanges
    plugins: Plugins
    clock: Clock
    ids: Ids
    key: bytes
    entropy: Callable[[int], bytes]

    async def create_team(
        self, name: str, *, seats: int, plan: str, sso_issuer: str | None = None, by: Author
    ) -> Team:
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
            made = {"plan": plan, "sso_issuer": sso_issuer, "seats": seats}
            await unit.note(by, "team.create", name, changes=changed({}, made))

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

    async def add_schema(self, team: Team, text: bytes, *, kind: str, by: Author) -> Extension:
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
        await self._put_schemas(team, [*others, added], before, by=by)
        return added

    async def remove_schema(self, team: Team, urn: str, *, by: Author) -> None:
        """Take a schema away, unless resources hold attributes of it."""
        before = [each for each in self.schemas(team) if each.schema.id.lower() == urn.lower()]
        if not before:
            raise AdminError(f"'{team.name}' has no schema '{urn}': `hub schema list TEAM` shows all")
        left = [each for each in self.schemas(team) if each.schema.id.lower() != urn.lower()]
        await self._put_schemas(team, left, before, by=by)

    async def _put_schemas(
        self, team: Team, schemas: Sequence[Extension], gone: Sequence[Extension], *, by: Author
    ) -> None:
        for each in gone:
            if held := await self.registry.holders(team.id, each.schema.id):
                raise AdminError(
                    f"{held} resources of '{team.name}' hold attributes of {each.schema.id}:"
                    " it can be changed or removed once their providers have taken these away"
                )
        before, after = (_attributes(each) for each in (self.schemas(team), schemas))

        async def work(unit: Unit) -> None:
            now = await unit.team()
            if now.schemas != team.schemas:
                raise AdminError(f"the schemas of '{team.name}' have just been changed: look, and try again")
            fresh = evolve(now, schemas=extensions.written(schemas))
            _check_rules(fresh)
            await unit.put(fresh)
            for urn, what in changed(before, after).items():
                await unit.note(by, _verb("schema", what), urn, changes={"attributes": what})

        await self._write(team.id, work)

    async def _write(self, team: str, work: Work[T]) -> T:
        """Do *work* on a team's own affairs."""
        return await self.registry.store(Scope(team=team)).write(work, reference=f"admin_{self.ids()}")

    async def create_connection(
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
        try:
            dialect = self.plugins.dialect(idp)
        except UnknownDialect as error:
            raise AdminError(str(error)) from None
        connection = Connection(
            id=self.ids(),
            team=team.id,
            idp=dialect.name,
            profile=profile,
            state=State.ON if on else State.DRAFT,
            domains=tuple(domain_in(domain) for domain in domains),
            guide=guide,
        )
        token, text = self._minted(connection)

        async def work(unit: Unit) -> None:
            _check_on(await unit.team(), connection.state)
            await unit.put(connection)
            await unit.put(token)
            await unit.note(by, "connection.create", connection.id, changes=changed({}, _told(connection)))
            await unit.note(by, "token.create", token.key_id, changes=changed({}, _ends(token)))

        await self._write(team.id, work)
        return connection, text

    async def connection(self, id: str) -> Connection:
        """Return a connection."""
        connection = await self.registry.connection(id)
        if connection is None:
            raise AdminError(f"there is no connection '{id}': `hub connection list` shows all")
        return connection

    async def connections(self, team: Team | None = None) -> Sequence[Connection]:
        """Return the connections of *team*, or all, oldest first."""
        return await self.registry.connections(team.id if team else None)

    async def set_state(self, connection: Connection, state: State, *, by: Author) -> Connection:
        """Turn a connection on, pause it, or turn it off; people and seats stay as they are."""

        async def work(unit: Unit) -> Connection:
            team = await unit.team()
            (before,) = (each for each in await unit.connections() if each.id == connection.id)
            after = evolve(before, state=state)
            _check_on(team, state)
            if after != before:
                await unit.put(after)
                changes = changed(_told(before), _told(after))
                await unit.note(by, f"connection.{_TURNS[state]}", connection.id, changes=changes)
            return after

        return await self._write(connection.team, work)

    async def create_token(
        self, connection: Connection, *, expires_at: str | None = None, user: str | None = None, by: Author
    ) -> tuple[Token, str]:
        """Make one more token for *connection*, ending at *expires_at* (RFC 3339, UTC) or never.

        With the id of a *user* it stands for this user, who may read themself by it and nothing else.
        """
        if user is not None and not await self._has_user(connection, user):
            raise AdminError(f"connection {connection.id} has no user '{user}': --user takes a SCIM id")
        token, text = self._minted(connection, expires_at=expires_at, user=user)
        await self._put_key(token, by=by)
        return token, text

    async def create_api_key(
        self, team: Team, *, expires_at: str | None = None, by: Author
    ) -> tuple[ApiKey, str]:
        """Make one more key of the API of *team*, ending at *expires_at* (RFC 3339, UTC) or never."""
        text, kept = self._mint(expires_at)
        key = ApiKey(team=team.id, **kept)
        await self._put_key(key, by=by)
        return key, text

    async def _put_key(self, key: Token | ApiKey, *, by: Author) -> None:
        async def work(unit: Unit) -> None:
            await unit.put(key)
            await unit.note(by, "token.create", key.key_id, changes=changed({}, _ends(key)))

        await self._write(key.team, work)

    def _minted(
        self, connection: Connection, *, expires_at: str | None = None, user: str | None = None
    ) -> tuple[Token, str]:
        text, kept = self._mint(expires_at)
        return Token(team=connection.team, connection=connection.id, user=user, **kept), text

    def _mint(self, expires_at: str | None) -> tuple[str, dict[str, Any]]:
        """Return a new credential, and what is kept of it."""
        if expires_at is not None and expires_at <= self.clock():
            raise AdminError(f"a token cannot expire in the past ({expires_at})")
        credential = tokens.mint(self.entropy(tokens.ENTROPY))
        return str(credential), {
            "key_id": credential.key_id,
            "digest": tokens.digest(credential, self.key),
            "created_at": self.clock(),
            "expires_at": expires_at,
        }

    async def _has_user(self, connection: Connection, user: str) -> bool:
        store = self.registry.store(Scope(team=connection.team, connection=connection.id))
        return await store.text("User", user) is not None

    async def tokens(self, connection: Connection) -> Sequence[Token]:
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
            changes = changed(_ends(token), _ends(revoked))
            await unit.note(by, "token.revoke", token.key_id, changes=changes)

        await self._write(token.team, work)
        return revoked

    async def _kept(self, key_id: str) -> Token | ApiKey | None:
        found = await self.registry.token(key_id)
        return found[0] if found else await self.registry.api_key(key_id)

    def audit(self, team: Team, *, since: str = "", person: str | None = None) -> AsyncIterator[Note]:
        """Return a team's audit from the moment *since*, or what of it is about *person*, oldest first."""
        return self.trail.of(team.id, since=since, person=person)

    async def seats(self, team: Team) -> Mapping[str, SeatCount]:
        """Return a team's seats by kind."""
        return await self.books.seats(team.id)

    def entries(self, team: Team) -> AsyncIterator[Entry]:
        """Return the entries of a team's book, in order."""
        return self.books.entries(team.id)

    async def verify(
        self, team: Team, *, heads: Sequence[Seal] = (), progress: Progress = silent
    ) -> list[str]:
        """Return what is wrong with a team's book, first things first; nothing when it is whole.

        It is also held against *heads* of it exported earlier.
        """
        # A day less than events are kept: other nodes' clocks may be ahead.
        told_since = later(self.clock(), (1 - KEPT_DAYS) * 86_400)
        async with self.books.at_once() as books:
            return await problems_of(
                team.id, books, key=self.key, told_since=told_since, heads=heads, progress=progress
            )

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


def _check_rules(team: Team) -> None:
    """See to it that the rules of *team* look at nothing that its schemas have no more."""
    try:
        seating_of(team)
    except SeatingError as error:
        raise AdminError(f"its rules look at what would be gone: `hub rule set` first\n{error}") from None


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


def _ends(key: Token | ApiKey) -> dict[str, Any]:
    """Return what the audit says of a token: whose it is and when it ends, never what opens anything."""
    opens = {"connection": key.connection, "user": key.user} if isinstance(key, Token) else {"kind": "api"}
    return {**opens, "expires_at": key.expires_at, "revoked_at": key.revoked_at}


def _attributes(schemas: Sequence[Extension]) -> dict[str, list[str]]:
    """Return what the audit says of schemas: URN → names of attributes."""
    return {each.schema.id: [attribute.name for attribute in each.schema.attributes] for each in schemas}


def _verb(noun: str, what: Mapping[str, Any]) -> str:
    return f"{noun}.{'remove' if what['after'] is None else 'add'}"


def domain_in(text: str) -> str:
    """Return the domain in *text*, folded, or raise `AdminError`."""
    domain = fold(text.strip())
    if "." not in domain or not all(domain.split(".")) or set(domain) & set("@/ "):
        raise AdminError(f"'{text}' is not a domain, such as example.com")
    return domain
