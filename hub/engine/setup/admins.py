"""Who looks after a team in the portal: added, given another role, removed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from hub.engine.common.trail import changed
from hub.engine.values.addresses import address_in, name_in
from hub.engine.values.errors import AdminError
from hub.engine.values.scope import Scope
from hub.scim.folding import fold
from hub.teams import Admin, Role

if TYPE_CHECKING:
    from hub.engine.ports import Clock, Ids, Registry, Unit, Visits, Work
    from hub.engine.values.notes import Author
    from hub.teams import Team

#: What an admin can be.
ROLES = (Role.OWNER, Role.ADMIN, Role.AUDITOR)


@frozen(kw_only=True)
class Admins:
    """The use cases about admins; each raises `AdminError`, and is noted in the team's audit."""

    registry: Registry
    visits: Visits
    clock: Clock
    ids: Ids

    async def of(self, team: Team) -> Sequence[Admin]:
        """Return the admins of *team*, oldest first."""
        return await self.visits.admins(team.id)

    async def one(self, team: str, id: str) -> Admin | None:
        """Return the admin of a team with this id; None where there is none, or no longer."""
        return next((each for each in await self.visits.admins(team) if each.id == id), None)

    async def known(self, team: str, address: str) -> Admin | None:
        """Return the admin of a team who has that *address*."""
        called = fold(address.strip())
        return next((each for each in await self.visits.admins(team) if fold(each.address) == called), None)

    async def add(
        self, team: Team, address: str, *, role: Role, name: str | None = None, by: Author
    ) -> Admin:
        """Let whoever signs in by *address* look after *team* in a *role*."""
        made = Admin(
            id=self.ids(),
            team=team.id,
            address=address_in(address),
            role=_role(role),
            name=name_in(name),
            created_at=self.clock(),
        )

        async def work(unit: Unit) -> Admin:
            await unit.team()
            if any(fold(each.address) == made.address for each in await unit.admins()):
                raise AdminError(f"{made.address} is an admin of '{team.name}' already")
            await unit.put(made)
            await unit.note(by, "admin.add", made.address, changes=changed({}, _told(made)))
            return made

        return await self._write(team, work)

    async def set_role(self, team: Team, address: str, role: Role, *, by: Author) -> Admin:
        """Give an admin another *role*, which counts from their next request on."""
        _role(role)

        async def work(unit: Unit) -> Admin:
            before, admins = await _among(unit, address)
            after = evolve(before, role=role)
            if after != before:
                _spare_last_owner(before, admins)
                await unit.put(after)
                changes = changed(_told(before), _told(after))
                await unit.note(by, "admin.role", before.address, changes=changes)
            return after

        return await self._write(team, work)

    async def remove(self, team: Team, address: str, *, by: Author) -> Admin:
        """Let an admin look after *team* no longer; their sessions end with the next request."""

        async def work(unit: Unit) -> Admin:
            gone, admins = await _among(unit, address)
            _spare_last_owner(gone, admins)
            await unit.dismiss(gone)
            await unit.note(by, "admin.remove", gone.address, changes=changed(_told(gone), {}))
            return gone

        return await self._write(team, work)

    async def _write(self, team: Team, work: Work[Admin]) -> Admin:
        return await self.registry.store(Scope(team=team.id)).write(work, reference=f"admin_{self.ids()}")


async def _among(unit: Unit, address: str) -> tuple[Admin, Sequence[Admin]]:
    """Return the admin with that *address*, and all; nobody else changes admins until this write is done."""
    team, called = await unit.team(), fold(address.strip())
    admins = await unit.admins()
    for each in admins:
        if fold(each.address) == called:
            return each, admins
    raise AdminError(f"'{team.name}' has no admin '{address}': `hub admin list {team.name}` shows all")


def _spare_last_owner(admin: Admin, admins: Sequence[Admin]) -> None:
    owners = [each for each in admins if each.role is Role.OWNER]
    if owners == [admin]:
        raise AdminError(f"{admin.address} is the last owner: make somebody else an owner first")


def _role(role: Role) -> Role:
    if role not in ROLES:
        raise AdminError(f"an admin is an {', '.join(ROLES[:-1])} or {ROLES[-1]}, not '{role}'")
    return role


def _told(admin: Admin) -> dict[str, str | None]:
    """Return what the audit says of an admin."""
    return {"role": admin.role, "name": admin.name}
