"""Puts the house together: the one place that knows how its parts are made of each other."""

from __future__ import annotations

import os
import secrets
import time
from typing import TYPE_CHECKING

from hub.engine.activity import Activity
from hub.engine.admins import Admins
from hub.engine.adoption import Adoption
from hub.engine.arrivals import Arrivals
from hub.engine.bookkeeping import Bookkeeping
from hub.engine.byhand import People
from hub.engine.connections import Connections
from hub.engine.cursors import Cursors
from hub.engine.directory import Directory
from hub.engine.erasing import Erasing
from hub.engine.exchanges import Keeper
from hub.engine.grouping import Grouping
from hub.engine.handover import HandOver
from hub.engine.health import Healths
from hub.engine.links import Links
from hub.engine.lookout import Lookout
from hub.engine.minting import Mint
from hub.engine.ousting import Ousting
from hub.engine.overview import Overview
from hub.engine.plugins import Plugins
from hub.engine.providing import Providing
from hub.engine.provision import Provisioning
from hub.engine.purchasing import Purchasing
from hub.engine.query import Query
from hub.engine.questions import Questions
from hub.engine.relay import Relay
from hub.engine.rolls import Rolls
from hub.engine.ruling import Ruling
from hub.engine.schemas import Schemas
from hub.engine.sealing import Sealer
from hub.engine.service import Service
from hub.engine.sessions import Sessions
from hub.engine.settling import Settling
from hub.engine.signin import SignIns
from hub.engine.stirring import Stirred
from hub.engine.switches import Switches
from hub.engine.teams import Teams
from hub.engine.tokens import Tokens
from hub.engine.ways import Ways
from hub.engine.writing import Writing
from hub.fitness import database_url
from hub.house import House
from hub.scim.parsing import Limits
from hub.secret import derived, server_key
from hub.settings import Settings
from hub.sources import clock, new_id, new_reference, new_secret
from hub.sso.outbound import Outbound
from hub.sso.signing import Signer
from hub.sso.speaking import Speaking
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

if TYPE_CHECKING:
    pass


def assemble(settings: Settings) -> House:
    """Put all parts together; nothing is opened yet."""
    database = Database(url=database_url(settings))
    key = server_key(settings.server.data, os.environ)
    mint = Mint(clock=clock, key=key, entropy=secrets.token_bytes)
    plugins = Plugins.load(blocked=settings.plugins.blocked)
    patience = settings.database.patience_seconds
    stirred = Stirred()
    registry = DatabaseRegistry(
        database=database,
        clock=clock,
        patience=patience,
        search_seconds=settings.scim.filter_seconds,
        stirred=stirred,
    )
    kept = DatabaseExchanges(database=database, patience=patience)
    provisioning = Provisioning(plugins=plugins, ids=new_id, rolls=_rolls(settings))
    standings = DatabaseStandings(database=database, patience=patience)
    dossiers = DatabaseDossiers(database=database, patience=patience)
    ousting = Ousting(registry=registry, provisioning=provisioning, plugins=plugins, ids=new_id)
    people = People(
        registry=registry,
        dossiers=dossiers,
        standings=standings,
        ousting=ousting,
        plugins=plugins,
        clock=clock,
        ids=new_id,
    )
    outbox = DatabaseOutbox(database=database, clock=clock, patience=patience)
    books = DatabaseBooks(database=database, patience=patience)
    census = DatabaseCensus(database=database, patience=patience)
    seals = DatabaseSeals(database=database, patience=patience)
    sightings = DatabaseSightings(database=database, patience=patience)
    trail = DatabaseTrail(database=database, patience=patience)
    visits = DatabaseVisits(database=database, patience=patience)
    sealer = Sealer(books=books, seals=seals, clock=clock, key=key)
    questions = Questions(
        registry=registry,
        standings=standings,
        clock=clock,
        key=key,
        seconds=settings.api.entitlement_seconds,
    )
    providers = DatabaseProviders(database=database, patience=patience)
    flows = DatabaseFlows(database=database, clock=clock, patience=patience)
    speaking = Speaking(outbound=Outbound(private=settings.sso.allow_private), seconds=time.time)
    signer = Signer(derived(key, "signin.assertions"))
    providing = Providing(
        registry=registry,
        providers=providers,
        speaks=speaking,
        clock=clock,
        ids=new_id,
        key=derived(key, "signin.secrets"),
    )
    handover = HandOver(
        flows=flows,
        questions=questions,
        signs=signer,
        clock=clock,
        ids=new_id,
        random=new_secret,
        key=derived(key, "signin.codes"),
    )
    healths = Healths(registry=registry, sightings=sightings, plugins=plugins, clock=clock)
    ruling = Ruling(registry=registry, books=books, census=census, plugins=plugins, clock=clock, ids=new_id)
    return House(
        settings=settings,
        database=database,
        plugins=plugins,
        key=key,
        activity=Activity(registry=registry, kept=kept, plugins=plugins),
        registry=registry,
        trail=trail,
        teams=Teams(registry=registry, ids=new_id),
        schemas=Schemas(registry=registry, ids=new_id),
        connections=Connections(
            registry=registry, signing_in=providers, plugins=plugins, mint=mint, ids=new_id
        ),
        tokens=Tokens(registry=registry, mint=mint, clock=clock, ids=new_id),
        admins=Admins(registry=registry, visits=visits, clock=clock, ids=new_id),
        links=Links(
            registry=registry,
            visits=visits,
            trail=trail,
            clock=clock,
            ids=new_id,
            mint=mint,
        ),
        sessions=Sessions(visits=visits, clock=clock, ids=new_id, key=key, entropy=secrets.token_bytes),
        bookkeeping=Bookkeeping(books=books, sealer=sealer, clock=clock),
        people=people,
        directory=Directory(
            registry=registry,
            listings=DatabaseListings(database=database, patience=patience),
            dossiers=dossiers,
            standings=standings,
            kept=kept,
            ruling=ruling,
            plugins=plugins,
            clock=clock,
        ),
        grouping=Grouping(groupings=DatabaseGroupings(database=database, patience=patience)),
        overview=Overview(
            books=books,
            figures=DatabaseFigures(database=database, patience=patience),
            healths=healths,
            clock=clock,
        ),
        adoption=Adoption(
            registry=registry, dossiers=dossiers, rolls=_rolls(settings), plugins=plugins, ids=new_id
        ),
        switches=Switches(registry=registry, dossiers=dossiers, ousting=ousting, ids=new_id),
        erasing=Erasing(
            registry=registry,
            traces=DatabaseTraces(database=database, patience=patience),
            visits=visits,
            people=people,
            ousting=ousting,
            ids=new_id,
        ),
        service=Service(
            registry=registry,
            plugins=plugins,
            writing=Writing(
                registry=registry, provisioning=provisioning, operations_max=settings.scim.operations_max
            ),
            query=_query(settings, key),
            clock=clock,
            key=key,
        ),
        questions=questions,
        providing=providing,
        signins=SignIns(
            providing=providing,
            flows=flows,
            subjects=DatabaseSubjects(database=database, clock=clock, patience=patience),
            standings=standings,
            speaks=speaking,
            handover=handover,
            clock=clock,
            random=new_secret,
            key=derived(key, "signin.flows"),
        ),
        handover=handover,
        signs=signer,
        purchasing=Purchasing(registry=registry, books=books, census=census, ids=new_id),
        ruling=ruling,
        keeper=Keeper(
            exchanges=kept,
            clock=clock,
            references=new_reference,
            days=settings.exchanges.days,
            rows_max=settings.exchanges.rows_max,
            body_max=settings.exchanges.body_max,
        ),
        lookout=Lookout(sightings=sightings, clock=clock, timer=time.monotonic),
        arrivals=Arrivals(
            registry=registry, census=census, pairs=DatabaseGaps(database=database, patience=patience)
        ),
        healths=healths,
        ways=Ways(registry=registry, providers=providers),
        relay=Relay(
            outbox=outbox,
            flows=flows,
            settling=Settling(outbox=outbox, registry=registry, plugins=plugins, ids=new_id),
            sealer=sealer,
            listeners=plugins.listeners(),
            owner=new_id(),
            clock=clock,
            stirred=stirred,
        ),
    )


def _rolls(settings: Settings) -> Rolls:
    scim = settings.scim
    return Rolls(members_max=scim.members_max, pending=scim.unknown_members == "pending")


def _query(settings: Settings, key: bytes) -> Query:
    scim = settings.scim
    limits = Limits(
        length_max=scim.filter_length_max,
        depth_max=scim.filter_depth_max,
        terms_max=scim.filter_terms_max,
    )
    cursors = Cursors(key=key, clock=clock, seconds=scim.cursor_seconds)
    return Query(page_default=scim.page_default, page_max=scim.page_max, limits=limits, cursors=cursors)
