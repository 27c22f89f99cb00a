"""All that a plugin may import: hooks, dialects, quirks, people, seats and events.

A whole plugin is a module with an entry point in the group `provisioning_hub`:

    from hub.spi import Dialect, hookimpl

    @hookimpl
    def register_dialects():
        return [Dialect(name="acme", title="Acme Directory")]
"""

from __future__ import annotations

from .dialect import Dialect, Example, Inbound, Json, Outbound, Policy, Quirk, Verb
from .hookspecs import NAME, hookimpl
from .provisioning import (
    EVENTS,
    UNDECIDED,
    Change,
    Choice,
    Event,
    Objection,
    Person,
    Seat,
    Undecided,
)

__all__ = [
    "EVENTS",
    "NAME",
    "UNDECIDED",
    "Change",
    "Choice",
    "Dialect",
    "Event",
    "Example",
    "Inbound",
    "Json",
    "Objection",
    "Outbound",
    "Person",
    "Policy",
    "Quirk",
    "Seat",
    "Undecided",
    "Verb",
    "hookimpl",
]
