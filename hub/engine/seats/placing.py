"""Where a person is to be who wants a seat of a kind, and which share in use is told of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hub.engine.values.places import NOWHERE, SeatCount, Spot
from hub.ledger.policies import Policy, chain

#: The shares in use, per cent, that are told of; and how far below one it has to fall to be told again.
THRESHOLDS, REARMED_BELOW = (80, 95, 100), 5


def place(
    kinds: Mapping[str, SeatCount], wanted: str, *, now: Spot = NOWHERE, welcome: bool = False
) -> Spot | None:
    """Return where somebody who is *now* at one place and wants a seat of the kind *wanted* comes to be.

    The first kind of the chain that they hold already, or that has a seat for them, is theirs. Where none
    has, the policy of the last kind decides; None is a refusal. Whoever is *welcome*, because the provider
    has been told that they are in, is not refused: they wait, whatever the policy, unless there is no such
    kind.

    While anybody waits for a kind, a newcomer waits behind them where that is the policy. Under any other
    policy only those wait who were welcome: undecided at first, or holding a seat of another kind until one
    of this comes free. To refuse newcomers for their sake would refuse some for whom seats are left; so a
    newcomer gets one where there is one more than all who wait will take.
    """
    last = wanted
    for kind in _chained(kinds, wanted):
        if kind == now.held or (kind != now.waits and _has_one(kinds[kind])):
            return Spot(held=kind)
        last = kind
    if last in kinds and kinds[last].policy is Policy.WAIT:
        return Spot(held=now.held, waits=last)
    return Spot(held=now.held, waits=wanted) if welcome and wanted in kinds else None


def crossed(count: SeatCount) -> int | None:
    """Return the highest share in use, per cent, that one more seat comes to and nobody was told of."""
    reached = [share for share in THRESHOLDS if count.held * 100 >= share * count.bought]
    return reached[-1] if reached and reached[-1] > count.told else None


def _has_one(count: SeatCount) -> bool:
    """Say whether a kind has a seat for a newcomer."""
    queues = count.policy is Policy.WAIT
    return count.left > 0 and not count.waiting if queues else count.left > count.waiting


def _chained(kinds: Mapping[str, SeatCount], wanted: str) -> Iterator[str]:
    """Yield the kinds that are tried for whoever wants this one: those that there are, each once."""
    overflows = {
        kind: count.overflow if count.policy is Policy.OVERFLOW else None for kind, count in kinds.items()
    }
    return _until_seen(overflows, wanted)


def _until_seen(overflows: Mapping[str, str | None], wanted: str) -> Iterator[str]:
    """Yield *wanted* and the kinds that it overflows into: those that there are, each once."""
    seen = set[str]()
    for kind in chain(overflows, wanted):
        if kind in seen or kind not in overflows:
            return
        seen.add(kind)
        yield kind
