"""What answers SCIM requests, put together."""

from __future__ import annotations

from hub.engine.answering.cursors import Cursors
from hub.engine.answering.provision import Provisioning
from hub.engine.answering.query import Query
from hub.engine.answering.rolls import Rolls
from hub.engine.answering.service import Service
from hub.engine.answering.writing import Writing
from hub.engine.common.plugins import Plugins
from hub.scim.parsing import Limits
from hub.settings import Settings
from hub.sources import clock

from .stores import Stores


def service(
    stores: Stores, provisioning: Provisioning, plugins: Plugins, settings: Settings, *, key: bytes
) -> Service:
    """Return what answers requests within the limits of *settings*."""
    writing = Writing(
        registry=stores.registry, provisioning=provisioning, operations_max=settings.scim.operations_max
    )
    return Service(
        registry=stores.registry,
        plugins=plugins,
        writing=writing,
        query=_query(settings, key),
        clock=clock,
        key=key,
    )


def rolls(settings: Settings) -> Rolls:
    """Return how groups take members in, as *settings* say."""
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
