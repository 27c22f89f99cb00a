"""How many seats of which kinds: what was bought, who waits, who was refused, and what becomes of them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from hub.engine.values.errors import AdminError
from hub.ledger.policies import Policy
from hub.teams import Role

from .pages import Fault, Pages
from .problems import Problem, spoken

if TYPE_CHECKING:
    from starlette.responses import Response

    from hub.engine.values.places import SeatCount

    from .pages import Visit

T = TypeVar("T")

pages = Pages()

#: How many of those who wait, and of those who were refused, are shown.
SHOWN = 100

#: What becomes of whoever finds no seat left, for a form.
POLICIES = (
    (Policy.REFUSE, "Refuse: the provider is told that no seat is left"),
    (Policy.WAIT, "Wait: they come in when a seat is free, first come first served"),
    (Policy.OVERFLOW, "Overflow: they get a seat of another kind"),
    (Policy.OVERDRAFT, "Overdraft: so many seats more than were bought are lent"),
)

DAY = 86_400


@pages.get("/seats")
async def seats(visit: Visit) -> Response:
    """Show the kinds, the rules, who waits and who was refused."""
    desk, team = visit.desk, visit.team
    waiting, more_wait = await _first(desk.purchasing.waiting(team))
    refused, more_refused = await _first(desk.purchasing.refused(team))
    return visit.page(
        "seats.html",
        kinds=await desk.purchasing.kinds(team),
        seating=desk.ruling.rules(team),
        waiting=waiting,
        more_wait=more_wait,
        refused=refused,
        more_refused=more_refused,
        sources=await desk.directory.sources(team),
    )


@pages.get("/seats/kinds/{kind}")
async def kind(visit: Visit) -> Response:
    """Show one kind, and the forms that change it."""
    return await _kind(visit, visit.path["kind"])


@pages.post("/seats/kinds", role=Role.OPERATOR)
async def buy(visit: Visit) -> Response:
    """Add seats of a kind, which may be new."""
    form = await visit.form()
    name = form.get("kind", "").strip()
    try:
        count = await visit.desk.purchasing.buy(
            visit.team, name, _number(form, "count"), by=visit.by(form.get("why"))
        )
    except AdminError as error:
        field = "count" if "number" in str(error) or "at most" in str(error) else "kind"
        return await _kind(visit, name, [Fault(field, spoken(error))], form)
    return visit.go(f"/seats/kinds/{name}", said=f"{count.bought:,} {name} seats are bought now.")


@pages.post("/seats/kinds/{kind}/return", role=Role.OPERATOR)
async def give_up(visit: Visit) -> Response:
    """Give seats back."""
    form, name = await visit.form(), visit.path["kind"]
    try:
        count = await visit.desk.purchasing.give_up(
            visit.team, name, _number(form, "fewer"), by=visit.by(form.get("why"))
        )
    except AdminError as error:
        return await _kind(visit, name, [Fault("fewer", spoken(error))], form)
    return visit.go(f"/seats/kinds/{name}", said=f"{count.bought:,} {name} seats are bought now.")


@pages.post("/seats/kinds/{kind}", role=Role.OWNER)
async def set_kind(visit: Visit) -> Response:
    """Change what becomes of whoever finds no seat of the kind left."""
    form, name = await visit.form(), visit.path["kind"]
    policy = _policy(form)
    try:
        await visit.desk.purchasing.set_kind(
            visit.team,
            name,
            policy=policy,
            overdraft=_number(form, "overdraft") if policy is Policy.OVERDRAFT else None,
            overflow=form.get("overflow") if policy is Policy.OVERFLOW else None,
            grace=_grace(form),
            by=visit.by(form.get("why")),
        )
    except AdminError as error:
        return await _kind(visit, name, [Fault(_field(error), spoken(error))], form)
    return visit.go(f"/seats/kinds/{name}", said=f"What becomes of {name} seats is changed.")


async def _kind(
    visit: Visit,
    name: str,
    faults: Sequence[Fault] = (),
    typed: Mapping[str, str] | None = None,
) -> Response:
    """Return the page of a kind; of none, where it is still to be bought."""
    kinds = await visit.desk.purchasing.kinds(visit.team)
    if name not in kinds and not faults:
        raise visit.missing()
    values: dict[str, Any] = {
        "name": name,
        "count_of": kinds.get(name),
        "others": [("", "Choose one"), *((other, other) for other in kinds if other != name)],
        "policies": POLICIES,
        "grace_days": _days(kinds.get(name)),
    }
    if faults:
        return visit.again("seat_kind.html", faults=faults, typed=typed or {}, **values)
    return visit.page("seat_kind.html", **values)


def _days(count: SeatCount | None) -> str:
    """Return for how many days a seat is kept, as it is typed: `0.5` is twelve hours."""
    return f"{count.grace / DAY:g}" if count else "0"


def _policy(form: Mapping[str, str]) -> Policy:
    """Return the policy that was chosen; another than those offered was not chosen on a page of ours."""
    try:
        return Policy(form.get("policy", ""))
    except ValueError:
        raise Problem from None


def _number(form: Mapping[str, str], name: str) -> int:
    """Return the number typed into a field, or raise `AdminError`, which names it."""
    text = form.get(name, "").strip()
    if not re.fullmatch(r"-?\d{1,12}", text, re.ASCII):
        raise AdminError(f"{name}: write a whole number, as in 10")
    return int(text)


def _grace(form: Mapping[str, str]) -> int:
    """Return the seconds in the days that were typed, or raise `AdminError`."""
    text = form.get("grace", "").strip()
    if not re.fullmatch(r"-?\d{1,6}(\.\d{1,6})?", text, re.ASCII):
        raise AdminError("grace: write days, as in 7, or 0.5 for twelve hours")
    return round(float(text) * DAY)


def _field(error: AdminError) -> str:
    """Return the field that *error* is about: its sentences begin with it."""
    named, colon, _ = str(error).partition(":")
    return named if colon and named in {"overdraft", "overflow", "grace"} else "policy"


async def _first(found: AsyncIterator[T]) -> tuple[list[T], bool]:
    """Return the first of what is *found*, and whether there are more."""
    shown: list[T] = []
    async for each in found:
        if len(shown) == SHOWN:
            return shown, True
        shown.append(each)
    return shown, False
