"""What the measurements must reach, and whether they do."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from attrs import frozen

from . import works
from .fill import groups_at
from .judge import Judge, Place, Worst
from .processes import Memory
from .report import NOTHING, factor, figure, percent, table
from .subjects import BARE, HUBS, PEER, POSTGRES
from .work import Work

#: Of each server, by its name and its users: filled, and in the end.
Memories: TypeAlias = Mapping[tuple[str, int], tuple[Memory, Memory]]


@frozen(kw_only=True)
class Aim:
    """A figure for each hub, with what it must come to, at least or at most, and the aim beyond that."""

    says: str
    must: float
    aim: float
    found: Mapping[str, Worst | None]
    at_least: bool = True
    shown: Callable[[float | None], str] = factor

    @property
    def reached(self) -> str:
        """Return which of the two every hub reaches; nothing where a figure is missing."""
        values = [each.value for each in self.found.values() if each]
        if len(values) < len(self.found):
            return NOTHING
        sign = 1 if self.at_least else -1
        for bound, word in ((self.aim, "yes, and the aim"), (self.must, "yes")):
            if all(sign * value >= sign * bound for value in values):
                return word
        return "**no**"


def verdict(aims: Sequence[Aim]) -> str:
    """Return the table of *aims*, with what each came to on either database."""
    head = ["work", "must", "aim", *HUBS, "reached"]
    return table(
        head,
        [
            [
                aim.says,
                aim.shown(aim.must),
                aim.shown(aim.aim),
                *(_cell(aim, aim.found.get(hub)) for hub in HUBS),
                aim.reached,
            ]
            for aim in aims
        ],
    )


def _cell(aim: Aim, found: Worst | None) -> str:
    if found is None:
        return NOTHING
    return f"{aim.shown(found.value)} ({found.where})" if found.where else aim.shown(found.value)


def judged(judge: Judge, workers: Judge, memories: Memories) -> list[Aim]:
    """Return everything that is to be reached, with what it came to."""
    small, large = judge.sizes[0], judge.sizes[-1]
    groups = groups_at(large, judge.members)
    few, many = groups[0], groups[-1]
    member = ((works.member(many).name, large), (works.member(few).name, large))
    indexed = [work.name for work in (works.GET, *works.LOOKUPS, *works.WRITES)]
    reads = [
        (work.name, size) for size in judge.sizes for work in works.reads(groups_at(size, judge.members))
    ]
    gains = workers.gained(works.GET.name, *(work.name for work in works.LOOKUPS))

    def everywhere(*some: Work) -> list[Place]:
        return [(work.name, size) for work in some for size in judge.sizes]

    return [
        Aim(
            says="GET by id, of bare", must=0.4, aim=0.6, shown=percent,
            found=judge.against(BARE, everywhere(works.GET)),
        ),
        Aim(
            says="`userName eq`, `externalId eq`, of bare", must=0.35, aim=0.5, shown=percent,
            found=judge.against(BARE, everywhere(works.USER_NAME, works.EXTERNAL_ID)),
        ),
        Aim(
            says="may this person sign in, of GET by id on the same hub", must=0.8, aim=1, shown=percent,
            found=judge.beside(works.ENTITLED.name, works.GET.name),
        ),
        Aim(
            says="create with seat, entry and event, of bare", must=0.12, aim=0.25, shown=percent,
            found={POSTGRES: judge.against(BARE, everywhere(works.CREATE))[POSTGRES]},
        ),
        Aim(
            says=f"create, against {PEER}", must=1.5, aim=3,
            found=judge.against(PEER, everywhere(works.CREATE)),
        ),
        Aim(says=f"every read, against {PEER}", must=2, aim=5, found=judge.against(PEER, reads)),
        Aim(
            says=f"p50 at {large:,} users over p50 at {small:,}, indexed reads and writes",
            must=1.5, aim=1.1, at_least=False,
            found=judge.grown([((name, large), (name, small)) for name in indexed if small < large]),
        ),
        Aim(
            says=f"one member in or out at M = {many:,} over M = {few:,}, p50",
            must=1.5, aim=1.1, at_least=False,
            found=judge.grown([member] if few < many else []),
        ),
        Aim(
            says=f"list, last page of {large:,} by cursor over first page, p50",
            must=1.5, aim=1.1, at_least=False,
            found=judge.grown([((works.LAST_CURSOR.name, large), (works.FIRST_CURSOR.name, large))]),
        ),
        Aim(
            says=f"any unindexed filter page at {large:,} users, p99",
            must=300, aim=100, at_least=False, shown=_unit("ms"),
            found=judge.slowest(*(work.name for work in works.UNINDEXED)),
        ),
        Aim(
            says=f"any page of the portal at {large:,} users, p99",
            must=300, aim=100, at_least=False, shown=_unit("ms"),
            found=judge.slowest(*(work.name for work in works.PORTAL)),
        ),
        Aim(
            says=f"resident memory at the most, {large:,} users, a group of {many:,} read",
            must=250, aim=150, at_least=False, shown=_unit("MB"),
            found={hub: Worst(memories[hub, large][1].peak) for hub in HUBS},
        ),
        Aim(
            says=f"two workers over one, reads (bare itself: {_gain(gains[BARE])})", must=1.3, aim=1.8,
            found={hub: gains[hub] for hub in HUBS},
        ),
    ]  # fmt: skip


def _gain(found: Worst | None) -> str:
    return factor(found.value if found else None)


def _unit(name: str) -> Callable[[float | None], str]:
    return lambda number: NOTHING if number is None or math.isnan(number) else f"{figure(number)} {name}"
