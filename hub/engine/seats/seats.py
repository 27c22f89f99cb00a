"""A person's seat after a change: given, given back, waited for or refused, and what is told of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import structlog
from attrs import evolve, frozen

from hub.engine.values.errors import Overtaken
from hub.engine.values.places import NOWHERE, Spot
from hub.ledger import moves
from hub.moments import later
from hub.spi import UNDECIDED, Choice

from .people import person_of
from .placing import crossed, place
from .refusing import NoSeat
from .seating import SeatingError, seating_of

if TYPE_CHECKING:
    from hub.engine.common.plugins import Plugins
    from hub.engine.ports import Unit
    from hub.engine.values.places import SeatCount
    from hub.engine.values.resources import Resource
    from hub.teams import Team

log = structlog.get_logger("hub.seats")

#: What marks whoever is not where the rules want them.
REPAIR = "hub rule list TEAM --json > rules.json; hub rule set TEAM rules.json"

#: What is written of a change of seats: held before, held after → what happened.
_WHAT = {(False, True): "taken", (True, False): "released", (True, True): "moved"}


@frozen(kw_only=True)
class Crossing:
    """So many seats of a *kind* are held that a share in use, *percent*, is to be announced."""

    kind: str
    bought: int
    held: int
    percent: int


@frozen(kw_only=True)
class Move:
    """What became of a person's seat: where they were and are, and which shares in use that led to."""

    before: Spot = NOWHERE
    after: Spot = NOWHERE
    crossings: Sequence[Crossing] = ()

    @property
    def told(self) -> tuple[str, str] | None:
        """Return the event that tells of it, and the kind of seat that it is about; None for no event."""
        if self.after.held != self.before.held:
            kind = self.after.held or self.before.held
            assert kind is not None
            return ("seat_taken" if self.after.held else "seat_released"), kind
        if self.after.waits is not None and self.after.waits != self.before.waits:
            return "seat_waiting", self.after.waits
        return None


def may_matter(plugins: Plugins, team: Team, *, groups: bool = False) -> bool:
    """Say whether a change of a person, or of their *groups* only, may change which seat they need.

    Rules that cannot be read may, so that nothing fails here because of them.
    """
    try:
        seating = seating_of(team)
    except SeatingError:
        return True
    return plugins.chooses or (seating.looks_at_groups if groups else bool(seating.rules))


def choice_of(plugins: Plugins, team: Team, users: Sequence[Resource], *, young: bool) -> Choice:
    """Return the seat for a person of whom these are the active *users*, with their groups.

    A plugin's word comes first, then the team's rules, then its default kind. Once somebody is no longer
    *young*, nothing is undecided.
    """
    said = said_by_plugins(plugins, team, users, young=young)
    if said is not None:
        return said
    return seating_of(team).choose([(user.document, user.groups) for user in users], young=young)


def groups_come_by(team: Team, came: str) -> str:
    """Return the moment by which the groups have come of somebody who *came* then: at once, by no rules."""
    try:
        return later(came, seating_of(team).settle_after)
    except SeatingError:
        return came


def said_by_plugins(plugins: Plugins, team: Team, users: Sequence[Resource], *, young: bool) -> Choice | None:
    """Return what a plugin chooses for a person with these *users*, None where none has an opinion."""
    if not plugins.chooses:
        return None
    groups = tuple(dict.fromkeys(each.display for user in users for each in user.groups))
    for user in users:
        said = plugins.choose_seat(evolve(person_of(user, team.id), groups=groups))
        if said is not None and (young or said is not UNDECIDED):
            return said
    return None


async def grant(unit: Unit, person: str, now: Spot, kind: str, *, reference: str) -> Move:
    """Give *person*, who is at a spot now, a seat of *kind*, or what its policy has for them instead.

    Raises `NoSeat` where that is nothing. Whoever holds a seat keeps it, of whatever kind. The person is
    locked already. It is awaited last in a write: for what it locks, everybody else of the team waits.
    """
    if now.held is not None:
        return Move(before=now, after=now)
    if now.waits is None and (count := await unit.take(kind)):
        return await _moved(unit, person, Move(before=now, after=Spot(held=kind)), [(kind, count)], reference)
    # Whoever waits leaves that queue, too: what they count in is locked in one order.
    kinds = await (_chain(unit, kind) if now.waits is None else unit.kinds())
    there = place(kinds, kind, now=now)
    if there is None:
        raise NoSeat(kind, kinds.get(kind), reference)
    return await move(unit, person, now, there, reference=reference)


async def _chain(unit: Unit, wanted: str) -> dict[str, SeatCount]:
    """Return the kinds that are tried for a newcomer who wants a seat, locked in their order."""
    kinds: dict[str, SeatCount] = {}
    kind: str | None = wanted
    while kind is not None and kind not in kinds and (count := await unit.kind(kind)) is not None:
        kinds[kind] = count
        kind = count.overflow
    return kinds


async def move(unit: Unit, person: str, before: Spot, after: Spot, *, reference: str) -> Move:
    """Bring *person* from one spot to another: seats, queues, and the entry of the team's book."""
    changes = {
        kind: ((kind == after.held) - (kind == before.held), (kind == after.waits) - (kind == before.waits))
        for kind in (before.held, before.waits, after.held, after.waits)
        if kind is not None
    }
    if len(changes) > 1:
        await unit.kinds()  # locks them in order
    counts = []
    for kind, (held, waiting) in changes.items():
        if held or waiting:
            count = await unit.count(kind, held=held, waiting=waiting)
            assert count is not None, "whoever sends somebody there has locked the kind, and looked"
            counts += [(kind, count)] * (held > 0)
    if before.waits is not None and before.waits != after.waits:
        await unit.dequeue(person)
    if after.waits is not None and after.waits != before.waits:
        await unit.enqueue(person, after.waits)
    return await _moved(unit, person, Move(before=before, after=after), counts, reference)


async def _moved(
    unit: Unit, person: str, moved: Move, counts: Sequence[tuple[str, SeatCount]], reference: str
) -> Move:
    """Write what moved into the book, and note which shares in use are to be announced."""
    held, wanted = moved.before.held, moved.after.held
    if postings := moves.settle(person, held=held, wanted=wanted):
        await unit.post(_WHAT[held is not None, wanted is not None], reference, postings)
    crossings = [
        Crossing(kind=kind, bought=count.bought, held=count.held, percent=percent)
        for kind, count in counts
        if (percent := crossed(count)) is not None
    ]
    for each in crossings:
        await unit.told(each.kind, each.percent)
    return evolve(moved, crossings=crossings) if crossings else moved


async def let_go(unit: Unit, person: str, *, reference: str) -> Move:
    """Take one claim off *person*; with the last their seat comes free, or is kept for them for a while.

    Whoever keeps a claim may be due another kind with one less; the rules are not asked here, that is for
    `settle`. It never stands in the way of a removal: where this part fails it is undone, an alarm is raised,
    and the person is left to `settle`.
    """
    await unit.flush()  # what the removal itself is refused for is no failure of this part
    try:
        async with unit.savepoint():
            claimant = await unit.claims(person, -1)
            if claimant.claims:
                await unit.unsettled(person)
                return Move()
            before = claimant.spot
            kept = before.held if claimant.grace else None
            if kept is not None:
                await unit.settle_at(person, later(unit.now, claimant.grace))
            return await move(unit, person, before, Spot(held=kept), reference=reference)
    except Overtaken:
        raise
    except Exception:
        log.exception("alarm.seat_not_released", person=person, reference=reference)
        await marked(unit, partial(unit.unsettled, person), reference=reference)
        return Move()


async def marked(unit: Unit, mark: Callable[[], Awaitable[None]], *, reference: str) -> None:
    """Call *mark*, which marks people whose seats are to be settled.

    It never stands in the way of the write: where it fails it is undone alone, and an alarm says how that is
    mended.
    """
    await unit.flush()
    try:
        async with unit.savepoint():
            await mark()
    except Overtaken:
        raise
    except Exception:
        log.exception("alarm.not_marked", reference=reference, repair=REPAIR)
