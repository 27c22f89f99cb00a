"""All pairs of nine operations, stepped statement by statement: as if one had followed the other."""

from __future__ import annotations

from itertools import combinations_with_replacement

import pytest

from tests.scale import TRUST, scale
from tests.stepped.nodes import Nodes
from tests.stepped.walks import Judge
from tests.stepped.world import OPERATIONS, REMOVED, SAME, VARIANTS, Case

pytestmark = pytest.mark.races

PAIRS = list(combinations_with_replacement(OPERATIONS, 2))

#: On whom: in turn two of four ways for each pair; at full scale all of them.
CASES = [
    Case(*pair, VARIANTS[(number + more) % len(VARIANTS)])
    for number, pair in enumerate(PAIRS)
    for more in range(scale(2, trust=len(VARIANTS)))
]

#: How many schedules of each case are stepped by chance: 270 on each database. At full scale, all come
#: before in which whose turn it is changes twice.
SCHEDULES = scale(3, trust=50)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_two_at_once_are_as_one_after_the_other(nodes: Nodes, case: Case):
    """Whatever order their statements come in: answers, people, seats, book, events are those of an order.

    So they are at once, and when everything is settled; and at both times the team's book verifies, and a
    second judge finds nothing wrong with it.
    """
    judge = Judge(nodes, case)

    assert [] == judge.plainly()
    assert [] == (list(judge.turning()) if TRUST else [])
    assert [] == list(judge.sampled(SCHEDULES))


def test_every_schedule_comes_once(nodes: Nodes):
    """Two short operations are stepped in each order that there is, and in none twice."""
    judge = Judge(nodes, Case(REMOVED, REMOVED, SAME))

    assert [] == list(judge.each())
    assert len(judge.came) == len(set(judge.came))
    assert {judge.serial[0].ended.trace, judge.serial[1].ended.trace} <= set(judge.came)
