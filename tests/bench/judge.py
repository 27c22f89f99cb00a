"""The figures that matter, read out of what was measured: of several the worst."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from attrs import frozen

from .rounds import Key, Results
from .subjects import BARE, HUBS, with_workers

#: A work at a number of users.
Place: TypeAlias = tuple[str, int]


@frozen
class Worst:
    """The worst of several figures, and where it was found."""

    value: float
    where: str = ""


@frozen(kw_only=True)
class Judge:
    """Reads the figures that matter out of *results* at *sizes* and with groups of so many *members*."""

    results: Results
    sizes: Sequence[int]
    members: Sequence[int]

    def against(self, other: str, works: Iterable[Place]) -> Mapping[str, Worst | None]:
        """Return the rate of each hub over that of *other*, the worst of *works*, each with users."""
        places = list(works)
        one = len({name for name, _ in places}) == 1
        return {
            hub: self._worst(
                [
                    ((name, hub, size), (name, other, 0 if other == BARE else size), _at(name, size, one=one))
                    for name, size in places
                ],
                min,
            )
            for hub in HUBS
        }

    def grown(self, pairs: Sequence[tuple[Place, Place]]) -> Mapping[str, Worst | None]:
        """Return the p50 of one work over that of another, the worst of *pairs*, each with users."""
        return {
            hub: self._worst(
                [((n, hub, s), (m, hub, t), n if len(pairs) > 1 else "") for (n, s), (m, t) in pairs],
                max,
                of="p50",
            )
            for hub in HUBS
        }

    def beside(self, mine: str, base: str) -> Mapping[str, Worst | None]:
        """Return the rate of each hub at one work over its own at another, at the worst size."""
        return {
            hub: self._worst([((mine, hub, s), (base, hub, s), f"{s:,} users") for s in self.sizes], min)
            for hub in HUBS
        }

    def slowest(self, *names: str) -> Mapping[str, Worst | None]:
        """Return the largest p99 of those works where most users are, milliseconds."""
        found: dict[str, Worst | None] = {}
        for hub in HUBS:
            times = [(self.results.median((n, hub, self.sizes[-1]), "p99"), n) for n in names]
            known = [Worst(time, n) for time, n in times if time is not None]
            found[hub] = max(known, key=_value) if len(known) == len(names) else None
        return found

    def gained(self, *names: str) -> Mapping[str, Worst | None]:
        """Return what two workers answer over what one does, at its worst; the ceiling's gain too."""
        return {
            name: self._worst([((n, with_workers(name), s), (n, name, s), n) for n in names], min)
            for name, s in [(BARE, 0), *((hub, self.sizes[-1]) for hub in HUBS)]
        }

    def _worst(
        self,
        pairs: Iterable[tuple[Key, Key, str]],
        pick: Callable[..., Worst],
        of: str = "per_second",
    ) -> Worst | None:
        """Pick from the ratios of *pairs*; nothing if what is judged is not there for one of them."""
        found = []
        for mine, base, where in pairs:
            if not self.results.rates.get(mine):
                return None
            ratio = self.results.ratio(mine, base, of)
            if ratio is not None:
                found.append(Worst(ratio, where))
        return pick(found, key=_value) if found else None


def _at(name: str, size: int, *, one: bool) -> str:
    return f"{size:,} users" if one else f"{name}, {size:,} users"


def _value(worst: Worst) -> float:
    return worst.value
