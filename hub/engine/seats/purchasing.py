"""How many seats of which kinds a team has, and what becomes of whoever finds none left."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import evolve, frozen

from hub.engine.common.trail import changed
from hub.engine.values.errors import AdminError
from hub.engine.values.places import SEATS_MAX, SeatCount
from hub.engine.values.scope import Scope
from hub.ledger import moves
from hub.ledger.policies import CHAIN_MAX, Policy, ring_of

from .events import thresholds
from .placing import crossed
from .seating import KIND, NO_SEAT
from .seats import Crossing

if TYPE_CHECKING:
    from hub.engine.ports import Books, Census, Ids, Registry, Unit, Work
    from hub.engine.values.notes import Author
    from hub.engine.values.places import Refused, Waiting
    from hub.teams import Team

T = TypeVar("T")

#: The longest time, seconds, for which a seat is kept for who may come back.
GRACE_MAX = 366 * 86_400

#: A kind that the team never bought.
NOTHING = SeatCount(bought=0, held=0)


@frozen(kw_only=True)
class Purchasing:
    """What an administrator does with kinds of seats, and is told of them; each raises `AdminError`."""

    registry: Registry
    books: Books
    census: Census
    ids: Ids

    async def kinds(self, team: Team) -> Mapping[str, SeatCount]:
        """Return the kinds of seats that a team ever bought, with what becomes of who finds none left."""
        return await self.books.seats(team.id)

    async def waiting(self, team: Team, kind: str | None = None) -> AsyncIterator[Waiting]:
        """Return who waits for a seat, of one *kind* or of any, in order."""
        if kind is not None:
            known(await self.kinds(team), kind, team)
        async for each in self.census.waiting(team.id, kind):
            yield each

    def refused(self, team: Team) -> AsyncIterator[Refused]:
        """Return who was refused for want of a seat, and is not in since."""
        return self.census.refused(team.id)

    async def buy(self, team: Team, kind: str, count: int, *, by: Author) -> SeatCount:
        """Add *count* seats of a *kind*, which may be new; return how many there are then."""
        if not KIND.fullmatch(kind) or kind == NO_SEAT:
            raise AdminError(
                f"'{kind}' cannot be a kind of seat: up to 40 small letters, digits, - and _,"
                f" a letter first, and not '{NO_SEAT}'"
            )
        _check_number(count)
        reference = f"buy_{self.ids()}"

        async def work(unit: Unit) -> SeatCount:
            await unit.team()
            before = (await unit.kinds()).get(kind, NOTHING)
            after = evolve(before, bought=before.bought + count)
            if after.bought > SEATS_MAX:
                raise AdminError(f"a team can buy at most {SEATS_MAX} seats of a kind")
            await unit.buy(kind, count)
            await unit.post("bought", reference, moves.buy(kind, count))
            await unit.note(by, "seat-kind.buy", kind, changes=_said(before, after))
            return after

        return await self._write(team, work, reference)

    async def give_up(self, team: Team, kind: str, count: int, *, by: Author) -> SeatCount:
        """Give back *count* seats of a *kind*; return how many there are then.

        They may be fewer than are held: whoever has one keeps it, and nobody gets another until they are not.
        """
        _check_number(count)
        reference = f"return_{self.ids()}"

        async def work(unit: Unit) -> SeatCount:
            await unit.team()
            before = known(await unit.kinds(), kind, team)
            after = await unit.give_up(kind, count)
            if after is None:
                raise AdminError(
                    f"'{team.name}' bought {before.bought} {kind} seats: it cannot return {count}"
                )
            await unit.post("returned", reference, moves.give_up(kind, count))
            await unit.note(by, "seat-kind.return", kind, changes=_said(before, after))
            await self._tell_share(unit, team, kind, after, reference)
            return after

        return await self._write(team, work, reference)

    async def set_kind(
        self,
        team: Team,
        kind: str,
        *,
        policy: Policy | None = None,
        overdraft: int | None = None,
        overflow: str | None = None,
        grace: int | None = None,
        by: Author,
    ) -> SeatCount:
        """Change what becomes of whoever finds no seat of *kind* left; what is not given stays.

        *grace* is for how many seconds a seat that comes free is kept for the same person. Whoever waits
        already goes on waiting.
        """

        async def work(unit: Unit) -> SeatCount:
            await unit.team()
            kinds = await unit.kinds()
            before = known(kinds, kind, team)
            after = evolve(before, policy=policy or before.policy)
            after = evolve(
                after,
                overdraft=_limit(before, after.policy, overdraft),
                overflow=_next(before, after.policy, overflow),
                grace=before.grace if grace is None else grace,
            )
            _check_grace(after.grace)
            _check_chain({**kinds, kind: after}, kind, team)
            if after != before:
                await unit.put_kind(kind, after)
                await unit.note(by, "seat-kind.set", kind, changes=_said(before, after))
            return after

        return await self._write(team, work, f"admin_{self.ids()}")

    async def _tell_share(self, unit: Unit, team: Team, kind: str, count: SeatCount, reference: str) -> None:
        """Announce the share in use that having fewer seats has led to."""
        percent = crossed(count) if count.held else None
        if percent is not None:
            crossing = Crossing(kind=kind, bought=count.bought, held=count.held, percent=percent)
            await unit.told(kind, percent)
            await unit.tell(thresholds([crossing], team=team.id, ids=self.ids, at=unit.now, cause=reference))

    async def _write(self, team: Team, work: Work[T], reference: str) -> T:
        return await self.registry.store(Scope(team=team.id)).write(work, reference=reference)


def _check_number(count: int) -> None:
    if count < 1:
        raise AdminError(f"the number of seats must be 1 or more, not {count}")
    if count > SEATS_MAX:
        raise AdminError(f"a team can buy at most {SEATS_MAX} seats of a kind")


def known(kinds: Mapping[str, SeatCount], kind: str, team: Team) -> SeatCount:
    """Return how many seats of *kind* there are, or raise `AdminError` where *team* never bought any."""
    if kind not in kinds:
        raise AdminError(f"'{team.name}' never bought '{kind}': it has {', '.join(kinds) or 'no seats'}")
    return kinds[kind]


def _limit(before: SeatCount, policy: Policy, overdraft: int | None) -> int:
    """Return how many seats may be lent under *policy*; *overdraft* is what the administrator said."""
    if policy is not Policy.OVERDRAFT:
        if overdraft is not None:
            raise AdminError(f"overdraft: seats are lent under the policy overdraft, and not under {policy}")
        return 0
    limit = before.overdraft if overdraft is None else overdraft
    if not 1 <= limit <= SEATS_MAX:
        raise AdminError(
            f"overdraft: the policy needs a limit: how many seats are lent, from 1 to {SEATS_MAX}"
        )
    return limit


def _next(before: SeatCount, policy: Policy, overflow: str | None) -> str | None:
    """Return the kind that is tried next under *policy*; *overflow* is what the administrator said."""
    if policy is not Policy.OVERFLOW:
        if overflow is not None:
            raise AdminError(f"overflow: another kind is given under the policy overflow, not under {policy}")
        return None
    to = overflow or before.overflow
    if to is None:
        raise AdminError("overflow: the policy needs the kind of seat that is given then")
    return to


def _check_grace(grace: int) -> None:
    if not 0 <= grace <= GRACE_MAX:
        raise AdminError(f"grace: from 0 to {GRACE_MAX} seconds, not {grace}")


def _check_chain(kinds: Mapping[str, SeatCount], kind: str, team: Team) -> None:
    overflows = {name: count.overflow for name, count in kinds.items()}
    if (to := overflows[kind]) is not None:
        known(kinds, to, team)
    if ring := ring_of(overflows):
        said = " → ".join(ring)
        raise AdminError(f"overflow: {said} is a ring, or more than {CHAIN_MAX} kinds one after the other")


def _said(before: SeatCount, after: SeatCount) -> dict[str, dict[str, Any]]:
    return changed(*(_terms(each) for each in (before, after)))


def _terms(count: SeatCount) -> dict[str, Any]:
    return {
        "bought": count.bought,
        "policy": count.policy,
        "overdraft": count.overdraft,
        "overflow": count.overflow,
        "grace": count.grace,
    }
