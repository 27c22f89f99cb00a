"""Places where a test can make the hub die or fail, to see that nothing is lost.

`HUB_FAILPOINT=write.commit.before` ends the process there, as `kill -9` would;
`HUB_FAILPOINT=write.commit.before:raise` raises there instead. Without the variable
nothing happens.
"""

from __future__ import annotations

import os

#: All there are, in the order a write and then the relay meets them.
FAILPOINTS = (
    "write.begin",
    "write.resource",
    "write.members",
    "write.claim",
    "write.seat",
    "write.entry",
    "write.event",
    "write.note",
    "write.commit.before",
    "write.commit.after",
    "answer.before",
    "relay.lease",
    "relay.hook.before",
    "relay.hook.after",
    "relay.told",
)

_WANTED, _, _HOW = os.environ.get("HUB_FAILPOINT", "").partition(":")


class Failed(Exception):
    """Raised by a failpoint that was asked to fail."""


def failpoint(name: str) -> None:
    """Die or fail here, if the environment asks for *name*."""
    if name != _WANTED:
        return
    if _HOW == "raise":
        raise Failed(name)
    os._exit(137)
