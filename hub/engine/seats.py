"""A person's seat after a change."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from hub.ledger.moves import settle
from hub.scim.errors import Forbidden, InvalidValue
from hub.spi import Change, Event, Seat

from .ports import UnknownKind

if TYPE_CHECKING:
    from .plugins import Plugins
    from .ports import Ids, SeatCount, Unit

log = structlog.get_logger("hub.seats")


class NoSeat(Forbidden):
    """No seat of the kind is left; the team has to buy or free one."""


def wanted(plugins: Plugins, change: Change) -> str | None:
    """Return the kind of seat that *change* asks for, None for none, or raise what a plugin objects."""
    for objection in plugins.review_grant(change):
        raise InvalidValue(objection.detail)
    choice = plugins.choose_seat(change.after)
    return choice.kind if isinstance(choice, Seat) else None


async def take(unit: Unit, person: str, kind: str, *, reference: str) -> None:
    """Give *person*, who has an open holding, one of the team's seats of *kind*, or raise `NoSeat`.

    Awaited last in a write: what it locks, everybody else of the team waits for.
    """
    if not await unit.take(kind):
        raise _none_left(kind, (await unit.seats()).get(kind), reference)
    await unit.post("taken", reference, settle(person, held=None, wanted=kind))


async def hold(unit: Unit, person: str, kind: str, *, reference: str) -> bool:
    """Open a holding for *person*; False where they have one. `NoSeat` for a kind never bought."""
    try:
        return await unit.hold(person, kind)
    except UnknownKind:
        raise _none_left(kind, None, reference) from None


async def release(unit: Unit, person: str, *, reference: str) -> str | None:
    """Free the seat that *person* holds and return its kind, None where there was none."""
    kind = await unit.unhold(person)
    if kind is None:
        return None
    await unit.give_back(kind)
    await unit.post("released", reference, settle(person, held=kind, wanted=None))
    return kind


async def let_go(unit: Unit, person: str, *, reference: str) -> str | None:
    """Take one claim off *person*; with the last the seat comes free, and its kind is returned.

    Never stands in the way of a removal: where this part fails it is undone, an alarm
    raised, and the person left to `settled`.
    """
    await unit.flush()  # what the removal itself is refused for is no failure of this part
    try:
        async with unit.savepoint():
            claims = await unit.claims(person, -1)
            return None if claims else await release(unit, person, reference=reference)
    except Exception:
        log.exception("alarm.seat_not_released", person=person, reference=reference)
        await unit.unsettled(person, due=True)
        return None


async def settled(unit: Unit, team: str, person: str, *, ids: Ids) -> None:
    """Count a person's claims afresh, and free the seat of one whom nobody vouches for.

    Idempotent: safe to repeat, and run after whatever could matter.
    """
    claims, reference = await unit.recount(person), f"settle_{ids()}"
    await unit.unsettled(person, due=False)
    if claims == 0 and (kind := await release(unit, person, reference=reference)):
        await unit.tell([_released(team, person, kind, id=ids(), at=unit.now, cause=reference)])


def _released(team: str, person: str, kind: str, *, id: str, at: str, cause: str) -> Event:
    """Return the event of a seat that came free apart from any request."""
    return Event(
        id=id,
        name="seat_released",
        at=datetime.fromisoformat(at),
        team=team,
        connection=None,
        kind="User",
        resource=None,
        person=person,
        version=0,
        before=None,
        after=None,
        seat=kind,
        quirks=(),
        cause=cause,
    )


def _none_left(kind: str, count: SeatCount | None, reference: str) -> NoSeat:
    bought, held = (count.bought, count.held) if count else (0, 0)
    return NoSeat(
        f"No seat left: {held} of {bought} {kind.capitalize()} seats are taken. "
        f"Buy or free one, then retry this person. Ref {reference}"
    )
