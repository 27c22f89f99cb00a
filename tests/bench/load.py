"""A load of requests, each sent when the one before it on its connection was answered."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from attrs import frozen

from .wire import Answer, Door, Request, talk

#: Tells what is wrong with an answer; nothing if it is right.
Fault: TypeAlias = Callable[[Answer], str]


@frozen(kw_only=True)
class Rate:
    """What a load came to: right answers a second, milliseconds they took, and what was wrong how often."""

    per_second: float
    p50: float
    p99: float
    wrong: Mapping[str, int]


def load(door: Door, requests: Iterator[Request], fault: Fault, *, seconds: float, at_once: int) -> Rate:
    """Send *requests* to *door* for so many *seconds*, *at_once* at a time, and look at every answer."""
    times: list[float] = []
    wrong: Counter[str] = Counter()

    def heard(answer: Answer, took: float) -> None:
        if what := fault(answer):
            wrong[what] += 1
        else:
            times.append(took)

    began = time.perf_counter()
    talk(door, requests, heard, at_once=at_once, until=began + seconds)
    return rate(times, elapsed=time.perf_counter() - began, wrong=wrong)


def ask(door: Door, request: Request) -> tuple[Answer, float]:
    """Ask once; return the answer and the seconds it took."""
    answers: list[tuple[Answer, float]] = []
    talk(door, iter([request]), lambda *answer: answers.append(answer), at_once=1)
    return answers[0]


def rate(times: list[float], *, elapsed: float, wrong: Mapping[str, int]) -> Rate:
    """Return the rate of answers that took *times*, all seconds."""
    times = sorted(times)
    return Rate(
        per_second=len(times) / elapsed,
        p50=_quantile(times, 0.5),
        p99=_quantile(times, 0.99),
        wrong=dict(wrong),
    )


def _quantile(times: list[float], share: float) -> float:
    return times[min(int(len(times) * share), len(times) - 1)] * 1000 if times else math.nan
