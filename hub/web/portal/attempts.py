"""How often one may try what costs the hub something: from one address, or at one provider."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from attrs import define, field

from hub.web.limits import Bucket

from .problems import TooOften

#: Tries a second, and at once: of links and addresses in vain, from one address; of sign-ins that begin,
#: from one address, which may be a whole company's, and at one provider, from wherever they come.
VAIN_RATE, FROM_RATE, AT_RATE = 5.0, 20.0, 100.0

#: The most names that are remembered; more are a flood, after which all begin anew.
NAMES_MAX = 10_000


@define(kw_only=True)
class Attempts:
    """The tries of each address, or of whatever else has a name, in this process.

    Of links only those in vain count, once they are known to be: an address may be that of a proxy, behind
    which others come in.
    """

    rate: float
    clock: Callable[[], float] = time.monotonic
    _buckets: dict[str, Bucket] = field(factory=dict, init=False)

    def count(self, name: str) -> None:
        """Count one try of *name*, or raise `TooOften` where there were too many just now."""
        if len(self._buckets) > NAMES_MAX:
            self._buckets.clear()
        now = self.clock()
        if wait := self._buckets.setdefault(name, Bucket(self.rate, self.rate, now)).take(now):
            raise TooOften(headers={"retry-after": str(math.ceil(wait))})
