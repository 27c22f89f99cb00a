"""A person erased: what names them is taken out of all that the hub keeps; the book keeps its numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any

from attrs import frozen

from hub.engine.common.trail import note_removal
from hub.engine.seats import seats
from hub.engine.seats.events import told_of
from hub.engine.values.claimants import Personal
from hub.engine.values.errors import AdminError
from hub.engine.values.places import NOWHERE
from hub.engine.values.scope import Scope
from hub.scim.folding import fold
from hub.scim.strictjson import dumps

from .byhand import Nobody

if TYPE_CHECKING:
    from hub.engine.answering.ousting import Ousting
    from hub.engine.ports import Exchanges, Ids, Listings, Progress, Registry, Traces, Unit, Visits
    from hub.engine.values.notes import Author
    from hub.engine.values.places import Refused
    from hub.teams import Team

    from .byhand import People


@frozen(kw_only=True)
class Erasing:
    """Erases people."""

    registry: Registry
    traces: Traces
    listings: Listings
    exchanges: Exchanges
    visits: Visits
    people: People
    ousting: Ousting
    ids: Ids

    async def erase_called(
        self, team: Team, name: str, *, by: Author, progress: Progress
    ) -> tuple[str | None, int]:
        """Erase whoever is called *name*: return the person, and how many rows no longer name them.

        None for somebody of whom no person was ever made: who was refused for want of a seat, and is kept
        only in the list of those and in exchanges.
        """
        try:
            person = await self.people.find(team, name)
        except Nobody:
            refused = await self.listings.refused_as(team.id, [fold(name.strip())])
            if not refused:
                raise
            return None, await self._erase_refused(team, refused, by=by, progress=progress)
        return person, await self.erase(team, person, by=by, progress=progress)

    async def erase(self, team: Team, person: str, *, by: Author, progress: Progress) -> int:
        """Erase *person*, and return how many requests, events and notes no longer name them.

        Access ends first. The row of the person stays, and what the book says of it: an id that names
        nobody any more. Safe to repeat, and begun anew where it was broken off.
        """
        _check_reason(by)
        dossier = await self.people.dossier(team, person)
        said = [*dossier.addresses, dossier.name]
        names, ids, count = _names(said, []), set[str](), 0
        await self._check_no_admin(team, names, await self.traces.admins(team.id, person))
        while True:
            users = await self.traces.users(team.id, person)
            # Afterwards, so that the connection of each is among them.
            connections = {each.id: each for each in await self.registry.connections(team.id)}
            names |= _names(said, [user.document for _, user in users])
            ids |= {user.id for _, user in users}
            # Before the users go, who say what to look for; and afterwards, for what their going has left.
            count += await self.traces.erase(team.id, person, _pattern(names, ids), progress=progress)
            for connection, user in users:
                await self.ousting.delete(team, connections[connection], user.id)
            # A provider may send them anew meanwhile.
            if not await self.traces.users(team.id, person) and await self._forget(team, person, names, by):
                return count + await self.traces.erase(
                    team.id, person, _pattern(names, ids), progress=progress
                )

    async def _erase_refused(
        self, team: Team, refused: Sequence[Refused], *, by: Author, progress: Progress
    ) -> int:
        """Erase somebody who was *refused*, and return how many requests and notes no longer name them.

        The list keeps their name until all else is done, so that what was broken off can be begun anew.
        """
        _check_reason(by)
        nobody = f"erase_{self.ids()}"
        kept = [await self.exchanges.one(team.id, each.reference) for each in refused]
        documents = [
            said for each in kept if each and isinstance(said := each["became"] or each["request"], dict)
        ]
        names = _names([each.user_name for each in refused], documents)
        await self._check_no_admin(team, names, frozenset())
        pattern = _pattern(names, [])
        count = await self.traces.erase(team.id, nobody, pattern, progress=progress)

        async def work(unit: Unit) -> None:
            await unit.forget(nobody, names)
            target = ", ".join(sorted({each.reference for each in refused}))
            await note_removal(unit, by, "person.erase", target, changes={}, person=None)

        await self.registry.store(Scope(team=team.id)).write(work, reference=nobody)
        return count + await self.traces.erase(team.id, nobody, pattern, progress=progress)

    async def _check_no_admin(self, team: Team, names: AbstractSet[str], same: AbstractSet[str]) -> None:
        """Raise `AdminError` where an admin has one of *names* for an address, or is one of the *same*."""
        for admin in await self.visits.admins(team.id):
            if admin.id in same or fold(admin.address) in names:
                way = f"`hub admin remove {team.name} {admin.address}` first"
                raise AdminError(f"{admin.address} looks after '{team.name}': {way}")

    async def _forget(self, team: Team, person: str, names: AbstractSet[str], by: Author) -> bool:
        """Take away what is left of a person whose users are gone: seat, place in a queue, keys, name.

        False where a user vouches for them again: then nothing is taken.
        """
        reference = f"erase_{self.ids()}"

        async def work(unit: Unit) -> bool:
            await unit.personal(person)
            if await unit.users(person):
                return False
            await unit.put_personal(person, Personal())
            claimant = await unit.recount(person)
            assert claimant is not None
            await unit.settled(person, until=None)
            await unit.forget(person, names)
            # Last of all, since everybody else of the team waits for what it locks.
            moved = await seats.move(unit, person, claimant.spot, NOWHERE, reference=reference)
            await unit.tell(
                told_of(moved, team=team.id, person=person, ids=self.ids, at=unit.now, cause=reference)
            )
            await note_removal(unit, by, "person.erase", person, changes={}, person=person)
            return True

        return await self.registry.store(Scope(team=team.id)).write(work, reference=reference)


def _check_reason(by: Author) -> None:
    if not (by.why or "").strip():
        raise AdminError("to erase somebody needs a reason: --why says it")


def _names(said: Iterable[str | None], documents: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """Return what names a person, and hardly anybody else: addresses, ids at providers, whole names.

    That is what was *said* already, and what is in *documents*, some of which are as a provider sent them.
    """
    found: list[Any] = [*said]
    for document in documents:
        name: Any = document.get("name") or {}
        parts = [name.get("givenName"), name.get("familyName")]
        found += [document.get(each) for each in ("userName", "externalId", "displayName")]
        found += [name.get("formatted"), " ".join(parts) if all(parts) else None]
        found += [each.get("value") for each in document.get("emails") or [] if each]
    return frozenset(fold(each) for each in found if each)


def _pattern(names: Iterable[str], ids: Iterable[str]) -> re.Pattern[str]:
    """Return what finds *names* (folded), and *ids* of users, in folded JSON text: whole words.

    A name of one word, such as an id at a provider, is looked for where it is all of a text or is quoted in
    a filter: `7` is no name in `"count":7`.
    """
    texts = [dumps(each).decode()[1:-1] for each in names]
    words = [rf"(?<![\w.+-]){re.escape(each)}(?![\w-])" for each in texts if set(each) & set("@ ")]
    quoted = [rf'"{re.escape(each)}\\?"' for each in texts if not set(each) & set("@ ")]
    return re.compile("|".join([*words, *quoted, *map(re.escape, ids)]) or r"(?!)")
