"""What anybody may know of us: providers our metadata, products our keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from .pages import Pages
from .sending import doors

if TYPE_CHECKING:
    from .pages import Visit

pages = Pages(below="")


@pages.get("/sso/{team}/{provider}/metadata", role=None)
async def metadata(visit: Visit) -> Response:
    """Tell a SAML provider of us, before it is set up here, too: it is all in the address."""
    said = visit.desk.speaks.metadata(doors(visit, visit.path["team"], visit.path["provider"]))
    return Response(said, media_type="application/samlmetadata+xml")


@pages.get("/.well-known/jwks.json", role=None)
async def keys(visit: Visit) -> Response:
    """Tell products by which keys assertions are verified."""
    return JSONResponse(visit.desk.signs.keys())
