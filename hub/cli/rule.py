"""hub rule: by which rules people get seats of which kinds, and what other rules would change."""

import json
import tomllib
from pathlib import Path
from typing import Annotated, Any

from attrs import asdict
from cyclopts import App, Parameter

from hub.cli import printing
from hub.cli.errors import UsageError
from hub.cli.options import NONE, UNSAID, Changing, Options
from hub.engine.seats.previews import Preview
from hub.engine.seats.ruling import Reasons
from hub.engine.seats.seating import NO_SEAT, Rule, Seating, written
from hub.scim.errors import InvalidSyntax
from hub.scim.strictjson import Json, loads
from hub.spi import Choice, Seat

app = App(name="rule", help="Rules: who gets a seat of which kind.")

COLUMNS = ("Rule", "When", "Seat")
OF_SHIFTS = ("From", "To", "People", "Among them")


@app.command(name="list")
async def list_(team: str, /, *, options: Options = NONE) -> None:
    """List the rules of TEAM in their order, in the form that `hub rule set` takes."""
    async with options.house() as house:
        seating = house.ruling.rules(await house.teams.named(team))
    rows = [*_rows(seating), ("default", "", seating.default or NO_SEAT)]
    options.answer(json.loads(written(seating)), printing.table(COLUMNS, rows))


@app.command(name="set")
async def set_(
    team: str,
    file: Path,
    /,
    *,
    dry_run: Annotated[bool, Parameter(negative="")] = False,
    options: Changing = UNSAID,
) -> None:
    """Let the rules in FILE be those of TEAM, and move whom they move: tells who that is before it is done.

    Parameters
    ----------
    file
        TOML or JSON: `rules`, a list of tables, each `when`, a SCIM filter, and `seat`, a kind or "none", the
        first that matches decides; `default`, a kind or "none"; `settle_after`, seconds to wait for groups.
    dry_run
        Only tell.
    """
    said = _read(file)
    async with options.house() as house:
        whose = await house.teams.named(team)
        seating = await house.ruling.read(whose, said)
        with printing.working("Asking the rules") as working:
            preview = await house.ruling.preview(whose, seating, progress=working)
        if not options.json:
            _show(seating, preview)
        moved = None
        if not dry_run:
            with printing.working("Marking who is to be moved") as working:
                moved = await house.ruling.apply(whose, seating, by=options.by, progress=working)
    words = (
        "Nothing is changed." if moved is None else f"The rules are kept, and {moved} people are being moved."
    )
    options.answer({**_described(preview), "moved": moved}, words)


@app.command(name="test")
async def explain(team: str, name: str, /, *, options: Options = NONE) -> None:
    """Say which rule of TEAM chooses what for the person called NAME, and why."""
    async with options.house() as house:
        whose = await house.teams.named(team)
        reasons = await house.ruling.reasons(whose, await house.people.find(whose, name))
        seating = house.ruling.rules(whose)
    rows = [
        (*row, "yes" if each else "no") for row, each in zip(_rows(seating), reasons.matches, strict=True)
    ]
    if not options.json:
        printing.show(printing.table((*COLUMNS, "Met"), rows))
    answer = {
        "choice": _chosen(reasons.choice),
        "decided_by": _decider(reasons),
        "groups_may_come": reasons.young,
        "matches": list(reasons.matches),
    }
    options.answer(answer, f"{name}: {answer['choice']}, since {_why(reasons, seating)}.")


def _read(file: Path) -> Json:
    try:
        text = file.read_bytes()
        return tomllib.loads(text.decode()) if file.suffix == ".toml" else loads(text)
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from error
    except InvalidSyntax as error:
        raise UsageError(f"{file}: {error.detail.removeprefix('the body ')}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: is not TOML: {error}") from None


def _rows(seating: Seating) -> list[tuple[str, str, str]]:
    return [
        (f"rules[{number}]", str(rule.when), rule.seat or NO_SEAT)
        for number, rule in enumerate(seating.rules)
    ]


def _show(seating: Seating, preview: Preview) -> None:
    """Tell what rules would do."""
    printing.show(f"{preview.moving} of {preview.people} people would move.")
    if preview.shifts:
        shifts = [
            (each.source.says, each.target.says, each.people, ", ".join(each.names))
            for each in preview.shifts
        ]
        printing.show(printing.table(OF_SHIFTS, shifts))
    rows = [(*row, count) for row, count in zip(_rows(seating), preview.decided, strict=True)]
    rows.append(("default", "", seating.default or NO_SEAT, preview.default))
    printing.show(printing.table((*COLUMNS, "Decides for"), rows))
    for sentence in _remarks(preview):
        printing.show(sentence)


def _remarks(preview: Preview) -> list[str]:
    dead = [f"rules[{number}]" for number, count in enumerate(preview.decided) if not count]
    said = [
        (preview.plugins, f"For {preview.plugins} people a plugin decides."),
        (preview.undecided, f"{preview.undecided} people are undecided: their groups may be on their way."),
        (dead and preview.people, f"Nobody is decided for by {', '.join(dead)}."),
    ]
    short = [
        f"{few} {kind} {'seat' if few == 1 else 'seats'} too few: whoever finds none keeps what they have,"
        " and waits."
        for kind, few in preview.short.items()
    ]
    return [sentence for holds, sentence in said if holds] + short


def _described(preview: Preview) -> dict[str, Any]:
    return {**asdict(preview), "moving": preview.moving}


def _chosen(choice: Choice) -> str:
    if isinstance(choice, Seat):
        return choice.kind or NO_SEAT
    return choice.value


def _decider(reasons: Reasons) -> str:
    if reasons.plugin:
        return "plugin"
    return "default" if reasons.rule is None else f"rules[{reasons.rule}]"


def _why(reasons: Reasons, seating: Seating) -> str:
    if reasons.plugin:
        return "a plugin says so"
    if reasons.rule is None:
        return "no rule is met, and that is the default" if seating.rules else "that is the default"
    return _of_rule(reasons, seating.rules[reasons.rule])


def _of_rule(reasons: Reasons, rule: Rule) -> str:
    where = f"rules[{reasons.rule}]"
    if isinstance(reasons.choice, Seat):
        return f"{where} is met: {rule.when}"
    return f"{where} looks at groups, and theirs may still be on their way: {rule.when}"
