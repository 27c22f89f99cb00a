"""Bugs planted in the hub: the schedules that are sampled bring them out."""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar
from typing import Any

import pytest

from hub.engine.ports import Work
from hub.engine.values.places import SeatCount
from storage import records
from storage.claims import Claims
from storage.client import Row
from storage.queues import Queues
from storage.store import DatabaseStore
from tests.stepped.nodes import Nodes
from tests.stepped.walks import Judge
from tests.stepped.world import APART, ASSIGN, DEACTIVATE, ELSEWHERE_OFF, SAME, Case

pytestmark = pytest.mark.races

#: In how many schedules each is to be found.
WITHIN = 6

#: What a write had read of its team's seats and people before it began.
READ: ContextVar[Sequence[Row]] = ContextVar("READ")


async def take(queues: Queues, kind: str) -> SeatCount | None:
    """Look whether a seat is left, then count one more."""
    mine = (queues.scope.team, kind)
    if queues.database.dialect == "postgres":  # there the transaction's own look is old enough
        rows = await queues.rows("SELECT * FROM seats WHERE team_id = $1 AND kind = $2", *mine)
    else:
        rows = [row for row in READ.get() if row.get("kind") == kind]
    if not any(row["held"] < row["bought"] + row["overdraft"] and not row["waiting"] for row in rows):
        return None
    (taken,) = await queues.rows(
        "UPDATE seats SET held = held + 1 WHERE team_id = $1 AND kind = $2 RETURNING *", *mine
    )
    return records.seat_count(taken)


async def count(claims: Claims, person: str, change: int) -> Any:
    """Write down how many claims there were, and one more or less."""
    (count,) = (row["claims"] + change for row in READ.get() if row.get("id") == person)
    await claims.rows(
        "UPDATE persons SET claims = $3 WHERE team_id = $1 AND id = $2", *claims._one(person), count
    )
    return await claims.claimant(person)


#: The bug → what has it, how it goes then, and what brings it out.
BUGS: dict[str, tuple[type, str, Any, Case]] = {
    "seats checked before": (Queues, "take", take, Case(ASSIGN, ASSIGN, APART)),
    "claims written back": (Claims, "claims", count, Case(DEACTIVATE, ELSEWHERE_OFF, SAME)),
}

_write = DatabaseStore.write


async def write(store: DatabaseStore, work: Work[Any], *, reference: str, shares: bool = False) -> Any:
    """Read, then write, each alone."""
    del shares
    team, rows = store.scope.team, store.database.rows
    seats = await rows("SELECT * FROM seats WHERE team_id = $1", team)
    READ.set([*seats, *await rows("SELECT * FROM persons WHERE team_id = $1", team)])
    return await _write(store, work, reference=reference)


@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_is_caught(nodes: Nodes, monkeypatch: pytest.MonkeyPatch, bug: str):
    """What was read some time ago decides what is written now: no fault in either order, but in between.

    Seats are not oversold even so: the database's own guard refuses one, and that is answered 500.
    """
    where, name, wrong, case = BUGS[bug]
    monkeypatch.setattr(DatabaseStore, "write", write)
    monkeypatch.setattr(where, name, wrong)
    judge = Judge(nodes, case)

    assert [] == judge.plainly()
    assert [] != list(judge.sampled(WITHIN))
