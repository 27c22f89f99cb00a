"""What rules would do to the people of a team: counted one person at a time, and told as a preview."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from attrs import Factory, define, frozen

from hub.engine.values.places import Spot
from hub.spi import UNDECIDED, Seat

from .placing import place

if TYPE_CHECKING:
    from hub.engine.values.claimants import Candidate
    from hub.engine.values.places import SeatCount

    from .seating import Verdict

#: How many of those who would move are called by name.
NAMED_MAX = 5


@frozen(kw_only=True)
class Shift:
    """So many *people* would leave one kind, held or waited for, for another; None stands for no seat."""

    source: str | None
    target: str | None
    people: int
    names: tuple[str, ...]


@frozen(kw_only=True)
class Preview:
    """What rules would do: how many *people* they were tried on, and who would move.

    *decided* counts for each rule the people for whom it decides, *default* those for whom no rule does,
    *plugins* those for whom a plugin does, and *undecided* those whose groups may be on their way. *short*
    has by kind how many seats would be missing.
    """

    people: int
    shifts: Sequence[Shift]
    decided: Sequence[int]
    default: int
    plugins: int
    undecided: int
    short: Mapping[str, int]

    @property
    def moving(self) -> int:
        """Return how many people would move."""
        return sum(shift.people for shift in self.shifts)


@frozen(kw_only=True)
class Judged:
    """Somebody, and what was chosen for them; *plugin* says that a plugin did."""

    candidate: Candidate
    verdict: Verdict
    plugin: bool

    def moves(self, kinds: Mapping[str, SeatCount]) -> bool:
        """Say whether they would leave where they are, as the team's seats are now."""
        choice, now = self.verdict.choice, self.candidate.spot
        if not isinstance(choice, Seat):
            return False
        if choice.kind is None or choice.kind == now.held:
            return now != Spot(held=choice.kind)
        return place(kinds, choice.kind, now=now, welcome=True) not in {now, None}


@define(kw_only=True)
class Tally:
    """What was counted so far; its size depends on kinds and rules, and not on people."""

    kinds: Mapping[str, SeatCount]
    people: int = 0
    shifts: Counter[tuple[str | None, str | None]] = Factory(Counter)
    freed: Counter[str | None] = Factory(Counter)
    names: defaultdict[tuple[str | None, str | None], list[str]] = Factory(lambda: defaultdict(list))
    decided: Counter[object] = Factory(Counter)

    def count(self, judged: Judged) -> None:
        """Add somebody."""
        choice, rule = judged.verdict.choice, judged.verdict.rule
        self.people += 1
        self.decided["plugins" if judged.plugin else choice if choice is UNDECIDED else rule] += 1
        if isinstance(choice, Seat) and judged.moves(self.kinds):
            spot = judged.candidate.spot
            shift = (spot.held or spot.waits, choice.kind)
            self.shifts[shift] += 1
            self.freed[spot.held] += 1
            if len(self.names[shift]) < NAMED_MAX:
                self.names[shift].append(_called(judged.candidate))

    def preview(self, rules: int) -> Preview:
        """Return what came of it, for so many *rules*."""
        return Preview(
            people=self.people,
            shifts=[
                Shift(source=source, target=target, people=people, names=tuple(self.names[source, target]))
                for (source, target), people in self.shifts.most_common()
            ],
            decided=[self.decided[rule] for rule in range(rules)],
            default=self.decided[None],
            plugins=self.decided["plugins"],
            undecided=self.decided[UNDECIDED],
            short=self._short(),
        )

    def _short(self) -> dict[str, int]:
        """Return by kind how many of those who would move to it would find no seat."""
        comes = Counter[str | None]()
        for (_, wanted), people in self.shifts.items():
            comes[wanted] += people
        short = {kind: comes[kind] - self.freed[kind] - count.left for kind, count in self.kinds.items()}
        return {kind: few for kind, few in short.items() if few > 0 and comes[kind]}


def _called(candidate: Candidate) -> str:
    names = (str(user.document["userName"]) for user in candidate.users)
    return next(names, candidate.person)
