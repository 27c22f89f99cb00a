"""An administrator changes what a write goes by while it is on its way: it goes by what holds at its end."""

from __future__ import annotations

from itertools import count

import pytest

from tests.stepped.nodes import Nodes
from tests.stepped.walks import Judge, Walk, walk
from tests.stepped.world import (
    ADDED,
    ASSIGN,
    DEACTIVATE,
    DELETE,
    ELSEWHERE_NEW,
    LAPSED,
    PAUSED,
    REMOVED,
    REVOKED,
    RULES,
    SAID,
    SAME,
    SWITCHED,
    UNGROUPED,
    Case,
)

pytestmark = pytest.mark.races

#: What lets somebody in, and what keeps people out.
SWITCHES = [
    Case(ASSIGN, SWITCHED, SAME),
    Case(ASSIGN, PAUSED, SAME),
    Case(ASSIGN, LAPSED, SAME),
    Case(ASSIGN, REVOKED, SAME),
    Case(ELSEWHERE_NEW, SWITCHED, SAME),
]
CHANGES = [
    *SWITCHES,
    *(Case(each, RULES, SAME) for each in (ASSIGN, ELSEWHERE_NEW, SAID, ADDED, REMOVED, UNGROUPED)),
]
REMOVALS = [Case(each, SWITCHED, SAME) for each in (DEACTIVATE, DELETE, REMOVED, UNGROUPED)]


@pytest.mark.parametrize("case", CHANGES, ids=str)
def test_a_write_goes_by_what_holds_when_it_is_committed(nodes: Nodes, case: Case):
    """Wherever on its way the change comes in between, all is as if one had followed the other.

    So nobody is let in once a switch has answered, which counts those who are in as its last act; and
    whoever was seated by rules of before is settled by those of now.
    """
    judge = Judge(nodes, case)

    assert [] == judge.plainly()
    assert [] == list(judge.cut())


@pytest.mark.parametrize("case", REMOVALS, ids=str)
def test_a_removal_on_its_way_is_done_all_the_same(nodes: Nodes, case: Case):
    """Once let in, it is not kept out by its connection being turned off."""
    for step in count(1):
        came = walk(nodes, case, [0] * step + [1] * 200)
        assert [] == came.faults
        assert came.ended.answers[0] in {200, 204}
        if _came_last(came):
            break


def _came_last(came: Walk) -> bool:
    trace = came.ended.trace
    return 0 not in trace[trace.index(1) :]
