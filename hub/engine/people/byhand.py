"""People whom an administrator vouches for: before SCIM, and while no connection is in use."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from attrs import evolve, frozen

from hub.engine.common.trail import changed, note_removal
from hub.engine.seats import seats
from hub.engine.seats.events import told_of
from hub.engine.seats.purchasing import known
from hub.engine.seats.refusing import NoSeat
from hub.engine.values.addresses import address_in, name_in
from hub.engine.values.entitlements import Bond
from hub.engine.values.errors import AdminError
from hub.engine.values.places import NOWHERE, Spot
from hub.engine.values.resources import Resource
from hub.engine.values.scope import Scope
from hub.scim.folding import fold
from hub.spi import Seat

from .handmade import user_of
from .locked import check, unlocked

if TYPE_CHECKING:
    from hub.engine.answering.ousting import Ousting
    from hub.engine.common.plugins import Plugins
    from hub.engine.ports import Clock, Dossiers, Ids, Registry, Standings, Unit, Work
    from hub.engine.seats.seats import Move
    from hub.engine.values.dossiers import Dossier
    from hub.engine.values.entitlements import Standing
    from hub.engine.values.notes import Author
    from hub.teams import Connection, Team

T = TypeVar("T")


class Nobody(AdminError):
    """No person of the team is called so."""


@frozen(kw_only=True)
class People:
    """What an administrator does with people, and what they are told of them; each raises `AdminError`."""

    registry: Registry
    dossiers: Dossiers
    standings: Standings
    ousting: Ousting
    plugins: Plugins
    clock: Clock
    ids: Ids

    async def find(self, team: Team, name: str) -> str:
        """Return the person who is called *name*: by an address, else by a userName, or by their id."""
        called = fold(name.strip())
        found = (await self.standings.named(team.id, [called])).get(called) or await self.standings.person(
            team.id, name.strip()
        )
        for bond in Bond:
            if meant := [each for each in found if each.bond is bond]:
                return _one(meant, name)
        raise Nobody(f"'{team.name}' has nobody called '{name}': `hub person list TEAM` shows all")

    async def dossier(self, team: Team, person: str) -> Dossier:
        """Return what is known of a person."""
        dossier = await self.dossiers.person(team.id, person)
        if dossier is None:
            raise AdminError(f"'{team.name}' has no person '{person}' any more")
        return dossier

    def of(self, team: Team) -> AsyncIterator[Dossier]:
        """Return what is known of all of a team's people."""
        return self.dossiers.of(team.id)

    async def add(self, team: Team, address: str, *, name: str | None = None, by: Author) -> str:
        """Vouch for the person with that *address*, new or known, and return them; that gives no seat."""
        address, name = address_in(address), name_in(name)

        async def work(unit: Unit) -> str:
            await unlocked(unit)
            person = await unit.claim(self.ids(), address, 0)
            before = await unit.personal(person)
            assert before is not None
            after = evolve(before, by_hand=True, name=name or before.name)
            if after == before:
                return person
            await unit.put_personal(person, after)
            claimant = await unit.recount(person)
            assert claimant is not None
            if claimant.claims > 1:
                raise AdminError(f"'{address}' is in '{team.name}' already: `hub person show` says by whom")
            await unit.settled(person, until=None)
            said = [{"by_hand": each.by_hand, "name": each.name} for each in (before, after)]
            await unit.note(by, "person.add", address, changes=changed(*said), person=person)
            return person

        return await self._write(team, work)

    async def seat(self, team: Team, person: str, *, kind: str | None = None, by: Author) -> Move:
        """Give *person* a seat of *kind*, else of the kind that the team's rules choose for them.

        What becomes of who finds none left is what the kind's policy says. Who has a seat keeps it.
        """
        dossier, reference = await self.dossier(team, person), f"seat_{self.ids()}"

        async def work(unit: Unit) -> Move:
            now = await unlocked(unit)
            await unit.personal(person)
            claimant = await unit.recount(person)
            assert claimant is not None
            if not claimant.claims:
                raise AdminError(f"nobody vouches for '{dossier.called}': `hub person add` does")
            if kind and claimant.spot.held not in (None, kind):
                held = claimant.spot.held
                raise AdminError(
                    f"'{dossier.called}' holds a {held} seat: `hub person unseat` frees it first"
                )
            wanted = kind or self._chosen(now, await unit.users(person) or [user_of(dossier, at=unit.now)])
            if claimant.spot.held is None:
                known(await unit.seats(), wanted, now)
            try:
                moved = await seats.grant(unit, person, claimant.spot, wanted, reference=reference)
            except NoSeat as refusal:
                raise AdminError(refusal.says) from None
            if moved.told:
                await self._tell(unit, team, person, moved, reference)
                said = changed(_place(moved.before), _place(moved.after))
                await unit.note(by, "person.seat", dossier.called, changes=said, person=person)
            return moved

        return await self._write(team, work, reference)

    def _chosen(self, team: Team, users: Sequence[Resource]) -> str:
        choice = seats.choice_of(self.plugins, team, users, young=False)
        if not isinstance(choice, Seat) or choice.kind is None:
            raise AdminError("the rules choose no seat for this person: --kind says which")
        return choice.kind

    async def unseat(self, team: Team, person: str, *, by: Author) -> Move:
        """Take the seat of *person*, for whom an administrator vouches, or their place in the queue."""
        dossier, reference = await self.dossier(team, person), f"seat_{self.ids()}"

        async def work(unit: Unit) -> Move:
            await unlocked(unit)
            personal, claimant = await unit.personal(person), await unit.recount(person)
            assert personal is not None
            assert claimant is not None
            if claimant.claims and not personal.by_hand:
                raise AdminError(
                    f"'{dossier.called}' is in by {' and '.join(dossier.vouchers)}: `hub person remove` takes"
                    " access and seat"
                )
            moved = await seats.move(unit, person, claimant.spot, NOWHERE, reference=reference)
            if moved.before != moved.after:
                await self._tell(unit, team, person, moved, reference)
                said = changed(_place(moved.before), _place(moved.after))
                await note_removal(unit, by, "person.unseat", dossier.called, changes=said, person=person)
            return moved

        return await self._write(team, work, reference)

    async def remove(self, team: Team, person: str, *, by: Author) -> None:
        """Have nobody vouch for *person* any more: their seat comes free, or is kept for them for a while.

        Users of connections that are not in use are deactivated, as if their provider had asked for it.
        """
        dossier, reference = await self.dossier(team, person), f"remove_{self.ids()}"

        async def work(unit: Unit) -> None:
            await unlocked(unit)
            before = await unit.personal(person)
            assert before is not None
            if not before.by_hand:
                return
            await unit.put_personal(person, evolve(before, by_hand=False))
            moved = await seats.let_go(unit, person, reference=reference)
            await self._tell(unit, team, person, moved, reference)
            said = changed({"by_hand": True}, {"by_hand": False})
            await note_removal(unit, by, "person.remove", dossier.called, changes=said, person=person)

        await self._write(team, work, reference)
        for each in dossier.vouching:
            if each.active:
                # Anew for each: a connection may have been turned on, and whom it assigns is its own.
                connections = await self._unlocked(team)
                await self.ousting.deactivate(
                    team, connections[each.connection], each.user, by=by, action="person.remove"
                )

    async def _unlocked(self, team: Team) -> Mapping[str, Connection]:
        """Return the team's connections by id, none of which assigns seats now, or raise `Locked`."""
        now = await self.registry.team(id=team.id)
        assert now is not None
        connections = await self.registry.connections(team.id)
        check(now, connections)
        return {each.id: each for each in connections}

    async def suspend(self, team: Team, person: str, *, by: Author) -> None:
        """Shut *person* out, whoever vouches for them; seat and claims stay."""
        if not (by.why or "").strip():
            raise AdminError("a suspension needs a reason: --why says it")
        await self._suspend(team, person, by.why, by=by)

    async def unsuspend(self, team: Team, person: str, *, by: Author) -> None:
        """End a suspension."""
        await self._suspend(team, person, None, by=by)

    async def _suspend(self, team: Team, person: str, why: str | None, *, by: Author) -> None:
        dossier = await self.dossier(team, person)

        async def work(unit: Unit) -> None:
            before = await unit.personal(person)
            assert before is not None
            if before.suspended == why:
                return
            await unit.put_personal(person, evolve(before, suspended=why))
            said = changed({"suspended": before.suspended}, {"suspended": why})
            if why is None:
                await unit.note(by, "person.unsuspend", dossier.called, changes=said, person=person)
            else:
                await note_removal(unit, by, "person.suspend", dossier.called, changes=said, person=person)

        await self._write(team, work)

    async def _tell(self, unit: Unit, team: Team, person: str, moved: Move, reference: str) -> None:
        await unit.tell(
            told_of(moved, team=team.id, person=person, ids=self.ids, at=unit.now, cause=reference)
        )

    async def _write(self, team: Team, work: Work[T], reference: str | None = None) -> T:
        store = self.registry.store(Scope(team=team.id))
        return await store.write(work, reference=reference or f"admin_{self.ids()}")


def _one(meant: Sequence[Standing], name: str) -> str:
    ids = sorted({each.person for each in meant})
    if len(ids) > 1:
        raise AdminError(f"several people are called '{name}': say one by id: {', '.join(ids)}")
    return ids[0]


def _place(place: Spot) -> dict[str, str | None]:
    return {"seat": place.held, "waits_for": place.waits}
