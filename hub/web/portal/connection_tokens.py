"""What opens a connection: tokens for its provider, and links for whoever sets it up there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.moments import later
from hub.teams import Role

from .connection import AT, DAYS, at, found, shown
from .pages import Pages
from .problems import Problem

if TYPE_CHECKING:
    from starlette.responses import Response

    from hub.teams import Link, Token

    from .pages import Visit

pages = Pages()


@pages.post(f"{AT}/tokens", setup=True)
async def create(visit: Visit) -> Response:
    """Make one more token, shown this once."""
    connection = await found(visit)
    _, text = await visit.desk.tokens.create(connection, expires_at=await _ends(visit), by=visit.by())
    return await shown(visit, connection, token=text)


@pages.post(f"{AT}/tokens/rotate")
async def rotate(visit: Visit) -> Response:
    """Make the next token, shown this once; earlier ones end after a while."""
    connection = await found(visit)
    _, text = await visit.desk.tokens.rotate(connection, expires_at=await _ends(visit), by=visit.by())
    return await shown(visit, connection, token=text)


@pages.get(f"{AT}/tokens/{{token}}/revoke", role=Role.ADMIN)
async def ask(visit: Visit) -> Response:
    """Ask whether a token is to be revoked."""
    connection, token = await found(visit), await _token(visit)
    return visit.page("token_revoke.html", connection=connection, at=at(connection), token=token)


@pages.post(f"{AT}/tokens/{{token}}/revoke")
async def revoke(visit: Visit) -> Response:
    """End a token from the next request on."""
    connection, token = await found(visit), await _token(visit)
    await visit.desk.tokens.revoke(token.key_id, by=visit.by((await visit.form()).get("why")))
    return visit.go(at(connection), said=f"The token hub_{token.key_id} opens nothing any more.")


@pages.post(f"{AT}/links")
async def create_link(visit: Visit) -> Response:
    """Make a link for an outside admin, shown this once."""
    connection = await found(visit)
    _, text = await visit.desk.links.for_setup(connection, by=visit.by())
    return await shown(visit, connection, link=f"{visit.root}/links/{text}")


@pages.get(f"{AT}/links/{{link}}/revoke", role=Role.ADMIN)
async def ask_link(visit: Visit) -> Response:
    """Ask whether a link is to be revoked, and the tokens that were made with it, too."""
    connection, link = await found(visit), await _link(visit)
    made = await visit.desk.links.tokens(link)
    return visit.page("link_revoke.html", connection=connection, at=at(connection), link=link, made=made)


@pages.post(f"{AT}/links/{{link}}/revoke")
async def revoke_link(visit: Visit) -> Response:
    """End a link, whatever session was begun by it, and, where that is wanted, the tokens made with it."""
    connection, link, form = await found(visit), await _link(visit), await visit.form()
    too = form.get("tokens") == "yes"
    await visit.desk.links.revoke(visit.team, link.key_id, tokens_too=too, by=visit.by(form.get("why")))
    said = "The link and the tokens that were made with it open" if too else "The link opens"
    return visit.go(at(connection), said=f"{said} nothing any more.")


async def _link(visit: Visit) -> Link:
    """Return the link in the path, which is the connection's."""
    connection = await found(visit)
    for each in await visit.desk.links.of(connection):
        if each.key_id == visit.path["link"]:
            return each
    raise visit.missing()


async def _token(visit: Visit) -> Token:
    """Return the token in the path, which is the connection's."""
    connection = await found(visit)
    for each in await visit.desk.tokens.of(connection):
        if each.key_id == visit.path["token"]:
            return each
    raise visit.missing()


async def _ends(visit: Visit) -> str | None:
    """Return when the token that is to be made ends, as was chosen."""
    chosen = (await visit.form()).get("days", "0")
    if chosen not in map(str, DAYS):
        raise Problem
    return later(visit.desk.clock(), int(chosen) * 86_400) if int(chosen) else None
