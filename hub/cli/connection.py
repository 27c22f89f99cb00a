"""hub connection: the ways in that identity providers have."""

from collections.abc import Sequence
from typing import Annotated

from attrs import asdict
from cyclopts import App, Parameter

from hub.cli import printing
from hub.cli.options import NONE, UNSAID, Changing, Options
from hub.engine.people.adoption import Adopted
from hub.engine.setup.teams import Teams
from hub.engine.values.dossiers import people
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
    options: Changing = UNSAID,
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
        made, token = await house.connections.create(
            await house.teams.named(team), idp=idp, profile=profile, domains=domain, on=on, by=options.by
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
        there = house.connections
        found = await (there.of(await house.teams.named(team)) if team else there.all())
        await _answer(house.teams, found, options)


@app.command
async def show(connection: str, /, *, options: Options = NONE) -> None:
    """Show CONNECTION."""
    async with options.house() as house:
        await _answer(house.teams, [await house.connections.one(connection)], options, one=True)


@app.command
async def on(connection: str, /, *, options: Changing = UNSAID) -> None:
    """Turn CONNECTION on; wants the plan and an SSO issuer."""
    await _turn(connection, State.ON, options)


@app.command
async def pause(connection: str, /, *, options: Changing = UNSAID) -> None:
    """Let CONNECTION remove people, and add nobody."""
    await _turn(connection, State.PAUSED, options)


@app.command
async def off(
    connection: str,
    /,
    *,
    release: Annotated[bool, Parameter(negative="")] = False,
    options: Changing = UNSAID,
) -> None:
    """Turn CONNECTION off; its people, groups and seats stay.

    Parameters
    ----------
    release
        Deactivate its users, whose seats come free; begun anew, it goes on with the others.
    """
    await _turn(connection, State.OFF, options, release=release)


@app.command
async def adopt(
    connection: str,
    /,
    *,
    dry_run: Annotated[bool, Parameter(negative="")] = False,
    options: Changing = UNSAID,
) -> None:
    """Make people by hand users of CONNECTION, for its provider to find; nobody's seat moves.

    Parameters
    ----------
    dry_run
        Only say how many that would be.
    """
    async with options.house() as house:
        which = await house.connections.one(connection)
        if dry_run:
            told = await house.adoption.prospect(which)
        else:
            with printing.working("Adopting") as working:
                told = await house.adoption.adopt(which, by=options.by, progress=working)
    options.answer({"dry_run": dry_run, **asdict(told)}, _adopted(told, connection, dry_run=dry_run))


def _adopted(told: Adopted, connection: str, *, dry_run: bool) -> str:
    would = "would become" if dry_run else "became"
    lines = [(True, f"{people(told.adopted)} {would} users of {connection}; nobody's seat moves.")]
    for count, why in (
        (told.elsewhere, "the connection does not vouch for their addresses"),
        (told.seatless, "they have no seat, and get one when the provider assigns them"),
        (len(told.taken), f"another user of the connection is called so: {', '.join(told.taken)}"),
    ):
        lines.append((count > 0, f"Left by hand, {people(count)}: {why}."))
    return "\n".join(line for is_so, line in lines if is_so)


async def _turn(connection: str, state: State, options: Changing, *, release: bool = False) -> None:
    async with options.house() as house:
        before = await house.connections.one(connection)
        effect = await house.switches.effect(before, state, release=release)
        turned = await house.connections.set_state(before, state, by=options.by)
        if not options.json:
            printing.show(effect.says)
        if release:
            with printing.working("Releasing") as working:
                await house.switches.release(turned, by=options.by, progress=working)
        await _answer(house.teams, [turned], options, one=True, effect=asdict(effect))


async def _answer(
    teams: Teams, connections: Sequence[Connection], options: Options, *, one: bool = False, **more: object
) -> None:
    settings = options.settings()
    names = {team.id: team.name for team in await teams.all()}
    described = [
        {
            "connection": each.id,
            "team": names[each.team],
            "idp": each.idp,
            "profile": each.profile,
            "state": each.state,
            "domains": list(each.domains),
            "base_url": base_url(settings, each),
        }
        for each in connections
    ]
    rows = [[*each.values()] for each in described]
    options.answer({**described[0], **more} if one else described, printing.table(COLUMNS, rows))


def base_url(settings: Settings, connection: Connection) -> str:
    """Return the endpoint to paste into the provider."""
    return f"{root(settings)}/scim/v2/{connection.id}"


def root(settings: Settings) -> str:
    """Return the hub's own address, as those who ask it use it."""
    return settings.server.public_url or f"http://{settings.server.bind}"


def _next(connection: Connection) -> str:
    if connection.state is State.ON:
        return "Paste both into the provider. The token is not shown again."
    return f"Paste both into the provider, then: hub connection on {connection.id}"
