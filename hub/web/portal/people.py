"""The people of a team: found, looked at one by one, and while no connection is in use, seated by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from hub.engine.values.dossiers import Dossier, why
from hub.engine.values.errors import AdminError
from hub.engine.values.listing import TEXT_MAX, Condition, Page, Turn, Wanted
from hub.engine.values.places import Refused
from hub.scim.folding import fold
from hub.teams import Role, locking

from .lists import beside, isolated, turn_of
from .pages import Fault, Pages
from .problems import spoken
from .telling import effect

if TYPE_CHECKING:
    from starlette.responses import Response

    from hub.engine.people.directory import Source

    from .pages import Visit

pages = Pages()

#: What a list is narrowed to, as the page calls it.
CONDITIONS = {
    Condition.SEATED: "Has a seat",
    Condition.WAITING: "Waiting",
    Condition.REFUSED: "Refused",
    Condition.UNDECIDED: "Undecided",
    Condition.KEPT: "Seat kept for them",
    Condition.SEATLESS: "No seat",
    Condition.SUSPENDED: "Suspended",
    Condition.BY_HAND: "Added by hand",
    Condition.REMOVED: "Removed",
}

#: How many of those who were refused head the list of everybody.
REFUSED_FIRST = 5

#: What an administrator asks for before it is done, by the last word of its address.
ASKED = {
    "unseat": (
        "Free the seat",
        "Their seat comes free for others. They stay in the team, and cannot sign in.",
    ),
    "remove": ("Remove", "They cannot sign in from now on, and their seat comes free."),
}


@pages.get("/people")
async def people(visit: Visit) -> Response:
    """List people, as far as they are asked for."""
    return await _listed(visit)


@pages.post("/people")
async def add(visit: Visit) -> Response:
    """Add somebody by hand, and give them a seat where that was ticked."""
    form, by = await visit.form(), visit.by()
    address, name = form.get("address", ""), form.get("name", "").strip() or None
    try:
        person = await visit.desk.people.add(visit.team, address, name=name, by=by)
    except AdminError as error:
        field = "name" if str(error).startswith("a name") else "address"
        return await _listed(visit, faults=[Fault(field, spoken(error))], typed=form)
    said = f"{isolated(name or address)} is added"
    if form.get("seat"):
        try:
            await visit.desk.people.seat(visit.team, person, by=by)
        except AdminError as error:
            return visit.go(f"/people/{person}", said=f"{said}, without a seat: {spoken(error)}.")
    return visit.go(f"/people/{person}", said=f"{said}.")


@pages.get("/people/{person}")
async def person(visit: Visit) -> Response:
    """Show one person."""
    return await _shown(visit)


@pages.post("/people/{person}/seat")
async def seat(visit: Visit) -> Response:
    """Give somebody a seat, of the kind that was chosen or as the rules say."""
    form = await visit.form()
    who, dossier = visit.path["person"], await _dossier(visit)
    try:
        moved = await visit.desk.people.seat(visit.team, who, kind=form.get("kind") or None, by=visit.by())
    except AdminError as error:
        return await _shown(visit, faults=[Fault("kind", spoken(error))], typed=form)
    came = f"has a {moved.after.held} seat" if moved.after.held else f"waits for a {moved.after.waits} seat"
    return visit.go(f"/people/{who}", said=f"{isolated(dossier.title)} {came}.")


@pages.get("/people/{person}/{action:str}", role=Role.ADMIN)
async def ask(visit: Visit) -> Response:
    """Ask whether a seat is to be freed, or somebody to be removed."""
    if visit.path["action"] not in ASKED:
        raise visit.missing()
    title, says = ASKED[visit.path["action"]]
    dossier = await _dossier(visit)
    return visit.page("person_ask.html", dossier=dossier, title_of=title, says=says)


@pages.post("/people/{person}/unseat")
async def unseat(visit: Visit) -> Response:
    """Free a seat."""
    dossier, reason = await _dossier(visit), (await visit.form()).get("why")
    await visit.desk.people.unseat(visit.team, visit.path["person"], by=visit.by(reason))
    return visit.go(f"/people/{visit.path['person']}", said=f"The seat of {isolated(dossier.title)} is free.")


@pages.post("/people/{person}/remove")
async def remove(visit: Visit) -> Response:
    """Remove somebody."""
    dossier, reason = await _dossier(visit), (await visit.form()).get("why")
    await visit.desk.people.remove(visit.team, visit.path["person"], by=visit.by(reason))
    return visit.go(f"/people/{visit.path['person']}", said=f"{isolated(dossier.title)} is removed.")


@pages.post("/people/{person}/suspend")
async def suspend(visit: Visit) -> Response:
    """Shut somebody out."""
    form, dossier = await visit.form(), await _dossier(visit)
    reason = form.get("why", "").strip()
    if not reason:
        fault = Fault("why", "Say why they are suspended: it is kept in the audit")
        return await _shown(visit, faults=[fault], typed=form)
    await visit.desk.people.suspend(visit.team, visit.path["person"], by=visit.by(reason))
    return visit.go(f"/people/{visit.path['person']}", said=f"{isolated(dossier.title)} is suspended.")


@pages.post("/people/{person}/unsuspend")
async def unsuspend(visit: Visit) -> Response:
    """End a suspension."""
    dossier, reason = await _dossier(visit), (await visit.form()).get("why")
    await visit.desk.people.unsuspend(visit.team, visit.path["person"], by=visit.by(reason))
    return visit.go(
        f"/people/{visit.path['person']}", said=f"The suspension of {isolated(dossier.title)} is ended."
    )


async def _listed(
    visit: Visit, *, faults: Sequence[Fault] = (), typed: Mapping[str, str] | None = None
) -> Response:
    desk, team, turn = visit.desk, visit.team, turn_of(visit.query)
    asked = {name: visit.query.get(name, "").strip() for name in ("q", "condition", "kind", "connection")}
    sources, kinds = await desk.directory.sources(team), await desk.bookkeeping.seats(team)
    if len(asked["q"]) > TEXT_MAX:
        faults, asked["q"] = [Fault("q", f"Search for up to {TEXT_MAX} signs")], asked["q"][:TEXT_MAX]
    wanted = Wanted(
        text=fold(asked["q"]),
        condition=_condition(asked["condition"]),
        kind=asked["kind"] if asked["kind"] in kinds else None,
        connection=asked["connection"] if asked["connection"] in sources else None,
    )
    found, refused = await _found(visit, wanted, turn)
    listed = refused if wanted.condition is Condition.REFUSED else found
    values: dict[str, Any] = {
        "asked": asked,
        "conditions": CONDITIONS,
        "kind_choices": [(kind, kind) for kind in kinds],
        "source_choices": [(id, each.title) for id, each in sources.items()],
        "sources": sources,
        "found": found.rows,
        "refused": refused.rows,
        "more_refused": refused.next and wanted.condition is not Condition.REFUSED,
        "beside": beside(visit, "/people", listed, asked),
        "begun": not turn.mark,
        "locks": _locks(visit, sources),
        "may": visit.session.role.may(Role.ADMIN),
    }
    if faults:
        return visit.again("people.html", faults=faults, typed={**asked, **(typed or {})}, **values)
    return visit.page("people.html", typed=asked, **values)


async def _found(visit: Visit, wanted: Wanted, turn: Turn) -> tuple[Page[Any], Page[Refused]]:
    """Return a page of people, and who is refused among them: all such, or the first few to head the list."""
    directory, none = visit.desk.directory, Page[Any](rows=())
    if wanted.condition is Condition.REFUSED:
        return none, await directory.refused(visit.team, wanted, turn)
    found = await directory.people(visit.team, wanted, turn)
    if wanted.condition or turn.mark:
        return found, none
    refused = await directory.refused(visit.team, wanted, turn)
    more = refused.next or len(refused.rows) > REFUSED_FIRST
    return found, Page(rows=refused.rows[:REFUSED_FIRST], next=Turn() if more else None)


async def _shown(
    visit: Visit, *, faults: Sequence[Fault] = (), typed: Mapping[str, str] | None = None
) -> Response:
    desk, team = visit.desk, visit.team
    portrait = await desk.directory.portrait(team, visit.path["person"])
    sources = await desk.directory.sources(team)
    values: dict[str, Any] = {
        "portrait": portrait,
        "dossier": portrait.dossier,
        "title_of": isolated(portrait.dossier.title),
        "says": _why(portrait.dossier, sources, now=desk.directory.clock()),
        "sources": sources,
        "effect": effect,
        "kind_choices": [(kind, kind) for kind in await desk.bookkeeping.seats(team)],
        "locks": _locks(visit, sources),
        "may": visit.session.role.may(Role.ADMIN),
    }
    if faults:
        return visit.again("person.html", faults=faults, typed=typed or {}, **values)
    return visit.page("person.html", **values)


def _why(dossier: Dossier, sources: Mapping[str, Source], *, now: str) -> str:
    """Return why somebody has access, or has not, in the words of a page."""
    vouchers = dossier.vouched_by(lambda each: sources[each.connection].title)
    return why(dossier, vouchers, now=now, moment=lambda at: f"{datetime.fromisoformat(at):%-d %b %Y}")


async def _dossier(visit: Visit) -> Dossier:
    return await visit.desk.people.dossier(visit.team, visit.path["person"])


def _locks(visit: Visit, sources: Mapping[str, Source]) -> list[Source]:
    """Return the connections for whose sake nobody's seat is assigned by hand."""
    return [each for each in sources.values() if locking(visit.team, [each.connection])]


def _condition(text: str) -> Condition | None:
    return Condition(text) if text in set(Condition) else None
