"""What was measured, as tables of Markdown, and their place in a document."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from .processes import Memory
from .rounds import Key, Results
from .subjects import BARE, HUBS, PEER, with_workers

BEGIN, END = "<!-- measured by make bench -->", "<!-- end of what was measured -->"

#: What a reason stands for in a table.
REASONS = {"late": "too slow", "cut": "cut off", "wrong": "wrong answer"}
NOTHING = "–"


def placed(document: str, measured: str) -> str:
    """Return *document* with *measured* between the markers and nothing else changed; ValueError without."""
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"there is no place for what was measured: put {BEGIN} and {END} where it belongs")
    return f"{before}{BEGIN}\n\n{measured.strip()}\n\n{END}{after}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table whose first column is text and whose others are figures."""
    marks = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, marks, *rows))


def rates(results: Results, size: int, works: Sequence[str]) -> str:
    """Return the rates of *works* at *size* users, each hub's beside its shares of the others'."""
    head = ["right answers a second", BARE]
    for hub in HUBS:
        head += [hub, f"of {BARE}", f"× {PEER}"]
    rows = []
    for work in works:
        row = [work, _rate(results, (work, BARE, 0))]
        for hub in HUBS:
            mine = (work, hub, size)
            share = results.ratio(mine, (work, BARE, 0))
            times = results.ratio(mine, (work, PEER, size))
            row += [_rate(results, mine), percent(share), factor(times)]
        rows.append([*row, _rate(results, (work, PEER, size))])
    return table([*head, PEER], rows)


def times(results: Results, size: int, works: Sequence[str]) -> str:
    """Return what the answers to *works* took at *size* users: the middle and the slowest hundredth."""
    servers = (*HUBS, PEER)
    head = ["milliseconds", *(f"{server} {mark}" for server in servers for mark in ("p50", "p99"))]
    rows = [
        [
            work,
            *(
                milliseconds(results.median((work, server, size), p))
                for server in servers
                for p in ("p50", "p99")
            ),
        ]
        for work in works
    ]
    return table(head, rows)


def workers(results: Results, size: int, works: Sequence[str]) -> str:
    """Return what *works* gain by a second worker, on the ceiling and on each hub with *size* users."""
    servers = {BARE: 0, **dict.fromkeys(HUBS, size)}
    head = [
        "right answers a second",
        *(part for name in servers for part in (with_workers(name), "over one")),
    ]
    rows = []
    for work in works:
        row = [work]
        for name, users in servers.items():
            mine = (work, with_workers(name), users)
            row += [_rate(results, mine), factor(results.ratio(mine, (work, name, users)))]
        rows.append(row)
    return table(head, rows)


def memories(found: Mapping[tuple[str, int], tuple[Memory, Memory]]) -> str:
    """Return the resident memory of each server (name, users): filled, and after it was measured."""
    head = ["resident memory, MB", "users", "filled", "in the end", "at the most"]
    rows = [
        [name, f"{size:,}", f"{filled.now:,.0f}", f"{end.now:,.0f}", f"{end.peak:,.0f}"]
        for (name, size), (filled, end) in found.items()
    ]
    return table(head, rows)


def figure(number: float | None) -> str:
    """Return *number* with three digits, or as many as it has before the point."""
    if number is None or math.isnan(number):
        return NOTHING
    return f"{number:,.{max(0, 2 - max(0, math.floor(math.log10(number))))}f}" if number else "0"


def percent(share: float | None) -> str:
    """Return *share* in percent."""
    return NOTHING if share is None or math.isnan(share) else f"{share * 100:.0f} %"


def factor(times: float | None) -> str:
    """Return *times* as a factor."""
    return figure(times) if times is None or math.isnan(times) else f"{figure(times)} ×"


def milliseconds(time: float | None) -> str:
    """Return a time in milliseconds, without the unit."""
    return figure(time)


def _rate(results: Results, key: Key) -> str:
    if reason := results.missing.get(key):
        return f"{NOTHING} ({REASONS.get(reason, reason)})"
    wrong = sum(results.wrong(key).values())
    shown = figure(results.median(key, "per_second"))
    kinds = ", ".join(f"{count} {REASONS.get(what, what)}" for what, count in results.wrong(key).items())
    return f"{shown} (**{kinds}**)" if wrong else shown
