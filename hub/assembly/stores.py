"""What the engine asks of a database, put together."""

from __future__ import annotations

from attrs import frozen

from hub.engine.rounds.stirring import Stirred
from hub.settings import Settings
from hub.sources import clock
from storage.books import DatabaseBooks
from storage.census import DatabaseCensus
from storage.database import Database
from storage.dossiers import DatabaseDossiers
from storage.entitlements import DatabaseStandings
from storage.erasing import DatabaseTraces
from storage.exchanges import DatabaseExchanges
from storage.figures import DatabaseFigures
from storage.flows import DatabaseFlows
from storage.gaps import DatabaseGaps
from storage.groupings import DatabaseGroupings
from storage.listings import DatabaseListings
from storage.outbox import DatabaseOutbox
from storage.providers import DatabaseProviders
from storage.registry import DatabaseRegistry
from storage.seals import DatabaseSeals
from storage.sightings import DatabaseSightings
from storage.subjects import DatabaseSubjects
from storage.trail import DatabaseTrail
from storage.visits import DatabaseVisits


@frozen(kw_only=True)
class Stores:
    """The engine's ports, each as a database answers it."""

    registry: DatabaseRegistry
    books: DatabaseBooks
    census: DatabaseCensus
    dossiers: DatabaseDossiers
    exchanges: DatabaseExchanges
    figures: DatabaseFigures
    flows: DatabaseFlows
    gaps: DatabaseGaps
    groupings: DatabaseGroupings
    listings: DatabaseListings
    outbox: DatabaseOutbox
    providers: DatabaseProviders
    seals: DatabaseSeals
    sightings: DatabaseSightings
    standings: DatabaseStandings
    subjects: DatabaseSubjects
    traces: DatabaseTraces
    trail: DatabaseTrail
    visits: DatabaseVisits


def stores(database: Database, settings: Settings, *, stirred: Stirred) -> Stores:
    """Return what is asked of *database*; what a write leaves to be done at once is put into *stirred*."""
    patience = settings.database.patience_seconds
    return Stores(
        registry=DatabaseRegistry(
            database=database,
            clock=clock,
            patience=patience,
            search_seconds=settings.scim.filter_seconds,
            stirred=stirred,
        ),
        books=DatabaseBooks(database=database, patience=patience),
        census=DatabaseCensus(database=database, patience=patience),
        dossiers=DatabaseDossiers(database=database, patience=patience),
        exchanges=DatabaseExchanges(database=database, patience=patience),
        figures=DatabaseFigures(database=database, patience=patience),
        flows=DatabaseFlows(database=database, clock=clock, patience=patience),
        gaps=DatabaseGaps(database=database, patience=patience),
        groupings=DatabaseGroupings(database=database, patience=patience),
        listings=DatabaseListings(database=database, patience=patience),
        outbox=DatabaseOutbox(database=database, clock=clock, patience=patience),
        providers=DatabaseProviders(database=database, patience=patience),
        seals=DatabaseSeals(database=database, patience=patience),
        sightings=DatabaseSightings(database=database, patience=patience),
        standings=DatabaseStandings(database=database, patience=patience),
        subjects=DatabaseSubjects(database=database, clock=clock, patience=patience),
        traces=DatabaseTraces(database=database, patience=patience),
        trail=DatabaseTrail(database=database, patience=patience),
        visits=DatabaseVisits(database=database, patience=patience),
    )
