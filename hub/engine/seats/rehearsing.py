"""What settling will come to, gone through beforehand: seats counted and queues kept, and nothing done."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from attrs import Factory, define, evolve

from hub.engine.values.places import Spot

if TYPE_CHECKING:
    from hub.engine.values.places import SeatCount


@define(kw_only=True)
class Rehearsal:
    """The *kinds* as they are after each move, and who waits for them: what it keeps grows with no others.

    Of a kind that was bought since then, nothing is known, and nothing said.
    """

    kinds: dict[str, SeatCount]
    _queues: defaultdict[str, OrderedDict[str, Spot]] = Factory(lambda: defaultdict(OrderedDict))

    def waits(self, person: str, spot: Spot) -> None:
        """Note who waits already: the first to come is the first; said again, they keep their place."""
        if spot.waits in self.kinds:
            self._queues[spot.waits][person] = spot

    def move(self, person: str, now: Spot, goal: Spot) -> None:
        """Bring somebody from one spot to another."""
        self._count(now.held, held=-1)
        self._count(goal.held, held=1)
        if now.waits is not None and now.waits != goal.waits:
            self._queues[now.waits].pop(person, None)
            self._count(now.waits, waiting=-1)
        if goal.waits != now.waits:
            self._count(goal.waits, waiting=1)
        self.waits(person, goal)

    def promoted(self) -> Iterator[tuple[str, Spot]]:
        """Yield who gets a seat that is left, and where they are then: whoever has waited longest for one.

        It ends as the relay does, whatever the order: with no seat for which anybody waits.
        """
        while kinds := [kind for kind in self._queues if self._queues[kind] and self.kinds[kind].left > 0]:
            for kind in kinds:
                person, now = next(iter(self._queues[kind].items()))
                goal = Spot(held=kind)
                self.move(person, now, goal)
                yield person, goal

    def _count(self, kind: str | None, *, held: int = 0, waiting: int = 0) -> None:
        if kind in self.kinds:
            count = self.kinds[kind]
            self.kinds[kind] = evolve(count, held=count.held + held, waiting=count.waiting + waiting)
