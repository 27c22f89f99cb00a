"""What operators ask of a team's book: who held what, what it comes to in a period, and to have it sealed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from attrs import frozen

from hub import moments, strictly
from hub.engine.rounds.relay import KEPT_DAYS
from hub.engine.values.errors import AdminError
from hub.ledger.holdings import Days, Holding, Period
from hub.ledger.seals import BLOCK, Seal
from hub.ledger.statement import Figures, Line, Reckoning, Usage, lines
from hub.scim.errors import InvalidSyntax
from hub.scim.strictjson import loads
from hub.strictly import Faults

from .verifying import Progress, problems_of, silent

if TYPE_CHECKING:
    from hub.engine.ports import Books, Clock
    from hub.engine.rounds.sealing import Sealer
    from hub.engine.values.places import SeatCount
    from hub.ledger.entries import Entry
    from hub.teams import Team


@frozen(kw_only=True)
class Statement:
    """What was made of each kind of seat in a period."""

    period: Period
    kinds: Mapping[str, Usage]


@frozen(kw_only=True)
class Bookkeeping:
    """The use cases about books; each raises `AdminError`.

    Asking about a past moment closes the book up to it: no entry can be dated before that any more. So an
    answer stays true, and may be read in several statements while others write.
    """

    books: Books
    sealer: Sealer
    clock: Clock

    def moment(self, text: str) -> str:
        """Return the moment that *text* names: RFC 3339, or a day, for its first moment (UTC)."""
        at = _read("MOMENT", text, moments.read)
        if at > (now := self.clock()):
            raise AdminError(f"MOMENT {text}: that is in the future: now it is {now}")
        return at

    async def seats(self, team: Team) -> Mapping[str, SeatCount]:
        """Return a team's seats by kind, as they are counted now."""
        return await self.books.seats(team.id)

    def entries(self, team: Team) -> AsyncIterator[Entry]:
        """Return all entries of a team's book, in order."""
        return self.books.entries(team.id)

    async def page(self, team: Team, *, before: int | None, count: int) -> tuple[Sequence[Entry], int]:
        """Return up to *count* entries under the number *before*, newest first, and the latest number."""
        latest = await self.books.length(team.id)
        upto = latest + 1 if before is None else min(before, latest + 1)
        read = await self.books.page(team.id, after=max(0, upto - 1 - count), count=count)
        return [entry for entry in reversed(read) if entry.number < upto], latest

    async def as_of(self, team: Team, at: str) -> Mapping[str, Figures]:
        """Return kind → how many seats of *team* were bought and held at a moment."""
        await self.books.close(team.id, upto=at)
        held = await self.books.held(team.id, at=at)
        purchases = await self.books.purchases(team.id, upto=at)
        return {
            kind: Figures(bought=sum(count for _, count in purchases.get(kind, ())), held=held.get(kind, 0))
            for kind in await self.books.seats(team.id)
        }

    async def holders(self, team: Team, at: str) -> AsyncIterator[Holding]:
        """Return who held what at a moment, by kind, those first who had it longest."""
        await self.books.close(team.id, upto=at)
        for kind in await self.books.seats(team.id):
            async for each in self.books.holders(team.id, kind, at=at):
                yield each

    def period(self, first: str, last: str) -> Period:
        """Return the time from the day *first* up to the day *last* (UTC), which is not in it."""
        begin, end = _read("FROM", first, moments.day), _read("TO", last, moments.day)
        if end <= begin:
            raise AdminError(f"TO {last}: expected a day after FROM {first}: the first that is not counted")
        if end > (now := self.clock()):
            raise AdminError(f"TO {last}: that is in the future: today, {now[:10]}, is the latest")
        return Period(begin=begin, end=end)

    async def statement(self, team: Team, period: Period) -> Statement:
        """Return what was made of the seats of *team* in *period*."""
        await self.books.close(team.id, upto=period.end)
        kinds = {}
        purchases = await self.books.purchases(team.id, upto=period.end)
        came, went = await self.books.moved(team.id, period)
        for kind in await self.books.seats(team.id):
            reckoning = Reckoning(period)
            async for stays in self.books.stays(team.id, kind, period):
                reckoning.add(stays)
            kinds[kind] = reckoning.usage(
                purchases.get(kind, ()), came=came.get(kind, 0), went=went.get(kind, 0)
            )
        return Statement(period=period, kinds=kinds)

    async def lines(self, team: Team, period: Period) -> AsyncIterator[Line]:
        """Return who held what in *period*, a line each time; its days add up to those of the statement."""
        await self.books.close(team.id, upto=period.end)
        for kind in await self.books.seats(team.id):
            days = Days()
            async for stays in self.books.stays(team.id, kind, period):
                for line in lines(kind, stays, period, days):
                    yield line

    async def verify(
        self, team: Team, *, heads: Sequence[Seal] = (), progress: Progress = silent
    ) -> list[str]:
        """Return what is wrong with a team's book, first things first; nothing when it is whole.

        It is also held against *heads* of it exported earlier.
        """
        # A day less than events are kept: other nodes' clocks may be ahead.
        told_since = moments.later(self.clock(), (1 - KEPT_DAYS) * 86_400)
        async with self.books.at_once() as books:
            return await problems_of(
                team.id,
                books,
                key=self.sealer.key,
                told_since=told_since,
                heads=heads,
                progress=progress,
            )

    async def seal(self, team: Team) -> Sequence[Seal]:
        """Seal what of a team's book is not sealed yet, and return its heads."""
        while await self.sealer.seal(team.id) == BLOCK:
            pass
        return await self.heads(team)

    async def sealed(self, team: Team) -> Seal | None:
        """Return the latest seal of a team's book; None where nothing of it is sealed yet."""
        return await self.sealer.seals.latest(team.id)

    async def heads(self, team: Team) -> Sequence[Seal]:
        """Return the signed heads of a team's book, each of which stands for all entries up to its last."""
        return [seal async for seal in self.books.seals(team.id)]


def exported(text: bytes, team: Team) -> Sequence[Seal]:
    """Return the heads of *team* that `hub book heads TEAM --json` wrote, or raise `AdminError`."""
    try:
        match loads(text):
            case {"heads": [_, *_] as heads}:
                found = [_head(head, f"heads[{place}]") for place, head in enumerate(heads)]
            case _:
                raise AdminError("expected heads as `hub book heads TEAM --json` writes them")
    except InvalidSyntax as error:
        raise AdminError(error.detail.replace("the body", "the file", 1)) from None
    if others := {head.team for head in found} - {team.id}:
        raise AdminError(f"these are heads of another team, {min(others)}: '{team.name}' is {team.id}")
    return found


def _head(value: object, place: str) -> Seal:
    if not isinstance(value, dict):
        raise AdminError(f"{place}: expected an object")
    try:
        return strictly.read(value, Seal)
    except Faults as faults:
        raise AdminError("\n".join(f"{place}.{path}: {fault}" for path, fault in faults.found)) from None


def _read(place: str, text: str, read: Callable[[str], str]) -> str:
    try:
        return read(text)
    except ValueError as error:
        raise AdminError(f"{place} {text}: {error}") from None
