"""What it does to people and seats to turn a connection, or to change a team's plan or SSO."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from hub.engine.common.batches import in_batches
from hub.engine.common.trail import changed
from hub.engine.values.addresses import issuer_in
from hub.engine.values.dossiers import people
from hub.engine.values.errors import AdminError
from hub.engine.values.scope import Scope
from hub.teams import State, locking

if TYPE_CHECKING:
    from hub.engine.answering.ousting import Ousting
    from hub.engine.ports import Dossiers, Ids, Progress, Registry, Unit
    from hub.engine.values.notes import Author
    from hub.teams import Connection, Team

#: How many people a sentence calls by name.
NAMED_MAX = 10


@frozen(kw_only=True)
class Effect:
    """What a switch would do: to how many *people*, how many of their seats are freed, who loses access.

    *without_access* is how many do, *names* are the first of them, *says* is all of it in sentences.
    """

    people: int
    seats_freed: int
    without_access: int
    names: tuple[str, ...] = ()
    says: str


@frozen(kw_only=True)
class Switches:
    """Says what a switch does before it is turned, and does what takes longer than turning it."""

    registry: Registry
    dossiers: Dossiers
    ousting: Ousting
    ids: Ids

    async def effect(
        self, connection: Connection, state: State, *, release: bool = False, called: str | None = None
    ) -> Effect:
        """Return what it would do to bring *connection* into *state*, and with *release* to free its seats.

        Its provider is *called* so in sentences, else by its dialect's name.
        """
        tally = await self.dossiers.tally(connection.team, connection.id)
        if not release:
            return Effect(
                people=tally.people,
                seats_freed=0,
                without_access=0,
                says=_KEPT[state].format(
                    idp=called or connection.idp, people=people(tally.entitled), seats=_seats(tally.seated)
                )
                + (
                    _BY_HAND.format(people=people(tally.by_hand))
                    if state is State.ON and tally.by_hand
                    else ""
                ),
            )
        gone = await self.dossiers.alone(connection.team, connection.id, count=NAMED_MAX)
        names = tuple(each.called for each in gone)
        return Effect(
            people=tally.people,
            seats_freed=tally.freed,
            without_access=tally.alone,
            names=names,
            says=_RELEASED.format(
                people=people(tally.people), alone=people(tally.alone), names=_listed(names, tally.alone)
            ),
        )

    async def release(self, connection: Connection, *, by: Author, progress: Progress) -> int:
        """Deactivate the users of a connection that is off, and return how many.

        Each has a transaction of their own, as if the provider had asked for it: what is done stays done, and
        doing it again goes on with the others. Raises `AdminError` where some could not be.
        """
        team = await self.registry.team(id=connection.team)
        assert team is not None
        total = 0

        async def active(after: str) -> Sequence[str]:
            now = await self.registry.connection(connection.id)
            if now is None or now.state is not State.OFF:
                raise AdminError(f"released {people(total)}: then connection {connection.id} was turned on")
            return await self.dossiers.active(team.id, connection.id, after)

        async def oust(id: str) -> bool:
            nonlocal total
            gone = await self.ousting.deactivate(team, connection, id, by=by, action="connection.release")
            total += gone
            return gone

        while True:  # until nobody is left: some may have come in while it was turned off
            passed = await in_batches(active, oust, id_of=str, progress=progress)
            if passed.failed:
                raise AdminError(
                    f"released {people(total)}, but could not release {people(passed.failed)}:"
                    " the log says why; give the command again to go on"
                )
            if not passed.done:
                return total

    async def set_team(self, team: Team, changes: Mapping[str, Any], *, by: Author) -> tuple[Team, str]:
        """Change a team's `plan` or `sso_issuer`; return it, and in sentences what that does."""

        async def work(unit: Unit) -> tuple[Team, str]:
            before, connections = await unit.team(), await unit.connections()
            wanted = await _wanted(unit, changes)
            after = evolve(before, **wanted)
            said = _said(before, after, connections)
            if after != before:
                await unit.put(after)
                told = changed({name: getattr(before, name) for name in wanted}, wanted)
                await unit.note(by, "team.set", before.name, changes=told)
            return after, said

        return await self.registry.store(Scope(team=team.id)).write(work, reference=f"admin_{self.ids()}")


#: What a switch does to people where it frees no seat.
_KEPT = {
    State.ON: "{idp} assigns the seats of this team from now on, and nobody does by hand."
    " {people} will keep their access, with {seats}.",
    State.PAUSED: "Nobody can be added until it is on again; whom {idp} removes is removed."
    " {people} will keep their access, with {seats}.",
    State.OFF: "{people} will keep their access, with {seats}; groups and ids stay, too."
    " Whom {idp} removes from now on stays in: to pause it instead would have them removed.",
}

#: What is said where a connection is turned on beside people by hand.
_BY_HAND = (
    " In by hand, until it pushes them: {people}; `hub connection adopt` has its import find those"
    " whom it may vouch for."
)

_RELEASED = (
    "{people} of this connection will be deactivated; groups and ids stay. Without access will be those for"
    " whom nobody else vouches: {alone}{names}. Their seats come free, or are kept for the grace time."
)


async def _wanted(unit: Unit, changes: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return *changes* with an issuer that there is: an address, or what a provider of the team is called.

    A SAML identity provider may call itself by something else than an address.
    """
    issuer = changes.get("sso_issuer")
    if issuer is None or issuer in {each.issuer for each in await unit.providers()}:
        return changes
    return {**changes, "sso_issuer": issuer_in(issuer)}


def _said(before: Team, after: Team, connections: Sequence[Connection]) -> str:
    """Return what a change of a team does to its connections."""
    on = sum(each.state is State.ON for each in connections)
    if locking(before, connections) and after.lacks():
        return (
            f"SCIM is paused, since {' and '.join(after.lacks())}. Connections that are on ({on}) add nobody:"
            " providers are told to come again. Whom they remove is removed, and they may read. Everybody"
            " keeps their seat, and seats can be assigned by hand. With it again, all is as it was."
        )
    if before.lacks() and locking(after, connections):
        return f"Connections that are on ({on}) work again: seats are assigned by them, and not by hand."
    if after.lacks():
        return f"SCIM cannot be turned on: {' and '.join(after.lacks())}."
    return "SCIM can be turned on."


def _seats(count: int) -> str:
    return "1 seat" if count == 1 else f"{count} seats"


def _listed(names: tuple[str, ...], count: int) -> str:
    more = f" and {count - len(names)} more" if count > len(names) else ""
    return f", {', '.join(names)}{more}" if names else ""
