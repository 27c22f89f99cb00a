"""hub token: what opens a connection."""

from datetime import UTC, datetime

from cyclopts import App

from hub.cli import printing
from hub.cli.expiry import expiry
from hub.cli.options import NONE, Options
from hub.teams import Token

app = App(name="token", help="Tokens: what opens a connection.")

COLUMNS = ("Token", "Created", "Expires", "Revoked", "User")


@app.command
async def create(
    connection: str, /, *, expires: str | None = None, user: str | None = None, options: Options = NONE
) -> None:
    """Create one more token of CONNECTION; it is shown this once, and earlier ones stay valid.

    Parameters
    ----------
    expires
        Until when it is valid: a day (2027-01-31, UTC) or a time from now (90d).
    user
        The SCIM id of the one user of CONNECTION that it stands for, to be read at /Me and nothing else.
    """
    ends = expiry(expires, now=datetime.now(UTC)) if expires else None
    async with options.house() as house:
        kept, token = await house.admin.create_token(
            await house.admin.connection(connection), expires_at=ends, user=user
        )
    options.answer({**_described(kept), "token": token}, f"Token    {token}\nExpires  {ends or 'never'}")


@app.command(name="list")
async def list_(connection: str, /, *, options: Options = NONE) -> None:
    """List the tokens of CONNECTION, by what may be seen of them."""
    async with options.house() as house:
        tokens = await house.admin.tokens(await house.admin.connection(connection))
    described = [_described(token) for token in tokens]
    options.answer(described, printing.table(COLUMNS, ([*each.values()] for each in described)))


@app.command
async def revoke(key_id: str, /, *, options: Options = NONE) -> None:
    """End the token KEY_ID, as `hub token list` has it, from the next request on."""
    async with options.house() as house:
        token = await house.admin.revoke(key_id)
    options.answer(_described(token), f"Token {token.key_id} opens nothing any more.")


def _described(token: Token) -> dict[str, str | None]:
    return {
        "key_id": token.key_id,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "revoked_at": token.revoked_at,
        "user": token.user,
    }
