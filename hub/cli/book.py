"""hub book: what happened to a team's seats, and whether the record of it is whole."""

from attrs import asdict
from cyclopts import App

from hub.cli import printing
from hub.cli.errors import Failed
from hub.cli.options import NONE, Options
from hub.engine.admin import Admin
from hub.ledger.entries import Entry, Posting
from hub.teams import Team

app = App(name="book", help="A team's book: every seat taken and freed, in order.")

COLUMNS = ("No.", "At", "What", "Postings", "Reference")


@app.command
async def show(team: str, /, *, options: Options = NONE) -> None:
    """Show the book of TEAM."""
    async with options.house() as house:
        entries = [entry async for entry in house.admin.entries(await house.admin.team(team))]
    rows = ((e.number, e.at, e.what, ", ".join(map(_moved, e.postings)), e.reference) for e in entries)
    options.answer({"entries": [_described(entry) for entry in entries]}, printing.table(COLUMNS, rows))


@app.command
async def verify(team: str | None = None, /, *, options: Options = NONE) -> None:
    """Add up the book of TEAM, or of all, and hold it against the seats and the people.

    Ends with code 1, and names the first bad entry, when a book is not whole.
    """
    async with options.house() as house:
        teams = [await house.admin.team(team)] if team else await house.admin.teams()
        problems = [problem for each in teams for problem in await _problems(house.admin, each)]
    if problems:
        raise Failed("\n".join(problems))
    whole = [each.name for each in teams]
    options.answer({"whole": whole}, "\n".join(f"The book of {name} is whole." for name in whole))


async def _problems(admin: Admin, team: Team) -> list[str]:
    with printing.working(f"Verifying the book of {team.name}") as working:
        return [f"{team.name}: {problem}" for problem in await admin.verify(team, progress=working)]


def _described(entry: Entry) -> dict[str, object]:
    kept = asdict(entry, filter=lambda field, _: field.name != "team")
    return {**kept, "postings": [asdict(posting) for posting in entry.postings]}


def _moved(posting: Posting) -> str:
    return f"{posting.count} {posting.seat}: {posting.source} → {posting.target}"
