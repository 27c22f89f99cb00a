"""hub admin: who looks after a team in the portal, and the link that lets the first of them in."""

from collections.abc import Sequence
from typing import Annotated

from attrs import asdict
from cyclopts import App, Parameter

from hub.cli import printing
from hub.cli.connection import root
from hub.cli.errors import UsageError
from hub.cli.options import NONE, UNSAID, Changing, Options
from hub.engine.signing.links import ADMIN_SECONDS
from hub.teams import Admin, Role

app = App(name="admin", help="Admins: who looks after a team in the portal, and the link that lets one in.")

COLUMNS = ("Address", "Role", "Name", "Added")


@app.command
async def link(
    team: str | None = None,
    /,
    *,
    role: Role = Role.OWNER,
    operator: Annotated[bool, Parameter(negative="")] = False,
    options: Changing = UNSAID,
) -> None:
    """Print a link that opens the portal for TEAM, once, to whoever follows it first.

    Parameters
    ----------
    role
        What they may do: owner, admin or auditor.
    operator
        Open it for all teams, as their operator.
    """
    _one_of(team, operator=operator)
    async with options.house() as house:
        if team is None:
            _, text = await house.links.for_operator(by=options.by)
        else:
            _, text = await house.links.for_admin(await house.teams.named(team), role=role, by=options.by)
        url = f"{root(house.settings)}/links/{text}"
    options.answer({"url": url}, f"{url}\nIt opens the portal once, within {ADMIN_SECONDS // 60} minutes.")


@app.command
async def add(
    team: str,
    address: str,
    /,
    *,
    role: Role = Role.ADMIN,
    name: str | None = None,
    options: Changing = UNSAID,
) -> None:
    """Let whoever signs in by ADDRESS look after TEAM.

    Parameters
    ----------
    role
        What they may do: owner, admin or auditor.
    name
        What they are called.
    """
    async with options.house() as house:
        whose = await house.teams.named(team)
        made = await house.admins.add(whose, address, role=role, name=name, by=options.by)
    _answer([made], options, one=True)


@app.command(name="list")
async def list_(team: str, /, *, options: Options = NONE) -> None:
    """List the admins of TEAM."""
    async with options.house() as house:
        admins = await house.admins.of(await house.teams.named(team))
    _answer(admins, options)


@app.command(name="role")
async def role_(team: str, address: str, role: Role, /, *, options: Changing = UNSAID) -> None:
    """Give the admin of TEAM with that ADDRESS another ROLE: owner, admin or auditor."""
    async with options.house() as house:
        whose = await house.teams.named(team)
        changed = await house.admins.set_role(whose, address, role, by=options.by)
    _answer([changed], options, one=True)


@app.command
async def remove(team: str, address: str, /, *, options: Changing = UNSAID) -> None:
    """Let the admin with that ADDRESS look after TEAM no longer, from their next request on."""
    async with options.house() as house:
        gone = await house.admins.remove(await house.teams.named(team), address, by=options.by)
    options.answer(_described(gone), f"{gone.address} is no admin of {team} any more.")


@app.command
async def signout(
    team: str | None = None,
    /,
    *,
    operator: Annotated[bool, Parameter(negative="")] = False,
    options: Changing = UNSAID,
) -> None:
    """Sign out everybody who looks after TEAM in the portal, and end the links to it.

    Parameters
    ----------
    operator
        Sign out all operators instead.
    """
    _one_of(team, operator=operator)
    async with options.house() as house:
        whose = None if team is None else await house.teams.named(team)
        count = await house.sessions.end_all(whose, by=options.by)
    options.answer({"signed_out": count}, f"Signed out: {count}. Links to the portal open nothing any more.")


def _one_of(team: str | None, *, operator: bool) -> None:
    if (team is None) != operator:
        raise UsageError("whom is it about? Name a TEAM, or say --operator for all teams")


def _answer(admins: Sequence[Admin], options: Options, *, one: bool = False) -> None:
    described = [_described(each) for each in admins]
    rows = [(each.address, each.role, each.name, each.created_at) for each in admins]
    options.answer(described[0] if one else described, printing.table(COLUMNS, rows))


def _described(admin: Admin) -> dict[str, str | None]:
    return asdict(admin, filter=lambda field, _: field.name != "team")
