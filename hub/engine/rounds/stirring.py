"""What a commit leaves to be done at once: whoever settles seats in this process is woken for it."""

from __future__ import annotations

import asyncio

from attrs import field, frozen


@frozen
class Stirred:
    """Set when a write of this process commits: *marked* people are to be settled, or *freed* seats given.

    Other processes find it the next time they look.
    """

    marked: asyncio.Event = field(factory=asyncio.Event)
    freed: asyncio.Event = field(factory=asyncio.Event)
