"""hub book: what happened to a team's seats, what it comes to, and whether the record of it is whole."""

from collections.abc import Sequence
from csv import writer
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from attrs import asdict
from cyclopts import App, Parameter

from hub.cli import printing
from hub.cli.errors import Failed, UsageError
from hub.cli.options import NONE, Options
from hub.cli.wholly import wholly
from hub.engine.book.bookkeeping import Bookkeeping, Statement, exported
from hub.engine.values.errors import AdminError
from hub.house import House
from hub.ledger.entries import Entry, Posting
from hub.ledger.holdings import Period
from hub.ledger.seals import Seal
from hub.ledger.statement import Figures
from hub.teams import Team

app = App(name="book", help="A team's book: every seat taken and freed, in order.")

COLUMNS = ("No.", "At", "What", "Postings", "Reference")
FIGURES = ("Kind", "Bought", "Held", "Free")
HEADS = ("Seal", "Up to entry", "At", "Head", "Signature")
LINES = ("kind", "person", "from", "to", "days")

#: What a statement says of each kind of seat: in words, and in JSON.
STATED = {
    "Seat-days": "seat_days",
    "Seat-hours": "seat_hours",
    "Held on average": "average",
    "Held at most": "peak",
    "For the first time at": "peak_at",
    "At the beginning": "begin",
    "At the end": "end",
    "Joined": "joins",
    "Left": "leaves",
    "Came from another kind": "came",
    "Went to another kind": "went",
    "Days with more held than bought": "overdraft_days",
}


@app.command
async def show(team: str, /, *, options: Options = NONE) -> None:
    """Show the book of TEAM."""
    async with options.house() as house:
        entries = [entry async for entry in house.bookkeeping.entries(await house.teams.named(team))]
    rows = ((e.number, e.at, e.what, ", ".join(map(_moved, e.postings)), e.reference) for e in entries)
    options.answer({"entries": [_described(entry) for entry in entries]}, printing.table(COLUMNS, rows))


@app.command(name="as-of")
async def as_of(
    team: str,
    moment: str,
    /,
    *,
    holders: Annotated[bool, Parameter(negative="")] = False,
    options: Options = NONE,
) -> None:
    """Show how many seats TEAM had bought and held at MOMENT.

    MOMENT is RFC 3339, as in 2026-06-30T12:00:00Z, or a day, which stands for its first moment (UTC).

    Parameters
    ----------
    holders
        Show also who held them, a line each: kind, person, and since when.
    """
    async with options.house() as house:
        at, whose = house.bookkeeping.moment(moment), await house.teams.named(team)
        found = await house.bookkeeping.as_of(whose, at)
        held = [each async for each in house.bookkeeping.holders(whose, at)] if holders else []
    kinds = {kind: _figures(each) for kind, each in found.items()}
    said = [{"kind": each.kind, "person": each.person, "since": each.since} for each in held]
    rows = ((kind, *each.values()) for kind, each in kinds.items())
    answer = {"at": at, "kinds": kinds, **({"holders": said} if holders else {})}
    options.answer(answer, printing.table(FIGURES, rows))
    if said and not options.json:  # as lines: a table of many rows takes its time
        printing.show("\n".join("  ".join(each.values()) for each in said))


@app.command
async def statement(
    team: str,
    from_: Annotated[str, Parameter(name="FROM")],
    to: str,
    /,
    *,
    csv: Path | None = None,
    options: Options = NONE,
) -> None:
    """Show what TEAM made of its seats from the day FROM up to, and without, the day TO (UTC).

    Whoever holds a seat at any moment of a day counts once for that day: these are seat-days.

    Parameters
    ----------
    csv
        Write who held what to this file, too, a line each time; the days add up to the seat-days.
    """
    async with options.house() as house:
        period, whose = house.bookkeeping.period(from_, to), await house.teams.named(team)
        stated = await house.bookkeeping.statement(whose, period)
        if csv:
            await _write(csv, house, whose, period)
    kinds = {kind: _stated(stated, kind) for kind in stated.kinds}
    rows = ((words, *(_said(each[name]) for each in kinds.values())) for words, name in STATED.items())
    answer = {"from": period.begin, "to": period.end, "kinds": kinds}
    options.answer(answer, printing.table(("", *kinds), rows))


@app.command
async def seal(team: str, /, *, options: Options = NONE) -> None:
    """Seal what of the book of TEAM is not sealed yet, as a hub that serves does every minute."""
    async with options.house() as house:
        seals = await house.bookkeeping.seal(await house.teams.named(team))
    last = seals[-1].last if seals else 0
    options.answer({"last": last}, f"The book of {team} is sealed up to entry {last}.")


@app.command
async def heads(team: str, /, *, options: Options = NONE) -> None:
    """Show the signed heads of the book of TEAM, each of which stands for all entries up to its last.

    Keep them, in JSON, away from the hub: `hub book verify TEAM --head FILE` holds the book against them.
    """
    async with options.house() as house:
        found = await house.bookkeeping.heads(await house.teams.named(team))
    rows = ((each.number, each.last, each.at, each.head, each.signature) for each in found)
    options.answer({"heads": [asdict(each) for each in found]}, printing.table(HEADS, rows))


@app.command
async def verify(team: str | None = None, /, *, head: Path | None = None, options: Options = NONE) -> None:
    """Add up the book of TEAM, or of all, and hold it against seats, people, queues, seals and events.

    Ends with code 1, and says what is wrong, when a book is not whole.

    Parameters
    ----------
    head
        Hold the book of TEAM also against the heads in this file, which `hub book heads TEAM --json` wrote.
    """
    if head and team is None:
        raise UsageError(f"--head {head}: say whose heads they are: hub book verify TEAM --head {head}")
    async with options.house() as house:
        teams = [await house.teams.named(team)] if team else await house.teams.all()
        kept = _heads(head, teams[0]) if head else ()
        problems = [problem for each in teams for problem in await _problems(house.bookkeeping, each, kept)]
    if problems:
        raise Failed("\n".join(problems))
    whole = [each.name for each in teams]
    options.answer({"whole": whole}, "\n".join(f"The book of {name} is whole." for name in whole))


async def _problems(bookkeeping: Bookkeeping, team: Team, heads: Sequence[Seal]) -> list[str]:
    with printing.working(f"Verifying the book of {team.name}") as working:
        problems = await bookkeeping.verify(team, heads=heads, progress=working)
    return [f"{team.name}: {problem}" for problem in problems]


def _heads(path: Path, team: Team) -> Sequence[Seal]:
    try:
        return exported(path.read_bytes(), team)
    except OSError as error:
        raise UsageError(f"--head {path}: cannot be read: {error.strerror}") from error
    except AdminError as error:
        raise UsageError(f"--head {path}: {error}") from None


async def _write(path: Path, house: House, team: Team, period: Period) -> None:
    with wholly(path, "--csv") as file:
        lines = writer(file)
        lines.writerow(LINES)
        async for line in house.bookkeeping.lines(team, period):
            lines.writerow((line.kind, line.person, line.begin, line.end, line.days))


def _stated(stated: Statement, kind: str) -> dict[str, Any]:
    said = asdict(usage := stated.kinds[kind])
    time = said.pop("time")
    return {
        **said,
        "begin": _figures(usage.begin),
        "end": _figures(usage.end),
        "seat_milliseconds": time // timedelta(milliseconds=1),
        "seat_hours": round(time / timedelta(hours=1), 3),
        "average": round(time / stated.period.length, 3),
    }


def _figures(figures: Figures) -> dict[str, int]:
    return {"bought": figures.bought, "held": figures.held, "free": figures.free}


def _said(value: object) -> object:
    return f"{value['held']} of {value['bought']} held" if isinstance(value, dict) else value


def _described(entry: Entry) -> dict[str, object]:
    kept = asdict(entry, filter=lambda field, _: field.name != "team")
    return {**kept, "postings": [asdict(posting) for posting in entry.postings]}


def _moved(posting: Posting) -> str:
    return f"{posting.count} {posting.seat}: {posting.source} → {posting.target}"
