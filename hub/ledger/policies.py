"""What becomes of whoever wants a seat of a kind of which none is left."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping

#: The most kinds that are tried one after the other.
CHAIN_MAX = 3


class Policy(enum.StrEnum):
    """They are refused, they wait, get a seat of another kind, or one that is lent up to a limit."""

    REFUSE = "refuse"
    WAIT = "wait"
    OVERFLOW = "overflow"
    OVERDRAFT = "overdraft"


def chain(overflows: Mapping[str, str | None], kind: str) -> Iterator[str]:
    """Yield the kinds that are tried for who wants a *kind*, beginning with it; a ring has no end."""
    tried: str | None = kind
    while tried is not None:
        yield tried
        tried = overflows.get(tried)


def ring_of(overflows: Mapping[str, str | None]) -> list[str]:
    """Return the kinds tried in a chain that comes back to one of them, or is too long; none otherwise."""
    for kind in overflows:
        tried: list[str] = []
        for each in chain(overflows, kind):
            tried.append(each)
            if each in tried[:-1] or len(tried) > CHAIN_MAX:
                return tried
    return []
