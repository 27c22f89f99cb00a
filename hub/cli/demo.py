"""hub demo: a hub to try, with a team, its seats, and a way in for every provider that is known by name."""

from attrs import frozen

from hub.cli import printing
from hub.cli.connection import base_url, root
from hub.cli.opening import fit_house
from hub.cli.options import NONE, Changing, Options
from hub.cli.serve import run
from hub.engine.setup.teams import Teams
from hub.house import House
from hub.settings import Settings
from hub.spi import Dialect
from hub.teams import ENTERPRISE, Connection, Team

TEAM = "demo"
SEATS = 10
ISSUER = "https://sign-in.demo.example"

#: The dialect of nobody in particular; the demo shows the others.
PLAIN = "generic"

#: Who furnishes the demo.
BY = Changing(why="hub demo").by


@frozen(kw_only=True)
class Door:
    """A way into the demo team, as its visitor needs it."""

    title: str
    endpoint: str
    token: str

    def __str__(self) -> str:
        """Return what to paste, and a command that works as it stands."""
        return (
            f"{self.title}\n  Endpoint  {self.endpoint}\n  Token     {self.token}\n"
            f"  curl -H 'Authorization: Bearer {self.token}' {self.endpoint}/Users"
        )


def demo(*, bind: str | None = None, options: Options = NONE) -> None:
    """Serve a hub with a demo team and print what opens it; a second start keeps the data.

    Parameters
    ----------
    bind
        Where to listen, HOST:PORT.
    """
    run(options.settings(bind=bind), _furnish)


async def _furnish(settings: Settings) -> None:
    """See that team and connections are there, and print for each a token that alone opens it."""
    async with fit_house(settings, upgrade=True) as house:
        team = await _found(house.teams)
        named = [dialect for dialect in house.plugins.dialects if dialect.name != PLAIN]
        doors = [await _door(house, team, dialect, settings) for dialect in named]
        _, link = await house.links.for_admin(team, by=BY)
    printing.show(
        "\n\n".join(
            [
                f"The team {TEAM!r} has {SEATS} seats.",
                *map(str, doors),
                _portal(settings, link),
                "Ctrl-C stops it.",
            ]
        )
    )


def _portal(settings: Settings, link: str) -> str:
    return f"The portal, once and within half an hour\n  {root(settings)}/links/{link}"


async def _found(teams: Teams) -> Team:
    for team in await teams.all():
        if team.name == TEAM:
            return team
    return await teams.create(TEAM, seats=SEATS, plan=ENTERPRISE, sso_issuer=ISSUER, by=BY)


async def _door(house: House, team: Team, dialect: Dialect, settings: Settings) -> Door:
    connection, token = await _opened(house, team, dialect)
    return Door(title=dialect.title, endpoint=base_url(settings, connection), token=token)


async def _opened(house: House, team: Team, dialect: Dialect) -> tuple[Connection, str]:
    for connection in await house.connections.of(team):
        if connection.idp == dialect.name:
            # only digests are kept, so a token that can be shown is a new one
            for earlier in await house.tokens.of(connection):
                await house.tokens.revoke(earlier.key_id, by=BY)
            _, token = await house.tokens.create(connection, by=BY)
            return connection, token
    return await house.connections.create(team, idp=dialect.name, on=True, by=BY)
