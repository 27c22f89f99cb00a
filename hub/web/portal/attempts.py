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

    Only those in vain count, once they are known to be: an address may be that of a proxy, behind which
    others come in.
    """

    rate: float = RATE
    clock: Callable[[], float] = time.monotonic
    _buckets: dict[str, Bucket] = field(factory=dict, init=False)

    def failed(self, address: str) -> None:
        """Count one try of *address* in vain, or raise `TooOften` where there were too many just now."""
        if len(self._buckets) > ADDRESSES_MAX:
            self._buckets.clear()
        now = self.clock()
        if wait := self._buckets.setdefault(address, Bucket(self.rate, self.rate, now)).take(now):
            raise TooOften(headers={"retry-after": str(math.ceil(wait))})
