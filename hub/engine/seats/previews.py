"""What rules would do to the people of a team: counted one person at a time, and told as a preview."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from attrs import Factory, define, evolve, frozen

from hub.engine.values.places import Spot
from hub.spi import UNDECIDED, Seat

from .placing import place
from .rehearsing import Rehearsal

if TYPE_CHECKING:
    from hub.engine.values.claimants import Candidate
    from hub.engine.values.places import SeatCount

    from .seating import Verdict

#: How many of those who would move are called by name.
NAMED_MAX = 5


@frozen(kw_only=True)
class Shift:
    """So many *people* would leave one spot for another."""

    source: Spot
    target: Spot
    people: int
    names: tuple[str, ...]


@frozen(kw_only=True)
class Preview:
    """What rules would do: how many *people* they were tried on, and who would move.

    *decided* counts for each rule the people for whom it decides, *default* those for whom no rule does,
    *plugins* those for whom a plugin does, and *undecided* those whose groups may be on their way. *short*
    has by kind how many of those who would move find no seat of it, and wait.
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
    """Somebody, *young* or no longer, and what was chosen for them; *plugin* says that a plugin did."""

    candidate: Candidate
    young: bool
    verdict: Verdict
    plugin: bool

    def goal(self, kinds: Mapping[str, SeatCount]) -> Spot:
        """Return where `settle` would have them, were the team's seats as *kinds* says."""
        choice, now = self.verdict.choice, self.candidate.spot
        if not isinstance(choice, Seat):
            return now
        if choice.kind is None or choice.kind == now.held:
            return Spot(held=choice.kind)
        return place(kinds, choice.kind, now=now, welcome=True) or now


@frozen(kw_only=True)
class Moving:
    """Somebody who would move, from where to where; *name* is what they are called."""

    name: str
    source: Spot
    target: Spot


@define(kw_only=True)
class Tally:
    """What was counted so far; its size depends on kinds, on rules, and on how many wait for a seat."""

    kinds: Mapping[str, SeatCount]
    people: int = 0
    decided: Counter[object] = Factory(Counter)
    _shifts: Counter[tuple[Spot, Spot]] = Factory(Counter)
    _names: defaultdict[tuple[Spot, Spot], list[str]] = Factory(lambda: defaultdict(list))
    _waiting: dict[str, Moving] = Factory(dict)
    _rehearsal: Rehearsal = Factory(lambda self: Rehearsal(kinds=dict(self.kinds)), takes_self=True)

    def waits(self, person: str, kind: str) -> None:
        """Note who waits for a seat of a *kind* already, the first to come first."""
        self._rehearsal.waits(person, Spot(waits=kind))

    def count(self, judged: Judged) -> bool:
        """Add somebody, those with lesser ids before them, and say whether they are to be settled."""
        choice, rule = judged.verdict.choice, judged.verdict.rule
        self.people += 1
        self.decided["plugins" if judged.plugin else choice if choice is UNDECIDED else rule] += 1
        person, now = judged.candidate.person, judged.candidate.spot
        self._rehearsal.waits(person, now)
        if judged.goal(self.kinds) == now:
            return False
        goal = judged.goal(self._rehearsal.kinds)
        self._rehearsal.move(person, now, goal)
        moving = Moving(name=_called(judged.candidate), source=now, target=goal)
        if goal.waits is None:
            self._shift(moving)
        else:
            self._waiting[person] = moving
        return True

    def preview(self, rules: int) -> Preview:
        """Return what came of it, for so many *rules*, once all are counted."""
        for person, spot in self._rehearsal.promoted():
            if moving := self._waiting.pop(person, None):
                self._shift(evolve(moving, target=spot))
        for moving in self._waiting.values():
            self._shift(moving)
        return Preview(
            people=self.people,
            shifts=[
                Shift(source=source, target=target, people=people, names=tuple(self._names[source, target]))
                for (source, target), people in self._shifts.most_common()
            ],
            decided=[self.decided[rule] for rule in range(rules)],
            default=self.decided[None],
            plugins=self.decided["plugins"],
            undecided=self.decided[UNDECIDED],
            short=self._short(),
        )

    def _shift(self, moving: Moving) -> None:
        shift = moving.source, moving.target
        if moving.source == moving.target:  # somebody before them took what was left
            return
        self._shifts[shift] += 1
        if len(self._names[shift]) < NAMED_MAX:
            self._names[shift].append(moving.name)

    def _short(self) -> Mapping[str, int]:
        short = Counter[str]()
        for (_, target), people in self._shifts.items():
            if target.waits is not None:
                short[target.waits] += people
        return dict(short)


def _called(candidate: Candidate) -> str:
    names = (str(user.document["userName"]) for user in candidate.users)
    return next(names, candidate.person)
