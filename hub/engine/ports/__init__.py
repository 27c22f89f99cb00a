"""What the engine asks of a store, and who else it asks: protocols."""

from __future__ import annotations

from .books import Books, Seals
from .figures import Figures
from .groupings import Groupings
from .listings import Listings
from .logs import Exchanges, Outbox, Place, Trail
from .people import Census, Dossiers, Progress, Standings, Traces
from .sightings import GapsBetween, Sightings
from .signins import Flows, Providers, Signs, Speaks, Subjects
from .stores import Clock, Ids, Registry, Store
from .units import Unit, Work
from .visits import Visits

__all__ = [
    "Books",
    "Census",
    "Clock",
    "Dossiers",
    "Exchanges",
    "Figures",
    "Flows",
    "GapsBetween",
    "Groupings",
    "Ids",
    "Listings",
    "Outbox",
    "Place",
    "Progress",
    "Providers",
    "Registry",
    "Seals",
    "Sightings",
    "Signs",
    "Speaks",
    "Standings",
    "Store",
    "Subjects",
    "Traces",
    "Trail",
    "Unit",
    "Visits",
    "Work",
]
