"""The sentence on a person: it tells of the seat that they hold, and of the one that they wait for."""

from __future__ import annotations

import pytest

from hub.engine.values.dossiers import Dossier, Queued, sentence
from hub.engine.values.entitlements import Bond, Seated, Standing

HELD, ASKED, NOW = "2026-01-01", "2026-02-01", "2026-03-01"


def said(*, seat=None, queued=None, **standing):
    """Return the sentence on Ann, for whom an administrator vouches."""
    who = Standing(
        **{"person": "p", "bond": Bond.OWNS, "claims": 1, "by_hand": True, "seat": seat} | standing,
        waits_for=queued and queued.kind,
    )
    return sentence(Dossier(standing=who, addresses=("ann",), suspended="left", queued=queued), now=NOW)


@pytest.mark.parametrize("over", [False, True])
def test_who_holds_one_kind_and_waits_for_another_is_told_of_both(over):
    """Access rests on the seat that is held, and since when; the queue is said beside it."""
    seat = Seated(kind="standard", since=HELD, over=over)
    more = "; more seats of the kind are held than were bought" * over

    assert (
        f"ann has access: a standard seat since {HELD}, vouched for by hand{more};"
        f" number 1 in the queue for a sales seat since {ASKED}."
    ) == said(seat=seat, queued=Queued(kind="sales", position=1, since=ASKED))


def test_who_holds_nothing_is_told_of_the_queue_alone():
    """It is why they have no access."""
    assert (
        f"ann has no access: number 2 in the queue for a sales seat since {ASKED}, vouched for by hand."
    ) == said(queued=Queued(kind="sales", position=2, since=ASKED))


def test_who_is_shut_out_is_told_of_no_queue():
    """A place in it would not let them in."""
    seat, queued = Seated(kind="standard", since=HELD), Queued(kind="sales", position=1, since=ASKED)

    assert ("ann has no access: suspended by an administrator (left), vouched for by hand.") == said(
        seat=seat, queued=queued, suspended=True
    )
