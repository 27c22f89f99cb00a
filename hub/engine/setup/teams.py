"""Teams: made with the seats that they bought, and found by their names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from attrs import frozen

from hub.engine.common.trail import changed
from hub.engine.seats.seating import STANDARD
from hub.engine.values.addresses import issuer_in
from hub.engine.values.errors import AdminError, NameTaken
from hub.engine.values.places import SEATS_MAX
from hub.engine.values.scope import Scope
from hub.ledger import moves
from hub.teams import Team

if TYPE_CHECKING:
    from hub.engine.ports import Ids, Registry, Unit
    from hub.engine.values.notes import Author


@frozen(kw_only=True)
class Teams:
    """Makes teams and finds them; each raises `AdminError`. A new team's audit begins with its making."""

    registry: Registry
    ids: Ids

    async def create(
        self, name: str, *, seats: int, plan: str, sso_issuer: str | None = None, by: Author
    ) -> Team:
        """Make a team that has bought *seats* standard seats."""
        if not name.strip():
            raise AdminError("a team needs a name")
        if seats < 0:
            raise AdminError("the number of seats cannot be below zero")
        if seats > SEATS_MAX:
            raise AdminError(f"a team can buy at most {SEATS_MAX} seats")
        issuer = None if sso_issuer is None else issuer_in(sso_issuer)
        team = Team(id=self.ids(), name=name, plan=plan, sso_issuer=issuer)
        reference = f"team_{self.ids()}"

        async def work(unit: Unit) -> None:
            await unit.found(team)
            await unit.buy(STANDARD, seats)
            if seats:
                await unit.post("bought", reference, moves.buy(STANDARD, seats))
            made = {"plan": plan, "sso_issuer": issuer, "seats": seats}
            await unit.note(by, "team.create", name, changes=changed({}, made))

        try:
            await self.registry.store(Scope(team=team.id)).write(work, reference=reference)
        except NameTaken:
            raise AdminError(f"there is a team '{name}' already") from None
        return team

    async def named(self, name: str) -> Team:
        """Return the team that is called *name*, or has it for its id."""
        team = await self.registry.team(name=name) or await self.registry.team(id=name)
        if team is None:
            raise AdminError(f"there is no team '{name}': `hub team list` shows all")
        return team

    async def all(self) -> Sequence[Team]:
        """Return all teams, by name."""
        return await self.registry.teams()
