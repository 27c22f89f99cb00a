"""How fast one connection may ask: a token bucket for requests, another for removals."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from attrs import define, field

from hub.scim.errors import TooManyRequests

if TYPE_CHECKING:
    from collections.abc import Callable


@define
class Bucket:
    """As many tokens as *rate* (a second's worth), refilled at *rate* a second."""

    rate: float
    level: float
    at: float

    def take(self, now: float) -> float:
        """Take a token and return 0, or return the seconds until there is one."""
        self.level = min(self.rate, self.level + (now - self.at) * self.rate)
        self.at = now
        if self.level < 1:
            return (1 - self.level) / self.rate
        self.level -= 1
        return 0


@define(kw_only=True)
class Limits:
    """The buckets of each connection in this process; a rate of 0 is no limit."""

    requests_per_second: float
    removals_per_second: float
    clock: Callable[[], float]
    _buckets: dict[tuple[str, bool], Bucket] = field(factory=dict, init=False)

    def take(self, connection: str, *, removal: bool) -> None:
        """Count one request of *connection*, or raise `TooManyRequests` with the whole seconds to wait."""
        rate = self.removals_per_second if removal else self.requests_per_second
        if not rate:
            return
        now = self.clock()
        bucket = self._buckets.setdefault((connection, removal), Bucket(rate, rate, now))
        if wait := bucket.take(now):
            what = "removals" if removal else "requests"
            raise TooManyRequests(f"more than {rate:g} {what} a second", retry_after=math.ceil(wait))
