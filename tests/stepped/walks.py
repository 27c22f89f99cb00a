"""What two operations come to when they are stepped, and what they may come to."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

from attrs import define, field, frozen

from tests.stepped.nodes import Nodes
from tests.stepped.stepper import Ended, within
from tests.stepped.world import Case, world

#: More steps than any operation has, of the one and then of the other.
ORDERS = ([0] * 200, [1] * 200)


@frozen(kw_only=True)
class Walk:
    """How two operations went, what was wrong afterwards, and what there was to be seen."""

    ended: Ended
    faults: list[str]
    #: What was answered, what was there then, and what was there once everything was settled.
    seen: dict[str, Any]


def walk(nodes: Nodes, case: Case, schedule: Sequence[int]) -> Walk:
    """Step the operations of *case* in a fresh team."""
    made = world(nodes, case)
    works = [made.work(0), within(nodes.context, made.work(1))]
    ended = nodes.first.run(nodes.stepper.run(works, schedule))
    seen, faults = made.seen(), made.faults(settled=False)
    made.settle()
    faults += [f"settled: {fault}" for fault in made.faults(settled=True)]
    return Walk(
        ended=ended, faults=faults, seen={"answers": ended.answers, "then": seen, "settled": made.seen()}
    )


@define
class Judge:
    """Knows what a case may come to: what it comes to when one operation follows the other."""

    nodes: Nodes
    case: Case
    serial: list[Walk] = field(init=False)
    #: Which steps there were, of each schedule.
    came: list[tuple[int, ...]] = field(factory=list, init=False)

    def __attrs_post_init__(self) -> None:
        self.serial = [walk(self.nodes, self.case, order) for order in ORDERS]

    def plainly(self) -> list[str]:
        """Return what is wrong where one follows the other."""
        return [_told(each, each.faults) for each in self.serial if each.faults]

    def sampled(self, count: int) -> Iterator[str]:
        """Step as so many schedules say, chosen by chance, always the same; return what is wrong."""
        dice = random.Random(str(self.case))
        schedule = list(self.serial[0].ended.trace)
        for _ in range(count):
            dice.shuffle(schedule)
            yield from self._wrong(walk(self.nodes, self.case, schedule))

    def each(self) -> Iterator[str]:
        """Step as each schedule says that there is: of short operations."""
        schedule: Sequence[int] = ()
        while True:
            came = walk(self.nodes, self.case, schedule)
            yield from self._wrong(came)
            if not (schedule := _next(came.ended)):
                return

    def turning(self) -> Iterator[str]:
        """Step as each schedule says in which whose turn it is changes twice before one of them is done.

        There are too many schedules for all of them, and almost every fault shows with as few changes
        (Musuvathi and Qadeer, Iterative Context Bounding, PLDI 2007).
        """
        steps = [self.serial[one].ended.trace.count(one) for one in (0, 1)]
        for one, other in ((0, 1), (1, 0)):
            for begun, between in product(range(1, steps[one]), range(1, steps[other] + 1)):
                schedule = [one] * begun + [other] * between + [one] * 200
                yield from self._wrong(walk(self.nodes, self.case, schedule))

    def cut(self) -> Iterator[str]:
        """Let the second come in as a whole between each two steps of the first; return what is wrong."""
        for step in range(self.serial[0].ended.trace.count(0)):
            yield from self._wrong(walk(self.nodes, self.case, [0] * step + [1] * 200))

    def _wrong(self, came: Walk) -> Iterator[str]:
        self.came.append(came.ended.trace)
        strange = [f"not as one after the other: {differing(came.seen, each.seen)}" for each in self.serial]
        if any(came.seen == each.seen for each in self.serial):
            strange = []
        if came.faults or strange:
            yield _told(came, [*came.faults, *strange])


def _next(ended: Ended) -> Sequence[int]:
    """Return the beginning of the schedule that follows in order of the alphabet, nothing after the last."""
    for step in reversed(ended.choices):
        if ended.trace[step] == 0:
            return [*ended.trace[:step], 1]
    return ()


def _told(came: Walk, faults: Sequence[str]) -> str:
    steps = "".join(map(str, came.ended.trace))
    return f"{steps} answered {came.ended.answers}: " + "; ".join(faults)


def differing(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Return where two differ: what the one has, and what the other has instead."""
    found = dict[str, Any]()
    for name, value in one.items():
        if isinstance(value, dict):
            found |= {f"{name}.{each}": both for each, both in differing(value, other[name]).items()}
        elif value != other[name]:
            found[name] = (value, other[name])
    return found
