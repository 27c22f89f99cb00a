"""How often one address may try links and sign-ins that open nothing."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from attrs import define, field

from hub.web.limits import Bucket

from .problems import TooOften

#: Tries in vain a second, and at once.
RATE = 5.0

#: The most addresses that are remembered; more are a flood, after which all begin anew.
ADDRESSES_MAX = 10_000


@define(kw_only=True)
class Attempts:
    """The tries of each address in this process.

    Only those in vain count, so that nobody who comes in is in anybody's way behind the same proxy.
    """

    rate: float = RATE
    clock: Callable[[], float] = time.monotonic
    _buckets: dict[str, Bucket] = field(factory=dict, init=False)
    #: Address → until when it is not heard.
    _waiting: dict[str, float] = field(factory=dict, init=False)

    def check(self, address: str) -> None:
        """Raise `TooOften` where *address* has tried in vain too often just now."""
        wait = self._waiting.get(address, 0.0) - self.clock()
        if wait > 0:
            raise TooOften(headers={"retry-after": str(math.ceil(wait))})

    def failed(self, address: str) -> None:
        """Count one try of *address* in vain."""
        if len(self._buckets) > ADDRESSES_MAX:
            self._buckets.clear()
            self._waiting.clear()
        now = self.clock()
        wait = self._buckets.setdefault(address, Bucket(self.rate, self.rate, now)).take(now)
        self._waiting[address] = now + wait
