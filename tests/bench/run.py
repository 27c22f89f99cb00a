"""One measurement from beginning to end: start, fill, measure, tell."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TypeAlias

from attrs import evolve, frozen

from tests.postgres import Postgres
from tests.running import Hub

from . import aims, machine, processes, report, subjects, works
from .aims import Memories
from .fill import Filled, fill, groups_at, pretended
from .judge import Judge
from .processes import Memory
from .rounds import Results, measured
from .subjects import BARE, HUBS, POSTGRES, SQLITE, Subject
from .work import Work

#: A server, and what it is filled with.
Pair: TypeAlias = tuple[Subject, Filled]

#: The most seconds to wait for what a server still does on its own when it is filled.
REST_SECONDS = 300.0


@frozen(kw_only=True)
class Plan:
    """What is to be measured, how long and how often; *sizes* and *members* begin with the least."""

    sizes: Sequence[int]
    members: Sequence[int]
    seconds: float
    rounds: int

    @property
    def groups(self) -> list[int]:
        """Return the numbers of members that groups have, at whatever size."""
        return sorted({each for size in self.sizes for each in groups_at(size, self.members)})


def bench(plan: Plan, home: Path, server: Postgres, stack: ExitStack) -> str:
    """Start what is measured, until *stack* is left, fill and measure it; return tables of Markdown."""
    hubs = _hubs(plan, home, server, stack)
    servers = [asyncio.run(subjects.connected(name, size, hub)) for (name, size), hub in hubs.items()]
    filled = _filled(
        [*servers, *(stack.enter_context(subjects.peer(size, home)) for size in plan.sizes)], plan
    )
    _calm(hubs, filled)

    before = _memory(filled)
    for each, _ in filled:
        processes.forget_peak(each.pid)
    _say(f"measuring: {plan.rounds} rounds")
    ceiling = stack.enter_context(subjects.bare()), pretended(plan.groups)
    results = _measured(plan, works.all_works(plan.groups), [ceiling, *filled])
    after = _memory(filled)

    _say("measuring two workers")
    alone = [ceiling, *(pair for pair in filled if pair[0].size == plan.sizes[-1] and pair[0].name in HUBS)]
    pairs = [pair for each in alone for pair in (each, _with_workers(each, hubs, stack))]
    doubled = _measured(plan, [works.GET, *works.LOOKUPS], pairs)
    says = machine.described(server.url, seconds=plan.seconds, rounds=plan.rounds)
    return _told(plan, says, results, doubled, {key: (before[key], after[key]) for key in before})


def _hubs(plan: Plan, home: Path, server: Postgres, stack: ExitStack) -> dict[tuple[str, int], Hub]:
    return {
        (name, size): stack.enter_context(running)
        for size in plan.sizes
        for name, running in (
            (SQLITE, subjects.on_sqlite(size, home)),
            (POSTGRES, subjects.on_postgres(size, home, server)),
        )
    }


def _filled(servers: Sequence[Subject], plan: Plan) -> list[Pair]:
    """Fill all *servers* at the same time."""

    def one(server: Subject) -> Pair:
        began = time.monotonic()
        pair = server, fill(server, plan.members)
        _say(f"filled {server.name} with {server.size:,} users in {time.monotonic() - began:.0f} s")
        return pair

    with ThreadPoolExecutor(len(servers)) as threads:
        return list(threads.map(one, servers))


def _calm(hubs: Mapping[tuple[str, int], Hub], filled: Sequence[Pair]) -> None:
    """Let all servers finish what they still do on their own."""
    for (name, _), hub in hubs.items():
        if name == POSTGRES:
            machine.analysed(hub.database_url)
    processes.rest([each.pid for each, _ in filled], seconds=REST_SECONDS)


def _measured(plan: Plan, works: Sequence[Work], pairs: Sequence[Pair]) -> Results:
    return measured(works, pairs, seconds=plan.seconds, rounds=plan.rounds)


def _memory(filled: Sequence[Pair]) -> dict[tuple[str, int], Memory]:
    return {(each.name, each.size): processes.memory(each.pid) for each, _ in filled}


def _with_workers(pair: Pair, hubs: Mapping[tuple[str, int], Hub], stack: ExitStack) -> Pair:
    """Start *pair*'s server once more, beside it and on the same database, with more workers."""
    alone, held = pair
    if alone.name == BARE:
        return stack.enter_context(subjects.bare(subjects.WORKERS)), held
    hub = hubs[alone.name, alone.size]
    hub = evolve(hub, settings={**hub.settings, "HUB_SERVER__WORKERS": str(subjects.WORKERS)}, nodes=[])
    stack.callback(hub.stop)
    node = hub.start()
    more = evolve(
        alone,
        name=subjects.with_workers(alone.name),
        door=evolve(alone.door, port=node.port),
        product=alone.product and evolve(alone.product, port=node.port),
        pid=node.process.pid,
    )
    return more, held


def _told(plan: Plan, says: str, results: Results, doubled: Results, memories: Memories) -> str:
    alone, two = (Judge(results=each, sizes=plan.sizes, members=plan.members) for each in (results, doubled))
    sections = [says, "### What it must reach", aims.verdict(aims.judged(alone, two, memories))]
    for size in plan.sizes:
        names = [work.name for work in works.all_works(groups_at(size, plan.members))]
        sections += [
            f"### {size:,} users",
            report.rates(results, size, names),
            report.times(results, size, names),
        ]
    reads = [work.name for work in (works.GET, *works.LOOKUPS)]
    sections += ["### Two workers", report.workers(doubled, plan.sizes[-1], reads)]
    sections += ["### Memory", report.memories(memories)]
    return "\n\n".join(sections)


def _say(what: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)
