"""hub team: teams and how many seats they bought."""

from collections.abc import Sequence
from typing import Any

from attrs import asdict
from cyclopts import App

from hub.cli import printing
from hub.cli.options import NONE, Options
from hub.cli.seats import counts
from hub.engine.admin import Admin
from hub.teams import Team

app = App(name="team", help="Teams, and the seats they bought.")

COLUMNS = ("Team", "Plan", "SSO issuer", "Seats")


@app.command
async def create(
    name: str, /, *, seats: int, plan: str = "basic", sso_issuer: str | None = None, options: Options = NONE
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
        team = await house.admin.create_team(name, seats=seats, plan=plan, sso_issuer=sso_issuer)
        await _answer(house.admin, [team], options, one=True)


@app.command
async def show(name: str, /, *, options: Options = NONE) -> None:
    """Show the team NAME."""
    async with options.house() as house:
        await _answer(house.admin, [await house.admin.team(name)], options, one=True)


@app.command(name="list")
async def list_(*, options: Options = NONE) -> None:
    """List the teams."""
    async with options.house() as house:
        await _answer(house.admin, await house.admin.teams(), options)


async def _answer(admin: Admin, teams: Sequence[Team], options: Options, *, one: bool = False) -> None:
    described = [{**_described(team), "seats": counts(await admin.seats(team))} for team in teams]
    rows = [(each["name"], each["plan"], each["sso_issuer"], _seats(each["seats"])) for each in described]
    options.answer(described[0] if one else described, printing.table(COLUMNS, rows))


def _described(team: Team) -> dict[str, Any]:
    return asdict(team, filter=lambda field, _: field.name != "schemas")  # see `hub schema list`


def _seats(kinds: dict[str, dict[str, int]]) -> str:
    return ", ".join(f"{seats['held']} of {seats['bought']} {kind} held" for kind, seats in kinds.items())
