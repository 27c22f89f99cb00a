"""What pages ask of the engine: its use cases, by name."""

from __future__ import annotations

from attrs import frozen

from hub.engine.activity import Activity
from hub.engine.admins import Admins
from hub.engine.arrivals import Arrivals
from hub.engine.bookkeeping import Bookkeeping
from hub.engine.byhand import People
from hub.engine.connections import Connections
from hub.engine.directory import Directory
from hub.engine.grouping import Grouping
from hub.engine.health import Healths
from hub.engine.links import Links
from hub.engine.overview import Overview
from hub.engine.plugins import Plugins
from hub.engine.ports import Clock, Registry, Signs, Speaks, Trail
from hub.engine.providing import Providing
from hub.engine.purchasing import Purchasing
from hub.engine.ruling import Ruling
from hub.engine.sessions import Sessions
from hub.engine.signin import SignIns
from hub.engine.switches import Switches
from hub.engine.teams import Teams
from hub.engine.tokens import Tokens
from hub.engine.ways import Ways


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
