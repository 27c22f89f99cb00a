"""Books sealed block by block, apart from the writes that add to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from attrs import frozen

from hub.ledger.seals import BLOCK, seal

if TYPE_CHECKING:
    from hub.engine.ports import Books, Clock, Seals

log = structlog.get_logger("hub.sealing")

#: How many teams are looked at a time.
BATCH = 100


@frozen(kw_only=True)
class Sealer:
    """Seals with the server's *key*. Several may be at work: of two seals of a block, the first stays."""

    books: Books
    seals: Seals
    clock: Clock
    key: bytes

    async def seal(self, team: str) -> int:
        """Seal the next block of a team's book, and return how many entries it has."""
        before = await self.seals.latest(team)
        # A number is taken under a lock until its entry is there: no entry comes before one that was seen.
        block = await self.books.page(team, after=before.last if before else 0)
        if block:
            await self.seals.add(seal(block, before, at=self.clock(), key=self.key))
        return len(block)

    async def seal_all(self) -> bool:
        """Seal a block of each book with entries not sealed yet, and say whether there may be more."""
        more, after = False, ""
        while teams := await self.seals.unsealed(after=after, count=BATCH):
            for team in teams:
                try:
                    more |= await self.seal(team) == BLOCK
                except Exception:  # one that cannot be sealed holds up no other
                    log.exception("alarm.not_sealed", team=team)
            after = teams[-1]
        return more
