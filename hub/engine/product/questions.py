"""What a team's product asks: whose key it shows, and who may sign in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from attrs import frozen

from hub import tokens
from hub.engine.asking.requests import RETRY_SECONDS
from hub.engine.values.entitlements import decide, told
from hub.engine.values.errors import StoreAway
from hub.scim.errors import Unauthorized, Unavailable
from hub.scim.folding import fold

if TYPE_CHECKING:
    from hub.engine.ports import Clock, Registry, Standings
    from hub.engine.values.entitlements import Standing
    from hub.spi import Json
    from hub.teams import ApiKey

#: One sentence whatever was wrong, so that an answer teaches nothing about tokens, teams or people.
REFUSED = "This team's API needs a valid token of its own, as Authorization: Bearer <token>."


@frozen(kw_only=True)
class Questions:
    """Answers a team's product, afresh each time; an answer that lets in may be kept for *seconds*.

    Where the database does not answer nobody is let in: each raises `Unavailable`.
    """

    registry: Registry
    standings: Standings
    clock: Clock
    key: bytes
    seconds: int

    async def admit(self, team: str, authorization: str | None) -> ApiKey:
        """Return the key of *team* that is shown, or raise `Unauthorized`: one sentence for all."""
        scheme, _, text = (authorization or "").partition(" ")
        credential = tokens.parse(text.strip()) if scheme.lower() == "bearer" else None
        try:
            key = await self.registry.api_key(credential.key_id) if credential else None
        except StoreAway as error:
            raise _away() from error
        if key is None or credential is None:
            raise Unauthorized(REFUSED)
        genuine = tokens.same(key.digest, tokens.digest(credential, self.key))
        if not genuine or key.team != team or not key.valid(at=self.clock()):
            raise Unauthorized(REFUSED)
        return key

    async def by_name(self, team: str, names: Sequence[str]) -> list[dict[str, Json]]:
        """Return for each name, an address or a userName, whether the person may sign in, in their order."""
        now, folded = self.clock(), [fold(name) for name in names]
        try:
            found = await self.standings.named(team, folded)
        except StoreAway as error:
            raise _away() from error
        return [self._told(found.get(name, ()), now) for name in folded]

    async def by_id(self, team: str, person: str) -> dict[str, Json]:
        """Return whether the *person* with that id may sign in."""
        now = self.clock()
        try:
            found = await self.standings.person(team, person)
        except StoreAway as error:
            raise _away() from error
        return self._told(found, now)

    def _told(self, found: Sequence[Standing], now: str) -> dict[str, Json]:
        return told(decide(found, now=now), at=now, seconds=self.seconds)


def _away() -> Unavailable:
    return Unavailable("the hub cannot reach its database; please try again", retry_after=RETRY_SECONDS)
