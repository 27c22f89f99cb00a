"""hub connection: the ways in that identity providers have."""

from collections.abc import Sequence
from typing import Annotated

from cyclopts import App, Parameter

from hub.cli import printing
from hub.cli.options import NONE, Options
from hub.engine.admin import Admin
from hub.settings import Settings
from hub.teams import Connection, Profile, State

app = App(name="connection", help="Connections: one identity provider's way into one team.")

COLUMNS = ("Connection", "Team", "IdP", "Profile", "State", "Domains", "Endpoint")


@app.command
async def create(
    *,
    team: str,
    idp: str,
    profile: Profile = Profile.TOLERANT,
    domain: Annotated[tuple[str, ...], Parameter(consume_multiple=True, negative="")] = (),
    on: Annotated[bool, Parameter(negative="")] = False,
    options: Options = NONE,
) -> None:
    """Create a connection and its first token, which is shown this once.

    Parameters
    ----------
    team
        The team's name.
    idp
        Whose way of speaking: a dialect that `hub plugins` lists.
    profile
        Put documented departures from the RFCs right, or refuse them.
    domain
        Mail domains it may vouch for.
    on
        Turn it on at once; wants the plan and an SSO issuer.
    """
    async with options.house() as house:
        made, token = await house.admin.create_connection(
            await house.admin.team(team), idp=idp, profile=profile, domains=domain, on=on
        )
    endpoint = base_url(options.settings(), made)
    answer = {"connection": made.id, "idp": made.idp, "base_url": endpoint, "token": token}
    words = [f"Connection  {made.id}", f"Endpoint    {endpoint}", f"Token       {token}", "", _next(made)]
    options.answer(answer, "\n".join(words))


@app.command(name="list")
async def list_(*, team: str | None = None, options: Options = NONE) -> None:
    """List the connections, or those of one team.

    Parameters
    ----------
    team
        The team's name.
    """
    async with options.house() as house:
        only = await house.admin.team(team) if team else None
        await _answer(house.admin, await house.admin.connections(only), options)


@app.command
async def show(connection: str, /, *, options: Options = NONE) -> None:
    """Show CONNECTION."""
    async with options.house() as house:
        await _answer(house.admin, [await house.admin.connection(connection)], options, one=True)


@app.command
async def on(connection: str, /, *, options: Options = NONE) -> None:
    """Turn CONNECTION on; wants the plan and an SSO issuer."""
    await _turn(connection, State.ON, options)


@app.command
async def pause(connection: str, /, *, options: Options = NONE) -> None:
    """Let CONNECTION remove people, and add nobody."""
    await _turn(connection, State.PAUSED, options)


@app.command
async def off(connection: str, /, *, options: Options = NONE) -> None:
    """Turn CONNECTION off; its people, groups and seats stay."""
    await _turn(connection, State.OFF, options)


async def _turn(connection: str, state: State, options: Options) -> None:
    async with options.house() as house:
        turned = await house.admin.set_state(await house.admin.connection(connection), state)
        await _answer(house.admin, [turned], options, one=True)


async def _answer(
    admin: Admin, connections: Sequence[Connection], options: Options, *, one: bool = False
) -> None:
    settings = options.settings()
    teams = {team.id: team.name for team in await admin.teams()}
    described = [
        {
            "connection": each.id,
            "team": teams[each.team],
            "idp": each.idp,
            "profile": each.profile,
            "state": each.state,
            "domains": list(each.domains),
            "base_url": base_url(settings, each),
        }
        for each in connections
    ]
    rows = [[*each.values()] for each in described]
    options.answer(described[0] if one else described, printing.table(COLUMNS, rows))


def base_url(settings: Settings, connection: Connection) -> str:
    """Return the endpoint to paste into the provider."""
    return f"{settings.server.public_url or 'http://' + settings.server.bind}/scim/v2/{connection.id}"


def _next(connection: Connection) -> str:
    if connection.state is State.ON:
        return "Paste both into the provider. The token is not shown again."
    return f"Paste both into the provider, then: hub connection on {connection.id}"
