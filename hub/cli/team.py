"""hub team: teams and how many seats they bought."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from attrs import asdict
from cyclopts import App, Parameter

from hub.cli import printing
from hub.cli.errors import UsageError
from hub.cli.numbers import Whole
from hub.cli.options import NONE, UNSAID, Changing, Options
from hub.engine.book.bookkeeping import Bookkeeping
from hub.engine.values.places import SeatCount
from hub.teams import Team

app = App(name="team", help="Teams, and the seats they bought.")

#: What `hub schema list` and `hub rule list` show.
APART = {"schemas", "seating"}

COLUMNS = ("Team", "Plan", "SSO issuer", "Seats")


@app.command
async def create(
    name: str,
    /,
    *,
    seats: Whole,
    plan: str = "basic",
    sso_issuer: str | None = None,
    options: Changing = UNSAID,
) -> None:
    """Create the team NAME.

    Parameters
    ----------
    seats
        How many seats it bought.
    plan
        What it pays for; SCIM is part of "enterprise".
    sso_issuer
        Vouch that people sign in by the provider at this URL.
    """
    async with options.house() as house:
        team = await house.teams.create(name, seats=seats, plan=plan, sso_issuer=sso_issuer, by=options.by)
        await _answer(house.bookkeeping, [team], options, one=True)


@app.command(name="set")
async def set_(
    name: str,
    /,
    *,
    plan: str | None = None,
    sso_issuer: str | None = None,
    no_sso: Annotated[bool, Parameter(negative="")] = False,
    options: Changing = UNSAID,
) -> None:
    """Change what the team NAME pays for, or how its people sign in; says what that does to SCIM.

    Parameters
    ----------
    plan
        What it pays for; SCIM is part of "enterprise".
    sso_issuer
        Vouch that people sign in by the provider at this URL.
    no_sso
        Its people sign in by no provider any more.
    """
    changes = {"plan": plan, "sso_issuer": sso_issuer}
    changes = {field: value for field, value in changes.items() if value is not None}
    if (no_sso and sso_issuer is not None) or not (changes or no_sso):
        raise UsageError("expected --plan, and --sso-issuer or --no-sso: at least one of them")
    async with options.house() as house:
        team, says = await house.switches.set_team(
            await house.teams.named(name), changes | ({"sso_issuer": None} if no_sso else {}), by=options.by
        )
        if not options.json:
            printing.show(says)
        await _answer(house.bookkeeping, [team], options, one=True, effect=says)


@app.command
async def show(name: str, /, *, options: Options = NONE) -> None:
    """Show the team NAME."""
    async with options.house() as house:
        await _answer(house.bookkeeping, [await house.teams.named(name)], options, one=True)


@app.command(name="list")
async def list_(*, options: Options = NONE) -> None:
    """List the teams."""
    async with options.house() as house:
        await _answer(house.bookkeeping, await house.teams.all(), options)


async def _answer(
    bookkeeping: Bookkeeping, teams: Sequence[Team], options: Options, *, one: bool = False, **more: object
) -> None:
    described = [{**_described(team), "seats": _counts(await bookkeeping.seats(team))} for team in teams]
    rows = [(each["name"], each["plan"], each["sso_issuer"], _seats(each["seats"])) for each in described]
    options.answer({**described[0], **more} if one else described, printing.table(COLUMNS, rows))


def _described(team: Team) -> dict[str, Any]:
    return asdict(team, filter=lambda field, _: field.name not in APART)


def _counts(kinds: Mapping[str, SeatCount]) -> dict[str, dict[str, int]]:
    return {kind: {"bought": c.bought, "held": c.held, "free": c.free} for kind, c in kinds.items()}


def _seats(kinds: dict[str, dict[str, int]]) -> str:
    return ", ".join(f"{seats['held']} of {seats['bought']} {kind} held" for kind, seats in kinds.items())
