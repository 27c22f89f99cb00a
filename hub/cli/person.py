"""hub person: who is in a team, and whoever is vouched for by hand."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from attrs import asdict
from cyclopts import App

from hub.cli import printing
from hub.cli.options import NONE, UNSAID, Changing, Options
from hub.engine.values.dossiers import Dossier, entitlement_of, sentence
from hub.house import House
from hub.teams import Team

app = App(name="person", help="People: who is in a team and why; added and seated by hand before SCIM.")

COLUMNS = ("Called", "Name", "Access", "Seat", "Since", "Vouched for by", "Person")


@app.command
async def add(team: str, address: str, /, *, name: str | None = None, options: Changing = UNSAID) -> None:
    """Add the person with that ADDRESS to TEAM by hand; a seat is given by `hub person seat`.

    Parameters
    ----------
    name
        What they are called.
    """
    async with options.house() as house:
        whose = await house.teams.named(team)
        person = await house.people.add(whose, address, name=name, by=options.by)
        await _show(house, whose, person, options)


@app.command
async def seat(team: str, address: str, /, *, kind: str | None = None, options: Changing = UNSAID) -> None:
    """Give the person called ADDRESS a seat of TEAM.

    Parameters
    ----------
    kind
        Of which kind, as `hub seat-kind list` has them; otherwise as the rules of TEAM say.
    """
    async with _found(team, address, options) as (house, whose, person):
        await house.people.seat(whose, person, kind=kind, by=options.by)
        await _show(house, whose, person, options)


@app.command
async def unseat(team: str, address: str, /, *, options: Changing = UNSAID) -> None:
    """Free the seat of the person called ADDRESS, who stays in TEAM; or their place in the queue."""
    async with _found(team, address, options) as (house, whose, person):
        await house.people.unseat(whose, person, by=options.by)
        await _show(house, whose, person, options)


@app.command
async def remove(team: str, address: str, /, *, options: Changing = UNSAID) -> None:
    """Remove the person called ADDRESS from TEAM; their seat comes free."""
    async with _found(team, address, options) as (house, whose, person):
        await house.people.remove(whose, person, by=options.by)
        await _show(house, whose, person, options)


@app.command
async def suspend(team: str, address: str, /, *, options: Changing = UNSAID) -> None:
    """Shut the person called ADDRESS out of TEAM, whoever vouches for them; needs --why. The seat stays."""
    async with _found(team, address, options) as (house, whose, person):
        await house.people.suspend(whose, person, by=options.by)
        await _show(house, whose, person, options)


@app.command
async def unsuspend(team: str, address: str, /, *, options: Changing = UNSAID) -> None:
    """End the suspension of the person called ADDRESS."""
    async with _found(team, address, options) as (house, whose, person):
        await house.people.unsuspend(whose, person, by=options.by)
        await _show(house, whose, person, options)


@app.command
async def erase(team: str, address: str, /, *, options: Changing = UNSAID) -> None:
    """Erase the person called ADDRESS: what names them is taken out of all that the hub keeps; needs --why.

    They lose access and seat. The book keeps an id that names nobody any more. Who was only ever refused a
    seat is erased by the name that `hub seat-kind refused` has for them.
    """
    async with options.house() as house:
        whose = await house.teams.named(team)
        with printing.working("Erasing") as working:
            person, count = await house.erasing.erase_called(whose, address, by=options.by, progress=working)
    known = (
        f"the book knows them as {person}, which names nobody."
        if person
        else "they were only ever refused a seat, and the book knows nothing of them."
    )
    options.answer(
        {"erased": person, "rows": count},
        f"Erased; {known} {count} requests, events and notes name them no more.\n"
        "A provider that still has them assigned makes them anew: remove them there, too.",
    )


@app.command
async def show(team: str, address: str, /, *, options: Options = NONE) -> None:
    """Show why the person called ADDRESS has access to TEAM or has not, and what is known of them."""
    async with _found(team, address, options) as (house, whose, person):
        await _show(house, whose, person, options)


@app.command(name="list")
async def list_(team: str, /, *, options: Options = NONE) -> None:
    """List the people of TEAM."""
    async with options.house() as house:
        now = house.people.clock()
        people = house.people.of(await house.teams.named(team))
        await options.answer_each(
            people, lambda each: _described(each, now), COLUMNS, lambda each: _row(each, now)
        )


@asynccontextmanager
async def _found(team: str, address: str, options: Options) -> AsyncIterator[tuple[House, Team, str]]:
    """Open the house, and find there the team and the person that a command names."""
    async with options.house() as house:
        whose = await house.teams.named(team)
        yield house, whose, await house.people.find(whose, address)


async def _show(house: House, team: Team, person: str, options: Options) -> None:
    """Show what is known of *person* now."""
    dossier, now = await house.people.dossier(team, person), house.people.clock()
    lines = {
        "Person": dossier.standing.person,
        "Name": dossier.name,
        "Addresses": ", ".join(dossier.addresses),
        "Vouched for by": ", ".join(dossier.vouchers),
        "Suspended": dossier.suspended,
    }
    told = [f"{label:<15} {line}" for label, line in lines.items() if line]
    told += [
        f"{'User':<15} {each.user_name} of {each.idp} ({each.connection})"
        + (", inactive" * (not each.active))
        for each in dossier.vouching
    ]
    told += [
        f"{'Seat':<15} {each.kind} from {each.since} to {each.until or 'now'}" for each in dossier.holdings
    ]
    options.answer(_described(dossier, now), "\n".join([sentence(dossier, now=now), *told]))


def _described(dossier: Dossier, now: str) -> dict[str, Any]:
    entitlement = entitlement_of(dossier, now=now)
    return {
        "person": dossier.standing.person,
        "says": sentence(dossier, now=now),
        "entitled": entitlement.entitled,
        "reason": entitlement.reason,
        "name": dossier.name,
        "addresses": list(dossier.addresses),
        "by_hand": dossier.standing.by_hand,
        "suspended": dossier.suspended,
        "users": [asdict(each) for each in dossier.vouching],
        "waiting": None if dossier.queued is None else asdict(dossier.queued),
        "seats": [{"kind": each.kind, "since": each.since, "until": each.until} for each in dossier.holdings],
    }


def _row(dossier: Dossier, now: str) -> list[object]:
    seat, queued = dossier.standing.seat, dossier.queued
    place = seat or queued
    return [
        dossier.called,
        dossier.name,
        entitlement_of(dossier, now=now).reason,
        seat.kind if seat else queued and f"waits for {queued.kind} ({queued.position})",
        place and place.since,
        dossier.vouchers,
        dossier.standing.person,
    ]
