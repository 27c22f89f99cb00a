"""The people of a team as administrators look at them: a page of them, and one of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import frozen

from hub.engine.values.dossiers import entitlement_of
from hub.engine.values.errors import AdminError
from hub.engine.watched.health import guide_of
from hub.scim.folding import fold
from hub.spi import Dialect

from .profiles import profile_of

if TYPE_CHECKING:
    from hub.engine.common.plugins import Plugins
    from hub.engine.ports import Clock, Dossiers, Exchanges, Listings, Registry, Standings
    from hub.engine.seats.ruling import Reasons, Ruling
    from hub.engine.values.claimants import SignIn
    from hub.engine.values.dossiers import Dossier
    from hub.engine.values.entitlements import Reason
    from hub.engine.values.listing import Page, Turn, Wanted
    from hub.engine.values.places import Refused
    from hub.engine.values.resources import Resource
    from hub.teams import Connection, Team

    from .profiles import Trait

#: How many of the exchanges about somebody are shown.
EXCHANGES_MAX = 20


@frozen(kw_only=True)
class Source:
    """A *connection*, what it is called in its team, and how a person is pushed again who was refused."""

    connection: Connection
    title: str
    retry: str


@frozen(kw_only=True)
class Listed:
    """Somebody in a list: why they have access or have not, when they signed in last, who may be the same."""

    dossier: Dossier
    reason: Reason
    signed_in_at: str | None
    twins: Sequence[str]


@frozen(kw_only=True)
class Portrait:
    """All that is known of one person.

    *users* come with their connection and their groups; *exchanges*, the latest first, are about these;
    *reasons* say which *rule* chose their seat, where rules have a say; *twins* may be the same person;
    *refused* is where a connection could not have them for want of a seat.
    """

    dossier: Dossier
    reason: Reason
    users: Sequence[tuple[str, Resource]]
    profile: Sequence[Trait]
    sign_ins: Sequence[SignIn]
    exchanges: Sequence[Mapping[str, Any]]
    reasons: Reasons | None
    rule: str | None
    twins: Sequence[Dossier]
    refused: Sequence[Refused]


@frozen(kw_only=True)
class Directory:
    """What an administrator is told of people; each raises `AdminError`."""

    registry: Registry
    listings: Listings
    dossiers: Dossiers
    standings: Standings
    kept: Exchanges
    ruling: Ruling
    plugins: Plugins
    clock: Clock

    async def sources(self, team: Team) -> Mapping[str, Source]:
        """Return the connections of *team* by id, each with what it is called among them."""
        connections = await self.registry.connections(team.id)
        called = {each.id: self._called(each) for each in connections}
        alike = Counter(title for title, _ in called.values())
        return {each.id: _source(each, *called[each.id], alike) for each in connections}

    def _called(self, connection: Connection) -> tuple[str, str]:
        """Return what the provider of *connection* is called, as in its guide, and how one tries again."""
        idp = connection.idp
        dialect = self.plugins.dialect(idp) if self.plugins.speaks(idp) else Dialect(name=idp, title=idp)
        return guide_of(dialect, connection.guide).title, dialect.retry

    async def titles(self, team: Team, people: Collection[str]) -> Mapping[str, str]:
        """Return person → what they are called, of those *people* of *team* of whom a name is left."""
        found = await self.dossiers.some(team.id, sorted(set(people)))
        return {id: each.title for each in found if each.title != (id := each.standing.person)}

    async def people(self, team: Team, wanted: Wanted, turn: Turn) -> Page[Listed]:
        """Return a page of the people who are *wanted*, the newest first."""
        page = await self.listings.people(team.id, wanted, turn)
        found = await self.dossiers.some(team.id, page.rows)
        seen, twins = await self.listings.sign_ins(team.id, page.rows), await self._twins(team, found)
        now = self.clock()
        return page.having(
            [
                Listed(
                    dossier=each,
                    reason=entitlement_of(each, now=now).reason,
                    signed_in_at=next((said.last_at for said in seen.get(each.standing.person, ())), None),
                    twins=twins[each.standing.person],
                )
                for each in found
            ]
        )

    async def refused(self, team: Team, wanted: Wanted, turn: Turn) -> Page[Refused]:
        """Return a page of who was refused for want of a seat, and is not in since."""
        return await self.listings.refused(team.id, wanted, turn)

    async def portrait(self, team: Team, person: str) -> Portrait:
        """Return all that is known of a person."""
        found = await self.dossiers.some(team.id, [person])
        if not found:
            raise AdminError(f"'{team.name}' has nobody with the id '{person}' any more")
        (dossier,) = found
        users = await self.listings.users(team.id, person)
        seen, twins = await self.listings.sign_ins(team.id, [person]), await self._twins(team, found)
        reasons = await self._reasons(team, dossier)
        decided = None if reasons is None else reasons.rule
        return Portrait(
            dossier=dossier,
            reason=entitlement_of(dossier, now=self.clock()).reason,
            users=users,
            profile=profile_of(users),
            sign_ins=seen.get(person, ()),
            exchanges=await self._exchanges(users),
            reasons=reasons,
            rule=None if decided is None else str(self.ruling.rules(team).rules[decided].when),
            twins=await self.dossiers.some(team.id, twins[person]),
            refused=await self.listings.refused_as(team.id, _names(dossier)),
        )

    async def _twins(self, team: Team, people: Sequence[Dossier]) -> Mapping[str, Sequence[str]]:
        """Return person → the others who are called the same, by an address or a userName, and are in."""
        named = await self.standings.named(
            team.id, sorted({name for each in people for name in _names(each)})
        )
        return {
            each.standing.person: sorted(
                {
                    other.person
                    for name in _names(each)
                    for other in named.get(name, ())
                    if other.claims and other.person != each.standing.person
                }
            )
            for each in people
        }

    async def _reasons(self, team: Team, dossier: Dossier) -> Reasons | None:
        if not any(each.active for each in dossier.vouching):
            return None
        try:
            return await self.ruling.reasons(team, dossier.standing.person)
        except AdminError:  # removed meanwhile, or rules that cannot be read: the page does without
            return None

    async def _exchanges(self, users: Sequence[tuple[str, Resource]]) -> Sequence[Mapping[str, Any]]:
        found = [
            each
            for connection, user in users
            for each in await self.kept.about(connection, user.id, count=EXCHANGES_MAX)
        ]
        return sorted(found, key=lambda each: str(each["at"]), reverse=True)[:EXCHANGES_MAX]


def _names(dossier: Dossier) -> list[str]:
    """Return by what somebody is found, folded."""
    return [*dossier.addresses, *(fold(each.user_name) for each in dossier.vouching)]


def _source(connection: Connection, called: str, retry: str, alike: Mapping[str, int]) -> Source:
    """Return *connection* as its team calls it: by more than its provider where others are called alike."""
    beside = f" · {next(iter(connection.domains), connection.id[-4:])}" if alike[called] > 1 else ""
    return Source(connection=connection, title=f"{called}{beside}", retry=retry)
