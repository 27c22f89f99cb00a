"""Which providers somebody may sign in with, by their address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from hub.engine.ports import Providers, Registry
    from hub.providers import Provider


@frozen(kw_only=True)
class Ways:
    """Finds the providers that people sign in with, in whatever team."""

    registry: Registry
    providers: Providers

    async def of(self, address: str) -> Sequence[Provider]:
        """Return by team the providers that whoever has *address* may sign in with.

        Anybody can enter a domain: a provider counts once somebody signed in with it, or the operator stands
        for it.
        """
        found = await self.providers.with_domain(address.rpartition("@")[2])
        return [each for each in found if each.tested_at or await self._stands(each)]

    async def _stands(self, provider: Provider) -> bool:
        team = await self.registry.team(id=provider.team)
        return team is not None and team.sso_issuer == provider.issuer
