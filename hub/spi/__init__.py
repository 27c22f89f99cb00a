"""All that a plugin may import: hooks, dialects, quirks, guides, people, seats and events.

A whole plugin is a module with an entry point in the group `provisioning_hub`:

    from hub.spi import Dialect, hookimpl

    @hookimpl
    def register_dialects():
        return [Dialect(name="acme", title="Acme Directory")]
"""

from __future__ import annotations

from .dialect import Dialect, Example, Inbound, Json, Outbound, Policy, Probe, Quirk, Verb
from .guides import Guide
from .hookspecs import NAME, hookimpl
from .markdown import GuideError, read_guide
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
    "Guide",
    "GuideError",
    "Inbound",
    "Json",
    "Objection",
    "Outbound",
    "Person",
    "Policy",
    "Probe",
    "Quirk",
    "Seat",
    "Undecided",
    "Verb",
    "hookimpl",
    "read_guide",
]
