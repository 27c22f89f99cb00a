"""A team's rules: what they are, what a change of them would move, and having it moved."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from hub.engine.common.trail import changed
from hub.engine.values.errors import AdminError
from hub.engine.values.scope import Scope
from hub.spi import Choice

from .previews import Judged, Preview, Tally
from .seating import Seating, SeatingError, Verdict, read, seating_of, seen, written
from .seats import said_by_plugins

if TYPE_CHECKING:
    from hub.engine.common.plugins import Plugins
    from hub.engine.ports import Books, Census, Clock, Ids, Progress, Registry, Unit, Work
    from hub.engine.values.claimants import Candidate
    from hub.engine.values.notes import Author
    from hub.scim.strictjson import Json
    from hub.teams import Team


@frozen(kw_only=True)
class Reasons:
    """Why a person has the seat that they are to have: what chose it, and which rules they match.

    *rule* is the one that decided (0 is the first). It is None where a *plugin* did, or the default.
    """

    choice: Choice
    rule: int | None
    plugin: bool
    young: bool
    matches: Sequence[bool]


@frozen(kw_only=True)
class Ruling:
    """What an administrator does with a team's rules, and is told of them; each raises `AdminError`."""

    registry: Registry
    books: Books
    census: Census
    plugins: Plugins
    clock: Clock
    ids: Ids

    def rules(self, team: Team) -> Seating:
        """Return the rules of *team*."""
        try:
            return seating_of(team)
        except SeatingError as error:
            raise AdminError(str(error)) from None

    async def read(self, team: Team, value: Json) -> Seating:
        """Return the rules that *value* says: `rules` in order and a `default`, of kinds that *team* has."""
        try:
            seating = read(value, team.schemas)
        except SeatingError as error:
            raise AdminError(str(error)) from None
        kinds = await self.books.seats(team.id)
        unknown = [(where, kind) for where, kind in seating.named if kind not in kinds]
        faults = [
            f"{where}: '{team.name}' never bought '{kind}': it has {', '.join(kinds)}"
            for where, kind in unknown
        ]
        if faults:
            raise AdminError("\n".join(faults))
        return seating

    async def preview(self, team: Team, seating: Seating, *, progress: Progress) -> Preview:
        """Return what *seating* would do, and change nothing."""
        tally = await self._tally(team)
        async for page in self._judged(team, seating):
            for each in page:
                tally.count(each)
            progress(f"{tally.people} people")
        return tally.preview(len(seating.rules))

    async def apply(self, team: Team, seating: Seating, *, by: Author, progress: Progress) -> int:
        """Make *seating*, as `read` returned it, the rules of *team*; return how many people it moves.

        The rules are kept first; then people are marked, a page at a time, for the relay to settle. Where
        that is broken off, asking for the same again marks the rest.
        """

        async def work(unit: Unit) -> None:
            now = await unit.team()
            after = evolve(now, seating=written(seating))
            self.rules(after)  # what they look at may be gone meanwhile
            if after != now:
                await unit.put(after)
                said = [{"seating": each.seating} for each in (now, after)]
                await unit.note(by, "rule.set", team.name, changes=changed(*said))

        await self._write(team, work)
        tally = await self._tally(team)
        async for page in self._judged(team, seating):
            people = [each.candidate.person for each in page if tally.count(each)]
            if people:
                await self._mark(team, people)
            progress(f"{tally.people} people")
        return tally.preview(len(seating.rules)).moving

    async def reasons(self, team: Team, person: str) -> Reasons:
        """Return which rule chooses what for *person*."""
        candidate, seating = await self.census.candidate(team.id, person), self.rules(team)
        if candidate is None:
            raise AdminError("no identity provider vouches for this person: rules have no say in their seat")
        judged = self._judge(team, seating, candidate)
        users = [seen(user.document, user.groups) for user in candidate.users]
        return Reasons(
            choice=judged.verdict.choice,
            rule=judged.verdict.rule,
            plugin=judged.plugin,
            young=judged.young,
            matches=[any(map(rule.matches, users)) for rule in seating.rules],
        )

    async def _tally(self, team: Team) -> Tally:
        tally = Tally(kinds=await self.books.seats(team.id))
        async for each in self.census.waiting(team.id, None):
            tally.waits(each.person, each.kind)
        return tally

    async def _judged(self, team: Team, seating: Seating) -> AsyncIterator[list[Judged]]:
        async for page in self.census.candidates(team.id):
            yield [self._judge(team, seating, candidate) for candidate in page]

    def _judge(self, team: Team, seating: Seating, candidate: Candidate) -> Judged:
        """Return what becomes of somebody, as `settle` will decide."""
        young = candidate.settle_at is not None and candidate.settle_at > self.clock()
        said = said_by_plugins(self.plugins, team, candidate.users, young=young)
        if said is not None:
            return Judged(candidate=candidate, young=young, verdict=Verdict(choice=said), plugin=True)
        users = [(user.document, user.groups) for user in candidate.users]
        verdict = seating.judge(users, young=young)
        return Judged(candidate=candidate, young=young, verdict=verdict, plugin=False)

    async def _mark(self, team: Team, people: Sequence[str]) -> None:
        async def work(unit: Unit) -> None:
            await unit.unsettle_people(people)

        await self._write(team, work)

    async def _write(self, team: Team, work: Work[None]) -> None:
        await self.registry.store(Scope(team=team.id)).write(work, reference=f"admin_{self.ids()}")
