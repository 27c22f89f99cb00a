"""What the measurements must reach, judged from made-up results."""

from __future__ import annotations

import pytest

from tests.bench import works
from tests.bench.aims import Aim, judged, verdict
from tests.bench.fill import groups_at
from tests.bench.judge import Judge, Worst
from tests.bench.load import Rate
from tests.bench.processes import Memory
from tests.bench.rounds import Results
from tests.bench.subjects import BARE, HUBS, PEER, with_workers

SIZES = [1_000, 100_000]
MEMBERS = [100, 100_000]


def results() -> Results:
    """Return a run in which every hub does 500 a second, the ceiling 1,000 and the peer 100."""
    paces = {**dict.fromkeys(HUBS, 500), **{with_workers(each): 900 for each in (BARE, *HUBS)}, PEER: 100}
    made = Results()
    for size in SIZES:
        for work in works.all_works(groups_at(size, MEMBERS)):
            for name, pace in paces.items():
                made.rates[work.name, name, size] = {0: at(pace)}
            made.rates[work.name, BARE, 0] = {0: at(1000)}
            made.rates[work.name, with_workers(BARE), 0] = {0: at(900)}
    return made


def at(pace: float) -> Rate:
    """Return the rate of *pace* answers a second, one after the other."""
    return Rate(per_second=pace, p50=1000 / pace, p99=2000 / pace, wrong={})


def judge(run: Results) -> list[Aim]:
    """Return what *run* comes to, where every hub holds 100 MB."""
    here = Judge(results=run, sizes=SIZES, members=MEMBERS)
    held = Memory(now=90, peak=100)
    return judged(here, here, {(hub, size): (held, held) for hub in HUBS for size in SIZES})


def test_every_aim_is_judged():
    """A whole run leaves no aim of the table without a figure."""
    assert ["yes", *["yes, and the aim"] * 12] == [aim.reached for aim in judge(results())]


@pytest.mark.parametrize(
    ("work", "size", "aim"),
    [
        (works.GET, 1_000, 0),
        (works.EXTERNAL_ID, 100_000, 1),
        (works.ENTITLED, 1_000, 2),
        (works.group(100), 100_000, 5),
        (works.PATCH, 100_000, 6),
        (works.member(100_000), 100_000, 7),
        (works.LAST_CURSOR, 100_000, 8),
        (works.UNINDEXED[2], 100_000, 9),
        (works.PORTAL[2], 100_000, 10),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_one_slow_work_is_enough_to_miss(work, size, aim):
    """The worst work at the worst size decides, on either database."""
    run = results()
    run.rates[work.name, HUBS[1], size] = {0: at(2)}

    assert "**no**" == judge(run)[aim].reached
    assert f"| {judge(run)[aim].shown(judge(run)[aim].must)} |" in verdict(judge(run))


def test_what_is_missing_is_not_reached():
    """A work that a hub does not do leaves its aim open; one that the peer does not do is not compared."""
    run = results()
    del run.rates[works.LAST_CURSOR.name, HUBS[0], 100_000]
    del run.rates[works.CREATE.name, PEER, 100_000]

    reached = [aim.reached for aim in judge(run)]

    assert ["–", "–"] == [reached[5], reached[8]]
    assert "yes, and the aim" == reached[4]


@pytest.mark.parametrize(("value", "reached"), [(1.1, "yes, and the aim"), (1.5, "yes"), (1.51, "**no**")])
def test_bounds_belong_to_what_is_reached(value, reached):
    """What must be at most 1.5 may be 1.5."""
    aim = Aim(says="p50", must=1.5, aim=1.1, at_least=False, found={HUBS[0]: Worst(value)})

    assert reached == aim.reached
