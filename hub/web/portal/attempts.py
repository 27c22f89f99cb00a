"""How often one address may try links and sign-ins."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from attrs import define, field

from hub.web.limits import Bucket

from .problems import TooOften

#: Tries a second, and at once.
RATE = 5.0

#: The most addresses that are remembered; more are a flood, after which all begin anew.
ADDRESSES_MAX = 10_000


@define(kw_only=True)
class Attempts:
    """The tries of each address in this process."""

    rate: float = RATE
    clock: Callable[[], float] = time.monotonic
    _buckets: dict[str, Bucket] = field(factory=dict, init=False)

    def take(self, address: str) -> None:
        """Count one try of *address*, or raise `TooOften`."""
        if len(self._buckets) > ADDRESSES_MAX:
            self._buckets.clear()
        now = self.clock()
        wait = self._buckets.setdefault(address, Bucket(self.rate, self.rate, now)).take(now)
        if wait:
            raise TooOften(retry_after=math.ceil(wait))
