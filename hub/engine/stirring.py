"""What a commit leaves to be done at once: who settles seats in this process is woken for it."""

from __future__ import annotations

import asyncio

from attrs import field, frozen


@frozen
class Stirred:
    """Set when a write of this process is committed: somebody was *marked*, or a seat *freed* for who waits.

    Other processes find it the next time they look.
    """

    marked: asyncio.Event = field(factory=asyncio.Event)
    freed: asyncio.Event = field(factory=asyncio.Event)
