"""The rules that choose a person's kind of seat: changed only after a look at whom that would move."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import frozen

from hub.engine.seats.seating import NO_SEAT, RULES_MAX
from hub.engine.values.errors import AdminError
from hub.teams import Role

from .pages import Fault, Pages

if TYPE_CHECKING:
    from starlette.responses import Response

    from hub.engine.seats.seating import Seating
    from hub.scim.strictjson import Json

    from .pages import Visit

pages = Pages()

#: How many rules can be added at a time.
MORE = 3

#: A place that a rule may be given.
_PLACED = re.compile(r"\d{1,4}", re.ASCII)

#: Where `Ruling.read` finds a fault, as in `rules[2].when: …`.
_PLACE = re.compile(r"rules\[(\d+)\](?:\.(when|seat))?: (.*)", re.DOTALL)


@frozen(kw_only=True)
class Line:
    """A rule as a form has it, under a *number* that its fields end in."""

    number: int
    when: str = ""
    seat: str = ""
    place: str = ""


@pages.get("/seats/rules")
async def rules(visit: Visit) -> Response:
    """Show the rules in a form."""
    seating = visit.desk.ruling.rules(visit.team)
    lines = [
        Line(number=number, when=str(rule.when), seat=rule.seat or NO_SEAT, place=str(number))
        for number, rule in enumerate(seating.rules, 1)
    ]
    terms = {"default": seating.default or NO_SEAT, "minutes": str(seating.settle_after // 60)}
    return await _form(visit, lines, terms)


@pages.post("/seats/rules/preview", role=Role.ADMIN)
async def preview(visit: Visit) -> Response:
    """Show whom the rules that were typed would move; change nothing."""
    form = await visit.form()
    lines = _typed(form)
    seating, faults = await _read(visit, form, lines)
    if seating is None:
        return await _form(visit, lines, form, faults)
    would = await visit.desk.ruling.preview(visit.team, seating, progress=_silent)
    return visit.page("rules_preview.html", seating=seating, preview=would, lines=lines, form=form)


@pages.post("/seats/rules", role=Role.ADMIN)
async def apply(visit: Visit) -> Response:
    """Let the rules that were typed be the team's, and move whom they move."""
    form = await visit.form()
    lines = _typed(form)
    seating, faults = await _read(visit, form, lines)
    if seating is None:
        return await _form(visit, lines, form, faults)
    moved = await visit.desk.ruling.apply(visit.team, seating, by=visit.by(form.get("why")), progress=_silent)
    people = "1 person is" if moved == 1 else f"{moved:,} people are"
    return visit.go("/seats", said=f"The rules are kept, and {people} being moved.")


async def _form(
    visit: Visit, lines: Sequence[Line], terms: Mapping[str, str], faults: Sequence[Fault] = ()
) -> Response:
    kinds = await visit.desk.purchasing.kinds(visit.team)
    last = max((line.number for line in lines), default=0)
    more = min(MORE, RULES_MAX - len(lines))
    blank = [Line(number=last + n, place=str(last + n)) for n in range(1, more + 1)]
    values: dict[str, Any] = {
        "lines": [*lines, *blank],
        "kinds": [*((kind, kind) for kind in kinds), (NO_SEAT, "no seat")],
        "terms": {"default": terms.get("default", ""), "minutes": terms.get("minutes", "")},
    }
    if faults:
        return visit.again("rules.html", faults=faults, typed=terms, **values)
    return visit.page("rules.html", **values)


def _silent(_: object) -> None:
    """Show no progress: the page comes when it is done."""


def _typed(form: Mapping[str, str]) -> list[Line]:
    """Return the rules that were typed, in the order that was asked for; a rule without a filter is none."""
    numbers = sorted(
        int(name[5:])
        for name, when in form.items()
        if re.fullmatch(r"when-(0|[1-9]\d{0,3})", name, re.ASCII) and when.strip()
    )
    lines = [
        Line(
            number=number,
            when=form[f"when-{number}"].strip(),
            seat=form.get(f"seat-{number}", ""),
            place=form.get(f"place-{number}", "").strip(),
        )
        for number in numbers
    ]
    return sorted(lines, key=lambda line: int(line.place) if _PLACED.fullmatch(line.place) else line.number)


async def _read(
    visit: Visit, form: Mapping[str, str], lines: Sequence[Line]
) -> tuple[Seating | None, Sequence[Fault]]:
    """Return the rules that were typed, or what is wrong with them, each fault at its field."""
    minutes = form.get("minutes", "").strip()
    said: Json = {
        "rules": [{"when": line.when, "seat": line.seat} for line in lines],
        "default": form.get("default", ""),
        "settle_after": int(minutes) * 60 if re.fullmatch(r"\d{1,6}", minutes, re.ASCII) else -1,
    }
    try:
        return await visit.desk.ruling.read(visit.team, said), ()
    except AdminError as error:
        return None, [_fault(each, lines) for each in str(error).split("\n")]


def _fault(said: str, lines: Sequence[Line]) -> Fault:
    if found := _PLACE.fullmatch(said):
        number = lines[int(found[1])].number
        return Fault(f"{found[2] or 'when'}-{number}", f"Rule {int(found[1]) + 1}: {found[3]}")
    field, _, says = said.partition(": ")
    return Fault({"settle_after": "minutes"}.get(field, "default"), says or said)
