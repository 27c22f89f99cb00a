"""What pages ask of the engine: its use cases, by name."""

from __future__ import annotations

from attrs import frozen

from hub.engine.admin import Admin
from hub.engine.admins import Admins
from hub.engine.links import Links
from hub.engine.sessions import Sessions


@frozen(kw_only=True)
class Desk:
    """The engine as the portal knows it; a page that needs more of it adds that here, and in `hub.main`."""

    admin: Admin
    admins: Admins
    links: Links
    sessions: Sessions
