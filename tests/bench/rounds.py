"""Measuring in rounds: each work on each server in turn, so that noise meets all of them."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from attrs import Factory, frozen

from . import processes
from .fill import Filled
from .load import Fault, Rate, ask, load, rate
from .subjects import Subject
from .wire import Door, Request
from .work import Work, refused

#: A work, a server and the users it holds; the ceiling holds none: 0.
Key: TypeAlias = tuple[str, str, int]

#: The most seconds to wait for what a server does on its own after a load.
REST_SECONDS = 5.0

#: Seconds that a request may take to be measured in each round.
SLOW_SECONDS = 1.5


@frozen
class Results:
    """The rates found, by round, and why there are none where there are none."""

    rates: dict[Key, dict[int, Rate]] = Factory(dict)
    missing: dict[Key, str] = Factory(dict)

    def median(self, key: Key, of: str) -> float | None:
        """Return the median over the rounds of a field of Rate."""
        found = [getattr(each, of) for each in self.rates.get(key, {}).values()]
        return statistics.median(found) if found else None

    def ratio(self, key: Key, base: Key, of: str = "per_second") -> float | None:
        """Return the median over the rounds of what *key* comes to over *base*."""
        mine, theirs = self.rates.get(key, {}), self.rates.get(base, {})
        found = [
            getattr(mine[each], of) / over
            for each in mine.keys() & theirs.keys()
            if (over := getattr(theirs[each], of))
        ]
        return statistics.median(found) if found else None

    def wrong(self, key: Key) -> Mapping[str, int]:
        """Return how many answers were wrong, by what was wrong with them."""
        total: dict[str, int] = {}
        for each in self.rates.get(key, {}).values():
            for what, count in each.wrong.items():
                total[what] = total.get(what, 0) + count
        return total


@frozen(kw_only=True)
class _Case:
    key: Key
    door: Door
    requests: Iterator[Request]
    fault: Fault
    at_once: int


def measured(
    works: Sequence[Work],
    filled: Sequence[tuple[Subject, Filled]],
    *,
    seconds: float,
    rounds: int,
) -> Results:
    """Measure *works* on each server, *rounds* times for so many *seconds*."""
    results = Results()
    leaders = [subject.pid for subject, _ in filled]
    cases = [
        case
        for work in works
        for subject, held in filled
        if work.members is None or work.members in held.groups
        if (case := _probed(results, work, subject, held, seconds=seconds))
    ]
    for turn in range(rounds):
        for case in cases:
            processes.rest(leaders, seconds=REST_SECONDS)
            results.rates.setdefault(case.key, {})[turn] = load(
                case.door,
                case.requests,
                case.fault,
                seconds=seconds,
                at_once=case.at_once,
            )
    return results


def _probed(results: Results, work: Work, subject: Subject, held: Filled, *, seconds: float) -> _Case | None:
    """Ask twice, the first time to warm up: where that is answered wrongly, there is nothing to measure.

    A server that is slow gets fewer requests at once, so that they end in time; one that is very slow
    is measured by this one request, or it would take the day.
    """
    door = subject.portal if work.of_portal else subject.product if work.of_product else subject.door
    if door is None:
        return None
    key = (work.name, subject.name, subject.size)
    requests = work.requests(held)
    fault = work.fault if subject.looked_at else refused
    took = seconds
    for _ in range(2):
        answer, took = ask(door, next(requests))
        if what := fault(answer):
            results.missing[key] = what
            return None
    if took > SLOW_SECONDS:
        results.rates[key] = {0: rate([took], elapsed=took, wrong={})}
        return None
    at_once = max(1, min(work.at_once, subject.at_once, int(seconds / took)))
    return _Case(key=key, door=door, requests=requests, fault=fault, at_once=at_once)
