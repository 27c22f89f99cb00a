"""The use cases of the portal on a database of a test's own, and a clock that a test sets."""

from __future__ import annotations

import secrets

from attrs import define, field

from hub import moments
from hub.engine.common.minting import Mint
from hub.engine.setup.admins import Admins
from hub.engine.signing.links import Links
from hub.engine.signing.sessions import Sessions
from hub.sources import new_id
from storage.registry import DatabaseRegistry
from storage.trail import DatabaseTrail
from storage.visits import DatabaseVisits

NOW = "2026-06-01T12:00:00.000Z"


@define
class Portal:
    """Admins, links and sessions of whatever teams a database holds; it is *now* for all of them."""

    database: object
    now: str = NOW
    key: bytes = bytes(32)
    registry: DatabaseRegistry = field(init=False)

    def __attrs_post_init__(self):
        self.registry = DatabaseRegistry(database=self.database, clock=self.clock, patience=5)

    def clock(self):
        """Return what time it is."""
        return self.now

    def wait(self, seconds):
        """Let time pass."""
        self.now = moments.later(self.now, seconds)

    @property
    def visits(self):
        """Return what the database knows of links and sessions."""
        return DatabaseVisits(database=self.database, patience=5)

    @property
    def _parts(self):
        return {"visits": self.visits, "clock": self.clock, "ids": new_id}

    @property
    def admins(self):
        """Return the use cases about admins."""
        return Admins(registry=self.registry, **self._parts)

    @property
    def links(self):
        """Return the use cases about links."""
        trail = DatabaseTrail(database=self.database, patience=5)
        mint = Mint(clock=self.clock, key=self.key, entropy=secrets.token_bytes)
        return Links(registry=self.registry, trail=trail, mint=mint, **self._parts)

    @property
    def sessions(self):
        """Return the use cases about sessions."""
        return Sessions(key=self.key, entropy=secrets.token_bytes, **self._parts)
