"""hub token: what opens a connection, or a team's API."""

from datetime import UTC, datetime
from typing import Literal

from cyclopts import App

from hub.cli import printing
from hub.cli.connection import base_url, root
from hub.cli.errors import UsageError
from hub.cli.expiry import expiry
from hub.cli.options import NONE, UNSAID, Changing, Options
from hub.teams import ApiKey, Token

app = App(name="token", help="Tokens: what opens a connection, or a team's API.")

COLUMNS = ("Token", "Created", "Expires", "Revoked", "User", "Used")


@app.command
async def create(
    owner: str,
    /,
    *,
    kind: Literal["scim", "api"] = "scim",
    expires: str | None = None,
    user: str | None = None,
    options: Changing = UNSAID,
) -> None:
    """Create one more token of OWNER; it is shown this once, and earlier ones stay valid.

    Parameters
    ----------
    owner
        The connection that it opens; of kind api, the team.
    kind
        What it opens: scim, a connection; api, what the team's product asks, and nothing else.
    expires
        Until when it is valid: a day (2027-01-31, UTC) or a time from now (90d).
    user
        The SCIM id of the one user of the connection that it stands for, to be read at /Me and nothing else.
    """
    ends = expiry(expires, now=datetime.now(UTC)) if expires else None
    if kind == "api" and user:
        raise UsageError("--user is for tokens of a connection: one of kind api is the team's")
    async with options.house() as house:
        kept: Token | ApiKey
        if kind == "api":
            team = await house.teams.named(owner)
            kept, token = await house.tokens.create_api_key(team, expires_at=ends, by=options.by)
            endpoint = f"{root(house.settings)}/api/v1/teams/{team.id}"
        else:
            connection = await house.connections.one(owner)
            kept, token = await house.tokens.create(connection, expires_at=ends, user=user, by=options.by)
            endpoint = base_url(house.settings, connection)
    _show(kept, token, endpoint, options)


@app.command
async def rotate(connection: str, /, *, expires: str | None = None, options: Changing = UNSAID) -> None:
    """Create the next token of CONNECTION, shown this once; those before it end in a week.

    Parameters
    ----------
    expires
        Until when it is valid: a day (2027-01-31, UTC) or a time from now (90d).
    """
    ends = expiry(expires, now=datetime.now(UTC)) if expires else None
    async with options.house() as house:
        which = await house.connections.one(connection)
        kept, token = await house.tokens.rotate(which, expires_at=ends, by=options.by)
        endpoint = base_url(house.settings, which)
    _show(kept, token, endpoint, options)


@app.command(name="list")
async def list_(
    connection: str | None = None, /, *, team: str | None = None, options: Options = NONE
) -> None:
    """List the tokens of CONNECTION, or those of kind api of a team, by what may be seen of them.

    Parameters
    ----------
    team
        The team whose tokens of kind api are listed.
    """
    if (connection is None) == (team is None):
        raise UsageError("whose tokens? Name a CONNECTION, or a team by --team TEAM")
    async with options.house() as house:
        tokens = (
            await house.tokens.of(await house.connections.one(connection))
            if connection is not None
            else await house.tokens.api_keys(await house.teams.named(str(team)))
        )
    described = [_described(token) for token in tokens]
    options.answer(described, printing.table(COLUMNS, ([*each.values()] for each in described)))


@app.command
async def revoke(key_id: str, /, *, options: Changing = UNSAID) -> None:
    """End the token KEY_ID, as `hub token list` has it, from the next request on."""
    async with options.house() as house:
        token = await house.tokens.revoke(key_id, by=options.by)
    options.answer(_described(token), f"Token {token.key_id} opens nothing any more.")


def _show(kept: Token | ApiKey, token: str, endpoint: str, options: Options) -> None:
    """Show a new token, this once."""
    options.answer(
        {**_described(kept), "base_url": endpoint, "token": token},
        f"Endpoint  {endpoint}\nToken     {token}\nExpires   {kept.expires_at or 'never'}",
    )


def _described(token: Token | ApiKey) -> dict[str, str | None]:
    return {
        "key_id": token.key_id,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "revoked_at": token.revoked_at,
        "user": token.user if isinstance(token, Token) else None,
        "used_at": token.used_at if isinstance(token, Token) else None,
    }
