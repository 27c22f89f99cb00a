"""What the engine asks of a store, and who else it asks: protocols."""

from __future__ import annotations

from .books import Books, Seals
from .logs import Exchanges, Outbox, Place, Trail
from .people import Census, Dossiers, Standings, Traces
from .sightings import Sightings
from .stores import Clock, Ids, Registry, Store
from .units import Unit, Work
from .visits import Visits

__all__ = [
    "Books",
    "Census",
    "Clock",
    "Dossiers",
    "Exchanges",
    "Ids",
    "Outbox",
    "Place",
    "Registry",
    "Seals",
    "Sightings",
    "Standings",
    "Store",
    "Traces",
    "Trail",
    "Unit",
    "Visits",
    "Work",
]
