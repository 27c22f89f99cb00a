"""What pages ask of the engine: its use cases, by name."""

from __future__ import annotations

from attrs import frozen

from hub.engine.book.bookkeeping import Bookkeeping
from hub.engine.common.plugins import Plugins
from hub.engine.people.byhand import People
from hub.engine.people.directory import Directory
from hub.engine.people.grouping import Grouping
from hub.engine.ports import Clock, Registry, Signs, Speaks, Trail
from hub.engine.seats.purchasing import Purchasing
from hub.engine.seats.ruling import Ruling
from hub.engine.setup.admins import Admins
from hub.engine.setup.connections import Connections
from hub.engine.setup.switches import Switches
from hub.engine.setup.teams import Teams
from hub.engine.setup.tokens import Tokens
from hub.engine.signing.links import Links
from hub.engine.signing.providing import Providing
from hub.engine.signing.sessions import Sessions
from hub.engine.signing.signin import SignIns
from hub.engine.signing.ways import Ways
from hub.engine.watched.activity import Activity
from hub.engine.watched.arrivals import Arrivals
from hub.engine.watched.health import Healths
from hub.engine.watched.overview import Overview


@frozen(kw_only=True)
class Desk:
    """The engine as the portal knows it; a page that needs more of it adds that here, and in `hub.house`."""

    activity: Activity
    admins: Admins
    arrivals: Arrivals
    bookkeeping: Bookkeeping
    clock: Clock
    connections: Connections
    directory: Directory
    grouping: Grouping
    healths: Healths
    links: Links
    overview: Overview
    people: People
    plugins: Plugins
    providing: Providing
    purchasing: Purchasing
    registry: Registry
    ruling: Ruling
    sessions: Sessions
    signins: SignIns
    signs: Signs
    speaks: Speaks
    switches: Switches
    teams: Teams
    tokens: Tokens
    trail: Trail
    ways: Ways
