"""hub audit: what administrators did in a team, when, and why."""

import json
import re
from datetime import UTC, datetime, timedelta

from attrs import asdict

from hub import moments
from hub.cli.errors import UsageError
from hub.cli.options import NONE, Options
from hub.engine.values.notes import Note

COLUMNS = ("At", "Who", "Action", "Target", "Changes", "Why")

#: Letter → what it counts, as in 24h.
UNITS = {"m": "minutes", "h": "hours", "d": "days"}


async def audit(
    team: str, /, *, since: str | None = None, person: str | None = None, options: Options = NONE
) -> None:
    """Show what administrators did in TEAM, oldest first.

    Parameters
    ----------
    since
        From when on: a time ago (30m, 24h, 7d), a day (2026-06-30, UTC) or a moment (2026-06-30T12:00:00Z).
    person
        Only what is about the person with that address.
    """
    begin = _begin(since, now=datetime.now(UTC)) if since else ""
    async with options.house() as house:
        whose = await house.teams.named(team)
        about = await house.people.find(whose, person) if person else None
        notes = house.trail.of(whose.id, since=begin, person=about)
        await options.answer_each(notes, asdict, COLUMNS, _row)


def _row(note: Note) -> list[object]:
    return [note.at, note.who, note.action, note.target, _changes(note), note.why]


def _changes(note: Note) -> str:
    """Return what changed as a person reads it: `state: draft → on`."""
    return ", ".join(
        f"{name}: {_said(what['after'])}"
        if what["before"] is None
        else f"{name}: {_said(what['before'])} → {_said(what['after'])}"
        for name, what in note.changes.items()
    )


def _said(value: object) -> str:
    match value:
        case None:
            return "none"
        case str():
            return value
        case _:
            return json.dumps(value, ensure_ascii=False)


def _begin(text: str, *, now: datetime) -> str:
    """Return the moment that *text* means."""
    try:
        if ago := re.fullmatch(r"(\d{1,5})([mhd])", text, re.ASCII):
            return moments.written(now - timedelta(**{UNITS[ago[2]]: int(ago[1])}))
        return moments.read(text)
    except (ValueError, OverflowError):
        raise UsageError(
            f"--since {text}: expected a time ago as in 24h, a day as in 2026-06-30,"
            " or a moment as in 2026-06-30T12:00:00Z"
        ) from None
