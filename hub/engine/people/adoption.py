"""People by hand made users of a connection, so that its provider finds and matches them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from attrs import Factory, define, evolve, frozen

from hub.engine.asking.requests import own
from hub.engine.common.batches import in_batches
from hub.engine.common.trail import changed
from hub.engine.seats.events import event
from hub.engine.values.dossiers import people
from hub.engine.values.errors import AdminError, NameTaken
from hub.engine.values.places import NOWHERE
from hub.engine.values.resources import Resource
from hub.moments import later
from hub.spi import Inbound, Verb

from .handmade import document_of

if TYPE_CHECKING:
    from hub.engine.answering.rolls import Rolls
    from hub.engine.asking.requests import Request
    from hub.engine.common.plugins import Plugins
    from hub.engine.ports import Dossiers, Ids, Progress, Registry, Unit
    from hub.engine.values.dossiers import Dossier
    from hub.engine.values.notes import Author
    from hub.spi import Dialect
    from hub.teams import Connection, Team

#: For how long somebody keeps the seat that a hand gave them while their provider, which was to find them,
#: has said nothing of them and their groups: seconds.
MET_SECONDS = 30 * 86_400

#: How many people are told of by name.
NAMED_MAX = 100


@define(kw_only=True)
class Adopted:
    """How many people become users (*adopted*), and how many stay by hand, and why.

    *elsewhere*: the connection does not vouch for their addresses. *seatless*: they have no seat. *taken*:
    another user of the connection has their name; the first of these are listed.
    """

    adopted: int = 0
    elsewhere: int = 0
    seatless: int = 0
    taken: list[str] = Factory(list)


@frozen(kw_only=True)
class Adoption:
    """Makes people by hand users of a connection; nobody's seat moves by that."""

    registry: Registry
    dossiers: Dossiers
    rolls: Rolls
    plugins: Plugins
    ids: Ids

    async def prospect(self, connection: Connection) -> Adopted:
        """Return what `adopt` would come to, and change nothing; names that are taken are not looked for."""
        _check_domains(connection)
        told, after = Adopted(), ""
        while page := await self.dossiers.by_hand(connection.team, after):
            for each in page:
                told.adopted += _address(connection, each, told) is not None
            after = page[-1].standing.person
        return told

    async def adopt(self, connection: Connection, *, by: Author, progress: Progress) -> Adopted:
        """Make the people by hand users of *connection*, each in a transaction of their own.

        From then on it is the user that vouches for them, and no administrator. Who has no seat is left out:
        they get one when the provider assigns them. Called again, it goes on with those who are left.
        """
        _check_domains(connection)
        team = await self.registry.team(id=connection.team)
        assert team is not None
        dialect, told = self.plugins.dialect(connection.idp), Adopted()
        passed = await in_batches(
            partial(self.dossiers.by_hand, connection.team),
            partial(self._adopt, team, connection, dialect, by, told),
            id_of=lambda each: each.standing.person,
            progress=progress,
        )
        told.adopted = passed.done
        if passed.failed:
            raise AdminError(
                f"adopted {people(passed.done)}, but could not adopt {people(passed.failed)}:"
                " the log says why; give the command again to go on"
            )
        return told

    async def _adopt(
        self,
        team: Team,
        connection: Connection,
        dialect: Dialect,
        by: Author,
        told: Adopted,
        dossier: Dossier,
    ) -> bool:
        address = _address(connection, dossier, told)
        if address is None:
            return False
        id, person = self.ids(), dossier.standing.person
        document = document_of(address, dossier.name, id=id)
        request = own(
            Inbound(verb=Verb.CREATE, kind="User"),
            team=team,
            connection=connection,
            dialect=dialect,
            reference=f"adopt_{self.ids()}",
        )

        async def work(unit: Unit) -> bool | None:
            user = Resource(
                id=id, kind="User", document=document, created=unit.now, modified=unit.now, person=person
            )
            adopted = await self._insert(unit, request, user)
            if adopted:
                said = changed({"by_hand": True}, {"by_hand": False, "connection": connection.id})
                await unit.note(by, "connection.adopt", address, changes=said, person=person)
                await unit.finish()
            return adopted

        store = self.registry.store(request.admission.scope)
        try:
            adopted = await store.write(work, reference=request.reference)
        except NameTaken:
            if len(told.taken) < NAMED_MAX:
                told.taken.append(address)
            return False
        told.seatless += adopted is None
        return bool(adopted)

    async def _insert(self, unit: Unit, request: Request, user: Resource) -> bool | None:
        """Have *user* vouch for their person in place of the administrator; say whether that was done.

        It is not where somebody else has taken the person over meanwhile. None where they were unseated.
        """
        person = str(user.person)
        await self.rolls.to_come(unit, ())
        groups = await self.rolls.awaiting(unit, user)
        before = await unit.personal(person)
        if before is None or not before.by_hand:
            return False
        claimant = await unit.recount(person)
        if claimant is None or claimant.spot == NOWHERE:
            return None
        await unit.put_personal(person, evolve(before, by_hand=False, name=None))
        await unit.settle_at(person, later(unit.now, MET_SECONDS))
        await unit.insert(user, exclusive=True)
        await unit.let_in(str(user.document["userName"]))
        await unit.flush()
        joined = await self.rolls.welcome(unit, request, user, groups, ids=self.ids)
        made = event("user_provisioned", request, None, user, ids=self.ids, now=unit.now)
        await unit.tell([made, *joined])
        return True


def _address(connection: Connection, dossier: Dossier, told: Adopted) -> str | None:
    """Return the address by which a person becomes a user of *connection*; where none does, count why."""
    address = next((each for each in dossier.addresses if connection.asserts(each)), None)
    if address is None:
        told.elsewhere += 1
    elif dossier.standing.seat is None and dossier.queued is None:
        told.seatless += 1
        return None
    return address


def _check_domains(connection: Connection) -> None:
    if not connection.domains:
        raise AdminError(
            f"connection {connection.id} vouches for no domain, so that nobody is known to be its:"
            " make one with --domain"
        )
