"""All parts of the house, put together."""

from __future__ import annotations

import os
import secrets
import time

from hub.engine.answering.ousting import Ousting
from hub.engine.answering.provision import Provisioning
from hub.engine.book.bookkeeping import Bookkeeping
from hub.engine.common.minting import Mint
from hub.engine.common.plugins import Plugins
from hub.engine.people.adoption import Adoption
from hub.engine.people.byhand import People
from hub.engine.people.directory import Directory
from hub.engine.people.erasing import Erasing
from hub.engine.people.grouping import Grouping
from hub.engine.product.questions import Questions
from hub.engine.rounds.relay import Relay
from hub.engine.rounds.sealing import Sealer
from hub.engine.rounds.settling import Settling
from hub.engine.rounds.stirring import Stirred
from hub.engine.seats.purchasing import Purchasing
from hub.engine.seats.ruling import Ruling
from hub.engine.setup.admins import Admins
from hub.engine.setup.connections import Connections
from hub.engine.setup.schemas import Schemas
from hub.engine.setup.switches import Switches
from hub.engine.setup.teams import Teams
from hub.engine.setup.tokens import Tokens
from hub.engine.signing.links import Links
from hub.engine.signing.sessions import Sessions
from hub.engine.watched.activity import Activity
from hub.engine.watched.arrivals import Arrivals
from hub.engine.watched.exchanges import Keeper
from hub.engine.watched.health import Healths
from hub.engine.watched.lookout import Lookout
from hub.engine.watched.overview import Overview
from hub.fitness import database_url
from hub.house import House
from hub.secret import server_key
from hub.settings import Settings
from hub.sources import clock, new_id, new_reference
from storage.database import Database

from . import scim
from .signing_in import signing_in
from .stores import Stores, stores


def assemble(settings: Settings) -> House:
    """Put all parts together; nothing is opened yet."""
    database = Database(url=database_url(settings))
    key = server_key(settings.server.data, os.environ)
    plugins = Plugins.load(blocked=settings.plugins.blocked)
    stirred = Stirred()
    kept = stores(database, settings, stirred=stirred)
    registry = kept.registry
    mint = Mint(clock=clock, key=key, entropy=secrets.token_bytes)
    rolls = scim.rolls(settings)
    provisioning = Provisioning.of(plugins, ids=new_id, rolls=rolls)
    ousting = Ousting(registry=registry, provisioning=provisioning, plugins=plugins, ids=new_id)
    people = People(
        registry=registry,
        dossiers=kept.dossiers,
        standings=kept.standings,
        ousting=ousting,
        plugins=plugins,
        clock=clock,
        ids=new_id,
    )
    sealer = Sealer(books=kept.books, seals=kept.seals, clock=clock, key=key)
    questions = Questions(
        registry=registry,
        standings=kept.standings,
        clock=clock,
        key=key,
        seconds=settings.api.entitlement_seconds,
    )
    sso = signing_in(kept, questions, settings, key=key)
    healths = Healths(registry=registry, sightings=kept.sightings, plugins=plugins, clock=clock)
    ruling = Ruling(
        registry=registry, books=kept.books, census=kept.census, plugins=plugins, clock=clock, ids=new_id
    )
    return House(
        settings=settings,
        database=database,
        plugins=plugins,
        key=key,
        registry=registry,
        trail=kept.trail,
        teams=Teams(registry=registry, ids=new_id),
        schemas=Schemas(registry=registry, ids=new_id),
        connections=Connections(
            registry=registry, signing_in=kept.providers, plugins=plugins, mint=mint, ids=new_id
        ),
        tokens=Tokens(registry=registry, mint=mint, clock=clock, ids=new_id),
        activity=Activity(registry=registry, kept=kept.exchanges, plugins=plugins),
        admins=Admins(registry=registry, visits=kept.visits, clock=clock, ids=new_id),
        links=Links(
            registry=registry, visits=kept.visits, trail=kept.trail, mint=mint, clock=clock, ids=new_id
        ),
        sessions=Sessions(visits=kept.visits, clock=clock, ids=new_id, key=key, entropy=secrets.token_bytes),
        bookkeeping=Bookkeeping(books=kept.books, sealer=sealer, clock=clock),
        people=people,
        directory=Directory(
            registry=registry,
            listings=kept.listings,
            dossiers=kept.dossiers,
            standings=kept.standings,
            kept=kept.exchanges,
            ruling=ruling,
            plugins=plugins,
            clock=clock,
        ),
        grouping=Grouping(groupings=kept.groupings),
        overview=Overview(books=kept.books, figures=kept.figures, healths=healths, clock=clock),
        adoption=Adoption(
            registry=registry, dossiers=kept.dossiers, rolls=rolls, plugins=plugins, ids=new_id
        ),
        switches=Switches(registry=registry, dossiers=kept.dossiers, ousting=ousting, ids=new_id),
        erasing=Erasing(
            registry=registry,
            traces=kept.traces,
            listings=kept.listings,
            exchanges=kept.exchanges,
            visits=kept.visits,
            people=people,
            ousting=ousting,
            ids=new_id,
        ),
        service=scim.service(kept, provisioning, plugins, settings, key=key),
        questions=questions,
        providing=sso.providing,
        signins=sso.signins,
        handover=sso.handover,
        ways=sso.ways,
        signs=sso.signs,
        purchasing=Purchasing(registry=registry, books=kept.books, census=kept.census, ids=new_id),
        ruling=ruling,
        keeper=_keeper(kept, settings),
        lookout=Lookout(sightings=kept.sightings, clock=clock, timer=time.monotonic),
        arrivals=Arrivals(registry=registry, listings=kept.listings, pairs=kept.gaps),
        healths=healths,
        relay=_relay(kept, sealer, plugins, stirred),
    )


def _keeper(kept: Stores, settings: Settings) -> Keeper:
    return Keeper(
        exchanges=kept.exchanges,
        clock=clock,
        references=new_reference,
        days=settings.exchanges.days,
        rows_max=settings.exchanges.rows_max,
        body_max=settings.exchanges.body_max,
    )


def _relay(kept: Stores, sealer: Sealer, plugins: Plugins, stirred: Stirred) -> Relay:
    return Relay(
        outbox=kept.outbox,
        flows=kept.flows,
        settling=Settling(outbox=kept.outbox, registry=kept.registry, plugins=plugins, ids=new_id),
        sealer=sealer,
        listeners=plugins.listeners(),
        owner=new_id(),
        clock=clock,
        stirred=stirred,
    )
